//! JSON for programs, and how a report behaves in a pipe.

use std::fs::OpenOptions;
use std::io::{BufRead, BufReader};
use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::{Machine, Said};

fn has(value: &Value, fields: &[&str]) {
    for field in fields {
        assert!(value.get(field).is_some(), "no {field} in {value}");
    }
}

#[test]
fn apply_is_a_plan_then_events_then_an_outcome() {
    let machine = Machine::new();
    let said = machine.run(&["apply", "dev", "--demo", "--yes", "-o", "json"]);
    let rows = said.ends(0).rows();
    let kinds: Vec<_> = rows.iter().map(|row| row["type"].as_str().unwrap()).collect();
    assert_eq!((kinds[0], kinds[1], kinds[kinds.len() - 1]), ("plan", "started", "outcome"), "{kinds:?}");
    assert_eq!(kinds.iter().filter(|kind| **kind == "applied").count(), 7, "{kinds:?}");
    assert!(kinds.contains(&"waiting") && kinds.contains(&"state"), "{kinds:?}");
    has(&rows[0], &["environment", "context", "server", "namespace", "protected", "changes", "blockers", "writes"]);
    has(&rows[0]["changes"][0], &["object", "action", "validation", "fields", "conflicts", "wave"]);
    has(&rows[1], &["at"]);
    let outcome = rows.last().unwrap();
    has(outcome, &["headline", "revision", "cause", "failure", "remedies", "applied", "notApplied", "seconds", "url"]);
    assert_eq!(outcome["end"], "healthy");
}

#[test]
fn a_failure_has_its_cause_once_and_its_way_out() {
    let machine = Machine::new();
    let said = machine.run(&["apply", "dev", "--demo", "--yes", "--scenario", "hostpath", "-o", "json"]);
    let rows = said.ends(1).rows();
    let causes: Vec<_> = rows.iter().filter(|row| row["type"] == "cause").collect();
    assert_eq!(causes.len(), 1, "{causes:?}");
    has(&causes[0]["cause"], &["trouble", "headline", "sentence", "next", "object"]);
    let outcome = rows.last().unwrap();
    assert_eq!(outcome["end"], "failed");
    assert_eq!(outcome["remedies"][0]["kind"], "commands");

    let text = machine.run(&["apply", "dev", "--demo", "--yes", "--scenario", "hostpath"]);
    text.ends(1).says("sudo chown -R 1000:1000").says("✗ /d/k8s/volumes/mlflow/dev/logs is missing on node");
    let told = text.out.lines().filter(|line| line.contains("FailedMount") && line.contains("\"logs\"")).count();
    assert_eq!(told, 1, "the same words are said once: {text:#?}");
    text.keeps_quiet("Nothing was written");
}

#[test]
fn each_report_is_one_document_or_one_row_per_line() {
    let machine = Machine::new();
    let status = machine.run(&["status", "--demo", "-o", "json"]).ends(0).rows();
    assert_eq!((status.len(), status[0].as_array().unwrap().len()), (1, 3));
    has(
        &status[0][0],
        &["environment", "reached", "cluster", "verdict", "reason", "revision", "byHand", "credentials"],
    );
    assert_eq!(status[0][0]["verdict"], "ready");
    let creds = machine.run(&["creds", "list", "dev", "--demo", "-o", "json"]).ends(0).rows();
    has(&creds[0][0], &["environment", "vault", "fields"]);
    has(&creds[0][0]["fields"][0], &["name", "group", "set", "shared", "remark"]);
    let objects = machine.run(&["render", "dev", "--demo", "-o", "json"]).ends(0).rows();
    assert_eq!(objects[0].as_array().unwrap().len(), 7);
    let judged = machine.piped(&["health", "-f", "-", "-o", "json"], &objects[0].to_string()).ends(0).rows();
    assert_eq!(judged.len(), 7);
    let made = machine.run(&["creds", "rm", "dev", "pgsql.password", "--demo", "-o", "json"]).ends(0).rows();
    assert_eq!(made[0]["names"][0], "pgsql.password");
    let draft = ["init", "--demo", "--yes", "--set", "port_external=30502", "--environments", "dev", "-o", "json"];
    let draft = machine.run(&draft).ends(0).rows();
    assert_eq!((draft[0]["type"].as_str(), draft[1]["type"].as_str()), (Some("draft"), Some("done")));
    let watch = machine.run(&["watch", "dev", "--demo", "--until-ready", "-o", "json"]).ends(0).rows();
    assert_eq!(watch.last().unwrap()["end"], "healthy");
}

#[test]
fn what_goes_wrong_is_json_too() {
    let machine = Machine::new();
    for (arguments, code, kind) in [
        (["plan", "nope", "--demo", "-o", "json"], 2, "input"),
        (["apply", "dev", "--demo", "-o", "json"], 6, "blocked"),
        (["health", "-f", "gone", "-o", "json"], 2, "input"),
    ] {
        let error = machine.run(&arguments).ends(code).error();
        has(&error, &["what", "why", "place", "hints"]);
        assert_eq!((error["type"].as_str(), error["kind"].as_str()), (Some("error"), Some(kind)));
        assert_eq!(error["exitCode"], code);
    }
}

#[test]
fn columns_never_collide() {
    let machine = Machine::new();
    let said = machine.run(&["plan", "prod", "--demo"]);
    let rows: Vec<_> = said.ends(0).out.lines().filter(|line| line.starts_with('+')).collect();
    let at: Vec<_> = rows.iter().map(|row| row.find("is created").unwrap()).collect();
    assert!(at.len() == 7 && at.windows(2).all(|pair| pair[0] == pair[1]), "{rows:#?}");
    assert!(rows.iter().all(|row| row.contains("  is created")), "{rows:#?}");
}

#[test]
fn colour_is_for_terminals() {
    let machine = Machine::new();
    let forced = machine.command(&["status", "--demo"]).env("CLICOLOR_FORCE", "1").output().unwrap();
    assert!(String::from_utf8_lossy(&forced.stdout).contains("\u{1b}[32m"));
    let both = machine.command(&["status", "--demo"]).env("CLICOLOR_FORCE", "1").env("NO_COLOR", "1").output().unwrap();
    let plain = machine.run(&["status", "--demo"]); // decency forbids escape sequences
    assert!(plain.out.contains("✓ ready") && !both.stdout.is_empty());
}

/// Runs a verb, reads one line of it, and closes the pipe; returns how long the verb went on.
fn after_one_line(machine: &Machine, arguments: &[&str]) -> (Option<i32>, Duration) {
    let mut child = machine.command(arguments).spawn().unwrap();
    let mut first = String::new();
    let mut reader = BufReader::new(child.stdout.take().unwrap());
    reader.read_line(&mut first).unwrap();
    assert!(!first.trim().is_empty());
    drop(reader);
    let closed = Instant::now();
    let said = Said::of(child);
    (said.code, closed.elapsed())
}

#[test]
fn a_reader_that_goes_ends_watching_and_spares_applying() {
    let machine = Machine::new();
    let (code, took) = after_one_line(&machine, &["watch", "dev", "--demo"]);
    assert!(code.is_some() && took < Duration::from_secs(20), "{code:?} after {took:?}");
    let (code, _) = after_one_line(&machine, &["apply", "dev", "--demo", "--yes"]);
    assert_eq!(code, Some(0), "an apply nobody reads still ends well");
    let (code, _) = after_one_line(&machine, &["render", "dev", "--demo"]);
    assert_eq!(code, Some(0));
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_said() {
    let machine = Machine::new();
    let full = OpenOptions::new().write(true).open("/dev/full").unwrap();
    let child = machine.command(&["render", "dev", "--demo"]).stdout(Stdio::from(full)).spawn().unwrap();
    Said::of(child).ends(1).complains("the report could not be written whole");
}

#[cfg(unix)]
#[test]
fn one_signal_stops_and_says_what_is_done() {
    let machine = Machine::new();
    for (verb, end) in
        [(&["watch", "dev", "--demo"][..], "dev is"), (&["apply", "dev", "--demo", "--yes"][..], "stopped")]
    {
        let mut child = machine.command(verb).spawn().unwrap();
        let mut reader = BufReader::new(child.stdout.take().unwrap());
        let mut told = String::new();
        while !told.contains("everything is applied") {
            assert_ne!(reader.read_line(&mut told).unwrap(), 0, "{told}");
        }
        let number = child.id().to_string();
        assert!(std::process::Command::new("kill").args(["-INT", &number]).status().unwrap().success());
        let rest: Vec<_> = reader.lines().map(Result::unwrap).collect();
        assert!(rest.iter().any(|line| line.contains(end)), "{rest:#?}");
        Said::of(child).ends(130);
    }
}

#[test]
fn help_reads_well_and_scripts_complete() {
    let machine = Machine::new();
    let help = machine.run(&["--help"]);
    for words in [
        "Examples:",
        "landfall demo",
        "landfall apply dev --yes",
        "Exit codes:",
        "130 stopped",
        "-o json",
        "Nothing is asked",
    ] {
        help.ends(0).says(words);
    }
    for verb in [
        "import",
        "init",
        "creds",
        "render",
        "plan",
        "check",
        "apply",
        "status",
        "watch",
        "health",
        "demo",
        "completion",
    ] {
        machine.run(&[verb, "--help"]).ends(0).says("Usage: landfall");
    }
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        machine.run(&["completion", shell]).ends(0).says("secrets-only");
    }
}
