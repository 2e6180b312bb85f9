//! Whatever ends a check, its pod does not stay: dropped, stopped, or killed by the system.

use std::process::Stdio;
use std::time::Duration;

use http::Request;
use landfall::demo::{Demo, Options, Scenario};
use landfall::deploy::Stop;
use serde_json::Value;
use tokio::io::AsyncWriteExt;
use tokio::sync::mpsc;

use super::{asking, found, ground, make_namespace, playing, run};
use crate::program::{Place, serve};

/// The names of what checks have in the namespace.
async fn marked(demo: &Demo) -> Vec<String> {
    let mut names = Vec::new();
    for kind in ["pods", "secrets"] {
        let path = format!("/api/v1/namespaces/mlflow/{kind}?labelSelector=landfall.dev%2Fcheck");
        let list: Value = demo.client().request(Request::get(path).body(Vec::new()).unwrap()).await.unwrap();
        let items = list["items"].as_array().unwrap().iter();
        let here = items.filter(|item| item["metadata"]["deletionTimestamp"].is_null());
        names.extend(here.map(|item| format!("{kind}/{}", item["metadata"]["name"].as_str().unwrap())));
    }
    names
}

async fn until(demo: &Demo, what: &str, holds: impl Fn(&[String]) -> bool) {
    for _ in 0..400 {
        if holds(&marked(demo).await) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("{what}: {:?}", marked(demo).await);
}

fn a_pod_is_there(names: &[String]) -> bool {
    names.iter().any(|name| name.starts_with("pods/"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_check_that_is_dropped_or_stopped_leaves_nothing() {
    // Pulling takes long enough to be in the middle.
    let demo = Demo::start(Options { scenario: Scenario::Slow, pace: 0.5 });
    let session = ground(&demo).await;
    make_namespace(&session, "dev").await;
    for dropped in [true, false] {
        let stop = Stop::new();
        let (news, mut listening) = mpsc::channel(64);
        let (worker, stopping) = (session.clone(), stop.clone());
        let work = tokio::spawn(async move { worker.check("dev", asking(&["database"]), news, stopping).await });
        tokio::spawn(async move { while listening.recv().await.is_some() {} });
        until(&demo, "no pod came", a_pod_is_there).await;
        if dropped {
            work.abort();
        } else {
            stop.cancel();
            let list = work.await.unwrap().unwrap();
            assert_eq!(found(&list, "database").headline, "it was stopped");
        }
        until(&demo, "something stayed", <[String]>::is_empty).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_killed_run_left_is_removed_by_the_next() {
    let demo = Demo::start(Options { scenario: Scenario::Slow, pace: 0.5 });
    let url = serve(demo.client()).await;
    let place = Place::new(&url, "{}");
    let session = ground(&demo).await;
    make_namespace(&session, "dev").await;
    let mut command = place.landfall(&["check", "dev", "--only", "bucket", "--vault", "stdin"]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(crate::silence::said().as_bytes()).await.unwrap();
    drop(stdin);
    until(&demo, "no pod came", a_pod_is_there).await;
    // Another one beside it lets it be.
    let beside = || async {
        let mut command = place.landfall(&["check", "dev", "--only", "bucket", "--vault", "stdin", "--timeout", "1"]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let said = crate::program::run(command, &crate::silence::said()).await;
        assert!(said.out.contains("its time was over"), "{said:#?}");
    };
    let first = marked(&demo).await;
    beside().await;
    let now = marked(&demo).await;
    assert!(first.iter().all(|name| now.contains(name)), "{first:?} became {now:?}");
    child.kill().await.unwrap(); // SIGKILL
    let left = marked(&demo).await;
    assert!(left.len() >= 3, "a pod and two Secrets: {left:?}");
    // The same person at the same machine, again.
    beside().await;
    until(&demo, "something stayed", <[String]>::is_empty).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_somebody_else_has_under_way_stays() {
    let demo = playing(Scenario::Ok);
    let session = ground(&demo).await;
    make_namespace(&session, "dev").await;
    let project = session.project().id.clone();
    let other = serde_json::json!({
        "apiVersion": "v1", "kind": "Secret",
        "metadata": {
            "name": "landfall-check-dev-other", "namespace": "mlflow",
            "labels": {"landfall.dev/check": "inside", "landfall.dev/run": "other", "landfall.dev/project": project},
            "annotations": {"landfall.dev/who": "bob@desk"},
        },
    });
    let request = Request::post("/api/v1/namespaces/mlflow/secrets").header("content-type", "application/json");
    let request = request.body(other.to_string().into_bytes()).unwrap();
    demo.client().request::<Value>(request).await.unwrap();
    run(&session, "dev", asking(&["bucket"])).await;
    assert_eq!(marked(&demo).await, ["secrets/landfall-check-dev-other"]);
}
