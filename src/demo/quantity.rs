//! Quantities: reading, and the canonical spelling the server stores (apimachinery `resource.Quantity`).

use serde_json::{Value, json};

use super::pick;

const BINARY: [(&str, i128); 6] =
    [("Ei", 1 << 60), ("Pi", 1 << 50), ("Ti", 1 << 40), ("Gi", 1 << 30), ("Mi", 1 << 20), ("Ki", 1 << 10)];
const DECIMAL: [(&str, i128); 8] = [
    ("E", 1_000_000_000_000_000_000),
    ("P", 1_000_000_000_000_000),
    ("T", 1_000_000_000_000),
    ("G", 1_000_000_000),
    ("M", 1_000_000),
    ("k", 1_000),
    ("", 1),
    ("m", 0),
];

/// A quantity in thousandths.
pub(super) fn milli(text: &str) -> Option<i128> {
    let end = text.find(|letter: char| letter.is_ascii_alphabetic()).unwrap_or(text.len());
    let (number, suffix) = text.split_at(end);
    let factor = match suffix {
        "m" => 1,
        _ => 1000 * BINARY.iter().chain(&DECIMAL).find(|(known, _)| *known == suffix)?.1,
    };
    let (whole, part) = number.split_once('.').unwrap_or((number, ""));
    let whole: i128 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
    let mut total = whole.checked_mul(factor)?;
    if !part.is_empty() {
        let scale = 10_i128.checked_pow(u32::try_from(part.len()).ok()?)?;
        total += part.parse::<i128>().ok()?.checked_mul(factor)?.div_euclid(scale);
    }
    Some(total)
}

/// A quantity in whole units (bytes), rounded up; 0 for what is none.
pub(super) fn units(text: &str) -> i128 {
    milli(text).map_or(0, |milli| milli.div_euclid(1000) + i128::from(milli.rem_euclid(1000) > 0))
}

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

/// Bytes of memory a pod asks for: the sum of its containers, or its largest init container.
pub(super) fn memory(spec: &Value) -> i128 {
    let request = |container: &Value| {
        let asked = pick::text(container, "/resources/requests/memory");
        // Without a request the limit counts (API defaults of pods).
        units(if asked.is_empty() { pick::text(container, "/resources/limits/memory") } else { asked })
    };
    let running: i128 = pick::list(spec, "/containers").iter().map(request).sum();
    let starting = pick::list(spec, "/initContainers").iter().map(request).max().unwrap_or_default();
    running.max(starting)
}

/// Thousandths of a processor a pod asks for.
pub(super) fn cpu(spec: &Value) -> i128 {
    let request = |container: &Value| milli(pick::text(container, "/resources/requests/cpu")).unwrap_or_default();
    let running: i128 = pick::list(spec, "/containers").iter().map(request).sum();
    let starting = pick::list(spec, "/initContainers").iter().map(request).max().unwrap_or_default();
    running.max(starting)
}
