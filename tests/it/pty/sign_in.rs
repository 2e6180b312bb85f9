//! A credential plugin that asks: the screens lend it the terminal when somebody says so, and take it back.

use std::os::unix::fs::PermissionsExt;

use landfall::demo::Scenario;
use portable_pty::CommandBuilder;
use tokio::runtime::Runtime;

use super::person::{Person, landfall};
use super::{CTRL_C, ENTER};
use crate::program::{Place, serve};
use crate::support::demo;

/// Asks for a code, and gives a token for the right one.
const SCRIPT: &str = r#"#!/bin/sh
printf 'Code: ' >&2
read answer || exit 1
test "$answer" = 4711 || exit 1
echo '{"apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential", "status": {"token": "t"}}'
"#;

/// A project whose context is behind the plugin, and the cluster it leads to.
fn place() -> (Runtime, landfall::demo::Demo, Place) {
    let runtime = Runtime::new().unwrap();
    let (demo, url) = runtime.block_on(async {
        let demo = demo(Scenario::Ok);
        let url = serve(demo.client()).await;
        (demo, url)
    });
    let place = Place::new(&url, "{}");
    let plugin = place.path("plugin");
    place.write("plugin", SCRIPT);
    std::fs::set_permissions(&plugin, std::fs::Permissions::from_mode(0o755)).unwrap();
    let exec = format!("apiVersion: client.authentication.k8s.io/v1, command: \"{}\"", plugin.display());
    place.kubeconfig(&url, &format!("{{exec: {{{exec}, interactiveMode: IfAvailable}}}}"));
    (runtime, demo, place)
}

fn at(place: &Place, arguments: &[&str]) -> CommandBuilder {
    let mut command = landfall(arguments);
    command.cwd(place.path("."));
    command.env("HOME", place.path("home"));
    command.env("KUBECONFIG", place.path("kubeconfig"));
    command
}

/// The plugin asks on the plain terminal.
fn is_asked(ann: &mut Person) {
    ann.until(super::SOON, "the question", |screen| {
        !screen.alternate_screen() && screen.contents().trim_end().ends_with("Code:")
    });
}

#[test]
fn the_screens_lend_the_terminal_and_take_it_back() {
    let (_runtime, _demo, place) = place();
    let mut ann = Person::starts(at(&place, &["--vault", "memory"]));
    // Enter means something else until the chosen one was asked.
    ann.until(super::SOON, "all three were asked", |screen| {
        screen.contents().matches("? Enter to sign in").count() == 3
    });
    ann.press(ENTER);
    is_asked(&mut ann);
    assert!(ann.text().contains("signs you in for dev"), "{}", ann.text());
    ann.press("1234\r");
    ann.until(super::SOON, "the refusal", vt100::Screen::alternate_screen);
    ann.sees("did not give a token");
    ann.press(ENTER);
    is_asked(&mut ann);
    ann.press(CTRL_C);
    ann.sees("the sign-in was stopped");
    ann.press(ENTER);
    is_asked(&mut ann);
    ann.press("4711\r");
    ann.until(super::SOON, "nobody has to sign in", |screen| {
        let text = screen.contents();
        text.contains("deployed here yet") && !text.contains("sign in")
    });
    // Whoever asks a terminal for its cursor waits for an answer that somebody else may take.
    assert!(!String::from_utf8_lossy(ann.raw()).contains("\u{1b}[6n"));
    ann.press("q");
    assert_eq!(ann.ends(), 0);
    ann.has_the_terminal_back();
}

#[test]
fn a_command_in_a_terminal_lets_it_ask_once() {
    let (_runtime, _demo, place) = place();
    let mut ann = Person::starts(at(&place, &["status", "--vault", "memory"]));
    is_asked(&mut ann);
    ann.press("4711\r");
    assert_eq!(ann.ends(), 0, "{}", ann.text());
    let said = String::from_utf8_lossy(ann.raw());
    assert_eq!(said.matches("Code:").count(), 1, "{said}");
    assert_eq!(said.matches("nothing applied yet").count(), 3, "{said}");
}
