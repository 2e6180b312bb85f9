//! The checklist over a real control plane. kwok runs no containers: what a probe says is written by the test, as a
//! kubelet reports it, and everything else is real.

use std::collections::BTreeMap;
use std::time::Duration;

use landfall::check::{Checklist, Finding, Verdict};
use landfall::deploy::{Asking, Pods, Session, Stop};
use landfall::plan::Consent;
use serde_json::{Value, json};
use tokio::sync::mpsc;

use crate::conformance::asking::{items, merge, namespace};
use crate::plane::Plane;
use crate::site::Site;

/// What is marked as belonging to a check.
const MARKED: &str = "?labelSelector=landfall.dev%2Fcheck";

/// What the probe finds: all is well but the bucket, and directories of somebody else until the setup has run.
fn answer(check: &str, set_up: bool) -> Value {
    let fails = |reason: &str, says: &str| json!({"check": check, "verdict": "fail", "reason": reason, "says": says});
    match check {
        "bucket" => fails("missing", "there is no bucket mlflow-artifacts"),
        "directories" if !set_up => fails("owner", "the directories belong to 0:0"),
        _ => json!({"check": check, "verdict": "ok", "says": "it is well"}),
    }
}

/// Ends every pod of a check that runs: a probe with an answer to each check it was asked, a setup with what it did.
async fn answers(client: &kube::Client, space: &str) {
    let mut set_up = false;
    loop {
        for pod in items(client, &format!("/api/v1/namespaces/{space}/pods{MARKED}")).await {
            let ready = |one: &Value| one["type"] == "Ready" && one["status"] == "True";
            if !pod["status"]["conditions"].as_array().is_some_and(|all| all.iter().any(ready)) {
                continue;
            }
            let container = &pod["spec"]["containers"][0];
            let variables = container["env"].as_array().unwrap();
            let asked = variables.iter().find(|variable| variable["name"] == "LANDFALL_CHECKS");
            let lines: Vec<String> = if let Some(asked) = asked {
                asked["value"].as_str().unwrap().split(',').map(|check| answer(check, set_up).to_string()).collect()
            } else {
                assert_eq!(pod["spec"]["securityContext"]["runAsUser"], 0, "only the setup is asked nothing");
                set_up = true;
                Vec::new()
            };
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

/// An administrator, and a site whose namespace is there.
async fn place() -> (kube::Client, Site) {
    let plane = Plane::shared();
    let (client, site) = (plane.client().await, Site::new(&plane, &plane.server()).await);
    namespace(&client, &site.namespace).await;
    (client, site)
}

/// Asks all checks, or some.
async fn checks(session: &Session, only: &[&str]) -> Checklist {
    let (news, mut heard) = mpsc::channel(256);
    let only = only.iter().map(|check| (*check).to_owned()).collect();
    let work =
        Box::pin(session.check("dev", Asking { pods: Pods::Here, only, ..Asking::default() }, news, Stop::new()));
    let (list, ()) = tokio::join!(work, async { while heard.recv().await.is_some() {} });
    list.unwrap()
}

/// Waits until nothing is left that a check made.
async fn nothing_stays(client: &kube::Client, space: &str) {
    let gone = async {
        for (api, kind) in [("/api/v1", "pods"), ("/api/v1", "secrets"), ("/apis/batch/v1", "jobs")] {
            while !items(client, &format!("{api}/namespaces/{space}/{kind}{MARKED}")).await.is_empty() {
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    };
    tokio::time::timeout(Duration::from_mins(1), gone).await.expect("something of it stays");
}

#[tokio::test]
async fn all_of_it_is_asked_and_nothing_stays() {
    let (client, site) = place().await;
    let session = site.session().await;
    let list = tokio::select! {
        list = checks(&session, &[]) => list,
        () = answers(&client, &site.namespace) => unreachable!("it answers until the list is done"),
    };
    let found: BTreeMap<&str, &Finding> =
        list.items.iter().filter_map(|item| Some((item.check.as_str(), item.finding()?))).collect();
    for check in ["identity", "database", "cluster", "permissions", "quota", "pod-security", "ports"] {
        assert_eq!(found[check].verdict, Verdict::Ok, "{check}: {:#?}", found[check]);
    }
    let bucket = found["bucket"];
    assert_eq!(bucket.verdict, Verdict::Fail, "{bucket:#?}");
    assert!(bucket.headline.contains("there is no bucket"), "{bucket:#?}");
    assert!(bucket.next.as_ref().unwrap().contains("create the bucket"), "{bucket:#?}");
    let despite = [
        "Directories on the node: the directories belong to 0:0",
        "Artifact store: there is no bucket mlflow-artifacts",
    ];
    assert_eq!(session.despite("dev"), despite);
    nothing_stays(&client, &site.namespace).await;
}

#[tokio::test]
async fn a_setup_runs_as_a_job_once_it_was_confirmed_and_is_gone_afterwards() {
    let (client, site) = place().await;
    let session = site.session().await;
    let work = async {
        let list = checks(&session, &["directories"]).await;
        let finding = list.items[0].finding().unwrap();
        assert_eq!(finding.verdict, Verdict::Fail, "{finding:#?}");
        let mend = finding.mend.as_ref().unwrap();
        let done = session.mend("dev", mend, &Consent::Yes, Stop::new()).await.unwrap();
        assert!(!done.is_empty(), "the last line of its log, which is kwok's");
        let list = checks(&session, &["directories"]).await;
        assert_eq!(list.items[0].finding().unwrap().verdict, Verdict::Ok, "{list:#?}");
    };
    tokio::select! {
        () = work => {}
        () = answers(&client, &site.namespace) => unreachable!("it answers until all is done"),
    }
    nothing_stays(&client, &site.namespace).await;
}
