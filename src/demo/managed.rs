//! Who owns which fields: reading and writing `metadata.managedFields`.

use serde_json::{Value, json};

use super::fields::Fields;
use super::kinds::{Kind, Sub};
use super::pick;

/// How a manager came by its fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Operation {
    Apply,
    Update,
}

impl Operation {
    const fn word(self) -> &'static str {
        match self {
            Self::Apply => "Apply",
            Self::Update => "Update",
        }
    }
}

/// One entry of `managedFields`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) manager: String,
    pub(super) operation: Operation,
    pub(super) version: String,
    pub(super) subresource: String,
    pub(super) time: String,
    pub(super) fields: Fields,
}

impl Entry {
    /// An entry without fields yet.
    pub(super) fn new(kind: &Kind, manager: &str, operation: Operation, sub: Option<Sub>) -> Self {
        Self {
            manager: manager.to_owned(),
            operation,
            version: kind.api_version(),
            subresource: sub.map(|sub| sub.word().to_owned()).unwrap_or_default(),
            time: String::new(),
            fields: Fields::default(),
        }
    }

    /// Whether both are the same manager doing the same thing.
    pub(super) fn same(&self, other: &Self) -> bool {
        self.manager == other.manager && self.operation == other.operation && self.subresource == other.subresource
    }

    /// How a conflict names it.
    pub(super) fn conflict(&self) -> String {
        let mut text = format!("conflict with {:?}", self.manager);
        if !self.subresource.is_empty() {
            text = format!("{text} with subresource {:?}", self.subresource);
        }
        match self.operation {
            // Whoever applies is the same manager in every version, so the version is left out.
            Operation::Apply => text,
            Operation::Update => format!("{text} using {}", self.version),
        }
    }

    fn to_json(&self) -> Value {
        let mut entry = json!({
            "manager": self.manager, "operation": self.operation.word(), "apiVersion": self.version,
            "time": self.time, "fieldsType": "FieldsV1", "fieldsV1": self.fields.to_json(),
        });
        if !self.subresource.is_empty() {
            entry["subresource"] = json!(self.subresource);
        }
        entry
    }
}

/// The entries of an object.
pub(super) fn read(object: &Value) -> Vec<Entry> {
    pick::list(object, "/metadata/managedFields")
        .iter()
        .map(|entry| Entry {
            manager: pick::text(entry, "/manager").to_owned(),
            operation: if pick::text(entry, "/operation") == "Apply" { Operation::Apply } else { Operation::Update },
            version: pick::text(entry, "/apiVersion").to_owned(),
            subresource: pick::text(entry, "/subresource").to_owned(),
            time: pick::text(entry, "/time").to_owned(),
            fields: entry.get("fieldsV1").map(Fields::from_json).unwrap_or_default(),
        })
        .collect()
}

/// Writes the entries, sorted as the server sorts them; managers without fields disappear.
pub(super) fn write(object: &mut Value, mut entries: Vec<Entry>) {
    entries.retain(|entry| !entry.fields.is_empty());
    entries.sort_by(|a, b| {
        (a.operation, &a.time, &a.manager, &a.version, &a.subresource).cmp(&(
            b.operation,
            &b.time,
            &b.manager,
            &b.version,
            &b.subresource,
        ))
    });
    if entries.is_empty() {
        pick::take(object, "/metadata/managedFields");
    } else {
        let entries: Vec<Value> = entries.iter().map(Entry::to_json).collect();
        pick::set(object, "/metadata/managedFields", entries);
    }
}

/// Takes out what no manager owns: identity, bookkeeping, and the part an endpoint does not write.
pub(super) fn strip(kind: &Kind, sub: Option<Sub>, fields: &mut Fields) {
    for name in ["f:apiVersion", "f:kind"] {
        fields.drop(&[name]);
    }
    let bookkeeping = [
        "f:name",
        "f:namespace",
        "f:uid",
        "f:resourceVersion",
        "f:generation",
        "f:creationTimestamp",
        "f:deletionTimestamp",
        "f:deletionGracePeriodSeconds",
        "f:managedFields",
        "f:selfLink",
    ];
    for name in bookkeeping {
        fields.drop(&["f:metadata", name]);
    }
    if sub.is_none() && kind.has(Sub::Status) {
        fields.drop(&["f:status"]);
    }
}
