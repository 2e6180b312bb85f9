//! Data into YAML.

use serde_json::Value;

/// The value as YAML text in block style, ending in a newline.
pub fn to_yaml(value: &Value) -> String {
    // Plain data of strings, numbers, lists and maps has always a YAML form.
    let mut text = serde_saphyr::to_string(value).unwrap_or_default();
    if !text.ends_with('\n') {
        text.push('\n');
    }
    text
}
