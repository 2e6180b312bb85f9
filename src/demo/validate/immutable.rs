//! Fields that may not change once set.

use serde_json::Value;

use crate::demo::kinds::Kind;
use crate::demo::pick;
use crate::demo::status::Cause;

const FIXED: &str = "field is immutable";
/// What may change in a StatefulSet (apps validation `ValidateStatefulSetUpdate`).
const STATEFUL: [&str; 7] = [
    "replicas",
    "ordinals",
    "template",
    "updateStrategy",
    "revisionHistoryLimit",
    "persistentVolumeClaimRetentionPolicy",
    "minReadySeconds",
];
const STATEFUL_TEXT: &str = "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', \
    'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden";
const POD_TEXT: &str = "pod updates may not change fields other than `spec.containers[*].image`,\
    `spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing \
    tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)";
const CLAIM_TEXT: &str = "spec is immutable after creation except resources.requests and volumeAttributesClassName for \
    bound claims";

/// Every forbidden change from one state to the next.
pub(in crate::demo) fn changes(kind: &Kind, old: &Value, new: &Value) -> Vec<Cause> {
    let mut causes = Vec::new();
    let mut fixed = |pointer: &str, field: &str, text: &str| {
        let (was, is) = (old.pointer(pointer), new.pointer(pointer));
        if was != is {
            causes.push(Cause::invalid(field, is.unwrap_or(&Value::Null), text));
        }
    };
    match kind.name {
        "Deployment" | "DaemonSet" | "ReplicaSet" => fixed("/spec/selector", "spec.selector", FIXED),
        "Job" => {
            fixed("/spec/completions", "spec.completions", FIXED);
            fixed("/spec/selector", "spec.selector", FIXED);
            fixed("/spec/template", "spec.template", FIXED);
            fixed("/spec/completionMode", "spec.completionMode", FIXED);
        }
        "Secret" => {
            fixed("/type", "type", FIXED);
            causes.extend(sealed(old, new, &["data"]));
        }
        "ConfigMap" => causes.extend(sealed(old, new, &["data", "binaryData"])),
        "RoleBinding" => fixed("/roleRef", "roleRef", "cannot change roleRef"),
        "StatefulSet" if rest(old, &STATEFUL) != rest(new, &STATEFUL) => {
            causes.push(Cause::forbidden("spec", STATEFUL_TEXT));
        }
        "Service" => {
            let (was, is) = (pick::text(old, "/spec/clusterIP"), pick::text(new, "/spec/clusterIP"));
            if !was.is_empty() && was != is && pick::text(new, "/spec/type") != "ExternalName" {
                let value = new.pointer("/spec/clusterIPs").cloned().unwrap_or_default();
                causes.push(Cause::invalid("spec.clusterIPs[0]", &value, "may not change once set"));
            }
        }
        "Pod" if pod(old) != pod(new) => causes.push(Cause::forbidden("spec", POD_TEXT)),
        "PersistentVolumeClaim" if rest(old, &["resources"]) != rest(new, &["resources"]) => {
            causes.push(Cause::forbidden("spec", CLAIM_TEXT));
        }
        _ => {}
    }
    causes
}

/// Objects that say `immutable: true`.
fn sealed(old: &Value, new: &Value, fields: &[&str]) -> Vec<Cause> {
    if old.get("immutable") != Some(&Value::Bool(true)) {
        return Vec::new();
    }
    let text = "field is immutable when `immutable` is set";
    let mut causes = Vec::new();
    if new.get("immutable") != Some(&Value::Bool(true)) {
        causes.push(Cause::forbidden("immutable", text));
    }
    for field in fields {
        if old.get(*field) != new.get(*field) {
            causes.push(Cause::forbidden(*field, text));
        }
    }
    causes
}

/// The spec without the fields that may change.
fn rest(object: &Value, free: &[&str]) -> Value {
    let mut spec = object.get("spec").cloned().unwrap_or_default();
    if let Some(map) = spec.as_object_mut() {
        map.retain(|name, _| !free.contains(&name.as_str()));
    }
    spec
}

fn pod(object: &Value) -> Value {
    let mut spec = rest(object, &["activeDeadlineSeconds", "tolerations"]);
    for list in ["containers", "initContainers"] {
        for container in spec.get_mut(list).and_then(Value::as_array_mut).into_iter().flatten() {
            pick::take(container, "/image");
        }
    }
    spec
}
