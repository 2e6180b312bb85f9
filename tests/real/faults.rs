//! Faults on the way to a real control plane and in it.
//!
//! Moments are taken from the events themselves. What is promised is 3 s to fresh data after the server is ready, 5 s
//! until silence is noticed, and 30 s until it is over; a busy machine gets [`SLACK`] on top.

mod credentials;
mod crowd;
mod killed;
mod restart;
mod silence;

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use landfall::deploy::{Contact, Event, Outcome, Session, Stop, What};
use landfall::plan::Consent;
use serde_json::{Value, json};
use tokio::sync::{mpsc, watch};

use crate::conformance::asking::{items, merge, post, until};

/// What a busy machine adds.
const SLACK: SignedDuration = SignedDuration::from_secs(3);

/// An apply that goes on beside the test.
struct Running {
    work: tokio::task::JoinHandle<Outcome>,
    events: watch::Receiver<Vec<Event>>,
}

/// Begins to apply dev in a namespace in which no pod becomes ready; returns when its pod runs and that was seen.
async fn begin(session: &Session, admin: &kube::Client, namespace: &str) -> Running {
    let meta = json!({"name": namespace, "annotations": {"test.landfall.dev/stage": "never-ready"}});
    post(admin, "/api/v1/namespaces", &json!({"metadata": meta})).await.ok();
    let plan = session.prepare("dev", false).await.unwrap();
    assert!(plan.blockers.is_empty(), "{:#?}", plan.blockers);
    let approved = plan.approve(&Consent::Yes).unwrap();
    let (sender, mut receiver) = mpsc::channel(256);
    let (kept, events) = watch::channel(Vec::new());
    tokio::spawn(async move {
        while let Some(event) = receiver.recv().await {
            kept.send_modify(|all| all.push(event));
        }
    });
    let session = session.clone();
    let work = tokio::spawn(async move { session.run(approved, sender, Stop::new()).await });
    let mut running = Running { work, events };
    running.at("everything to be applied", |what| matches!(what, What::Waiting)).await;
    let pods = format!("/api/v1/namespaces/{namespace}/pods");
    until(admin, &pods, |answer| answer.body["items"][0]["status"]["phase"] == "Running").await;
    running.at("the objects to be seen", |what| matches!(what, What::Seen(_))).await;
    running
}

impl Running {
    /// Waits for an event; answers when it was.
    async fn at(&mut self, what: &str, wanted: impl Fn(&What) -> bool) -> Timestamp {
        let found = |all: &Vec<Event>| all.iter().any(|event| wanted(&event.what));
        let waiting = tokio::time::timeout(Duration::from_mins(2), self.events.wait_for(found)).await;
        let all = waiting.unwrap_or_else(|_| panic!("waited for {what} in vain")).expect("it ended").clone();
        all.iter().find(|event| wanted(&event.what)).unwrap().at
    }

    /// Waits until what is shown is called old; answers when.
    async fn lost(&mut self) -> Timestamp {
        self.at("contact to be lost", |what| matches!(what, What::Contact(Contact::Lost { .. }))).await
    }

    /// Waits until what is shown is fresh again; answers when.
    async fn live(&mut self) -> Timestamp {
        self.at("contact again", |what| matches!(what, What::Contact(Contact::Live))).await
    }

    async fn ends(self) -> Outcome {
        tokio::time::timeout(Duration::from_mins(3), self.work).await.expect("it does not end").unwrap()
    }
}

/// Makes every pod of a namespace well, whatever it had.
async fn mend(admin: &kube::Client, namespace: &str) {
    for pod in items(admin, &format!("/api/v1/namespaces/{namespace}/pods")).await {
        let path = format!("/api/v1/namespaces/{namespace}/pods/{}", pod["metadata"]["name"].as_str().unwrap());
        merge(admin, &path, &json!({"metadata": {"annotations": {"test.landfall.dev/stage": "ready"}}})).await.ok();
    }
}

/// Makes a warning about the pod of an environment, as a kubelet would, and answers its words.
async fn warn(admin: &kube::Client, namespace: &str) -> String {
    let pod = items(admin, &format!("/api/v1/namespaces/{namespace}/pods")).await.remove(0);
    let words = format!("said at {}", Timestamp::now());
    let about = |field: &str| pod["metadata"][field].clone();
    let event: Value = json!({
        "metadata": {"generateName": "test-"}, "type": "Warning", "reason": "Test", "message": words,
        "involvedObject": {"apiVersion": "v1", "kind": "Pod", "namespace": namespace, "name": about("name"),
            "uid": about("uid")},
        "firstTimestamp": Timestamp::now(), "lastTimestamp": Timestamp::now(), "count": 1,
    });
    post(admin, &format!("/api/v1/namespaces/{namespace}/events"), &event).await.ok();
    words
}
