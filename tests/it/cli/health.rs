//! `landfall health` through the binary: the fixtures of the judgement, and what people pipe in.

use std::fs;

use landfall::document;
use serde_json::{Value, json};

use super::Machine;
use crate::support::fixture;

/// Fixtures that one look decides, one of each sort of trouble.
const SAMPLE: [&str; 8] = [
    "crash-loop",
    "claim-missing",
    "cronjob-suspended",
    "daemonset-ready",
    "definition-names-taken",
    "container-command-missing",
    "apiservice-without-endpoints",
    "autoscaler-target-missing",
];

#[test]
fn fixtures_are_judged_at_their_moment() {
    let machine = Machine::new();
    for name in SAMPLE {
        let text = fs::read_to_string(fixture(&format!("health/{name}.yaml"))).unwrap();
        let documents = document::read(name, &text).unwrap();
        let head = documents[0].to_value();
        assert!(head.get("memory").is_none(), "{name} needs more than one look");
        let items: Vec<Value> = documents[1..].iter().map(document::Node::to_value).collect();
        let now = head["now"].as_str().unwrap();
        let rest = text.split_once("\n---\n").unwrap().1;
        let list = json!({"apiVersion": "v1", "kind": "List", "items": items}).to_string();
        for input in [rest, &list] {
            let said = machine.piped(&["health", "-f", "-", "--now", now, "-o", "json"], input);
            let rows = said.rows();
            for expect in head["expect"].as_array().unwrap() {
                let object = expect["object"].as_str().unwrap();
                let row = rows.iter().find(|row| {
                    format!("{} {}", row["kind"].as_str().unwrap(), row["name"].as_str().unwrap()) == object
                });
                let row = row.unwrap_or_else(|| panic!("{name}: no row on {object}: {said:#?}"));
                assert_eq!(row["verdict"], expect["verdict"], "{name}: {row}");
                assert!(!row["reason"].as_str().unwrap().is_empty() && row.get("namespace").is_some(), "{name}");
            }
            let failed = rows.iter().any(|row| row["verdict"] == "failed");
            said.ends(i32::from(failed));
        }
    }
}

const POD: &str = r#"{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a", "namespace": "x"}}"#;

/// What is piped in, the exit code, and what is said.
const PIPED: &[(&str, i32, &str)] = &[
    ("", 2, "standard input: there is nothing to judge"),
    ("---\n---\n", 2, "there is nothing to judge"),
    ("hello", 2, "standard input:1:1: this is not a Kubernetes object"),
    ("{\"a\": 1}", 2, "this is not a Kubernetes object"),
    ("{\"a\": [1\n", 2, "this is not valid YAML"),
    ("a: 1\na: 2\n", 2, "standard input:2:1: this key is given twice"),
    ("apiVersion: v1\nkind: Pod\n", 2, "it has no metadata.name"),
    ("apiVersion: v1\nkind: PodList\nitems: []\n", 0, "the list is empty"),
    ("{\"apiVersion\": \"v1\", \"kind\": \"PodList\", \"items\": null}", 0, "the list is empty"),
    ("[]", 0, "the list is empty"),
    ("apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n---\nkind: Pod\n", 2, "standard input:5:1"),
];

#[test]
fn what_is_piped_in_is_judged_or_refused_with_its_place() {
    let machine = Machine::new();
    for (input, code, words) in PIPED {
        machine.piped(&["health", "-f", "-"], input).ends(*code).complains(words);
    }
}

#[test]
fn lists_arrays_and_documents_are_the_same() {
    let machine = Machine::new();
    let typed = POD.replace("\"apiVersion\": \"v1\", \"kind\": \"Pod\", ", "");
    for input in [
        POD.to_owned(),
        format!("[{POD}]"),
        format!("{{\"apiVersion\": \"v1\", \"kind\": \"PodList\", \"items\": [{typed}]}}"),
        format!(
            "{{\"apiVersion\": \"v1\", \"kind\": \"List\", \"items\": [{{\"apiVersion\": \"v1\", \"kind\": \"List\", \"items\": [{POD}]}}]}}"
        ),
    ] {
        let said = machine.piped(&["health", "-f", "-"], &input);
        assert_eq!(said.ends(0).out, "◐ progressing  Pod x/a: waiting for a node\n", "{input}");
    }
    let two = format!("{POD}\n{}", POD.replace("\"a\"", "\"b\""));
    let said = machine.piped(&["health", "-f", "-"], &two);
    said.ends(0).says("Pod x/a").says("Pod x/b");
}

#[test]
fn secrets_that_are_piped_in_are_not_shown() {
    let machine = Machine::new();
    let input = "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\nstringData: {password: piped-canary}\n";
    for output in ["text", "json"] {
        machine.piped(&["health", "-f", "-", "-o", output], input).ends(0).keeps_quiet("piped-canary");
    }
}

#[test]
fn much_is_no_trouble_and_depth_is_refused() {
    let machine = Machine::new();
    let many: Vec<String> = (0..2000).map(|n| POD.replace("\"a\"", &format!("\"p{n}\""))).collect();
    let said = machine.piped(&["health", "-f", "-", "-o", "json"], &many.join("\n"));
    assert_eq!(said.ends(0).rows().len(), 2000);
    machine.piped(&["health", "-f", "-"], &"[".repeat(200_000)).ends(2).complains("standard input:1:");
}
