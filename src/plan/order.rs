//! In which wave a kind is applied: what others need goes first.

use crate::object::Key;

/// The wave of an object, from 0; all of a wave are applied side by side.
pub fn wave(key: &Key) -> usize {
    match (key.group(), key.kind.as_str()) {
        ("", "Namespace")
        | ("apiextensions.k8s.io" | "scheduling.k8s.io" | "node.k8s.io", _)
        | ("storage.k8s.io", "StorageClass")
        | ("networking.k8s.io", "IngressClass")
        | ("rbac.authorization.k8s.io", "ClusterRole") => 0,
        (
            "",
            "ServiceAccount"
            | "Secret"
            | "ConfigMap"
            | "PersistentVolume"
            | "PersistentVolumeClaim"
            | "ResourceQuota"
            | "LimitRange",
        )
        | ("rbac.authorization.k8s.io" | "policy", _)
        | ("networking.k8s.io", "NetworkPolicy") => 1,
        ("", "Service") => 2,
        ("" | "apps" | "batch", _) => 3,
        ("admissionregistration.k8s.io", _) => 5,
        _ => 4,
    }
}
