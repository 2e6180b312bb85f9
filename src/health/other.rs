//! Every other kind: by its conditions, and where there is none, by being there.

use super::condition::{get, text};
use super::preamble;
use super::{Health, Verdict};
use crate::object::Object;

/// Kinds of Kubernetes itself that are well as soon as they exist.
const PLAIN: [&str; 21] = [
    "ConfigMap",
    "Secret",
    "ServiceAccount",
    "Role",
    "RoleBinding",
    "ClusterRole",
    "ClusterRoleBinding",
    "NetworkPolicy",
    "ResourceQuota",
    "LimitRange",
    "PriorityClass",
    "StorageClass",
    "IngressClass",
    "RuntimeClass",
    "EndpointSlice",
    "Endpoints",
    "Lease",
    "ControllerRevision",
    "PersistentVolume",
    "ValidatingWebhookConfiguration",
    "MutatingWebhookConfiguration",
];

/// Its condition Ready, then Available; otherwise ready, saying that nothing is known about its kind.
pub(super) fn health(object: &Object) -> Health {
    let condition = ["Ready", "Available"].into_iter().find_map(|kind| get(object, kind));
    let Some(condition) = condition else {
        let group = object.key().group();
        let ours = group.is_empty() || !group.contains('.') || group.ends_with(".k8s.io");
        return Health::ready(if ours && PLAIN.contains(&object.kind()) { "exists" } else { "no health rule" });
    };
    let kind = text(condition, "type");
    match text(condition, "status") {
        "True" => Health::ready(kind.to_lowercase()),
        "False" => Health::progressing(format!("not {} yet", kind.to_lowercase()))
            .because(Some(preamble::said(object, condition))),
        _ => Health::new(Verdict::Unknown, format!("its controller cannot tell whether it is {}", kind.to_lowercase())),
    }
}
