//! Which object: API version, kind, namespace, name.

use std::fmt;

/// The identity of an object.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// API version as written in the object: `v1`, `apps/v1`.
    pub api: String,
    /// Kind: `Deployment`.
    pub kind: String,
    /// Namespace; none for objects of the whole cluster.
    pub namespace: Option<String>,
    /// Name.
    pub name: String,
}

impl Key {
    /// A key from its parts.
    pub fn new(api: &str, kind: &str, namespace: Option<&str>, name: &str) -> Self {
        Self {
            api: api.to_owned(),
            kind: kind.to_owned(),
            namespace: namespace.map(str::to_owned),
            name: name.to_owned(),
        }
    }

    /// The API group; empty for the core group.
    pub fn group(&self) -> &str {
        self.api.split_once('/').map_or("", |(group, _)| group)
    }

    /// Whether this names the same object, whatever API version either was read in.
    pub fn same(&self, other: &Self) -> bool {
        // What differs most comes first.
        self.name == other.name
            && self.kind == other.kind
            && self.namespace == other.namespace
            && self.group() == other.group()
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind, self.name)
    }
}
