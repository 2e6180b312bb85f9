//! The walls of the house: who may import whom, how long a file may be, who prints, who ends the program.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The rooms, each with those it may import. See ARCHITECTURE.md.
fn doors() -> BTreeMap<&'static str, &'static [&'static str]> {
    BTreeMap::from([
        ("failure", &[][..]),
        ("document", &["failure"]),
        ("object", &["failure"]),
        ("project", &["failure", "document"]),
        ("secret", &["failure", "object"]),
        ("module", &["failure", "document", "object", "project", "secret"]),
        ("plan", &["failure", "document", "object"]),
        ("health", &["failure", "object"]),
        ("cluster", &["failure", "object", "secret"]),
        ("demo", &["failure", "object"]),
        ("system", &["failure", "object", "secret"]),
        ("release", &["failure", "object", "secret", "cluster"]),
        ("check", &["failure", "document", "object", "secret", "module", "health", "cluster", "system"]),
        (
            "deploy",
            &[
                "failure", "document", "object", "project", "secret", "module", "plan", "health", "cluster", "system",
                "release", "check",
            ],
        ),
        (
            "cli",
            &[
                "failure", "document", "object", "project", "secret", "module", "plan", "health", "cluster", "system",
                "deploy", "check",
            ],
        ),
        ("tui", &["failure", "object", "secret", "module", "plan", "health", "check", "deploy"]),
    ])
}

fn sources() -> Vec<(PathBuf, String)> {
    fn gather(folder: &Path, found: &mut Vec<(PathBuf, String)>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                gather(&path, found);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                found.push((path.clone(), std::fs::read_to_string(&path).unwrap()));
            }
        }
    }
    let mut found = Vec::new();
    gather(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut found);
    assert!(found.len() > 100, "the sources were not found");
    found
}

/// The room of a file: `src/plan/draw.rs` and `src/plan.rs` are of `plan`.
fn room(path: &Path) -> String {
    let inside = path.strip_prefix(Path::new(env!("CARGO_MANIFEST_DIR")).join("src")).unwrap();
    let first = inside.iter().next().unwrap().to_str().unwrap();
    first.trim_end_matches(".rs").to_owned()
}

/// The rooms that a file names after `crate::`.
fn imported(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for line in text.lines().filter(|line| !line.trim_start().starts_with("//")) {
        for rest in line.split("crate::").skip(1) {
            let name: String = rest.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
            found.push(name);
        }
    }
    found
}

#[test]
fn every_import_goes_through_a_door() {
    let doors = doors();
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        let room = room(&path);
        if room == "main" || room == "lib" {
            continue;
        }
        let allowed = doors.get(room.as_str()).unwrap_or_else(|| panic!("{room} is a room without a door"));
        for name in imported(&text).into_iter().filter(|name| *name != room && !allowed.contains(&name.as_str())) {
            wrong.push(format!("{} imports {name}", path.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_file_is_two_rooms() {
    let long: Vec<String> = sources()
        .iter()
        .filter(|(_, text)| text.lines().count() > 400)
        .map(|(path, text)| format!("{}: {} lines", path.display(), text.lines().count()))
        .collect();
    assert!(long.is_empty(), "{}", long.join("\n"));
}

#[test]
fn only_reports_print_and_only_the_keyring_names_its_crates() {
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        let name = path.display().to_string();
        let told: String =
            text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
        let mut forbid = |sign: &str, except: &[&str]| {
            if told.contains(sign) && !except.iter().any(|place| name.contains(place)) {
                wrong.push(format!("{name} says {sign}"));
            }
        };
        forbid("println!", &[]);
        forbid("print!(", &[]);
        forbid("io::stdout", &["src/cli/report", "src/tui/terminal"]);
        forbid("keyring_core", &["src/secret/keyring.rs"]);
        forbid("use age::", &["src/secret/file/seal.rs"]);
        forbid("process::exit", &["src/main.rs"]);
        forbid("use crate::*", &[]);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_room_is_called_after_nothing() {
    for (path, _) in sources() {
        for part in ["util", "utils", "common", "helpers", "misc", "mod"] {
            assert_ne!(path.file_stem().unwrap(), part, "{}", path.display());
        }
    }
}

#[test]
fn no_test_file_is_forgotten() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it");
    let main = std::fs::read_to_string(folder.join("main.rs")).unwrap();
    for entry in std::fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        let stem = path.file_stem().unwrap().to_str().unwrap().to_owned();
        if path.is_file() && stem != "main" {
            assert!(main.contains(&format!("mod {stem};")), "tests/it/main.rs does not name {stem}");
        }
    }
}
