//! A part of the program breaks down while the screen is taken: the test itself, run once more inside a terminal.

use kube::client::Body;
use landfall::deploy::Session;
use landfall::tui::{Options, run};

use super::person::{Person, command};
use crate::support::{demo_project, session_over};

/// Set inside the terminal.
const INSIDE: &str = "LANDFALL_TEST_INSIDE";

#[test]
fn a_panic_gives_the_terminal_back_and_ends_the_program() {
    if std::env::var_os(INSIDE).is_some() {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let failure = runtime.block_on(async { run(session(), Options::default()).await }).unwrap_err();
        // Every environment's task panics; what the last of them says must not come between the words below.
        drop(runtime);
        return say(&failure);
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

#[expect(clippy::print_stderr, reason = "what a person sees of it; the test looks for it on the screen")]
fn say(failure: &landfall::failure::Failure) {
    eprintln!("it ended: {failure}");
}

/// A session whose way to the cluster breaks down when it is used.
fn session() -> Session {
    let broken = async |_: http::Request<Body>| -> Result<http::Response<Body>, std::io::Error> {
        panic!("the wire broke down")
    };
    let client = kube::Client::new(tower::service_fn(broken), "default");
    session_over(client, demo_project())
}
