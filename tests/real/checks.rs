//! The checklist over a real control plane. kwok runs no containers: what a probe says is written by the test, as a
//! kubelet reports it, and everything else is real.

use std::collections::BTreeMap;
use std::time::Duration;

use landfall::check::{Finding, Verdict};
use landfall::deploy::{Asking, Pods, Stop};
use serde_json::{Value, json};
use tokio::sync::mpsc;

use crate::conformance::asking::{items, merge, namespace};
use crate::plane::Plane;
use crate::site::Site;

/// What is marked as belonging to a check.
const MARKED: &str = "?labelSelector=landfall.dev%2Fcheck";

/// What the probe finds: all is well but the bucket.
fn answer(check: &str) -> Value {
    if check == "bucket" {
        json!({"check": check, "verdict": "fail", "reason": "missing", "says": "there is no bucket mlflow-artifacts"})
    } else {
        json!({"check": check, "verdict": "ok", "says": "it is well"})
    }
}

/// Ends every probe that runs, with an answer to each check it was asked.
async fn answers(client: &kube::Client, space: &str) {
    loop {
        for pod in items(client, &format!("/api/v1/namespaces/{space}/pods{MARKED}")).await {
            let ready = |one: &Value| one["type"] == "Ready" && one["status"] == "True";
            if !pod["status"]["conditions"].as_array().is_some_and(|all| all.iter().any(ready)) {
                continue;
            }
            let container = &pod["spec"]["containers"][0];
            let variables = container["env"].as_array().unwrap();
            let asked = variables.iter().find(|variable| variable["name"] == "LANDFALL_CHECKS").unwrap();
            let lines: Vec<String> =
                asked["value"].as_str().unwrap().split(',').map(|check| answer(check).to_string()).collect();
            let ended = json!({"exitCode": 0, "reason": "Completed", "message": lines.join("\n"),
                "startedAt": "2026-01-01T00:00:00Z", "finishedAt": "2026-01-01T00:00:01Z"});
            let status = json!({"phase": "Succeeded",
                "conditions": [{"type": "Ready", "status": "False", "reason": "PodCompleted"}],
                "containerStatuses": [{"name": container["name"], "image": container["image"], "imageID": "",
                    "ready": false, "restartCount": 0, "state": {"terminated": ended}}]});
            let path = format!("/api/v1/namespaces/{space}/pods/{}/status", pod["metadata"]["name"].as_str().unwrap());
            // One that is removed meanwhile has been heard.
            merge(client, &path, &json!({"status": status})).await;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test]
async fn all_of_it_is_asked_and_nothing_stays() {
    let plane = Plane::shared();
    let (client, site) = (plane.client().await, Site::new(&plane, &plane.server()).await);
    let session = site.session().await;
    namespace(&client, &site.namespace).await;
    let (news, mut heard) = mpsc::channel(256);
    let asking = Asking { pods: Pods::Here, ..Asking::default() };
    let work = Box::pin(session.check("dev", asking, news, Stop::new()));
    let list = tokio::select! {
        (list, ()) = async { tokio::join!(work, async { while heard.recv().await.is_some() {} }) } => list.unwrap(),
        () = answers(&client, &site.namespace) => unreachable!("it answers until the list is done"),
    };
    let found: BTreeMap<&str, &Finding> =
        list.items.iter().filter_map(|item| Some((item.check.as_str(), item.finding()?))).collect();
    for check in ["identity", "directories", "database", "cluster", "permissions", "quota", "pod-security", "ports"] {
        assert_eq!(found[check].verdict, Verdict::Ok, "{check}: {:#?}", found[check]);
    }
    let bucket = found["bucket"];
    assert_eq!(bucket.verdict, Verdict::Fail, "{bucket:#?}");
    assert!(bucket.headline.contains("there is no bucket"), "{bucket:#?}");
    assert!(bucket.next.as_ref().unwrap().contains("create the bucket"), "{bucket:#?}");
    assert_eq!(session.despite("dev"), ["Artifact store: there is no bucket mlflow-artifacts"]);
    let gone = async {
        for kind in ["pods", "secrets"] {
            while !items(&client, &format!("/api/v1/namespaces/{}/{kind}{MARKED}", site.namespace)).await.is_empty() {
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    };
    tokio::time::timeout(Duration::from_mins(1), gone).await.expect("something of it stays");
}
