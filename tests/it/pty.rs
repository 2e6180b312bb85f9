//! Tests of pty: the real program in a real terminal.
#![cfg(unix)]
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod broken;
mod person;
mod sign_in;
mod vault;
mod walk;

use std::process::{Command, Stdio};

use person::{Person, ROLLOUT, SOON, landfall};
use rustix::process::Signal;
use walk::{CTRL_C, CTRL_S, DOWN, ENTER, ESCAPE, RIGHT, applies, confirms};

fn demo() -> Person {
    let mut ann = Person::starts(landfall(&["demo"]));
    ann.sees("3 environments");
    ann.sees("deployed here yet");
    ann
}

#[test]
fn dev_then_stg_then_prod() {
    let mut ann = demo();
    for name in ["dev", "stg", "prod"] {
        confirms(&mut ann, name);
        if name == "prod" {
            ann.sees("Type its name");
            ann.press("prod");
            ann.sees("name: prod");
        }
        applies(&mut ann);
        ann.sees_within(ROLLOUT, &format!("{name} is ready"));
        ann.sees("Same again");
        ann.press(ESCAPE);
        ann.sees("3 environments");
        ann.press(RIGHT);
    }
    ann.press("q");
    assert_eq!(ann.ends(), 0);
    ann.has_the_terminal_back();
}

#[test]
fn q_gives_the_terminal_back() {
    let mut ann = demo();
    ann.press("q");
    assert_eq!(ann.ends(), 0);
    ann.has_the_terminal_back();
}

#[test]
fn signals_give_the_terminal_back() {
    for signal in [Signal::TERM, Signal::HUP] {
        let mut ann = demo();
        ann.signals(signal);
        ann.ends();
        ann.has_the_terminal_back();
    }
}

#[test]
fn ctrl_c_once_says_what_is_unfinished_and_twice_leaves() {
    let mut ann = demo();
    confirms(&mut ann, "dev");
    applies(&mut ann);
    ann.press(CTRL_C);
    // What is unfinished is said at once, and stays on the outcome that may follow within a frame.
    ann.until(SOON, "what is unfinished", |screen| {
        let text = screen.contents();
        ["Not applied:", "All is applied", "Not done"].iter().any(|words| text.contains(words))
    });
    ann.press(CTRL_C);
    if ann.sees_in_a_moment("again to leave") {
        ann.press(CTRL_C); // the run had ended before the second press
    }
    assert_eq!(ann.ends(), 130);
    ann.has_the_terminal_back();
}

#[test]
fn a_terminal_that_shrinks_and_grows_again() {
    let mut ann = demo();
    ann.resizes(20, 5);
    ann.sees("40x10 cells are");
    ann.resizes(100, 30);
    ann.sees("3 environments");
    ann.sees("quit");
    ann.press("q");
    assert_eq!(ann.ends(), 0);
    ann.has_the_terminal_back();
}

#[test]
fn too_small_a_terminal_says_so() {
    let mut ann = Person::starts_with(landfall(&["demo"]), 20, 5);
    ann.sees("40x10 cells are");
    assert_eq!(ann.text().split_whitespace().collect::<Vec<_>>().join(" "), "40x10 cells are needed here.");
}

/// Every colour that a screen sets, as its parameters: `SGR` with 30-39, 40-49, 90-97, 100-107.
fn colours(raw: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(raw);
    let sequences = text.split("\u{1b}[").skip(1).filter_map(|rest| {
        let end = rest.find(|c: char| c.is_ascii_alphabetic())?;
        rest[end..].starts_with('m').then(|| rest[..end].to_owned())
    });
    let is_colour = |word: &str| matches!(word.parse(), Ok(30..=38 | 40..=48 | 90..=97 | 100..=107));
    sequences.filter(|words| words.split([';', ':']).any(is_colour)).collect()
}

#[test]
fn no_color_means_none() {
    let mut coloured = demo();
    confirms(&mut coloured, "dev");
    assert!(!colours(coloured.raw()).is_empty(), "the test does not know colours when it sees them");
    let mut command = landfall(&["demo"]);
    command.env("NO_COLOR", "1");
    let mut ann = Person::starts(command);
    ann.sees("deployed here yet");
    confirms(&mut ann, "dev");
    assert_eq!(colours(ann.raw()), Vec::<String>::new());
}

#[test]
fn a_plain_locale_or_ascii_means_ascii_signs() {
    let mut plain = landfall(&["demo"]);
    plain.env("LANG", "C");
    for command in [plain, landfall(&["demo", "--ascii"])] {
        let mut ann = Person::starts(command);
        ann.sees("deployed here yet");
        confirms(&mut ann, "dev");
        assert!(ann.raw().is_ascii(), "{}", ann.text());
    }
}

#[test]
fn without_a_terminal_it_says_so_and_writes_no_escapes() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_landfall"));
    let output = command.arg("demo").stdin(Stdio::null()).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.starts_with("landfall: the screens need a terminal"), "{said}");
    assert!(!said.contains('\u{1b}') && output.stdout.is_empty(), "{said:?}");
}

#[test]
fn what_is_typed_into_a_masked_field_is_never_written() {
    let mut ann = demo();
    ann.press(ENTER);
    ann.sees("MLflow login");
    ann.press(DOWN);
    ann.press("c4n4ryTYPED");
    ann.press("\u{1b}[200~c4n4ryPASTED\u{1b}[201~");
    ann.sees("strong");
    ann.press(CTRL_S);
    ann.sees("n go on");
    ann.press("n");
    ann.sees("nothing was written");
    ann.press("q");
    ann.ends();
    let raw = String::from_utf8_lossy(ann.raw()).into_owned();
    // Cells may be written one by one, with the cursor moved between them.
    let letters: String = raw.chars().filter(char::is_ascii_alphanumeric).collect();
    for part in ["c4n4ry", "TYPED", "PASTED"] {
        assert!(!letters.contains(part), "{part} was written");
    }
}
