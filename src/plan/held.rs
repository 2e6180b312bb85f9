//! Fields that others hold: the server's way of writing a field, found in an object.

use jiff::Timestamp;
use serde_json::Value;

use super::change::Conflict;
use super::mask::Numbers;
use super::subject::Subject;
use crate::object::{Object, Path, Step};

/// A held field with both values and since when it is held.
pub(super) fn conflict(subject: &Subject, field: &str, manager: &str, numbers: &mut Numbers) -> Conflict {
    let theirs = subject.live.as_ref().and_then(|live| find(live.value(), field));
    let ours = find(subject.desired.value(), field);
    let path = theirs.as_ref().or(ours.as_ref()).map(|(path, _)| path.to_string());
    let mut value =
        |found: Option<(Path, &Value)>| found.map(|(_, value)| numbers.line(value).trim_end().replace('\n', "⏎"));
    Conflict {
        path: path.unwrap_or_else(|| field.trim_start_matches('.').to_owned()),
        field: field.to_owned(),
        taken: false,
        manager: manager.to_owned(),
        since: subject.live.as_ref().and_then(|live| since(live, manager)),
        theirs: value(theirs),
        ours: value(ours),
    }
}

fn since(live: &Object, manager: &str) -> Option<Timestamp> {
    live.list("/metadata/managedFields")
        .iter()
        .filter(|entry| entry.get("manager").and_then(Value::as_str) == Some(manager))
        .filter_map(|entry| entry.get("time")?.as_str()?.parse::<Timestamp>().ok())
        .max()
}

/// What stands at a field as the server writes it (`.spec.template.spec.containers[name="mlflow"].image`).
///
/// Names are written without quotes there, so that only the object itself tells where `.data.init.py` goes; see
/// `PathElement.String` of structured-merge-diff.
fn find<'v>(value: &'v Value, field: &str) -> Option<(Path, &'v Value)> {
    let mut steps = Vec::new();
    let found = follow(value, field, &mut steps)?;
    Some((Path(steps), found))
}

fn follow<'v>(value: &'v Value, rest: &str, steps: &mut Vec<Step>) -> Option<&'v Value> {
    if rest.is_empty() {
        return Some(value);
    }
    let mut ways: Vec<(Step, &Value, &str)> = Vec::new();
    if let (Some(name), Some(map)) = (rest.strip_prefix('.'), value.as_object()) {
        for (key, inner) in map {
            let after =
                name.strip_prefix(key.as_str()).filter(|after| after.is_empty() || after.starts_with(['.', '[']));
            ways.extend(after.map(|after| (Step::Field(key.clone()), inner, after)));
        }
    } else if let (Some(key), Some(items)) = (rest.strip_prefix('['), value.as_array()) {
        for (at, item) in items.iter().enumerate() {
            ways.extend(item_step(at, item, key).map(|(step, after)| (step, item, after)));
        }
    }
    // The longest name first: what is left is shortest then.
    ways.sort_by_key(|(_, _, after)| after.len());
    ways.into_iter().find_map(|(step, inner, after)| {
        steps.push(step);
        follow(inner, after, steps).or_else(|| {
            steps.pop();
            None
        })
    })
}

/// The step to an item, if what stands in brackets means it: `name="web"]`, `containerPort=80,protocol="TCP"]`, `0]`,
/// `="text"]`.
fn item_step<'r>(at: usize, item: &Value, written: &'r str) -> Option<(Step, &'r str)> {
    let index = || written.strip_prefix(&format!("{at}]"));
    let element = || written.strip_prefix(&format!("={item}]"));
    if let Some(after) = index().or_else(element) {
        return Some((Step::Index(at), after));
    }
    let map = item.as_object()?;
    // The server's default for a port, which the desired object may leave out.
    let protocol = Value::from("TCP");
    let implied = std::iter::once(("protocol", &protocol)).filter(|(name, _)| !map.contains_key(*name));
    let parts: Vec<(&str, &Value)> = map.iter().map(|(name, value)| (name.as_str(), value)).chain(implied).collect();
    let (mut rest, mut label) = (written, None);
    while !rest.starts_with(']') {
        let (value, after) =
            parts.iter().find_map(|(name, value)| Some((*value, rest.strip_prefix(&format!("{name}={value}"))?)))?;
        label.get_or_insert_with(|| value.as_str().map_or_else(|| value.to_string(), str::to_owned));
        rest = after.strip_prefix(',').unwrap_or(after);
    }
    Some((Step::Named(label?), rest.strip_prefix(']')?))
}
