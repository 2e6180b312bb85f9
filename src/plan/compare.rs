//! Two objects side by side: which fields differ.

use serde_json::Value;
use similar::{ChangeTag, TextDiff};

use super::change::FieldChange;
use super::mask::Numbers;
use crate::object::{Path, Step};

/// A field that differs.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Difference {
    pub(super) path: Path,
    pub(super) before: Option<Value>,
    pub(super) after: Option<Value>,
}

/// Fields that only the server writes; they say nothing about what was asked for.
const SERVERS: [&str; 7] =
    ["managedFields", "resourceVersion", "uid", "generation", "creationTimestamp", "selfLink", "deletionTimestamp"];

/// The fields in which two objects differ, besides those that only the server writes.
pub(super) fn differences(before: &Value, after: &Value) -> Vec<Difference> {
    let mut found = Vec::new();
    walk(&Path::default(), Some(before), Some(after), &mut found);
    found
}

fn is_servers(path: &Path) -> bool {
    let names: Vec<&str> = path
        .0
        .iter()
        .filter_map(|step| match step {
            Step::Field(name) => Some(name.as_str()),
            Step::Named(_) | Step::Index(_) => None,
        })
        .collect();
    match names.as_slice() {
        ["status", ..] => true,
        ["metadata", name, ..] if SERVERS.contains(name) => true,
        ["metadata", "annotations", name, ..] => {
            *name == "deployment.kubernetes.io/revision" || *name == "kubectl.kubernetes.io/last-applied-configuration"
        }
        _ => false,
    }
}

fn walk(path: &Path, before: Option<&Value>, after: Option<&Value>, found: &mut Vec<Difference>) {
    if before == after || is_servers(path) {
        return;
    }
    match (before, after) {
        (Some(Value::Object(old)), Some(Value::Object(new))) => {
            for name in old.keys().chain(new.keys().filter(|name| !old.contains_key(*name))) {
                walk(&path.then(Step::Field(name.clone())), old.get(name), new.get(name), found);
            }
        }
        (Some(Value::Array(old)), Some(Value::Array(new))) if named(old) && named(new) => {
            for item in old.iter().chain(new.iter().filter(|item| pick(old, name(item)).is_none())) {
                let name = name(item).unwrap_or_default();
                walk(&path.then(Step::Named(name.to_owned())), pick(old, Some(name)), pick(new, Some(name)), found);
            }
        }
        (Some(Value::Array(old)), Some(Value::Array(new))) if old.len() == new.len() => {
            for (at, (old, new)) in old.iter().zip(new).enumerate() {
                walk(&path.then(Step::Index(at)), Some(old), Some(new), found);
            }
        }
        (before, after) => {
            // An empty mapping that appears or goes says nothing.
            let empty =
                |value: Option<&Value>| value.is_none_or(|v| v.as_object().is_some_and(serde_json::Map::is_empty));
            if !(empty(before) && empty(after)) {
                found.push(Difference { path: path.clone(), before: before.cloned(), after: after.cloned() });
            }
        }
    }
}

fn name(item: &Value) -> Option<&str> {
    item.get("name").and_then(Value::as_str)
}

fn named(items: &[Value]) -> bool {
    !items.is_empty() && items.iter().all(|item| name(item).is_some())
}

fn pick<'v>(items: &'v [Value], wanted: Option<&str>) -> Option<&'v Value> {
    items.iter().find(|item| name(item) == wanted)
}

/// A difference as it may be shown: texts of several lines line by line.
pub(super) fn show(difference: &Difference, numbers: &mut Numbers) -> Vec<FieldChange> {
    let Difference { path, before, after } = difference;
    if let (Some(Value::String(old)), Some(Value::String(new))) = (before, after)
        && (old.contains('\n') || new.contains('\n'))
    {
        return lines(path, old, new);
    }
    vec![FieldChange {
        path: path.to_string(),
        before: before.as_ref().map(|value| numbers.line(value)),
        after: after.as_ref().map(|value| numbers.line(value)),
    }]
}

fn lines(path: &Path, old: &str, new: &str) -> Vec<FieldChange> {
    let diff = TextDiff::from_lines(old, new);
    let mut changes: Vec<FieldChange> = Vec::new();
    for change in diff.iter_all_changes() {
        let text = change.value().trim_end_matches('\n').to_owned();
        let at = change.new_index().or(change.old_index()).map_or(0, |at| at + 1);
        match change.tag() {
            ChangeTag::Equal => {}
            ChangeTag::Delete => {
                changes.push(FieldChange { path: format!("{path} line {at}"), before: Some(text), after: None });
            }
            ChangeTag::Insert => match changes.last_mut() {
                Some(last) if last.after.is_none() && last.before.is_some() => last.after = Some(text),
                _ => changes.push(FieldChange { path: format!("{path} line {at}"), before: None, after: Some(text) }),
            },
        }
    }
    changes
}
