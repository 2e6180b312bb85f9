//! Sets of field paths, as `managedFields` holds them (`FieldsV1`).

use std::collections::BTreeMap;

use serde_json::{Map, Value};

/// A set of paths. Steps are spelled as in `FieldsV1`: `f:spec`, `k:{"name":"web"}`, `v:"x"`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Fields(BTreeMap<String, Node>);

#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Node {
    member: bool,
    below: Fields,
}

impl Fields {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The step of a named field.
    pub(super) fn field(name: &str) -> String {
        format!("f:{name}")
    }

    /// Adds the one-step path itself.
    pub(super) fn insert(&mut self, step: &str) {
        self.0.entry(step.to_owned()).or_default().member = true;
    }

    /// Puts paths below a step.
    pub(super) fn nest(&mut self, step: &str, below: &Self) {
        if !below.is_empty() {
            let node = self.0.entry(step.to_owned()).or_default();
            node.below = std::mem::take(&mut node.below).union(below);
        }
    }

    /// What lies below a step, if anything at or below it is in the set.
    pub(super) fn below(&self, step: &str) -> Option<&Self> {
        self.0.get(step).map(|node| &node.below)
    }

    /// The same set without anything at or below this path.
    pub(super) fn drop(&mut self, path: &[&str]) {
        match path {
            [] => {}
            [last] => {
                self.0.remove(*last);
            }
            [first, rest @ ..] => {
                if let Some(node) = self.0.get_mut(*first) {
                    node.below.drop(rest);
                    if node.below.is_empty() && !node.member {
                        self.0.remove(*first);
                    }
                }
            }
        }
    }

    pub(super) fn union(mut self, other: &Self) -> Self {
        for (step, node) in &other.0 {
            let mine = self.0.entry(step.clone()).or_default();
            mine.member |= node.member;
            mine.below = std::mem::take(&mut mine.below).union(&node.below);
        }
        self
    }

    /// Paths of this set that are not in the other.
    pub(super) fn minus(&self, other: &Self) -> Self {
        self.filtered(|step, node| other.0.get(step).map_or_else(|| node.clone(), |theirs| node.minus(theirs)))
    }

    /// Paths that are in both.
    pub(super) fn common(&self, other: &Self) -> Self {
        self.filtered(|step, node| other.0.get(step).map_or_else(Node::default, |theirs| node.common(theirs)))
    }

    fn filtered(&self, keep: impl Fn(&str, &Node) -> Node) -> Self {
        let nodes = self.0.iter().map(|(step, node)| (step.clone(), keep(step, node)));
        Self(nodes.filter(|(_, node)| node.member || !node.below.is_empty()).collect())
    }

    /// Every path as the server prints it: `.spec.template.spec.containers[name="web"].image`.
    pub(super) fn paths(&self) -> Vec<String> {
        let mut found = Vec::new();
        self.collect("", &mut found);
        found
    }

    fn collect(&self, above: &str, found: &mut Vec<String>) {
        let here = |step: &str| format!("{above}{}", printed(step));
        found.extend(self.0.iter().filter(|(_, node)| node.member).map(|(step, _)| here(step)));
        for (step, node) in &self.0 {
            node.below.collect(&here(step), found);
        }
    }

    /// As `FieldsV1`.
    pub(super) fn to_json(&self) -> Value {
        let nodes = self.0.iter().map(|(step, node)| {
            let mut below = node.below.to_json();
            if node.member
                && !node.below.is_empty()
                && let Some(map) = below.as_object_mut()
            {
                map.insert(".".to_owned(), Value::Object(Map::new()));
            }
            (step.clone(), below)
        });
        Value::Object(nodes.collect())
    }

    /// From `FieldsV1`.
    pub(super) fn from_json(value: &Value) -> Self {
        let Some(map) = value.as_object() else { return Self::default() };
        let nodes = map.iter().filter(|(step, _)| *step != ".").map(|(step, below)| {
            let member = below.as_object().is_none_or(|map| map.is_empty() || map.contains_key("."));
            (step.clone(), Node { member, below: Self::from_json(below) })
        });
        Self(nodes.collect())
    }
}

impl Node {
    fn minus(&self, other: &Self) -> Self {
        Self { member: self.member && !other.member, below: self.below.minus(&other.below) }
    }

    fn common(&self, other: &Self) -> Self {
        Self { member: self.member && other.member, below: self.below.common(&other.below) }
    }
}

/// A step as messages print it.
pub(super) fn printed(step: &str) -> String {
    if let Some(name) = step.strip_prefix("f:") {
        return format!(".{name}");
    }
    if let Some(value) = step.strip_prefix("v:") {
        return format!("[={value}]");
    }
    let keys = step.strip_prefix("k:").and_then(|json| serde_json::from_str::<Map<String, Value>>(json).ok());
    let keys: Vec<String> = keys.unwrap_or_default().iter().map(|(key, value)| format!("{key}={value}")).collect();
    format!("[{}]", keys.join(","))
}
