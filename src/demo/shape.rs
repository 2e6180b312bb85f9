//! How lists and maps merge: the list types of the Kubernetes API (`x-kubernetes-list-type`, `-map-type`) as a table.
//!
//! What the table does not name merges as the API's default: maps field by field, lists as one value.

use serde_json::Value;

use super::kinds::Kind;

/// How a list merges.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ListShape {
    /// Items are told apart by these fields.
    Keyed(&'static [&'static str]),
    /// Items are told apart by their value.
    Set,
    /// The list is one value.
    Atomic,
}

/// How a map merges.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum MapShape {
    Granular,
    Atomic,
}

/// A place in an object: the field and the field above it (list items do not count).
#[derive(Debug, Clone, Copy)]
pub(super) struct Place<'a> {
    kind: &'a Kind,
    above: &'a str,
    field: &'a str,
    item: bool,
}

/// Lists whose items have a key, whatever stands above them.
const KEYED: [(&str, &[&str]); 17] = [
    ("containers", &["name"]),
    ("initContainers", &["name"]),
    ("ephemeralContainers", &["name"]),
    ("volumes", &["name"]),
    ("env", &["name"]),
    ("volumeMounts", &["mountPath"]),
    ("volumeDevices", &["devicePath"]),
    ("imagePullSecrets", &["name"]),
    ("hostAliases", &["ip"]),
    ("topologySpreadConstraints", &["topologyKey", "whenUnsatisfiable"]),
    ("resourceClaims", &["name"]),
    ("claims", &["name"]),
    ("schedulingGates", &["name"]),
    ("conditions", &["type"]),
    ("ownerReferences", &["uid"]),
    ("secrets", &["name"]),
    ("podIPs", &["ip"]),
];
/// Maps that are one value wherever they stand.
const ATOMIC: [&str; 13] = [
    "selector",
    "nodeSelector",
    "labelSelector",
    "podSelector",
    "namespaceSelector",
    "secretKeyRef",
    "configMapKeyRef",
    "fieldRef",
    "resourceFieldRef",
    "roleRef",
    "involvedObject",
    "targetRef",
    "dataSource",
];
/// Keyed lists whose items are one value.
const ATOMIC_ITEMS: [&str; 3] = ["imagePullSecrets", "ownerReferences", "secrets"];

impl<'a> Place<'a> {
    /// The object itself.
    pub(super) fn root(kind: &'a Kind) -> Self {
        Self { kind, above: "", field: "", item: false }
    }

    /// A field of this place.
    pub(super) fn child(self, field: &'a str) -> Self {
        Self { kind: self.kind, above: self.field, field, item: false }
    }

    /// An item of the list at this place.
    pub(super) fn item(self) -> Self {
        Self { item: true, ..self }
    }

    pub(super) fn list(self) -> ListShape {
        match self.field {
            "ports" if matches!(self.above, "containers" | "initContainers" | "ephemeralContainers") => {
                ListShape::Keyed(&["containerPort", "protocol"])
            }
            "ports" if self.kind.name == "Service" && self.above == "spec" => ListShape::Keyed(&["port", "protocol"]),
            "addresses" if self.kind.name == "Node" => ListShape::Keyed(&["type"]),
            "finalizers" if self.above == "metadata" => ListShape::Set,
            field => KEYED
                .iter()
                .find(|(name, _)| *name == field)
                .map_or(ListShape::Atomic, |(_, keys)| ListShape::Keyed(keys)),
        }
    }

    pub(super) fn map(self) -> MapShape {
        let atomic = if self.item { ATOMIC_ITEMS.contains(&self.field) } else { ATOMIC.contains(&self.field) };
        if atomic { MapShape::Atomic } else { MapShape::Granular }
    }
}

/// The path step of one item of a keyed list: `k:{"name":"web"}`. The protocol of a port is TCP where it is left out.
pub(super) fn key_step(keys: &[&str], item: &Value) -> String {
    let parts: Vec<String> = keys
        .iter()
        .filter_map(|key| {
            let value = item.get(*key).filter(|value| !value.is_null());
            match value {
                Some(value) => Some(format!("\"{key}\":{value}")),
                None if *key == "protocol" => Some("\"protocol\":\"TCP\"".to_owned()),
                None => None,
            }
        })
        .collect();
    format!("k:{{{}}}", parts.join(","))
}

/// The path step of one value of a set list.
pub(super) fn value_step(item: &Value) -> String {
    format!("v:{item}")
}
