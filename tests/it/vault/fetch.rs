//! Credentials that are read where they rest: what a program prints, and nothing that it should not have said.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::{Duration, Instant};

use landfall::failure::{Failure, Kind};
use landfall::secret::{Fetch, Secret};

use super::canary::{CANARY, sings};
use super::session::{Stage, within};
use super::{clear, wait};

fn program(words: &[&str]) -> Result<Secret, Failure> {
    let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
    wait(Fetch::default().program(&words, Path::new("/")))
}

fn shell(line: &str) -> Result<Secret, Failure> {
    program(&["sh", "-c", line])
}

#[test]
fn one_line_break_is_cut_off_and_no_more() {
    for (line, value) in [
        ("printf 'a b'", "a b"),
        ("printf 'a\\n'", "a"),
        ("printf 'a\\r\\n'", "a"),
        ("printf 'a\\n\\n'", "a\n"),
        ("printf ' a \\n'", " a "),
        ("printf 'pässwörd-密码'", "pässwörd-密码"),
        ("printf 'a\\nb\\n'; echo noise >&2", "a\nb"),
        ("yes complaint | head -c 300000 >&2; printf x", "x"),
    ] {
        assert_eq!(clear(&shell(line).unwrap()), value, "{line}");
    }
}

#[test]
fn words_reach_a_program_as_they_are() {
    let value = "$(id) `id` ; | > 'x' \"y\" *";
    assert_eq!(clear(&program(&["printf", "%s", value]).unwrap()), value);
    // In the project's folder, and never asked anything.
    let home = tempfile::tempdir().unwrap();
    fs::write(home.path().join("get"), "#!/bin/sh\npwd; cat\n").unwrap();
    fs::set_permissions(home.path().join("get"), fs::Permissions::from_mode(0o755)).unwrap();
    let said = wait(Fetch::default().program(&["./get".to_owned()], home.path())).unwrap();
    assert_eq!(clear(&said), fs::canonicalize(home.path()).unwrap().display().to_string());
}

#[test]
fn what_goes_wrong_is_said_without_the_value() {
    let cases = [
        ("exit 3", "it cannot be read: sh ended with 3"),
        ("echo 'not signed in' >&2; exit 1", "it cannot be read: sh ended with 1 and said: not signed in"),
        (
            "printf '\\033[31mred\\033[0m\\007 \\342\\200\\256flip\\n\\n' >&2; exit 1",
            "it cannot be read: sh ended with 1 and said: red",
        ),
        ("kill -9 $$", "it cannot be read: sh was ended"),
        (":", "it cannot be read: sh ended well, but what it printed is no value: it is empty"),
        ("echo", "it cannot be read: sh ended well, but what it printed is no value: it is empty"),
        ("printf '\\377\\376'", "it cannot be read: sh ended well, but what it printed is no value: it is not text"),
        (
            "head -c 70000 /dev/zero",
            "it cannot be read: sh ended well, but what it printed is no value: it is longer than",
        ),
    ];
    for (line, words) in cases {
        let failure = shell(line).unwrap_err();
        assert_eq!(failure.kind, Kind::Vault);
        assert!(failure.to_string().starts_with(words), "{line}: {failure}");
        assert!(!failure.to_string().contains(['\u{1b}', '\u{7}', '\u{202e}']), "{failure:?}");
    }
    let failure = program(&["/nowhere/op", "read", CANARY]).unwrap_err();
    assert_eq!(failure.to_string(), "it cannot be read: op is not there");
    assert_eq!(failure.hints, ["install op"]);
    let failure = program(&["/etc/passwd"]).unwrap_err();
    assert_eq!(failure.to_string(), "it cannot be read: passwd may not be started");
}

#[test]
fn a_program_that_repeats_the_value_in_its_complaint_is_not_quoted() {
    let quoted = CANARY.replace('\'', "'\\''");
    for line in [
        format!("printf '%s\\n' '{quoted}'; printf 'wrong: %s\\n' '{quoted}' >&2; exit 1"),
        format!("printf 'first\\n%s\\n' '{quoted}'; printf 'wrong: <%s>\\n' '{quoted}' >&2; exit 1"),
    ] {
        let failure = shell(&line).unwrap_err();
        assert!(failure.to_string().contains("••••••••"), "{failure}");
        assert!(!sings(&format!("{failure:?}")), "{failure:?}");
    }
}

#[test]
fn one_plan_asks_a_program_once() {
    let home = tempfile::tempdir().unwrap();
    let words = ["sh", "-c", "echo x >> asked; echo value"].map(str::to_owned);
    wait(async {
        let fetch = Fetch::default();
        for _ in 0..3 {
            fetch.program(&words, home.path()).await.unwrap();
        }
        assert_eq!(fs::read_to_string(home.path().join("asked")).unwrap(), "x\n");
        Fetch::default().program(&words, home.path()).await.unwrap();
        assert_eq!(fs::read_to_string(home.path().join("asked")).unwrap(), "x\nx\n", "another run asks anew");
    });
}

/// A program that hangs is ended with all that it started, and nobody waits longer than the deadline.
#[test]
fn a_program_that_hangs_is_ended_with_its_children() {
    let home = tempfile::tempdir().unwrap();
    let line = "sleep 300 & echo $! > child; echo $$ > own; printf half; wait";
    let words = ["sh", "-c", line].map(str::to_owned);
    let begun = Instant::now();
    let failure = wait(Fetch::with_patience(Duration::from_secs(1)).program(&words, home.path())).unwrap_err();
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
    assert_eq!(failure.to_string(), "it cannot be read: sh has not ended within 1 s");
    for name in ["own", "child"] {
        let number = fs::read_to_string(home.path().join(name)).unwrap();
        let status = format!("/proc/{}/status", number.trim());
        let begun = Instant::now();
        // A zombie that nobody has buried yet has ended too.
        while fs::read_to_string(&status).is_ok_and(|status| !status.contains("State:\tZ")) {
            assert!(begun.elapsed() < Duration::from_secs(10), "{name} still runs");
            std::thread::yield_now();
        }
    }
}

#[test]
fn a_program_does_not_see_the_credentials_in_the_environment() {
    let name = "vault::fetch::a_program_does_not_see_the_credentials_in_the_environment";
    within(Stage::NoBus, name, || {
        let said = clear(&shell("env; echo end").unwrap());
        assert!(said.contains("HOME=") && said.ends_with("end"), "{said}");
        assert!(!said.contains("LANDFALL_CREDENTIAL_"), "{said}");
        assert_eq!(clear(&Fetch::variable("LANDFALL_CREDENTIAL_DEV_F").unwrap()), "in the environment");
        assert_eq!(Fetch::variable("LANDFALL_NOWHERE").unwrap_err().to_string(), "it cannot be read: it is not set");
    });
}

#[test]
fn a_descriptor_and_standard_input_are_read_once() {
    let name = "vault::fetch::a_descriptor_and_standard_input_are_read_once";
    within(Stage::NoBus, name, || {
        wait(async {
            let fetch = Fetch::default();
            // What a descriptor gives is told by the system's name for it; this one is our own.
            let (mut reader, mut writer) = std::io::pipe().unwrap();
            let number = u32::try_from(std::os::fd::AsRawFd::as_raw_fd(&reader)).unwrap();
            std::io::Write::write_all(&mut writer, b"handed over\n").unwrap();
            drop(writer);
            for _ in 0..2 {
                assert_eq!(clear(&fetch.descriptor(number).await.unwrap()), "handed over");
            }
            let mut rest = String::new();
            std::io::Read::read_to_string(&mut reader, &mut rest).unwrap();
            assert_eq!(rest, "");
            let failure = fetch.descriptor(99).await.unwrap_err();
            assert_eq!(failure.to_string(), "it cannot be read: it was not handed over at the start");
            assert_eq!(fetch.input().await.unwrap_err().to_string(), "it cannot be read: it is empty");
        });
    });
}
