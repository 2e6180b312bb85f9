//! Of very many pods that are well, most are only counted.

use jiff::Timestamp;
use landfall::health::{Memory, tree};
use landfall::object::{Object, Objects};
use serde_json::{Value, json};

fn object(value: Value) -> Object {
    Object::new(value).unwrap()
}

fn workload(kind: &str, owner: &str, replicas: usize) -> Object {
    let owners = if owner.is_empty() {
        json!([])
    } else {
        json!([{"kind": "Deployment", "name": "web", "uid": owner, "controller": true}])
    };
    object(json!({
        "apiVersion": "apps/v1", "kind": kind,
        "metadata": {"name": "web", "namespace": "shop", "uid": format!("uid-{kind}"), "generation": 1,
            "annotations": {"deployment.kubernetes.io/revision": "1"}, "ownerReferences": owners},
        "spec": {"replicas": replicas},
        "status": {"observedGeneration": 1, "replicas": replicas, "updatedReplicas": replicas, "readyReplicas": replicas,
            "availableReplicas": replicas, "conditions": [{"type": "Available", "status": "True"}]},
    }))
}

fn pod(number: usize, ready: &str) -> Object {
    object(json!({
        "apiVersion": "v1", "kind": "Pod",
        "metadata": {"name": format!("web-{number}"), "namespace": "shop", "uid": format!("uid-{number}"),
            "ownerReferences": [{"kind": "ReplicaSet", "name": "web", "uid": "uid-ReplicaSet", "controller": true}]},
        "spec": {"containers": [{"name": "web", "image": "web:1"}]},
        "status": {"phase": "Running", "conditions": [{"type": "Ready", "status": ready}]},
    }))
}

fn event(number: usize, kind: &str) -> Object {
    object(json!({
        "apiVersion": "v1", "kind": "Event", "metadata": {"name": format!("event-{number}"), "namespace": "shop"},
        "type": kind, "reason": "Told", "involvedObject": {"kind": "Pod", "namespace": "shop", "name": format!("web-{number}")},
    }))
}

#[test]
fn well_pods_beyond_a_screenful_are_only_counted() {
    let mut memory = Memory::new(Timestamp::now());
    let mut objects: Objects =
        [workload("Deployment", "", 60), workload("ReplicaSet", "uid-Deployment", 60)].into_iter().collect();
    for pod in (0..60).map(|number| pod(number, "True")) {
        if memory.keeps(&pod) {
            objects.put(pod);
        }
    }
    assert_eq!(objects.of_kind("Pod").count(), 20);
    assert_eq!(memory.counted("shop").count(), 40);
    let root = objects.of_kind("Deployment").next().unwrap().key().clone();
    let deployment = &tree(&[root], &objects, &memory, Timestamp::now()).roots[0];
    assert_eq!((deployment.children.len(), deployment.more), (20, 40));
}

#[test]
fn a_pod_that_is_no_longer_well_is_kept() {
    let mut memory = Memory::new(Timestamp::now());
    assert_eq!((0..60).filter(|number| memory.keeps(&pod(*number, "True"))).count(), 20);
    assert!(memory.keeps(&pod(55, "False")));
    assert_eq!(memory.counted("shop").count(), 39);
    // A place became free where a listed one left.
    memory.forget(pod(3, "True").key());
    assert!(memory.keeps(&pod(56, "True")));
    assert_eq!(memory.counted("shop").count(), 38);
}

#[test]
fn what_is_said_in_passing_about_counted_pods_is_not_kept() {
    let mut memory = Memory::new(Timestamp::now());
    assert_eq!((0..60).filter(|number| memory.keeps(&pod(*number, "True"))).count(), 20);
    assert!(memory.keeps(&event(3, "Normal")));
    assert!(!memory.keeps(&event(55, "Normal")));
    assert!(memory.keeps(&event(55, "Warning")), "a warning is news");
}

#[test]
fn what_is_said_about_a_pod_that_is_not_there_is_known_as_such() {
    let mut memory = Memory::new(Timestamp::now());
    assert!(memory.is_of_nobody(&event(3, "Warning")), "nobody was told of");
    assert_eq!((0..60).filter(|number| memory.keeps(&pod(*number, "True"))).count(), 20);
    assert!(memory.keeps(&pod(90, "False")));
    for there in [3, 55, 90] {
        assert!(!memory.is_of_nobody(&event(there, "Normal")), "{there} is listed, counted or not well");
        memory.forget(pod(there, "True").key());
        assert!(memory.is_of_nobody(&event(there, "Warning")), "{there} is gone");
    }
    let elsewhere = json!({
        "apiVersion": "v1", "kind": "Event", "metadata": {"name": "event", "namespace": "shop"},
        "involvedObject": {"kind": "ReplicaSet", "namespace": "shop", "name": "web"},
    });
    assert!(!memory.is_of_nobody(&object(elsewhere)), "other kinds are not asked for one by one");
}
