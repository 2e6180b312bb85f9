//! Watches: resuming, bookmarks, the end of memory, selections.

use futures::{AsyncBufReadExt as _, StreamExt as _, TryStreamExt as _};
use http::Request;
use k8s_openapi::api::core::v1::ConfigMap;
use kube::api::{Api, WatchEvent, WatchParams};
use serde_json::{Value, json};

use super::asking::{apply, config_map, delete, get, path_of};
use crate::ground::cluster;

type Lines = futures::stream::BoxStream<'static, Value>;

/// The events of a watch.
async fn watch(client: &kube::Client, path: &str) -> Lines {
    let request = Request::get(path).body(Vec::new()).unwrap();
    let stream = client.request_stream(request).await.unwrap();
    Box::pin(Box::pin(stream).lines().map(|line| serde_json::from_str(&line.unwrap()).unwrap()))
}

async fn next(lines: &mut Lines) -> (String, Value) {
    let event = lines.next().await.unwrap();
    (event["type"].as_str().unwrap().to_owned(), event["object"].clone())
}

fn name(object: &Value) -> &str {
    object["metadata"]["name"].as_str().unwrap()
}

/// A watch of ConfigMaps from a version that the server no longer remembers.
pub(crate) async fn too_old(client: &kube::Client, ns: &str) {
    let mut lines = watch(client, &format!("{}?watch=true&resourceVersion=1", maps(ns))).await;
    let (kind, status) = next(&mut lines).await;
    assert_eq!(kind, "ERROR");
    assert_eq!((&status["code"], &status["reason"]), (&json!(410), &json!("Expired")));
    assert!(status["message"].as_str().unwrap().starts_with("too old resource version: 1 ("));
    assert!(lines.next().await.is_none());
}

/// Where ConfigMaps live.
fn maps(ns: &str) -> String {
    format!("/api/v1/namespaces/{ns}/configmaps")
}

#[tokio::test]
async fn a_watch_goes_on_from_a_list() {
    let cluster = cluster().await;
    let (client, ns) = cluster.parts();
    let maps = maps(ns);
    let list = get(client, &maps).await.ok();
    let version = list["metadata"]["resourceVersion"].as_str().unwrap();
    let only = "fieldSelector=metadata.name%21%3Dkube-root-ca.crt";
    let mut lines = watch(client, &format!("{maps}?watch=true&resourceVersion={version}&{only}")).await;
    let object = config_map(ns, "a", &json!({"k": "1"}));
    let made = apply(client, "fieldManager=t", &object).await.ok();
    let (kind, seen) = next(&mut lines).await;
    assert_eq!((kind.as_str(), &seen), ("ADDED", &made));
    apply(client, "fieldManager=t", &config_map(ns, "a", &json!({"k": "2"}))).await.ok();
    assert_eq!(next(&mut lines).await.0, "MODIFIED");
    delete(client, &path_of(&object), &json!({})).await.ok();
    let (kind, gone) = next(&mut lines).await;
    assert_eq!((kind.as_str(), &gone["data"]["k"]), ("DELETED", &json!("2")));
    let number = |object: &Value| object["metadata"]["resourceVersion"].as_str().unwrap().parse::<u64>().unwrap();
    assert!(number(&gone) > number(&seen), "a deletion has a version of its own");
    // Whoever missed it all can catch up.
    let mut again = watch(client, &format!("{maps}?watch=true&resourceVersion={version}&{only}")).await;
    for kind in ["ADDED", "MODIFIED", "DELETED"] {
        assert_eq!(next(&mut again).await.0, kind);
    }
}

#[tokio::test]
async fn a_watch_without_a_start_begins_with_what_is_there() {
    let cluster = cluster().await;
    let (client, ns) = cluster.parts();
    let maps = maps(ns);
    apply(client, "fieldManager=t", &config_map(ns, "a", &json!({}))).await.ok();
    let mut lines = watch(client, &format!("{maps}?watch=1&fieldSelector=metadata.name%3Da&timeoutSeconds=1")).await;
    let (kind, object) = next(&mut lines).await;
    assert_eq!((kind.as_str(), name(&object)), ("ADDED", "a"));
    assert_eq!(object["kind"], "ConfigMap");
    assert!(lines.next().await.is_none(), "the time is over");
}

#[tokio::test]
async fn objects_enter_and_leave_a_selection() {
    let cluster = cluster().await;
    let (client, ns) = cluster.parts();
    let maps = maps(ns);
    let mut object = config_map(ns, "a", &json!({}));
    apply(client, "fieldManager=t", &object).await.ok();
    let version = get(client, &maps).await.ok()["metadata"]["resourceVersion"].as_str().unwrap().to_owned();
    let mut lines = watch(client, &format!("{maps}?watch=true&labelSelector=app%3Dx&resourceVersion={version}")).await;
    object["metadata"]["labels"] = json!({"app": "x"});
    apply(client, "fieldManager=t", &object).await.ok();
    assert_eq!(next(&mut lines).await.0, "ADDED");
    object["metadata"]["labels"] = json!({"app": "y"});
    apply(client, "fieldManager=t", &object).await.ok();
    assert_eq!(next(&mut lines).await.0, "DELETED");
}

#[tokio::test]
async fn a_streaming_list_ends_with_a_bookmark() {
    let cluster = cluster().await;
    let (client, ns) = cluster.parts();
    let maps = maps(ns);
    apply(client, "fieldManager=t", &config_map(ns, "a", &json!({}))).await.ok();
    let query = "watch=true&sendInitialEvents=true&allowWatchBookmarks=true&fieldSelector=metadata.name%3Da";
    let refused = get(client, &format!("{maps}?{query}")).await;
    assert_eq!((refused.code, refused.text("/reason")), (422, "Invalid"));
    let mut lines = watch(client, &format!("{maps}?{query}&resourceVersionMatch=NotOlderThan")).await;
    assert_eq!(next(&mut lines).await.0, "ADDED");
    let (kind, bookmark) = next(&mut lines).await;
    assert_eq!(kind, "BOOKMARK");
    assert_eq!(bookmark["metadata"]["annotations"]["k8s.io/initial-events-end"], "true");
    assert!(bookmark["metadata"]["resourceVersion"].is_string());
}

#[tokio::test]
async fn bookmarks_come_to_who_asked() {
    let cluster = cluster().await;
    let (client, ns) = cluster.parts();
    let api = Api::<ConfigMap>::namespaced(client.clone(), ns);
    let params = WatchParams::default().fields("metadata.name=nothing").timeout(3);
    let mut stream = Box::pin(api.watch(&params, "0").await.unwrap());
    let event = stream.try_next().await.unwrap().unwrap();
    assert!(matches!(event, WatchEvent::Bookmark(_)), "{event:?}");
}
