//! A part of the program breaks down while the screen is taken: the test itself, run once more inside a terminal.

use kube::client::Body;
use landfall::cluster::Source;
use landfall::demo::Demo;
use landfall::deploy::{Session, Setup};
use landfall::module::Module;
use landfall::secret::{Keeper, Memory, VaultKind};
use landfall::tui::{Options, run};

use super::person::{Person, command};
use crate::support::demo_project;

/// Set inside the terminal.
const INSIDE: &str = "LANDFALL_TEST_INSIDE";

#[test]
fn a_panic_gives_the_terminal_back_and_ends_the_program() {
    if std::env::var_os(INSIDE).is_some() {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let failure = runtime.block_on(async { run(session(), Options::default()).await }).unwrap_err();
        // What a person sees of it; the test looks for it on the screen.
        eprintln!("it ended: {failure}");
        return;
    }
    let program = std::env::current_exe().unwrap();
    let name = "pty::broken::a_panic_gives_the_terminal_back_and_ends_the_program";
    let mut command = command(program.to_str().unwrap(), &["--exact", name, "--nocapture"]);
    command.env(INSIDE, "1");
    let mut ann = Person::starts(command);
    ann.ends();
    ann.has_the_terminal_back();
    assert!(ann.text().contains("it ended: a part of landfall broke down"), "{}", ann.text());
}

/// A session whose way to the cluster breaks down when it is used.
fn session() -> Session {
    let project = demo_project();
    let module = Module::load(&project.module, &project.folder).unwrap();
    let service = tower::service_fn(|_: http::Request<Body>| async {
        if true {
            panic!("the wire broke down");
        }
        Ok::<_, std::io::Error>(http::Response::new(Body::empty()))
    });
    Session::new(Setup {
        project,
        module,
        keeper: Keeper::open(VaultKind::Memory, || Ok(Box::new(Memory::default()))),
        source: Source::Given {
            client: kube::Client::new(service, "default"),
            context: Demo::CONTEXT.to_owned(),
            server: Demo::SERVER.to_owned(),
        },
        state: std::env::temp_dir(),
        who: "ann@laptop".to_owned(),
        patience: std::time::Duration::from_mins(1),
        flags: String::new(),
    })
}
