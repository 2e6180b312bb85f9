//! What several tests need: sessions over the demo cluster.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::{Path, PathBuf};
use std::time::Duration;

use landfall::cluster::Source;
use landfall::demo::{Demo, Options, Scenario};
use landfall::deploy::{End, Event, Outcome, Session, Setup, Stop};
use landfall::module::Module;
use landfall::plan::Consent;
use landfall::project::Project;
use landfall::secret::{Keeper, Memory, VaultKind};
use tokio::sync::mpsc;

/// How fast the demo cluster goes in tests.
pub(crate) const PACE: f64 = 0.02;

/// A file or folder below `tests/fixtures`.
pub(crate) fn fixture(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(path)
}

/// A file below `assets`.
pub(crate) fn asset(path: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("assets").join(path)).unwrap()
}

/// A demo cluster at the pace of tests.
pub(crate) fn demo(scenario: Scenario) -> Demo {
    Demo::start(Options { scenario, pace: PACE })
}

/// The embedded project.
pub(crate) fn demo_project() -> Project {
    let tfvars = asset("demo/terraform.tfvars");
    Project::parse("landfall.yaml", &asset("demo/landfall.yaml"), Path::new("."), &|_| Ok(tfvars.clone())).unwrap()
}

/// A session of a project over a demo cluster, with an empty memory vault.
pub(crate) fn session(demo: &Demo, project: Project) -> Session {
    session_over(demo.client(), project)
}

/// As [`session`], over a client that leads to a demo cluster in its own way.
pub(crate) fn session_over(client: kube::Client, project: Project) -> Session {
    session_in(client, project, std::env::temp_dir().join("landfall-tests"), Duration::from_mins(1))
}

/// What a session of a project over a demo cluster is made of, with an empty memory vault.
pub(crate) fn setup(demo: &Demo, project: Project) -> Setup {
    setup_in(demo.client(), project, std::env::temp_dir().join("landfall-tests"), Duration::from_mins(1))
}

/// As [`session_over`], with a folder and a patience of its own.
pub(crate) fn session_in(client: kube::Client, project: Project, state: PathBuf, patience: Duration) -> Session {
    Session::new(setup_in(client, project, state, patience))
}

fn setup_in(client: kube::Client, project: Project, state: PathBuf, patience: Duration) -> Setup {
    let module = Module::load(&project.module, &project.folder).unwrap();
    Setup {
        project,
        module,
        keeper: Keeper::open(VaultKind::Memory, || Ok(Box::new(Memory::default()))),
        source: Source::Given { client, context: Demo::CONTEXT.to_owned(), server: Demo::SERVER.to_owned() },
        state,
        who: "ann@laptop".to_owned(),
        patience,
        flags: " --demo".to_owned(),
    }
}

/// A session of the embedded project with strong credentials in every environment.
pub(crate) async fn filled(demo: &Demo) -> Session {
    let session = session(demo, demo_project());
    for environment in session.environments() {
        session.make_up(&environment).await.unwrap();
    }
    session
}

/// Plans, approves and carries out; returns the outcome and all events.
pub(crate) async fn apply(session: &Session, environment: &str) -> (Outcome, Vec<Event>) {
    let plan = session.prepare(environment, false).await.unwrap();
    assert!(plan.blockers.is_empty(), "{:#?}", plan.blockers);
    let approved = plan.approve(&Consent::Named(environment.to_owned())).unwrap();
    let (sender, mut receiver) = mpsc::channel(256);
    let work = session.run(approved, sender, Stop::new());
    let listen = async {
        let mut events = Vec::new();
        while let Some(event) = receiver.recv().await {
            events.push(event);
        }
        events
    };
    tokio::join!(work, listen)
}

/// As [`apply`], and it has to end healthy.
pub(crate) async fn apply_well(session: &Session, environment: &str) -> Outcome {
    let (outcome, _) = apply(session, environment).await;
    assert_eq!(outcome.end, End::Healthy, "{}: {:#?}", outcome.headline, outcome.cause);
    outcome
}
