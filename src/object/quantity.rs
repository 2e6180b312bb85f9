//! Quantities of Kubernetes, such as `512Mi` and `250m` (apimachinery `resource.Quantity`).

use serde_json::Value;

/// Binary suffixes and what they stand for.
pub const BINARY: [(&str, i128); 6] =
    [("Ei", 1 << 60), ("Pi", 1 << 50), ("Ti", 1 << 40), ("Gi", 1 << 30), ("Mi", 1 << 20), ("Ki", 1 << 10)];
/// Decimal suffixes and what they stand for; thousandths are less than one.
pub const DECIMAL: [(&str, i128); 8] = [
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
pub fn milli(text: &str) -> Option<i128> {
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
pub fn units(text: &str) -> i128 {
    milli(text).map_or(0, |milli| milli.div_euclid(1000) + i128::from(milli.rem_euclid(1000) > 0))
}

/// Bytes of memory a pod asks for: the sum of its containers, or its largest init container. Without a request the limit
/// counts (API defaults of pods).
pub fn memory(pod: &Value) -> i128 {
    let text = |container: &Value, at: &str| container.pointer(at).and_then(Value::as_str).map(units);
    let request = |container: &Value| {
        let asked =
            text(container, "/resources/requests/memory").or_else(|| text(container, "/resources/limits/memory"));
        asked.unwrap_or_default()
    };
    let all = |list: &str| pod.get(list).and_then(Value::as_array).into_iter().flatten().map(request);
    all("containers").sum::<i128>().max(all("initContainers").max().unwrap_or_default())
}
