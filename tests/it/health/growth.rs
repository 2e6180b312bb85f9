//! The tree: its shape, its stages, what it remembers, and that it grows in proportion.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use landfall::health::{Cause, ContainerState, Memory, Node, Stage, Tree, Trouble, Verdict, tree};
use landfall::object::{Key, Object, Objects};
use serde_json::{Value, json};

fn at(text: &str) -> Timestamp {
    format!("2026-11-01T{text}Z").parse().unwrap()
}

fn object(value: Value) -> Object {
    Object::new(value).unwrap()
}

fn owner(kind: &str, name: &str) -> Value {
    json!([{"apiVersion": "apps/v1", "kind": kind, "name": name, "uid": name, "controller": true}])
}

fn deployment(name: &str, pods: usize) -> Object {
    object(json!({
        "apiVersion": "apps/v1", "kind": "Deployment",
        "metadata": {"name": name, "namespace": "mlflow", "uid": name, "generation": 1},
        "spec": {"replicas": pods},
        "status": {"observedGeneration": 1, "replicas": pods, "updatedReplicas": pods}
    }))
}

fn replica_set(name: &str, deployment: &str, revision: &str) -> Object {
    object(json!({
        "apiVersion": "apps/v1", "kind": "ReplicaSet",
        "metadata": {"name": name, "namespace": "mlflow", "uid": name, "ownerReferences": owner("Deployment", deployment),
            "annotations": {"deployment.kubernetes.io/revision": revision}},
        "spec": {"replicas": 1}
    }))
}

fn pod(name: &str, set: &str, status: &Value) -> Object {
    object(json!({
        "apiVersion": "v1", "kind": "Pod",
        "metadata": {"name": name, "namespace": "mlflow", "uid": name, "ownerReferences": owner("ReplicaSet", set),
            "creationTimestamp": "2026-11-01T12:00:00Z", "labels": {"app": "web"}},
        "spec": {"nodeName": "worker-1", "initContainers": [{"name": "init", "image": "acme/init:1"}],
            "containers": [{"name": "web", "image": "acme/web:1"}]},
        "status": status
    }))
}

fn event(about: &str, reason: &str, message: &str, when: &str) -> Object {
    object(json!({
        "apiVersion": "v1", "kind": "Event", "metadata": {"name": format!("{about}.{reason}"), "namespace": "mlflow"},
        "involvedObject": {"kind": "Pod", "name": about, "namespace": "mlflow", "uid": about},
        "reason": reason, "message": message, "firstTimestamp": when, "lastTimestamp": when
    }))
}

fn started() -> Value {
    json!({"phase": "Running",
        "conditions": [
            {"type": "PodScheduled", "status": "True", "lastTransitionTime": "2026-11-01T12:00:01Z"},
            {"type": "Initialized", "status": "True", "lastTransitionTime": "2026-11-01T12:00:27Z"},
            {"type": "Ready", "status": "True", "lastTransitionTime": "2026-11-01T12:00:46Z"}],
        "initContainerStatuses": [{"name": "init", "restartCount": 1, "ready": true, "state": {"terminated":
            {"exitCode": 0, "reason": "Completed", "startedAt": "2026-11-01T12:00:23Z", "finishedAt": "2026-11-01T12:00:27Z"}}}],
        "containerStatuses": [{"name": "web", "restartCount": 2, "ready": true, "started": true, "state": {"running":
            {"startedAt": "2026-11-01T12:00:27Z"}}}]})
}

fn refused() -> Value {
    json!({"phase": "Pending", "initContainerStatuses": [{"name": "init", "restartCount": 0, "ready": false,
        "state": {"waiting": {"reason": "ImagePullBackOff", "message": "401 Unauthorized"}}}]})
}

fn grow(roots: &[&Object], objects: &[Object], now: Timestamp) -> Tree {
    let roots: Vec<Key> = roots.iter().map(|root| root.key().clone()).collect();
    tree(&roots, &objects.iter().cloned().collect::<Objects>(), &Memory::default(), now)
}

#[test]
fn pods_stand_under_their_deployment_newest_version_first() {
    let web = deployment("web", 1);
    let config =
        object(json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c", "namespace": "mlflow"}}));
    let objects = [
        web.clone(),
        config.clone(),
        replica_set("web-1", "web", "1"),
        replica_set("web-2", "web", "2"),
        pod("web-1-a", "web-1", &started()),
        pod("web-2-a", "web-2", &refused()),
    ];
    let tree = grow(&[&config, &web], &objects, at("12:05:00"));
    let names = |nodes: &[Node]| nodes.iter().map(|node| (node.key.name.clone(), node.current)).collect::<Vec<_>>();
    assert_eq!(names(&tree.roots), [("web".to_owned(), true), ("c".to_owned(), true)], "what is wrong comes first");
    assert_eq!(names(&tree.roots[0].children), [("web-2-a".to_owned(), true), ("web-1-a".to_owned(), false)]);
    let health = tree.verdict();
    assert_eq!(health.verdict, Verdict::Failed);
    assert_eq!(
        health.to_string(),
        "failed, 0/1 available, new 1, old 0: the registry refused acme/init:1. Name a pull secret in the pod \
         (imagePullSecrets), or check that the image is public."
    );
    let causes: Vec<&Cause> = tree.causes();
    assert_eq!(causes.len(), 1, "the pod's cause and the Deployment's are one: {causes:#?}");
    assert_eq!(causes[0].object.name, "web-2-a");
}

#[test]
fn a_pod_is_seen_from_close_by() {
    let web = deployment("web", 1);
    let objects = [
        web.clone(),
        replica_set("web-1", "web", "1"),
        pod("web-1-a", "web-1", &started()),
        event("web-1-a", "Pulling", "Pulling image \"b\"", "2026-11-01T12:00:02Z"),
        event("web-1-a", "Pulled", "Successfully pulled image \"b\" in 21s", "2026-11-01T12:00:23Z"),
    ];
    let tree = grow(&[&web], &objects, at("12:05:00"));
    let view = tree.roots[0].children[0].pod.clone().unwrap();
    assert_eq!((view.node.as_deref(), view.restarts), (Some("worker-1"), 3));
    let stage =
        |word: &str, from: &str, until: &str| Stage { word: word.to_owned(), from: at(from), until: Some(at(until)) };
    let expected = [
        stage("schedule", "12:00:00", "12:00:01"),
        stage("pull", "12:00:02", "12:00:23"),
        stage("init", "12:00:23", "12:00:27"),
        stage("start", "12:00:27", "12:00:46"),
        stage("ready", "12:00:46", "12:00:46"),
    ];
    assert_eq!(view.stages, expected);
    let [init, main] = view.containers.as_slice() else { unreachable!("two containers") };
    assert!(init.init && !main.init && main.ready);
    assert!(matches!(&init.state, ContainerState::Ended { exit: 0, reason, .. } if reason == "Completed"));
    assert_eq!(main.state, ContainerState::Running { since: Some(at("12:00:27")) });
}

#[test]
fn a_stage_that_still_runs_has_no_end() {
    let status = json!({"phase": "Pending", "conditions": [
        {"type": "PodScheduled", "status": "True", "lastTransitionTime": "2026-11-01T12:00:01Z"}]});
    let web = deployment("web", 1);
    let objects = [
        web.clone(),
        replica_set("web-1", "web", "1"),
        pod("web-1-a", "web-1", &status),
        event("web-1-a", "Pulling", "Pulling image \"b\"", "2026-11-01T12:00:02Z"),
    ];
    let tree = grow(&[&web], &objects, at("12:05:00"));
    let view = tree.roots[0].children[0].pod.clone().unwrap();
    let last = view.stages.last().unwrap();
    assert_eq!((last.word.as_str(), last.from, last.until), ("pull", at("12:00:02"), None));
}

#[test]
fn the_worst_root_speaks_for_the_release() {
    let claim = |name: &str, phase: &str, deleting: bool| {
        let mut value = json!({"apiVersion": "v1", "kind": "PersistentVolumeClaim",
            "metadata": {"name": name, "namespace": "mlflow"}, "status": {"phase": phase}});
        if deleting {
            value["metadata"]["deletionTimestamp"] = json!("2026-11-01T12:00:00Z");
        }
        object(value)
    };
    let (ready, waiting) = (claim("a", "Bound", false), claim("b", "Pending", false));
    let (going, lost) = (claim("c", "Bound", true), claim("d", "Lost", false));
    let absent = object(json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "x"}}));
    let objects = [ready.clone(), waiting.clone(), going.clone(), lost.clone()];
    let of = |roots: &[&Object]| grow(roots, &objects, at("12:05:00")).verdict().verdict;
    assert_eq!(of(&[]), Verdict::Ready);
    assert_eq!(of(&[&ready]), Verdict::Ready);
    assert_eq!(of(&[&ready, &absent]), Verdict::Unknown);
    assert_eq!(of(&[&ready, &absent, &waiting]), Verdict::Progressing);
    assert_eq!(of(&[&ready, &absent, &waiting, &going]), Verdict::Terminating);
    assert_eq!(of(&[&ready, &absent, &waiting, &going, &lost]), Verdict::Failed);
}

#[test]
fn owners_in_a_circle_end() {
    let circle = |name: &str, of: &str| {
        object(json!({"apiVersion": "acme.example/v1", "kind": "Ring",
            "metadata": {"name": name, "uid": name, "ownerReferences": owner("Ring", of)}}))
    };
    let (a, b) = (circle("a", "b"), circle("b", "a"));
    let tree = grow(&[&a], &[a.clone(), b], at("12:05:00"));
    assert!(tree.roots[0].all().len() < 10);
}

#[test]
fn going_back_and_forth_is_no_progress() {
    let state = |ready: bool| {
        let status = json!({"phase": "Running", "containerStatuses":
            [{"name": "web", "restartCount": 1, "ready": ready, "state": {"running": {"startedAt": "2026-11-01T12:00:05Z"}}}]});
        let counted = i64::from(ready);
        let web = deployment("web", 2).with(|value| value["status"]["readyReplicas"] = json!(counted)).unwrap();
        [web, replica_set("web-1", "web", "1"), pod("web-1-a", "web-1", &status)].into_iter().collect::<Objects>()
    };
    let mut memory = Memory::new(at("12:00:00"));
    for minute in 0..20 {
        memory.observe(&state(minute % 2 == 1), at(&format!("12:{minute:02}:10")));
    }
    let roots = [deployment("web", 2).key().clone()];
    let verdict = |now| tree(&roots, &state(false), &memory, now).verdict();
    assert_eq!(
        verdict(at("12:11:00")).verdict,
        Verdict::Progressing,
        "ten minutes after the last progress at 12:01:10"
    );
    let late = verdict(at("12:11:20"));
    assert_eq!(late.verdict, Verdict::Failed, "{late}");
}

#[test]
fn every_trouble_has_its_own_word() {
    let text = String::new;
    let all = [
        Trouble::Deadline,
        Trouble::ImageMissing { image: text() },
        Trouble::RegistryRefused { image: text(), pull_secrets: Vec::new() },
        Trouble::RegistryUnreachable { image: text() },
        Trouble::Crash { init: false, exit: 1, words: text() },
        Trouble::OutOfMemory,
        Trouble::Probe { probe: text() },
        Trouble::Missing { kind: text(), name: text(), key: None },
        Trouble::Container,
        Trouble::HostPath { path: text(), node: None },
        Trouble::Volume,
        Trouble::Sandbox,
        Trouble::Unschedulable { resource: None },
        Trouble::Quota,
        Trouble::Admission,
        Trouble::Job,
        Trouble::Claim,
        Trouble::Evicted,
        Trouble::Deleting,
        Trouble::Silent,
        Trouble::Other,
    ];
    let words: BTreeSet<&str> = all.iter().map(Trouble::word).collect();
    assert_eq!(words.len(), all.len());
    assert!(words.iter().all(|word| word.chars().all(|c| c.is_ascii_lowercase() || c == '-')));
}

/// The quickest of so many runs over so many pods, each with an Event, memory included.
fn time(pods: usize, runs: usize) -> Duration {
    let web = deployment("web", pods);
    let service =
        object(json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web", "namespace": "mlflow"},
        "spec": {"selector": {"app": "web"}}}));
    let mut objects: Objects = [web.clone(), service.clone(), replica_set("web-1", "web", "1")].into_iter().collect();
    for n in 0..pods {
        let name = format!("web-1-{n}");
        objects.put(event(
            &name,
            "Failed",
            "Failed to pull image \"acme/init:1\": 401 Unauthorized",
            "2026-11-01T12:00:30Z",
        ));
        objects.put(pod(&name, "web-1", &refused()));
    }
    let roots = [web.key().clone(), service.key().clone()];
    let once = || {
        let begun = Instant::now();
        let mut memory = Memory::new(at("12:00:00"));
        memory.observe(&objects, at("12:01:00"));
        let tree = tree(&roots, &objects, &memory, at("12:05:00"));
        let spent = begun.elapsed();
        assert_eq!(tree.roots[0].children.len(), pods);
        spent
    };
    (0..runs).map(|_| once()).min().unwrap()
}

#[test]
fn time_grows_in_proportion_to_the_pods() {
    let (few, many) = (time(600, 3), time(4800, 1));
    // eight times the pods; something quadratic would take sixty-four times as long
    assert!(many < few * 24 + Duration::from_millis(200), "600 pods: {few:?}, 4800 pods: {many:?}");
}
