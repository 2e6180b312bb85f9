//! How the suite asks: raw requests with their status, and waiting until something holds.

use std::time::{Duration, Instant};

use http::Request;
use http_body_util::BodyExt as _;
use serde_json::{Value, json};

use crate::ground::PATIENCE;

/// An answer: status code, content type and body (JSON, or text in a string).
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) code: u16,
    pub(crate) kind: String,
    pub(crate) body: Value,
}

impl Answer {
    pub(crate) fn text(&self, pointer: &str) -> &str {
        self.body.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
    }

    pub(crate) fn message(&self) -> &str {
        self.text("/message")
    }

    /// The answer, if it is a success.
    pub(crate) fn ok(self) -> Value {
        assert!((200..300).contains(&self.code), "{} {}", self.code, self.body);
        self.body
    }

    /// Field, reason and message of each cause.
    pub(crate) fn causes(&self) -> Vec<(String, String, String)> {
        let causes = self.body.pointer("/details/causes").and_then(Value::as_array).cloned().unwrap_or_default();
        let text = |cause: &Value, field: &str| cause[field].as_str().unwrap_or_default().to_owned();
        causes.iter().map(|cause| (text(cause, "field"), text(cause, "reason"), text(cause, "message"))).collect()
    }
}

/// Any request, with its status whatever it is.
pub(crate) async fn ask(client: &kube::Client, request: http::request::Builder, body: Option<&Value>) -> Answer {
    let bytes = body.map(|body| body.to_string().into_bytes()).unwrap_or_default();
    let response = client.send(request.body(kube::client::Body::from(bytes)).unwrap()).await.unwrap();
    let code = response.status().as_u16();
    let kind = response.headers().get("content-type").map(|kind| kind.to_str().unwrap().to_owned());
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    let text = String::from_utf8(bytes.to_vec()).unwrap();
    let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
    Answer { code, kind: kind.unwrap_or_default(), body }
}

pub(crate) async fn get(client: &kube::Client, path: &str) -> Answer {
    ask(client, Request::get(path), None).await
}

pub(crate) async fn post(client: &kube::Client, path: &str, body: &Value) -> Answer {
    ask(client, Request::post(path).header("content-type", "application/json"), Some(body)).await
}

pub(crate) async fn put(client: &kube::Client, path: &str, body: &Value) -> Answer {
    ask(client, Request::put(path).header("content-type", "application/json"), Some(body)).await
}

/// A JSON merge patch.
pub(crate) async fn merge(client: &kube::Client, path: &str, body: &Value) -> Answer {
    ask(client, Request::patch(path).header("content-type", "application/merge-patch+json"), Some(body)).await
}

pub(crate) async fn delete(client: &kube::Client, path: &str, options: &Value) -> Answer {
    ask(client, Request::delete(path).header("content-type", "application/json"), Some(options)).await
}

/// Server-side apply; the query names at least the manager.
pub(crate) async fn apply(client: &kube::Client, query: &str, object: &Value) -> Answer {
    let path = format!("{}?{query}", path_of(object));
    ask(client, Request::patch(path).header("content-type", "application/apply-patch+yaml"), Some(object)).await
}

/// Where an object lives.
pub(crate) fn path_of(object: &Value) -> String {
    let version = object["apiVersion"].as_str().unwrap();
    let root = if version.contains('/') { format!("/apis/{version}") } else { format!("/api/{version}") };
    let plural = match object["kind"].as_str().unwrap() {
        "Ingress" => "ingresses".to_owned(),
        "NetworkPolicy" => "networkpolicies".to_owned(),
        kind => format!("{}s", kind.to_lowercase()),
    };
    let name = object["metadata"]["name"].as_str().unwrap();
    match object["metadata"]["namespace"].as_str() {
        Some(namespace) => format!("{root}/namespaces/{namespace}/{plural}/{name}"),
        None => format!("{root}/{plural}/{name}"),
    }
}

/// Makes a namespace and waits until pods may be made in it.
pub(crate) async fn namespace(client: &kube::Client, name: &str) {
    post(client, "/api/v1/namespaces", &json!({"metadata": {"name": name}})).await.ok();
    for furniture in ["serviceaccounts/default", "configmaps/kube-root-ca.crt"] {
        until(client, &format!("/api/v1/namespaces/{name}/{furniture}"), |answer| answer.code == 200).await;
    }
}

/// Asks until it holds.
pub(crate) async fn until(client: &kube::Client, path: &str, holds: impl Fn(&Answer) -> bool) -> Answer {
    let start = Instant::now();
    loop {
        let answer = get(client, path).await;
        if holds(&answer) {
            return answer;
        }
        assert!(start.elapsed() < PATIENCE, "{path} did not come to hold: {} {}", answer.code, answer.body);
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// The items of a list.
pub(crate) async fn items(client: &kube::Client, path: &str) -> Vec<Value> {
    get(client, path).await.ok()["items"].as_array().unwrap().clone()
}

/// Waits until an event with this reason and a message with these words was said in a namespace.
pub(crate) async fn event(client: &kube::Client, namespace: &str, reason: &str, words: &str) -> Value {
    let path = format!("/api/v1/namespaces/{namespace}/events");
    let find = |answer: &Answer| {
        let events = answer.body["items"].as_array().cloned().unwrap_or_default();
        events.into_iter().find(|event| {
            event["reason"] == reason && event["message"].as_str().is_some_and(|message| message.contains(words))
        })
    };
    let answer = until(client, &path, |answer| find(answer).is_some()).await;
    find(&answer).unwrap()
}

/// A ConfigMap.
pub(crate) fn config_map(namespace: &str, name: &str, data: &Value) -> Value {
    json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, "namespace": namespace}, "data": data})
}

/// A Secret whose values are plain text.
pub(crate) fn secret(namespace: &str, name: &str, plain: &Value) -> Value {
    json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name, "namespace": namespace},
        "stringData": plain})
}

/// A Deployment of one container `web`.
pub(crate) fn deployment(namespace: &str, name: &str, image: &str) -> Value {
    json!({
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name, "namespace": namespace},
        "spec": {
            "replicas": 1, "selector": {"matchLabels": {"app": name}},
            "template": {
                "metadata": {"labels": {"app": name}},
                "spec": {"containers": [{"name": "web", "image": image, "ports": [{"containerPort": 8080}]}]},
            },
        },
    })
}

/// Waits until a Deployment is complete, and answers it.
pub(crate) async fn rolled_out(client: &kube::Client, namespace: &str, name: &str) -> Value {
    let path = format!("/apis/apps/v1/namespaces/{namespace}/deployments/{name}");
    until(client, &path, |answer| complete(&answer.body)).await.body
}

/// Whether a Deployment has what it asks for, as a client judges it.
pub(crate) fn complete(deployment: &Value) -> bool {
    let number = |pointer: &str| deployment.pointer(pointer).and_then(Value::as_i64).unwrap_or_default();
    let wanted = number("/spec/replicas");
    number("/status/observedGeneration") == number("/metadata/generation")
        && ["replicas", "updatedReplicas", "availableReplicas"]
            .iter()
            .all(|count| number(&format!("/status/{count}")) == wanted)
}

/// A condition of an object by its type.
pub(crate) fn condition<'a>(object: &'a Value, kind: &str) -> &'a Value {
    let conditions = object.pointer("/status/conditions").and_then(Value::as_array);
    conditions.and_then(|all| all.iter().find(|condition| condition["type"] == kind)).unwrap_or(&Value::Null)
}
