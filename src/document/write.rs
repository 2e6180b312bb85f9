//! Data into YAML.

use serde::ser::{Serialize, Serializer};

use super::node::{Node, Tree};

/// The data as YAML text in block style, ending in a newline.
pub fn to_yaml(data: &impl Serialize) -> String {
    // Plain data of strings, numbers, lists and maps has always a YAML form.
    let mut text = serde_saphyr::to_string(data).unwrap_or_default();
    if !text.ends_with('\n') {
        text.push('\n');
    }
    text
}

impl Serialize for Node {
    /// Mappings keep the order of the file.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.tree {
            Tree::Null => serializer.serialize_unit(),
            Tree::Bool(yes) => serializer.serialize_bool(*yes),
            Tree::Number(number) => number.serialize(serializer),
            Tree::Text(text) => serializer.serialize_str(text),
            Tree::List(nodes) => serializer.collect_seq(nodes),
            Tree::Map(entries) => serializer.collect_map(entries.iter().map(|entry| (&entry.key, &entry.node))),
        }
    }
}
