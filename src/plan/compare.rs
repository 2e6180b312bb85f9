//! Two objects side by side: which fields differ.

use serde_json::{Map, Value};
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
    /// Whether it is asked for: the desired object has the field, or it is taken away.
    pub(super) ours: bool,
}

/// Fields that only the server writes; they say nothing about what was asked for.
const SERVERS: [&str; 8] = [
    "managedFields",
    "resourceVersion",
    "uid",
    "generation",
    "creationTimestamp",
    "selfLink",
    "deletionTimestamp",
    "deletionGracePeriodSeconds",
];

/// Fields whose entries are told one by one even where there was nothing before, or is nothing after.
const OPEN: [&str; 5] = ["data", "binaryData", "stringData", "labels", "annotations"];

/// What tells the items of a list apart, the best first; see the `listMapKey` of the Kubernetes types.
const KEYS: [&str; 6] = ["name", "mountPath", "containerPort", "port", "key", "ip"];

/// One place in the three objects.
#[derive(Clone, Copy)]
struct Sides<'v> {
    before: Option<&'v Value>,
    after: Option<&'v Value>,
    desired: Option<&'v Value>,
}

impl<'v> Sides<'v> {
    fn step(self, into: impl Fn(&'v Value) -> Option<&'v Value>) -> Self {
        let there = |value: Option<&'v Value>| value.and_then(&into).filter(|value| !value.is_null());
        Self { before: there(self.before), after: there(self.after), desired: there(self.desired) }
    }
}

/// The fields in which an object is to differ from what it was, besides those that only the server writes.
pub(super) fn differences(before: &Value, after: &Value, desired: &Value) -> Vec<Difference> {
    let mut found = Vec::new();
    let sides = Sides { before: Some(before), after: Some(after), desired: Some(desired) };
    walk(&Path::default(), sides, &mut found);
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

fn walk(path: &Path, sides: Sides<'_>, found: &mut Vec<Difference>) {
    let Sides { before, after, desired } = sides;
    if before == after || is_servers(path) {
        return;
    }
    let open = matches!(path.0.last(), Some(Step::Field(name)) if OPEN.contains(&name.as_str()));
    let nothing = Map::new();
    let map = |value: Option<&'_ Value>| match value {
        Some(Value::Object(map)) => Some(map.keys().cloned().collect()),
        None if open => Some(nothing.keys().cloned().collect()),
        _ => None,
    };
    let maps: Option<(Vec<String>, Vec<String>)> = map(before).zip(map(after));
    if let Some((old, new)) = maps {
        for name in old.iter().chain(new.iter().filter(|name| !old.contains(name))) {
            walk(&path.then(Step::Field(name.clone())), sides.step(|value| value.get(name)), found);
        }
        return;
    }
    if let (Some(Value::Array(old)), Some(Value::Array(new))) = (before, after) {
        if let Some(key) = list_key(old, new) {
            return by_key(path, sides, key, found);
        }
        if old.len() == new.len() {
            for at in 0..old.len() {
                let mut inside = sides.step(|value| value.get(at));
                inside.desired = inside.desired.or(desired); // a list without keys is asked for as a whole
                walk(&path.then(Step::Index(at)), inside, found);
            }
            return;
        }
    }
    found.push(Difference {
        path: path.clone(),
        before: before.cloned(),
        after: after.cloned(),
        ours: after.is_none() || desired.is_some(),
    });
}

/// Item by item, and then their order: it decides which variable may refer to which, and a change of it restarts pods.
fn by_key(path: &Path, sides: Sides<'_>, key: &str, found: &mut Vec<Difference>) {
    let names = |side: Option<&Value>| -> Vec<String> {
        side.and_then(Value::as_array).into_iter().flatten().filter_map(|item| text(item.get(key)?)).collect()
    };
    let (old, new) = (names(sides.before), names(sides.after));
    for name in old.iter().chain(new.iter().filter(|name| !old.contains(name))) {
        let inside = sides.step(|value| pick(value, key, name));
        walk(&path.then(Step::Named(name.clone())), inside, found);
    }
    let kept = |names: &[String], others: &[String]| -> Vec<String> {
        names.iter().filter(|name| others.contains(name)).cloned().collect()
    };
    let (before, after) = (kept(&old, &new), kept(&new, &old));
    if before != after {
        let ours = sides.desired.is_some();
        found.push(Difference { path: path.clone(), before: Some(before.into()), after: Some(after.into()), ours });
    }
}

/// The field by which the items of both lists can be told apart.
fn list_key(old: &[Value], new: &[Value]) -> Option<&'static str> {
    let tells = |items: &[Value], key: &str| {
        let names: Option<Vec<String>> = items.iter().map(|item| text(item.get(key)?)).collect();
        names.is_some_and(|mut names| {
            names.sort();
            names.windows(2).all(|pair| pair[0] != pair[1])
        })
    };
    KEYS.into_iter().find(|key| !(old.is_empty() && new.is_empty()) && tells(old, key) && tells(new, key))
}

fn pick<'v>(list: &'v Value, key: &str, name: &str) -> Option<&'v Value> {
    list.as_array()?.iter().find(|item| item.get(key).and_then(text).as_deref() == Some(name))
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned).or_else(|| value.as_i64().map(|number| number.to_string()))
}

/// A difference as it may be shown: texts of several lines line by line, a variable as its value.
pub(super) fn show(difference: &Difference, numbers: &mut Numbers) -> Vec<FieldChange> {
    let Difference { path, before, after, ours: _ } = difference;
    let texts = [before, after].map(|side| side.as_ref().map_or(Some(""), Value::as_str));
    if let [Some(old), Some(new)] = texts
        && (old.contains('\n') || new.contains('\n'))
    {
        return lines(path, &numbers.text(old), &numbers.text(new));
    }
    let (path, before, after) = match (before, after) {
        (None, Some(item)) if literal(item).is_some() => {
            (path.then(Step::Field("value".to_owned())), None, literal(item))
        }
        (Some(item), None) if literal(item).is_some() => {
            (path.then(Step::Field("value".to_owned())), literal(item), None)
        }
        (before, after) => (path.clone(), before.as_ref(), after.as_ref()),
    };
    vec![FieldChange {
        path: path.to_string(),
        before: before.map(|value| numbers.line(value)),
        after: after.map(|value| numbers.line(value)),
    }]
}

/// The value of a variable that is nothing but a name and a value.
fn literal(item: &Value) -> Option<&Value> {
    let map = item.as_object().filter(|map| map.len() == 2 && map.contains_key("name"))?;
    map.get("value")
}

/// Line by line: within a run of changed lines the first gone stands against the first new one, and so on.
fn lines(path: &Path, old: &str, new: &str) -> Vec<FieldChange> {
    let diff = TextDiff::from_lines(old, new);
    let mut changes = Vec::new();
    let (mut gone, mut come) = (Vec::new(), Vec::new());
    for change in diff.iter_all_changes() {
        match change.tag() {
            ChangeTag::Equal => flush(path, &mut gone, &mut come, &mut changes),
            ChangeTag::Delete => gone.push((change.old_index().unwrap_or_default(), change.value())),
            ChangeTag::Insert => come.push((change.new_index().unwrap_or_default(), change.value())),
        }
    }
    flush(path, &mut gone, &mut come, &mut changes);
    changes
}

fn flush(path: &Path, gone: &mut Vec<(usize, &str)>, come: &mut Vec<(usize, &str)>, changes: &mut Vec<FieldChange>) {
    for row in 0..gone.len().max(come.len()) {
        let (old, new) = (gone.get(row), come.get(row));
        let bare = |line: &str| line.trim_end_matches('\n').to_owned();
        // Where only the newline at the end differs, it is made visible.
        let same = old.zip(new).is_some_and(|(old, new)| bare(old.1) == bare(new.1));
        let line = |line: &str| if same { line.replace('\n', "⏎") } else { bare(line) };
        let at = new.or(old).map_or(0, |(at, _)| at + 1);
        changes.push(FieldChange {
            path: format!("{path} line {at}"),
            before: old.map(|(_, text)| line(text)),
            after: new.map(|(_, text)| line(text)),
        });
    }
    gone.clear();
    come.clear();
}
