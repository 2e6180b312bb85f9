//! What the API server fills in: the defaults of the served kinds (kubernetes `pkg/apis/*/v1/defaults.go`).
//!
//! They are filled so that a dry run of an unchanged object is the live object.

mod pod;
mod service;
mod workload;

use serde_json::{Map, Value, json};

use super::kinds::Kind;
use super::pick;

/// Fills what the kind's defaults say. Idempotent.
pub(super) fn fill(kind: &Kind, object: &mut Value) {
    pick::set(object, "/kind", kind.name);
    pick::set(object, "/apiVersion", kind.api_version());
    match kind.name {
        "Pod" => {
            if let Some(spec) = object.pointer_mut("/spec") {
                pod::requests(spec);
                pod::spec(spec);
                pod::admitted(spec);
            }
            pick::fill(object, "/status/phase", "Pending");
            pick::fill(object, "/status/qosClass", quality(object));
        }
        "Deployment" => workload::deployment(object),
        "ReplicaSet" => workload::replica_set(object),
        "StatefulSet" => workload::stateful_set(object),
        "DaemonSet" => workload::daemon_set(object),
        "Job" => workload::job(object),
        "CronJob" => workload::cron_job(object),
        "Service" => service::service(object),
        "EndpointSlice" => service::slice(object),
        "Ingress" => pick::fill(object, "/status", json!({"loadBalancer": {}})),
        "NetworkPolicy" => service::policy(object),
        "Secret" => {
            fold(object);
            pick::fill(object, "/type", "Opaque");
        }
        "Namespace" => {
            let name = pick::name(object).to_owned();
            pick::set(object, "/metadata/labels/kubernetes.io~1metadata.name", name);
            pick::fill(object, "/spec/finalizers", json!(["kubernetes"]));
            pick::fill(object, "/status/phase", "Active");
        }
        "PersistentVolumeClaim" => {
            pick::fill(object, "/spec/volumeMode", "Filesystem");
            pick::fill(object, "/status/phase", "Pending");
        }
        "RoleBinding" => role_binding(object),
        _ => {}
    }
}

/// `stringData` is write-only: it lands in `data`.
fn fold(secret: &mut Value) {
    let Some(Value::Object(plain)) = secret.as_object_mut().and_then(|map| map.remove("stringData")) else { return };
    for (key, value) in plain {
        let text = value.as_str().unwrap_or_default();
        let encoded = base64::Engine::encode(&base64::prelude::BASE64_STANDARD, text);
        if !secret["data"].is_object() {
            secret["data"] = Value::Object(Map::new());
        }
        secret["data"][key] = json!(encoded);
    }
}

fn role_binding(object: &mut Value) {
    pick::fill(object, "/roleRef/apiGroup", "rbac.authorization.k8s.io");
    for subject in object.pointer_mut("/subjects").and_then(Value::as_array_mut).into_iter().flatten() {
        if pick::text(subject, "/kind") != "ServiceAccount" {
            pick::fill(subject, "/apiGroup", "rbac.authorization.k8s.io");
        }
    }
}

/// The quality of service class, from requests and limits.
fn quality(pod: &Value) -> &'static str {
    let containers = || pick::list(pod, "/spec/containers").iter().chain(pick::list(pod, "/spec/initContainers"));
    let none = containers().all(|container| {
        let empty = |at: &str| pick::map(container, at).is_none_or(Map::is_empty);
        empty("/resources/requests") && empty("/resources/limits")
    });
    let whole = containers().all(|container| {
        ["cpu", "memory"].iter().all(|resource| {
            let limit = pick::text(container, &format!("/resources/limits/{resource}"));
            !limit.is_empty() && limit == pick::text(container, &format!("/resources/requests/{resource}"))
        })
    });
    match (none, whole) {
        (true, _) => "BestEffort",
        (false, true) => "Guaranteed",
        (false, false) => "Burstable",
    }
}
