//! What answers around the cluster over HTTP: a registry, and what is deployed behind the ports of the nodes.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io;
use std::sync::Arc;

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode, header};
use serde_json::{Value, json};

use super::cluster::Cluster;
use super::flaw::Flaw;
use super::kinds;
use super::logs;
use super::pick;
use super::scenario::Scenario;

/// Answers a call from outside the cluster.
///
/// # Errors
/// A refused connection where nothing listens.
pub(super) async fn answer(cluster: Arc<Cluster>, request: Request<Bytes>) -> Result<Response<Bytes>, io::Error> {
    cluster.pause(0.1).await;
    let host = request.uri().host().unwrap_or_default().to_owned();
    let path = request.uri().path();
    if path == "/token" || path.starts_with("/v2/") {
        return Ok(registry(&cluster, &host, &request));
    }
    let port = request.uri().port_u16().map_or(80, i64::from);
    if !serves(&cluster, port) {
        return Err(logs::refused());
    }
    Ok(served(cluster.scenario, &request))
}

fn plain(status: StatusCode, body: impl Into<Bytes>) -> Response<Bytes> {
    let mut answer = Response::new(body.into());
    *answer.status_mut() = status;
    answer
}

fn registry(cluster: &Cluster, host: &str, request: &Request<Bytes>) -> Response<Bytes> {
    let shown = request.headers().get(header::AUTHORIZATION).map(|value| value.as_bytes().to_vec());
    if request.uri().path() == "/token" {
        let mut hasher = DefaultHasher::new();
        shown.hash(&mut hasher);
        let refused = match cluster.scenario {
            Scenario::Flawed(Flaw::RegistryDenied) => true,
            Scenario::ImagePull => cluster.story(|story| story.refuses("the token service", "", hasher.finish())),
            Scenario::Ok
            | Scenario::CrashLoop
            | Scenario::Hostpath
            | Scenario::PortTaken
            | Scenario::Unschedulable
            | Scenario::Slow
            | Scenario::Edited
            | Scenario::Flaky
            | Scenario::Flawed(_) => false,
        };
        return if refused {
            plain(StatusCode::UNAUTHORIZED, r#"{"errors":[{"code":"DENIED","message":"denied"}]}"#)
        } else {
            plain(StatusCode::OK, r#"{"token":"demo"}"#)
        };
    }
    if shown.is_some_and(|shown| shown.starts_with(b"Bearer ")) {
        return plain(StatusCode::OK, "");
    }
    let mut answer = plain(StatusCode::UNAUTHORIZED, "");
    let demand = format!("Bearer realm=\"https://{host}/token\",service=\"{host}\"");
    if let Ok(demand) = demand.parse() {
        answer.headers_mut().insert(header::WWW_AUTHENTICATE, demand);
    }
    answer
}

/// Whether a Service has this port on the nodes, and a pod that is ready behind it.
fn serves(cluster: &Cluster, port: i64) -> bool {
    cluster.with(|store| {
        let owner = store.list(&kinds::SERVICE, "").into_iter().find(|service| {
            pick::list(service, "/spec/ports").iter().any(|one| pick::number(one, "/nodePort") == port)
        });
        let Some(service) = owner else { return false };
        let slices = store.list(&kinds::ENDPOINT_SLICE, pick::namespace(&service));
        slices.iter().any(|slice| {
            let own = pick::text(slice, "/metadata/labels/kubernetes.io~1service-name") == pick::name(&service);
            let ready = |end: &Value| end.pointer("/conditions/ready") == Some(&Value::Bool(true));
            own && pick::list(slice, "/endpoints").iter().any(ready)
        })
    })
}

/// The part of a tracking server that a smoke test touches.
fn served(scenario: Scenario, request: &Request<Bytes>) -> Response<Bytes> {
    let path = request.uri().path();
    let signed = request.headers().contains_key(header::AUTHORIZATION);
    let sent: Value = serde_json::from_slice(request.body()).unwrap_or_default();
    if path == "/health" {
        return plain(StatusCode::OK, "OK");
    }
    if !signed {
        return plain(StatusCode::UNAUTHORIZED, "You are not authenticated.");
    }
    let lost = scenario == Scenario::Flawed(Flaw::ArtifactsLost);
    let artifact = path.contains("/mlflow-artifacts/");
    if artifact && lost {
        return plain(StatusCode::INTERNAL_SERVER_ERROR, r#"{"error_code": "INTERNAL_ERROR"}"#);
    }
    if artifact && request.method() == Method::GET {
        return plain(StatusCode::OK, "landfall");
    }
    let body = match path.rsplit_once("/mlflow/").map(|(_, call)| call) {
        Some("experiments/create") => json!({"experiment_id": "1"}),
        Some("runs/create") => json!({"run": {"info": {"run_id": "0123456789abcdef"}}}),
        Some("registered-models/create") => json!({"registered_model": {"name": sent["name"]}}),
        Some(_) | None => json!({}),
    };
    plain(StatusCode::OK, body.to_string())
}
