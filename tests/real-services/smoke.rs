//! The walk through everything MLflow is there for, over HTTP alone: experiment, run, artifact, model, and away again.
#![expect(clippy::expect_used, reason = "a test fails by panicking")]

use bytes::Bytes;
use http::Method;
use serde_json::{Value, json};

use crate::web::{Answer, Web};

const API: &str = "/api/2.0/mlflow";

/// Where an artifact of a run is sent and fetched.
pub(crate) fn artifact(experiment: &str, run: &str, name: &str) -> String {
    format!("/api/2.0/mlflow-artifacts/artifacts/{experiment}/{run}/artifacts/{name}")
}

pub(crate) async fn post(web: &Web, path: &str, body: Value) -> Answer {
    web.post(&format!("{API}/{path}"), &body).await
}

/// Makes an experiment and a run in it; the ids of both.
pub(crate) async fn begin(web: &Web, name: &str) -> (String, String) {
    let made = post(web, "experiments/create", json!({"name": name})).await.well();
    let experiment = text(&made, "/experiment_id");
    let run = post(web, "runs/create", json!({"experiment_id": experiment})).await.well();
    (experiment, text(&run, "/run/info/run_id"))
}

/// The names of all experiments somebody may see.
pub(crate) async fn experiments(web: &Web) -> Vec<String> {
    let found = post(web, "experiments/search", json!({"max_results": 1000})).await.well();
    let found = found["experiments"].as_array().cloned().unwrap_or_default();
    found.iter().map(|experiment| text(experiment, "/name")).collect()
}

/// Everything once, and nothing is left of it.
pub(crate) async fn walk(web: &Web) {
    let (experiment, run) = begin(web, "probe").await;
    let metric = json!({"run_id": run, "key": "probe", "value": 0.5, "timestamp": 1_700_000_000_000_i64, "step": 1});
    post(web, "runs/log-metric", metric).await.well();
    let place = artifact(&experiment, &run, "probe.txt");
    let sent = Bytes::from_static(b"a probe with \x00 and \xff in it");
    web.send(Method::PUT, &place, sent.clone()).await.well();
    let back = web.get(&place).await;
    assert_eq!((back.status.as_u16(), back.body), (200, sent));
    web.send(Method::DELETE, &place, Bytes::new()).await.well();
    post(web, "registered-models/create", json!({"name": "probe"})).await.well();
    let name = json!({"name": "probe"}).to_string();
    web.send(Method::DELETE, &format!("{API}/registered-models/delete"), name.into()).await.well();
    post(web, "runs/delete", json!({"run_id": run})).await.well();
    post(web, "experiments/delete", json!({"experiment_id": experiment})).await.well();
    assert!(!experiments(web).await.contains(&"probe".to_owned()));
}

fn text(value: &Value, pointer: &str) -> String {
    value.pointer(pointer).and_then(Value::as_str).map(str::to_owned).expect("MLflow answers with it")
}
