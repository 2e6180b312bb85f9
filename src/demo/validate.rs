//! Values the API refuses (422), with the texts of the server (kubernetes `pkg/apis/*/validation`).

mod immutable;
mod meta;
mod pod;
mod service;

use serde_json::{Value, json};

use super::kinds::Kind;
use super::pick;
use super::quantity;
use super::status::Cause;

pub(super) use immutable::changes;

/// Largest sum of the values of a Secret or ConfigMap (core `MaxSecretSize`).
const LARGEST: usize = 1_048_576;

/// Everything wrong with an object by itself.
pub(super) fn object(kind: &Kind, object: &Value) -> Vec<Cause> {
    let mut causes = meta::check(kind, object);
    match kind.name {
        "Deployment" | "ReplicaSet" | "StatefulSet" | "DaemonSet" => causes.extend(workload(object)),
        "Job" => causes.extend(job(object, "")),
        "CronJob" => causes.extend(job(object, "/spec/jobTemplate")),
        "Pod" => causes.extend(pod::spec(object.pointer("/spec").unwrap_or(&Value::Null), "spec")),
        "Service" => causes.extend(service::check(object)),
        "Secret" => causes.extend(secret(object)),
        "ConfigMap" => causes.extend(config_map(object)),
        "PersistentVolumeClaim" => causes.extend(claim(object)),
        _ => {}
    }
    causes
}

fn workload(object: &Value) -> Vec<Cause> {
    let mut causes = Vec::new();
    let selector = object.pointer("/spec/selector").cloned().unwrap_or_default();
    let wanted = pick::map(&selector, "/matchLabels");
    if selector.is_null() {
        causes.push(Cause::required("spec.selector", ""));
    } else if wanted.is_none_or(serde_json::Map::is_empty) && pick::list(&selector, "/matchExpressions").is_empty() {
        causes.push(Cause::invalid("spec.selector", &selector, "empty selector is invalid for deployment"));
    }
    let labels = object.pointer("/spec/template/metadata/labels").cloned().unwrap_or_else(|| json!({}));
    let missing = wanted.into_iter().flatten().any(|(key, value)| labels.get(key) != Some(value));
    if missing {
        let why = "`selector` does not match template `labels`";
        causes.push(Cause::invalid("spec.template.metadata.labels", &labels, why));
    }
    if pick::number(object, "/spec/replicas") < 0 {
        let why = "must be greater than or equal to 0";
        causes.push(Cause::invalid("spec.replicas", &json!(pick::number(object, "/spec/replicas")), why));
    }
    let strategy = object.pointer("/spec/strategy");
    if let Some(strategy) = strategy {
        let kind = pick::text(strategy, "/type");
        if !["Recreate", "RollingUpdate"].contains(&kind) {
            let known = ["Recreate", "RollingUpdate"];
            causes.push(Cause::unsupported("spec.strategy.type", &json!(kind), &known));
        }
        if kind == "Recreate" && pick::has(strategy, "/rollingUpdate") {
            let why = "may not be specified when strategy `type` is 'Recreate'";
            causes.push(Cause::forbidden("spec.strategy.rollingUpdate", why));
        }
    }
    let spec = object.pointer("/spec/template/spec").unwrap_or(&Value::Null);
    let policy = pick::text(spec, "/restartPolicy");
    if !policy.is_empty() && policy != "Always" {
        causes.push(Cause::unsupported("spec.template.spec.restartPolicy", &json!(policy), &["Always"]));
    }
    // The volumes of a StatefulSet's claims are there only in its pods.
    let mut spec = spec.clone();
    let claims = pick::list(object, "/spec/volumeClaimTemplates").iter();
    let claims = claims.map(|claim| json!({"name": pick::text(claim, "/metadata/name"), "emptyDir": {}}));
    if let (Some(map), false) = (spec.as_object_mut(), pick::list(object, "/spec/volumeClaimTemplates").is_empty()) {
        let volumes = map.entry("volumes").or_insert_with(|| json!([]));
        volumes.as_array_mut().into_iter().for_each(|volumes| volumes.extend(claims.clone()));
    }
    causes.extend(pod::spec(&spec, "spec.template.spec"));
    causes
}

fn job(object: &Value, above: &str) -> Vec<Cause> {
    let at = format!("{above}/spec/template/spec");
    let field = at.trim_start_matches('/').replace('/', ".");
    let spec = object.pointer(&at).unwrap_or(&Value::Null);
    let mut causes = Vec::new();
    let policy = pick::text(spec, "/restartPolicy");
    if policy == "Always" {
        causes.push(Cause::required(format!("{field}.restartPolicy"), "valid values: \"OnFailure\", \"Never\""));
    }
    if !above.is_empty() && pick::text(object, "/spec/schedule").is_empty() {
        causes.push(Cause::required("spec.schedule", ""));
    }
    causes.extend(pod::spec(spec, &field));
    causes
}

fn secret(object: &Value) -> Vec<Cause> {
    let mut causes = keys(object, "data");
    let kind = pick::text(object, "/type");
    let wanted: &[&str] = match kind {
        "kubernetes.io/dockerconfigjson" => &[".dockerconfigjson"],
        "kubernetes.io/dockercfg" => &[".dockercfg"],
        "kubernetes.io/tls" => &["tls.crt", "tls.key"],
        "kubernetes.io/ssh-auth" => &["ssh-privatekey"],
        _ => &[],
    };
    for key in wanted {
        let field = format!("data[{key}]");
        let value = object.pointer(&format!("/data/{key}")).and_then(Value::as_str);
        let Some(value) = value else {
            causes.push(Cause::required(field, ""));
            continue;
        };
        let decoded = base64::Engine::decode(&base64::prelude::BASE64_STANDARD, value).unwrap_or_default();
        if key.starts_with(".docker") && serde_json::from_slice::<Value>(&decoded).is_err() {
            let first = String::from_utf8_lossy(&decoded).trim_start().chars().next();
            let why = first.map_or_else(
                || "unexpected end of JSON input".to_owned(),
                |first| format!("invalid character '{first}' looking for beginning of value"),
            );
            causes.push(Cause {
                reason: super::status::CauseReason::Invalid,
                field,
                message: format!("Invalid value: \"<secret contents redacted>\": {why}"),
            });
        }
    }
    causes
}

fn config_map(object: &Value) -> Vec<Cause> {
    let mut causes = keys(object, "data");
    causes.extend(keys(object, "binaryData"));
    for key in pick::map(object, "/binaryData").into_iter().flatten().map(|(key, _)| key) {
        if pick::map(object, "/data").is_some_and(|data| data.contains_key(key)) {
            let why = "duplicate of key present in data";
            causes.push(Cause::invalid(format!("binaryData[{key}]"), &json!(key), why));
        }
    }
    causes
}

fn keys(object: &Value, field: &str) -> Vec<Cause> {
    let Some(data) = pick::map(object, &format!("/{field}")) else { return Vec::new() };
    let mut causes = Vec::new();
    for key in data.keys() {
        let known = key.chars().all(|letter| letter.is_ascii_alphanumeric() || "-_.".contains(letter));
        if !known || key.is_empty() || key.len() > 253 {
            let why = "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  \
                       or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')";
            causes.push(Cause::invalid(format!("{field}[{key}]"), &json!(key), why));
        }
    }
    let size: usize = data.values().filter_map(Value::as_str).map(str::len).sum();
    // Secret data counts decoded; base64 is a third longer.
    let is_secret = pick::has(object, "/type");
    let size = if is_secret { size / 4 * 3 } else { size };
    if size > LARGEST {
        // A ConfigMap's complaint names no field, which is printed so.
        causes.push(Cause::too_long(if is_secret { field } else { "[]" }, LARGEST));
    }
    causes
}

fn claim(object: &Value) -> Vec<Cause> {
    let mut causes = Vec::new();
    if pick::list(object, "/spec/accessModes").is_empty() {
        causes.push(Cause::required("spec.accessModes", "at least 1 access mode is required"));
    }
    let size = pick::text(object, "/spec/resources/requests/storage");
    if size.is_empty() {
        causes.push(Cause::required("spec.resources[storage]", ""));
    } else if quantity::milli(size).is_none_or(|milli| milli <= 0) {
        let why = "must be greater than zero";
        causes.push(Cause::invalid("spec.resources[storage]", &json!(size), why));
    }
    causes
}
