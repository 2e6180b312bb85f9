//! The cluster as a whole: what it remembers of requests, its speed, and its end.

use std::time::{Duration, Instant};

use futures::{AsyncBufReadExt as _, StreamExt as _};
use http::Request;
use serde_json::json;

use crate::conformance::asking::{apply, config_map, deployment, get, post};
use crate::conformance::watching::too_old;
use crate::ground::cluster;

#[tokio::test]
async fn planning_writes_nothing_and_the_record_shows_it() {
    let cluster = cluster().await;
    let client = &cluster.client;
    let before = cluster.demo.requests().len();
    get(client, "/api/v1/namespaces/default/configmaps").await.ok();
    apply(client, "fieldManager=landfall&dryRun=All", &config_map("default", "a", &json!({}))).await.ok();
    let review = json!({"spec": {"resourceAttributes": {"verb": "get", "resource": "pods"}}});
    post(client, "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", &review).await.ok();
    let seen = cluster.demo.requests().split_off(before);
    assert_eq!(seen.len(), 3);
    assert!(seen.iter().all(|request| !request.writes()));
    assert!(seen[1].dry_run);
    assert_eq!(seen[1].manager.as_deref(), Some("landfall"));
    apply(client, "fieldManager=landfall", &config_map("default", "a", &json!({}))).await.ok();
    let last = cluster.demo.requests().pop().unwrap();
    assert!(last.writes());
    assert_eq!((last.method.as_str(), last.path.as_str()), ("PATCH", "/api/v1/namespaces/default/configmaps/a"));
}

#[tokio::test]
async fn two_hundred_objects_are_applied_at_sixteen_a_time() {
    let cluster = cluster().await;
    let client = &cluster.client;
    let start = Instant::now();
    let codes: Vec<u16> = futures::stream::iter(0..200)
        .map(|number| async move {
            let object = config_map("one", &format!("c{number}"), &json!({"k": "v"}));
            apply(client, "fieldManager=t", &object).await.code
        })
        .buffer_unordered(16)
        .collect()
        .await;
    assert!(codes.iter().all(|code| *code == 201));
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
}

#[tokio::test]
async fn a_thousand_watch_events_arrive_within_a_second_or_so() {
    let cluster = cluster().await;
    let client = &cluster.client;
    let path = "/api/v1/namespaces/one/configmaps?watch=true&labelSelector=load";
    let stream = client.request_stream(Request::get(path).body(Vec::new()).unwrap()).await.unwrap();
    let start = Instant::now();
    let writing = async {
        for number in 0..1000 {
            let mut object = config_map("one", "busy", &json!({"n": number.to_string()}));
            object["metadata"]["labels"] = json!({"load": ""});
            apply(client, "fieldManager=t", &object).await.ok();
        }
    };
    let reading = Box::pin(stream).lines().take(1000).count();
    let ((), count) = tokio::join!(writing, reading);
    assert_eq!(count, 1000);
    assert!(start.elapsed() < Duration::from_secs(10), "{:?}", start.elapsed());
}

#[tokio::test]
async fn dropping_it_ends_it() {
    let cluster = cluster().await;
    let client = cluster.client.clone();
    let path = "/api/v1/namespaces/one/pods?watch=true";
    let stream = client.request_stream(Request::get(path).body(Vec::new()).unwrap()).await.unwrap();
    apply(&client, "fieldManager=t", &deployment("one", "web", "nginx:1.29")).await.ok();
    drop(cluster);
    // Whatever was on its way, the stream comes to an end.
    let end = Box::pin(stream).lines().count();
    tokio::time::timeout(Duration::from_secs(5), end).await.unwrap();
    let request = Request::get("/version").body(Vec::new()).unwrap();
    let error = client.request_text(request).await.unwrap_err();
    assert!(!matches!(error, kube::Error::Api(_)), "{error:?}");
}

/// A real server is asked after a restart: a new one has not forgotten anything yet.
#[tokio::test]
async fn too_old_a_start_is_an_error_event() {
    let cluster = cluster().await;
    too_old(&cluster.client, "one").await;
}
