//! Every fixture is some subjects with the plan they must become; and what a plan lets one do.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::fs;
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use landfall::cluster::Ingest;
use landfall::document::{self, to_yaml};
use landfall::object::{Fingerprint, Key, Object};
use landfall::plan::{
    Action, Blocker, Change, Consent, Denial, FieldChange, Numbers, Plan, Rehearsal, Subject, Target, Validation, draw,
    wave,
};
use landfall::secret::Digest;
use rstest::rstest;
use serde_json::{Map, Value, json};

/// One fixture: what is expected, and one document per subject with `live`, `desired` and what the server says.
struct Case {
    expect: Value,
    subjects: Vec<Subject>,
    /// Every secret value that stands in it, plain and as base64.
    secrets: Vec<String>,
}

impl Case {
    fn read(path: &Path) -> Self {
        let text = fs::read_to_string(path).unwrap();
        let mut documents =
            document::read(&path.display().to_string(), &text).unwrap().into_iter().map(|node| node.to_value());
        let expect = documents.next().unwrap();
        let documents: Vec<Value> = documents.collect();
        assert!(!documents.is_empty(), "a case without a subject");
        let mut secrets = Vec::new();
        for object in documents.iter().flat_map(|told| ["live", "desired", "server"].map(|name| &told[name])) {
            secrets.extend(values(object));
        }
        Self { expect, subjects: documents.iter().map(subject).collect(), secrets }
    }

    fn plan(&self) -> Plan<()> {
        draw(target(), &self.subjects, Timestamp::UNIX_EPOCH, ())
    }
}

/// The values of a Secret, plain and encoded.
fn values(object: &Value) -> Vec<String> {
    let mut found = Vec::new();
    if object["kind"] == "Secret" {
        let text =
            |field: &str| object[field].as_object().into_iter().flat_map(Map::values).map(|v| v.as_str().unwrap());
        found.extend(text("stringData").flat_map(|plain| [plain.to_owned(), STANDARD.encode(plain)]));
        found.extend(text("data").map(|coded| String::from_utf8(STANDARD.decode(coded).unwrap()).unwrap()));
        found.extend(text("data").map(str::to_owned));
    }
    found
}

/// A subject as `deploy` makes it: objects come in masked, and a Secret's placeholder in the dry run is replaced by what
/// was really asked for.
fn subject(told: &Value) -> Subject {
    let ingest = Ingest::new(Digest::with_key([7; 32]));
    let take = |value: &Value| ingest.object(value.clone()).unwrap();
    let list = |name: &str| -> Vec<String> {
        told[name].as_array().into_iter().flatten().map(|text| text.as_str().unwrap().to_owned()).collect()
    };
    let desired = take(&told["desired"]);
    let text = |field: &str| told[field].as_str().unwrap_or_default().to_owned();
    let rehearsal = match told["rehearsal"].as_str().unwrap_or("valid") {
        "valid" => {
            let server = told.get("server").map_or_else(|| desired.clone(), take);
            let data = desired.at("/data").filter(|_| desired.kind() == "Secret").cloned();
            let server = server.with(|value| {
                if let Some(Value::Object(data)) = data {
                    value["data"].as_object_mut().unwrap().extend(data);
                }
            });
            Rehearsal::Valid { object: Box::new(server.unwrap()), warnings: list("warnings") }
        }
        "unseen" => Rehearsal::Unseen(text("words")),
        "held" => Rehearsal::Held(
            told["held"]
                .as_array()
                .unwrap()
                .iter()
                .map(|held| (held["field"].as_str().unwrap().to_owned(), held["manager"].as_str().unwrap().to_owned()))
                .collect(),
        ),
        "immutable" => Rehearsal::Immutable(text("words")),
        "left-alone" => Rehearsal::LeftAlone(text("words")),
        "refused" => Rehearsal::Refused {
            words: text("words"),
            sentence: text("sentence"),
            next: text("next"),
            pointer: told["pointer"].as_str().map(str::to_owned),
        },
        other => panic!("no rehearsal is called {other}"),
    };
    Subject {
        desired,
        live: told.get("live").map(take),
        rehearsal,
        shared_with: list("shared_with"),
        joins: told["joins"].as_bool().unwrap_or(false),
    }
}

fn target() -> Target {
    Target {
        project: "mlflow-k3f9".to_owned(),
        module: "mlflow".to_owned(),
        environment: "dev".to_owned(),
        context: "kind-lab".to_owned(),
        server: "https://10.0.0.5:6443".to_owned(),
        namespace: "mlflow".to_owned(),
        protected: false,
    }
}

/// The plan as fixtures tell it: one line per fact, nothing for what is empty.
fn told(plan: &Plan<()>) -> Value {
    let changes: Vec<Value> = plan.changes.iter().map(change).collect();
    let restarts = plan.restarts.iter().map(|restart| {
        let downtime = if restart.downtime { ", no service meanwhile" } else { "" };
        format!("{} of {} because of {}{downtime}", restart.pods, restart.workload, restart.because.join(", "))
    });
    let blockers = plan.blockers.iter().map(|blocker| {
        let key = blocker.key.as_ref().map_or_else(String::new, |key| format!("{key}: "));
        let pointer = blocker.pointer.as_ref().map_or_else(String::new, |pointer| format!(" {pointer}"));
        format!("{key}{} {}{pointer}", blocker.sentence, blocker.next)
    });
    bare(json!({
        "changes": changes,
        "restarts": restarts.collect::<Vec<_>>(),
        "blockers": blockers.collect::<Vec<_>>(),
        "warnings": plan.warnings,
    }))
}

fn change(change: &Change) -> Value {
    let fields = |fields: &[FieldChange]| fields.iter().map(field).collect::<Vec<_>>();
    let conflicts = change.conflicts.iter().map(|held| {
        let value = |value: &Option<String>| value.clone().unwrap_or_else(|| "nothing".to_owned());
        let since = held.since.map_or_else(String::new, |since| format!(" since {since}"));
        format!("{}: {} of {}{since}, {} here", held.path, value(&held.theirs), held.manager, value(&held.ours))
    });
    let validation = match &change.validation {
        Validation::Valid => String::new(),
        Validation::Unseen(why) => format!("unseen: {why}"),
        Validation::Refused(words) => format!("refused: {words}"),
    };
    bare(json!({
        "object": change.key.to_string(),
        "action": change.action.word(),
        "summary": change.summary,
        "fields": fields(&change.fields),
        "filled": fields(&change.filled),
        "conflicts": conflicts.collect::<Vec<_>>(),
        "notes": change.notes,
        "validation": validation,
    }))
}

fn field(field: &FieldChange) -> String {
    match (&field.before, &field.after) {
        (Some(before), Some(after)) => format!("~ {}: {before} → {after}", field.path),
        (None, Some(after)) => format!("+ {}: {after}", field.path),
        (Some(before), None) => format!("- {}: {before}", field.path),
        (None, None) => panic!("{} neither comes nor goes", field.path),
    }
}

fn bare(value: Value) -> Value {
    let Value::Object(map) = value else { panic!("not a mapping") };
    let empty = |value: &Value| value.as_array().is_some_and(Vec::is_empty) || value == "";
    Value::Object(map.into_iter().filter(|(_, value)| !empty(value)).collect())
}

#[rstest]
fn fixture_becomes_its_plan(#[files("tests/fixtures/plan/*.yaml")] path: PathBuf) {
    let case = Case::read(&path);
    let found = told(&case.plan());
    assert!(found == case.expect, "{} became\n{}", path.display(), to_yaml(&found));
}

/// The laws of every plan: nothing secret in it, every pair of before and after differs, words are fit for a screen.
#[rstest]
fn laws_hold(#[files("tests/fixtures/plan/*.yaml")] path: PathBuf) {
    let case = Case::read(&path);
    let plan = case.plan();
    let all = format!("{plan:?}");
    for secret in &case.secrets {
        assert!(!all.contains(secret.as_str()), "a secret value is in {all}");
    }
    for change in &plan.changes {
        assert_eq!(change.wave, wave(&change.key));
        assert!(document::read_one("yaml", &change.yaml).unwrap().get("kind").is_some(), "{}", change.yaml);
        for field in change.fields.iter().chain(&change.filled) {
            assert_ne!(field.before, field.after, "{}", field.path);
        }
    }
    let sorted = plan.changes.is_sorted_by_key(|change| (change.action, change.wave));
    assert!(sorted, "the dangerous do not come first");
    let said = plan.changes.iter().flat_map(|change| change.notes.iter().chain([&change.summary]));
    let said =
        said.chain(&plan.warnings).chain(plan.blockers.iter().flat_map(|blocker| [&blocker.sentence, &blocker.next]));
    for sentence in said {
        let low = sentence.to_lowercase();
        for never in ["failed to", "please", "1 fields", "1 keys", "1 values", "  ", ".."] {
            assert!(!low.contains(never), "{never:?} in {sentence}");
        }
    }
}

/// A plan of what was applied is empty: the server's answer, applied, changes nothing.
#[rstest]
fn what_was_applied_stays(#[files("tests/fixtures/plan/*.yaml")] path: PathBuf) {
    let mut case = Case::read(&path);
    case.subjects.retain_mut(|subject| {
        subject.joins = false;
        let Rehearsal::Valid { object, warnings } = &mut subject.rehearsal else { return false };
        warnings.clear();
        subject.live = Some((**object).clone());
        true
    });
    let plan = case.plan();
    assert!(plan.is_empty() && plan.restarts.is_empty(), "{}", to_yaml(&told(&plan)));
    assert_eq!(plan.count(Action::Unchanged), case.subjects.len());
}

fn config_map(data: &Value) -> Object {
    let value = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c", "namespace": "mlflow"}, "data": data});
    Object::new(value).unwrap()
}

/// A plan with one change, one conflict if asked for, and one blocker if asked for.
fn plan(protected: bool, conflict: bool, blocked: bool) -> Plan<&'static str> {
    let change = |rehearsal| Subject {
        desired: config_map(&json!({"a": "2"})),
        live: Some(config_map(&json!({"a": "1"}))),
        rehearsal,
        shared_with: Vec::new(),
        joins: false,
    };
    let valid = Rehearsal::Valid { object: Box::new(config_map(&json!({"a": "2"}))), warnings: Vec::new() };
    let mut subjects = vec![change(valid)];
    if conflict {
        subjects.push(change(Rehearsal::Held(vec![(".data.a".to_owned(), "kubectl-edit".to_owned())])));
    }
    let mut plan = draw(Target { protected, ..target() }, &subjects, Timestamp::UNIX_EPOCH, "payload");
    if blocked {
        plan.blockers.push(Blocker {
            key: None,
            sentence: "It is forbidden.".to_owned(),
            next: "Ask.".to_owned(),
            pointer: None,
            knob: None,
        });
    }
    plan
}

#[rstest]
#[case::plain_yes(false, false, false, Consent::Yes, Ok(()))]
#[case::its_name(false, false, false, Consent::Named("dev".into()), Ok(()))]
#[case::another_name(false, false, false, Consent::Named("prod".into()), Err(Denial::NameNeeded))]
#[case::protected_yes(true, false, false, Consent::Yes, Err(Denial::NameNeeded))]
#[case::protected_name(true, false, false, Consent::Named("dev".into()), Ok(()))]
#[case::protected_half_a_name(true, false, false, Consent::Named("de".into()), Err(Denial::NameNeeded))]
#[case::protected_other_case(true, false, false, Consent::Named("Dev".into()), Err(Denial::NameNeeded))]
#[case::conflict(false, true, false, Consent::Yes, Err(Denial::Blocked))]
#[case::conflict_named(true, true, false, Consent::Named("dev".into()), Err(Denial::Blocked))]
#[case::blocked(false, false, true, Consent::Yes, Err(Denial::Blocked))]
#[case::blocked_named(true, false, true, Consent::Named("dev".into()), Err(Denial::Blocked))]
fn only_fit_consent_will_do(
    #[case] protected: bool,
    #[case] conflict: bool,
    #[case] blocked: bool,
    #[case] consent: Consent,
    #[case] expected: Result<(), Denial>,
) {
    let plan = plan(protected, conflict, blocked);
    assert_eq!(plan.allows(&consent), expected);
    match plan.approve(&consent) {
        Ok(approved) => {
            assert_eq!(expected, Ok(()));
            assert_eq!(approved.plan().count(Action::Update), 1);
            assert_eq!(approved.open().1, "payload");
        }
        Err((plan, denial)) => {
            assert_eq!(expected, Err(denial));
            assert_eq!(*plan.payload(), "payload", "a denied plan comes back whole");
        }
    }
}

#[test]
fn numbers_are_given_in_the_order_of_first_sight() {
    let digest = Digest::with_key([7; 32]);
    let (one, two) = (digest.fingerprint(b"one"), digest.fingerprint(b"two"));
    let mut numbers = Numbers::default();
    assert_eq!(numbers.text(&two.to_string()), "●1");
    assert_eq!(numbers.text(&one.to_string()), "●2");
    assert_eq!(numbers.of(two), 1, "equal values keep their number");
    assert_eq!(numbers.text(&format!("postgres://{one}@db and {two}@x")), "postgres://●2@db and ●1@x");
    assert_eq!(numbers.text("● is no fingerprint, ●abc neither, ●"), "● is no fingerprint, ●abc neither, ●");
    assert_eq!(numbers.line(&json!(null)), "null");
    assert_eq!(numbers.line(&json!(["x", one.to_string()])), r#"["x","●2"]"#);
    assert_eq!(numbers.masked(json!({"a": {"b": two.to_string()}, "c": 5})), json!({"a": {"b": "●1"}, "c": 5}));
    assert_eq!(numbers.of(Fingerprint::from_bytes([0; 16])), 3);
}

#[rstest]
#[case("v1", "Namespace", 0)]
#[case("apiextensions.k8s.io/v1", "CustomResourceDefinition", 0)]
#[case("scheduling.k8s.io/v1", "PriorityClass", 0)]
#[case("storage.k8s.io/v1", "StorageClass", 0)]
#[case("networking.k8s.io/v1", "IngressClass", 0)]
#[case("node.k8s.io/v1", "RuntimeClass", 0)]
#[case("rbac.authorization.k8s.io/v1", "ClusterRole", 0)]
#[case("v1", "ServiceAccount", 1)]
#[case("rbac.authorization.k8s.io/v1", "Role", 1)]
#[case("rbac.authorization.k8s.io/v1", "ClusterRoleBinding", 1)]
#[case("rbac.authorization.k8s.io/v1", "RoleBinding", 1)]
#[case("networking.k8s.io/v1", "NetworkPolicy", 1)]
#[case("v1", "ResourceQuota", 1)]
#[case("v1", "LimitRange", 1)]
#[case("policy/v1", "PodDisruptionBudget", 1)]
#[case("v1", "Secret", 1)]
#[case("v1", "ConfigMap", 1)]
#[case("v1", "PersistentVolume", 1)]
#[case("v1", "PersistentVolumeClaim", 1)]
#[case("v1", "Service", 2)]
#[case("apps/v1", "StatefulSet", 3)]
#[case("apps/v1", "DaemonSet", 3)]
#[case("apps/v1", "Deployment", 3)]
#[case("v1", "Pod", 3)]
#[case("batch/v1", "Job", 3)]
#[case("batch/v1", "CronJob", 3)]
#[case("autoscaling/v2", "HorizontalPodAutoscaler", 4)]
#[case("networking.k8s.io/v1", "Ingress", 4)]
#[case("gateway.networking.k8s.io/v1", "HTTPRoute", 4)]
#[case("apiregistration.k8s.io/v1", "APIService", 4)]
#[case("example.org/v1", "Service", 4)]
#[case("admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration", 5)]
fn what_others_need_goes_first(#[case] api: &str, #[case] kind: &str, #[case] expected: usize) {
    assert_eq!(wave(&Key::new(api, kind, None, "x")), expected);
}
