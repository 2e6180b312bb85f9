//! What a kubelet does: pulls, mounts, probes, logs, exits.

use futures::AsyncReadExt as _;
use http::Request;
use serde_json::json;

use crate::conformance::asking::{
    apply, condition, config_map, delete, deployment, event, get, path_of, rolled_out, secret, until,
};
use crate::conformance::rollout::{deploy, pods};
use crate::ground::{cluster, playing};

#[tokio::test]
async fn logs_follow_until_the_container_ends() {
    let cluster = cluster().await;
    let (client, ns) = cluster.parts();
    deploy(&cluster).await;
    rolled_out(client, ns, "mlflow-dev").await;
    let name = pods(client, ns).await[0]["metadata"]["name"].as_str().unwrap().to_owned();
    let log = format!("/api/v1/namespaces/{ns}/pods/{name}/log");

    let answer = get(client, &format!("{log}?container=init")).await;
    assert_eq!(answer.kind, "text/plain");
    assert!(answer.body.as_str().unwrap().contains("PostgreSQL 15.18 as mlflow_user on mlflow"), "{}", answer.body);
    let tail = get(client, &format!("{log}?tailLines=1&timestamps=true")).await.body;
    let tail = tail.as_str().unwrap();
    assert!(tail.lines().count() == 1 && tail.starts_with("20"), "{tail}");
    let later = get(client, &format!("{log}?sinceTime=2999-01-01T00:00:00Z")).await.body;
    assert_eq!(later, "");
    let wrong = get(client, &format!("{log}?container=nobody")).await;
    assert_eq!((wrong.code, wrong.message()), (400, format!("container nobody is not valid for pod {name}").as_str()));
    let previous = get(client, &format!("{log}?previous=true")).await;
    assert_eq!(previous.code, 400);
    assert!(previous.message().starts_with("previous terminated container \"mlflow\" in pod"));

    let request = Request::get(format!("{log}?follow=true")).body(Vec::new()).unwrap();
    let mut stream = Box::pin(client.request_stream(request).await.unwrap());
    delete(client, &format!("/api/v1/namespaces/{ns}/pods/{name}"), &json!({})).await.ok();
    let mut text = String::new();
    stream.read_to_string(&mut text).await.unwrap();
    assert!(text.contains("Uvicorn running") && text.ends_with("shutting down\n"), "{text}");
}

#[tokio::test]
async fn a_container_that_waits_has_no_log() {
    let cluster = cluster().await;
    let (client, ns) = cluster.parts();
    let mut waiting = deployment(ns, "web", "nginx:1.29");
    waiting["spec"]["template"]["spec"]["volumes"] = json!([{"name": "v", "configMap": {"name": "absent"}}]);
    apply(client, "fieldManager=t", &waiting).await.ok();
    event(client, ns, "FailedMount", "MountVolume.SetUp failed for volume \"v\" : configmap \"absent\" not found")
        .await;
    let name = pods(client, ns).await[0]["metadata"]["name"].as_str().unwrap().to_owned();
    let answer = get(client, &format!("/api/v1/namespaces/{ns}/pods/{name}/log")).await;
    let message = format!("container \"web\" in pod \"{name}\" is waiting to start: ContainerCreating");
    assert_eq!((answer.code, answer.message()), (400, message.as_str()));
    apply(client, "fieldManager=t", &config_map(ns, "absent", &json!({"a": "b"}))).await.ok();
    rolled_out(client, ns, "web").await;
}

#[tokio::test]
async fn a_missing_key_holds_the_container_until_it_is_there() {
    let cluster = cluster().await;
    let (client, ns) = cluster.parts();
    let mut web = deployment(ns, "web", "nginx:1.29");
    web["spec"]["template"]["spec"]["containers"][0]["env"] =
        json!([{"name": "TOKEN", "valueFrom": {"secretKeyRef": {"name": "keys", "key": "token"}}}]);
    apply(client, "fieldManager=t", &web).await.ok();
    let list = &format!("/api/v1/namespaces/{ns}/pods");
    let says = |text: &'static str| {
        until(client, list, move |answer| {
            let waiting = &answer.body["items"][0]["status"]["containerStatuses"][0]["state"]["waiting"];
            waiting["reason"] == "CreateContainerConfigError" && waiting["message"] == text
        })
    };
    says("secret \"keys\" not found").await;
    apply(client, "fieldManager=t", &secret(ns, "keys", &json!({"other": "x"}))).await.ok();
    says("couldn't find key token in Secret one/keys").await;
    apply(client, "fieldManager=t", &secret(ns, "keys", &json!({"token": "x"}))).await.ok();
    rolled_out(client, ns, "web").await;
}

#[tokio::test]
async fn a_job_that_fails_has_a_limit() {
    let cluster = playing(landfall::demo::Scenario::CrashLoop).await;
    let (client, ns) = cluster.parts();
    let job = json!({"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "migrate", "namespace": ns},
        "spec": {"backoffLimit": 1, "template": {"spec": {"restartPolicy": "Never", "containers": [{"name": "m", "image": "m:1"}]}}}});
    apply(client, "fieldManager=t", &job).await.ok();
    let failed =
        until(client, &path_of(&job), |answer| condition(&answer.body, "Failed")["status"] == "True").await.body;
    assert_eq!(condition(&failed, "Failed")["reason"], "BackoffLimitExceeded");
    assert_eq!(failed["status"]["failed"], 2);
}

#[tokio::test]
async fn a_start_is_told_step_by_step() {
    let cluster = cluster().await;
    let (client, ns) = cluster.parts();
    let mut objects = deploy(&cluster).await;
    rolled_out(client, ns, "mlflow-dev").await;
    event(client, ns, "Pulling", "Pulling image \"ghcr.io/mlflow/mlflow:v3.18.0-full\"").await;
    event(client, ns, "Pulled", "already present on machine").await;
    event(client, ns, "Started", "Started container mlflow").await;
    let unhealthy = event(client, ns, "Unhealthy", "Startup probe failed: Get \"http://10.244.").await;
    assert_eq!(unhealthy["type"], "Warning");
    assert!(unhealthy["message"].as_str().unwrap().ends_with(":5000: connect: connection refused"));
    assert!(unhealthy["count"].as_i64().unwrap() >= 2, "{unhealthy}");
    assert_eq!(unhealthy["involvedObject"]["fieldPath"], "spec.containers{mlflow}");
    assert_eq!(unhealthy["source"]["component"], "kubelet");
    let mut changed = objects.pop().unwrap();
    changed["spec"]["template"]["spec"]["containers"][0]["env"] = json!([{"name": "A", "value": "b"}]);
    apply(client, "fieldManager=landfall", &changed).await.ok();
    event(client, ns, "Killing", "Stopping container mlflow").await;
}
