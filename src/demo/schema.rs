//! Does a body fit its kind? The typed structs of `k8s-openapi` are the schema: what vanishes on the way through
//! them is a field the API does not know.

use std::collections::BTreeSet;

use serde_json::Value;

use super::fields::printed;
use super::kinds::Kind;
use super::pick;
use super::shape::{ListShape, Place, key_step};

/// Reads a body into its type and back.
///
/// # Errors
/// The text of a server that cannot read it, with the path of the value in question.
pub(super) fn read(kind: &Kind, body: &Value) -> Result<Value, String> {
    (kind.typed)(body.clone()).map_err(|error| blame(kind, body, &error.to_string()))
}

/// Paths the type does not know, in the spelling of structured-merge-diff.
pub(super) fn unknown(kind: &Kind, body: &Value, typed: &Value) -> Vec<String> {
    let mut found = Vec::new();
    lost(Place::root(kind), body, typed, &mut Trail { path: String::new(), found: &mut found });
    found
}

struct Trail<'a> {
    path: String,
    found: &'a mut Vec<String>,
}

fn lost(place: Place<'_>, given: &Value, kept: &Value, trail: &mut Trail<'_>) {
    match (given, kept) {
        (Value::Object(given), Value::Object(kept)) => {
            for (name, value) in given {
                let path = format!("{}.{name}", trail.path);
                match kept.get(name) {
                    Some(kept) => {
                        let mut below = Trail { path, found: trail.found };
                        lost(place.child(name), value, kept, &mut below);
                    }
                    None if value.is_null() => {}
                    None => trail.found.push(path),
                }
            }
        }
        (Value::Array(given), Value::Array(kept)) => {
            for (at, (value, kept)) in given.iter().zip(kept).enumerate() {
                let step = match place.list() {
                    ListShape::Keyed(keys) => printed(&key_step(keys, value)),
                    ListShape::Set | ListShape::Atomic => format!("[{at}]"),
                };
                let mut below = Trail { path: format!("{}{step}", trail.path), found: trail.found };
                lost(place.item(), value, kept, &mut below);
            }
        }
        _ => {}
    }
}

/// The first keyed list that holds a key twice: its path and the key.
pub(super) fn duplicate(place: Place<'_>, path: &str, value: &Value) -> Option<String> {
    match value {
        Value::Object(map) => {
            map.iter().find_map(|(name, value)| duplicate(place.child(name), &format!("{path}.{name}"), value))
        }
        Value::Array(items) => {
            let ListShape::Keyed(keys) = place.list() else { return None };
            let mut seen = BTreeSet::new();
            for item in items {
                let step = key_step(keys, item);
                if !seen.insert(step.clone()) {
                    return Some(format!("{path}: duplicate entries for key {}", printed(&step)));
                }
            }
            items.iter().find_map(|item| duplicate(place.item(), path, item))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    }
}

/// Finds the leaf that cannot be read: the one without which the body can be.
fn blame(kind: &Kind, body: &Value, error: &str) -> String {
    let mut leaves = Vec::new();
    pointers(body, "", &mut leaves);
    let culprit = leaves.iter().find(|pointer| {
        let mut without = body.clone();
        pick::set(&mut without, pointer, Value::Null);
        match (kind.typed)(without) {
            Ok(_) => true,
            Err(other) => other.to_string() != error,
        }
    });
    let Some(pointer) = culprit else { return error.to_owned() };
    let path = pointer.replace('/', ".");
    format!("{path}: {}", expected(error, body.pointer(pointer).unwrap_or(&Value::Null)))
}

fn pointers(value: &Value, here: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(map) if !map.is_empty() => {
            for (name, value) in map {
                pointers(value, &format!("{here}/{}", name.replace('~', "~0").replace('/', "~1")), found);
            }
            if !here.is_empty() {
                found.push(here.to_owned());
            }
        }
        Value::Array(items) if !items.is_empty() => {
            for (at, value) in items.iter().enumerate() {
                pointers(value, &format!("{here}/{at}"), found);
            }
            found.push(here.to_owned());
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) | Value::Object(_) => {
            found.push(here.to_owned());
        }
    }
}

/// What structured-merge-diff says about a value of another type.
fn expected(error: &str, value: &Value) -> String {
    let wanted = if error.contains("expected i32") || error.contains("expected i64") {
        "numeric (int or float)"
    } else if error.contains("expected a boolean") {
        "boolean"
    } else if error.contains("expected a sequence") {
        "list"
    } else if error.contains("expected a string") {
        "string"
    } else {
        "map"
    };
    match value {
        Value::String(_) => format!("expected {wanted}, got string"),
        Value::Object(_) => format!("expected {wanted}, got map"),
        Value::Array(_) => format!("expected {wanted}, got list"),
        other @ (Value::Null | Value::Bool(_) | Value::Number(_)) => {
            format!("expected {wanted}, got &value.valueUnstructured{{Value:{other}}}")
        }
    }
}
