//! One Kubernetes object, as data.
//!
//! Objects in here are already safe to show: whoever takes one in from a cluster or a file cleans its text
//! ([`clean`]) and replaces secret values with fingerprints ([`Fingerprint`]). Nothing here fetches or judges.

mod clean;
mod fingerprint;
mod key;
mod path;
pub mod quantity;
mod set;

pub use clean::{clean, clean_value, visible_value};
pub use fingerprint::Fingerprint;
pub use key::Key;
pub use path::{Path, Step};
pub use set::Objects;

use jiff::Timestamp;
use serde_json::Value;

use crate::failure::{Failure, Result};

/// One Kubernetes object.
#[derive(Debug, Clone, PartialEq)]
pub struct Object {
    value: Value,
    key: Key,
}

impl Object {
    /// Takes data as an object.
    ///
    /// # Errors
    /// When `apiVersion`, `kind` or `metadata.name` (or `generateName`) is missing.
    pub fn new(value: Value) -> Result<Self> {
        let text = |pointer: &str| value.pointer(pointer).and_then(Value::as_str).filter(|text| !text.is_empty());
        let need = |pointer: &str, name: &str| {
            text(pointer)
                .map(str::to_owned)
                .ok_or_else(|| Failure::input("this is not a Kubernetes object").because(format!("it has no {name}")))
        };
        let key = Key {
            api: need("/apiVersion", "apiVersion")?,
            kind: need("/kind", "kind")?,
            namespace: text("/metadata/namespace").map(str::to_owned),
            name: text("/metadata/name")
                .map(str::to_owned)
                .map_or_else(|| need("/metadata/generateName", "metadata.name"), Ok)?,
        };
        Ok(Self { value, key })
    }

    /// Which object this is.
    pub fn key(&self) -> &Key {
        &self.key
    }

    /// Its kind, such as `Deployment`.
    pub fn kind(&self) -> &str {
        &self.key.kind
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.key.name
    }

    /// Its namespace, if it has one.
    pub fn namespace(&self) -> Option<&str> {
        self.key.namespace.as_deref()
    }

    /// The whole object as data.
    pub fn value(&self) -> &Value {
        &self.value
    }

    /// The data, taken out.
    pub fn into_value(self) -> Value {
        self.value
    }

    /// The same object with its data changed; the identity must stay.
    ///
    /// # Errors
    /// When the change took away what makes it an object.
    pub fn with(self, change: impl FnOnce(&mut Value)) -> Result<Self> {
        let mut value = self.value;
        change(&mut value);
        Self::new(value)
    }

    /// What stands at a JSON pointer.
    pub fn at(&self, pointer: &str) -> Option<&Value> {
        // `Value::pointer` makes two texts of every part before it looks; without `~` a part is a name as it stands.
        if pointer.contains('~') {
            return self.value.pointer(pointer);
        }
        let (mut value, mut way) = (&self.value, pointer);
        while !way.is_empty() {
            let rest = way.strip_prefix('/')?;
            let end = rest.bytes().position(|byte| byte == b'/').unwrap_or(rest.len());
            let (part, further) = rest.split_at(end);
            let Value::Object(map) = value else { return value.pointer(way) };
            (value, way) = (map.get(part)?, further);
        }
        Some(value)
    }

    /// The text at a JSON pointer.
    pub fn text(&self, pointer: &str) -> Option<&str> {
        self.at(pointer).and_then(Value::as_str)
    }

    /// The integer at a JSON pointer.
    pub fn number(&self, pointer: &str) -> Option<i64> {
        self.at(pointer).and_then(Value::as_i64)
    }

    /// Whether `true` stands at a JSON pointer.
    pub fn is(&self, pointer: &str) -> bool {
        self.at(pointer).and_then(Value::as_bool).unwrap_or(false)
    }

    /// The list at a JSON pointer; empty when there is none.
    pub fn list(&self, pointer: &str) -> &[Value] {
        self.at(pointer).and_then(Value::as_array).map_or(&[], Vec::as_slice)
    }

    /// The moment at a JSON pointer (RFC 3339).
    pub fn time(&self, pointer: &str) -> Option<Timestamp> {
        self.text(pointer)?.parse().ok()
    }

    /// The unique id the server gave it.
    pub fn uid(&self) -> Option<&str> {
        self.text("/metadata/uid")
    }

    /// The version the server gave it.
    pub fn resource_version(&self) -> Option<&str> {
        self.text("/metadata/resourceVersion")
    }

    /// A label's value.
    pub fn label(&self, name: &str) -> Option<&str> {
        self.at("/metadata/labels")?.get(name)?.as_str()
    }

    /// An annotation's value.
    pub fn annotation(&self, name: &str) -> Option<&str> {
        self.at("/metadata/annotations")?.get(name)?.as_str()
    }

    /// The uid of the owner that controls it.
    pub fn controller_uid(&self) -> Option<&str> {
        self.list("/metadata/ownerReferences")
            .iter()
            .find(|owner| owner.get("controller").and_then(Value::as_bool) == Some(true))
            .and_then(|owner| owner.get("uid")?.as_str())
    }

    /// Whether it is being deleted.
    pub fn is_deleting(&self) -> bool {
        self.text("/metadata/deletionTimestamp").is_some()
    }
}
