//! What happens inside the program: traces of every library, and a part that breaks down with secrets in its hands.

use std::io::{self, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use landfall::cluster::{SignIns, Source};
use landfall::demo::{Demo, Options, Scenario};
use landfall::deploy::{Entry, Session, Setup};
use landfall::module::Module;
use landfall::plan::Consent;
use landfall::project::Project;
use landfall::secret::{AgeFile, Keeper, Known, Memory, Secret, Unlock, VaultKind};

use super::cluster::Watched;
use super::ears::{Ears, FIELDS, canary};
use crate::program::{Place, serve};
use crate::support::{PACE, apply, demo_project, session_in};

/// Set inside the run whose panics are listened to.
const INSIDE: &str = "LANDFALL_TEST_INSIDE";

async fn fill(session: &Session) {
    let mut entries: Vec<Entry> =
        FIELDS.map(|field| Entry { field: field.to_owned(), value: Secret::new(canary(field)) }).into();
    for (field, value) in [("minio.access_key", "key"), ("registry.username", "bot")] {
        entries.push(Entry { field: field.to_owned(), value: Secret::new(value) });
    }
    session.save("dev", entries).await.unwrap();
}

/// Everything that was traced.
#[derive(Clone, Default)]
struct Heard(Arc<Mutex<Vec<u8>>>);

impl Write for Heard {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn no_trace_says_a_secret() {
    let ears = Ears::new();
    let heard = Heard::default();
    let writer = heard.clone();
    let tracing = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_span_events(tracing_subscriber::fmt::format::FmtSpan::FULL)
        .with_writer(move || writer.clone())
        .finish();
    let guard = tracing::subscriber::set_default(tracing);
    let demo = Demo::start(Options { scenario: Scenario::Ok, pace: PACE });
    let url = serve(demo.client()).await;
    let place = Place::new(&url, "{token: a-token}");
    let project = Project::load(&place.path("")).unwrap();
    let session = Session::new(Setup {
        module: Module::load(&project.module, &project.folder).unwrap(),
        project,
        keeper: Keeper::open(VaultKind::Memory, || Ok(Box::new(Memory::default()))),
        source: Source::Kubeconfig {
            file: Some(place.path("kubeconfig")),
            context: None,
            sign_ins: SignIns::default(),
        },
        state: place.path("home"),
        who: "ann@laptop".to_owned(),
        patience: Duration::from_secs(20),
        flags: String::new(),
    });
    fill(&session).await;
    session.survey("dev").await.unwrap();
    let (outcome, events) = apply(&session, "dev").await;
    assert_eq!(outcome.end, landfall::deploy::End::Healthy, "{}", outcome.headline);
    drop(guard);
    let bytes = heard.0.lock().unwrap().clone();
    let text = String::from_utf8_lossy(&bytes);
    assert!(text.contains("hyper") || text.contains("kube_client"), "nothing was traced: {} bytes", text.len());
    ears.silence("the trace", &bytes);
    ears.silence("Debug of events", format!("{events:?} {outcome:?}"));
    for (name, bytes) in place.files() {
        ears.silence(&name, bytes);
    }
}

#[tokio::test]
async fn what_is_held_shows_nothing_of_itself() {
    let ears = Ears::new();
    let demo = Demo::start(Options { scenario: Scenario::Ok, pace: PACE });
    let watched = Watched::new(&demo);
    let state = tempfile::tempdir().unwrap();
    let client = watched.client.clone();
    let session = session_in(client, demo_project(), state.path().to_owned(), Duration::from_secs(20));
    fill(&session).await;
    let plan = session.prepare("dev", false).await.unwrap();
    let form = session.form("dev").await.unwrap();
    let glance = session.glance("dev").await.unwrap();
    let rendered = session.render("dev").await;
    ears.silence("Debug", format!("{plan:?} {plan:#?} {form:?} {glance:?} {session:?} {rendered:?}"));
    for field in FIELDS {
        let value = session.reveal("dev", field).await.unwrap().unwrap();
        ears.silence("an opinion", format!("{:?} {value:?}", session.judge("dev", field, &value)));
        ears.silence("another opinion", format!("{:?}", session.judge("stg", field, &value)));
    }
    let approved = plan.approve(&Consent::Yes).unwrap();
    ears.silence("Debug of what is approved", format!("{approved:?}"));
}

/// A panic in the middle of writing, with all secrets loaded: its text, with every frame, is printed.
#[test]
fn a_panic_says_nothing() {
    if let Some(vault) = std::env::var_os(INSIDE) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        return runtime.block_on(breaks_down(vault == "file"));
    }
    let name = "silence::inside::a_panic_says_nothing";
    for vault in ["memory", "file"] {
        let output = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", name, "--nocapture"])
            .envs([(INSIDE, vault), ("RUST_BACKTRACE", "full")])
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let said = [output.stdout, output.stderr].concat();
        let text = String::from_utf8_lossy(&said);
        assert!(text.contains("the wire broke down while a Secret was sent"), "{text}");
        Ears::new().silence("the panic", &said);
        Ears::of(&[canary("passphrase")]).silence("the panic", &said);
    }
}

/// The keeper of an encrypted file that is open.
async fn open_file(folder: &Path) -> Keeper {
    let passphrase = Secret::new(canary("passphrase"));
    AgeFile::create(&folder.join("vault"), &passphrase, 1).unwrap();
    let keeper = Keeper::choose(VaultKind::File, Known::default(), folder.join("vault"));
    keeper.unlock(Unlock { passphrase, remember: None }).await.unwrap();
    keeper
}

async fn breaks_down(in_file: bool) {
    let demo = Demo::start(Options { scenario: Scenario::Ok, pace: PACE });
    let watched = Watched::with(&demo, |asked| {
        let secret = asked.method == "PATCH" && !asked.is_dry_run() && asked.path().contains("/secrets/");
        assert!(!secret, "the wire broke down while a Secret was sent");
        crate::wire::Fate::Pass
    });
    let state = tempfile::tempdir().unwrap();
    let client = watched.client.clone();
    let session = if in_file {
        let project = demo_project();
        Session::new(Setup {
            module: Module::load(&project.module, &project.folder).unwrap(),
            project,
            keeper: open_file(state.path()).await,
            source: Source::Given { client, context: Demo::CONTEXT.to_owned(), server: Demo::SERVER.to_owned() },
            state: state.path().to_owned(),
            who: "ann@laptop".to_owned(),
            patience: Duration::from_secs(5),
            flags: String::new(),
        })
    } else {
        session_in(client, demo_project(), state.path().to_owned(), Duration::from_secs(5))
    };
    fill(&session).await;
    apply(&session, "dev").await;
}
