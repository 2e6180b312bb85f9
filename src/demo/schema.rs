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

/// Finds the value that cannot be read: the one without which the body can be, or fails for another reason.
fn blame(kind: &Kind, body: &Value, error: &str) -> String {
    let mut found = Vec::new();
    pointers(body, "", &mut found);
    let culprit = found.iter().find(|pointer| {
        let mut without = body.clone();
        pick::take(&mut without, pointer);
        match (kind.typed)(without) {
            Ok(_) => true,
            Err(other) => other.to_string() != error,
        }
    });
    let Some(pointer) = culprit else { return error.to_owned() };
    let path = spelled(Place::root(kind), body, pointer);
    format!("{path}: {}", expected(error, body.pointer(pointer).unwrap_or(&Value::Null)))
}

/// Every field by JSON pointer, the deepest first. What an object is, is known to be readable.
fn pointers(value: &Value, here: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(map) => {
            for (name, value) in map {
                let below = format!("{here}/{}", name.replace('~', "~0").replace('/', "~1"));
                if !["/apiVersion", "/kind"].contains(&below.as_str()) {
                    pointers(value, &below, found);
                    found.push(below);
                }
            }
        }
        Value::Array(items) => {
            for (at, value) in items.iter().enumerate() {
                pointers(value, &format!("{here}/{at}"), found);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// A pointer in the spelling of structured-merge-diff.
fn spelled(root: Place<'_>, body: &Value, pointer: &str) -> String {
    let (mut place, mut here, mut path) = (root, body, String::new());
    for step in pointer.split('/').skip(1) {
        let next = match here {
            Value::Array(items) => {
                let item = step.parse().ok().and_then(|at: usize| items.get(at)).unwrap_or(&Value::Null);
                path = match place.list() {
                    ListShape::Keyed(keys) => path + &printed(&key_step(keys, item)),
                    ListShape::Set | ListShape::Atomic => path + "[" + step + "]",
                };
                place = place.item();
                item
            }
            other => {
                path = path + "." + step;
                place = place.child(step);
                other.get(step).unwrap_or(&Value::Null)
            }
        };
        here = next;
    }
    path
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
