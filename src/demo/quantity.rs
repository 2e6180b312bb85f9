//! Quantities in the canonical spelling the server stores (apimachinery `resource.Quantity`).

use serde_json::{Value, json};

use super::pick;
use crate::object::quantity::{BINARY, DECIMAL};
pub(super) use crate::object::quantity::{memory, milli, units};

/// The canonical spelling: no fraction, the largest suffix of the same family.
pub(super) fn canonical(text: &str) -> Option<String> {
    let milli = milli(text)?;
    if milli == 0 {
        return Some("0".to_owned());
    }
    let binary = text.ends_with('i');
    let family: &[(&str, i128)] = if binary { &BINARY } else { &DECIMAL };
    family
        .iter()
        .filter(|(suffix, _)| *suffix != "m")
        .find(|(_, unit)| milli % (unit * 1000) == 0)
        .map(|(suffix, unit)| format!("{}{suffix}", milli / (unit * 1000)))
        .or_else(|| (milli % 1000 == 0).then(|| format!("{}", milli / 1000)))
        .or_else(|| Some(format!("{milli}m")))
}

/// Brings every quantity of a pod spec, a claim or a volume into its canonical spelling.
pub(super) fn canonicalise(value: &mut Value) {
    match value {
        Value::Object(map) => {
            for (name, value) in map {
                match name.as_str() {
                    "requests" | "limits" | "capacity" | "allocatable" => each(value),
                    "sizeLimit" => spell(value),
                    "data" | "stringData" | "labels" | "annotations" | "managedFields" => {}
                    _ => canonicalise(value),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(canonicalise),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn each(value: &mut Value) {
    if let Some(map) = value.as_object_mut() {
        map.values_mut().for_each(spell);
    }
}

fn spell(value: &mut Value) {
    let text = match &*value {
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.clone(),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => return,
    };
    if let Some(canonical) = canonical(&text) {
        *value = json!(canonical);
    }
}

/// Thousandths of a processor a pod asks for.
pub(super) fn cpu(spec: &Value) -> i128 {
    let request = |container: &Value| milli(pick::text(container, "/resources/requests/cpu")).unwrap_or_default();
    let running: i128 = pick::list(spec, "/containers").iter().map(request).sum();
    let starting = pick::list(spec, "/initContainers").iter().map(request).max().unwrap_or_default();
    running.max(starting)
}
