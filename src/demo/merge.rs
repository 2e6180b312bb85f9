//! Merging, comparing and pruning by the shape of the API (structured-merge-diff, on plain JSON).

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::fields::Fields;
use super::shape::{ListShape, MapShape, Place, key_step, value_step};

/// What changed between two states.
#[derive(Debug, Default)]
pub(super) struct Difference {
    /// Paths added or given another value.
    pub(super) changed: Fields,
    /// Paths that are gone.
    pub(super) removed: Fields,
}

/// The items of a list by path step, or nothing where the list is one value.
fn steps(place: Place<'_>, items: &[Value]) -> Option<Vec<String>> {
    match place.list() {
        ListShape::Keyed(keys) => Some(items.iter().map(|item| key_step(keys, item)).collect()),
        ListShape::Set => Some(items.iter().map(value_step).collect()),
        ListShape::Atomic => None,
    }
}

/// The fields a value sets.
pub(super) fn owned(place: Place<'_>, value: &Value) -> Fields {
    let mut fields = Fields::default();
    match value {
        Value::Object(map) => {
            for (name, value) in map {
                add(&mut fields, place.child(name), &Fields::field(name), value);
            }
        }
        Value::Array(items) => {
            for (step, item) in steps(place, items).unwrap_or_default().iter().zip(items) {
                fields.nest(step, &owned_below(place.item(), item));
                fields.insert(step);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
    fields
}

fn add(fields: &mut Fields, place: Place<'_>, step: &str, value: &Value) {
    if is_leaf(place, value) {
        fields.insert(step);
    } else {
        fields.nest(step, &owned(place, value));
    }
}

fn owned_below(place: Place<'_>, value: &Value) -> Fields {
    if is_leaf(place, value) { Fields::default() } else { owned(place, value) }
}

/// Whether a value is owned as a whole: scalars, atomic values, empty maps. An empty keyed list owns nothing.
fn is_leaf(place: Place<'_>, value: &Value) -> bool {
    match value {
        Value::Object(map) => map.is_empty() || place.map() == MapShape::Atomic,
        Value::Array(_) => place.list() == ListShape::Atomic,
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => true,
    }
}

/// The live value with the applied one merged into it.
pub(super) fn merge(place: Place<'_>, live: Option<&Value>, applied: &Value) -> Value {
    match (live, applied) {
        (Some(Value::Object(live)), Value::Object(applied)) if place.map() == MapShape::Granular => {
            let mut merged = live.clone();
            for (name, value) in applied {
                let value = merge(place.child(name), live.get(name), value);
                merged.insert(name.clone(), value);
            }
            Value::Object(merged)
        }
        (Some(Value::Array(live)), Value::Array(applied)) => merge_lists(place, live, applied),
        _ => applied.clone(),
    }
}

/// The applied order wins; items only the live list has keep their place relative to their neighbours.
fn merge_lists(place: Place<'_>, live: &[Value], applied: &[Value]) -> Value {
    let (Some(old), Some(new)) = (steps(place, live), steps(place, applied)) else {
        return Value::Array(applied.to_vec());
    };
    let find = |step: &String| old.iter().position(|other| other == step).map(|at| &live[at]);
    let mut merged = Vec::new();
    let (mut l, mut r) = (0, 0);
    while l < old.len() || r < new.len() {
        let next_shared = new[r.min(new.len())..].iter().find(|step| old.contains(step));
        match (old.get(l), new.get(r)) {
            (Some(left), Some(right)) if left == right => {
                merged.push(merge(place.item(), Some(&live[l]), &applied[r]));
                (l, r) = (l + 1, r + 1);
            }
            (Some(left), _) if !new.contains(left) => {
                merged.push(live[l].clone());
                l += 1;
            }
            (Some(left), _) if next_shared != Some(left) => l += 1,
            (_, Some(right)) => {
                merged.push(merge(place.item(), find(right), &applied[r]));
                r += 1;
            }
            (Some(_) | None, None) => l += 1,
        }
    }
    Value::Array(merged)
}

/// What changed from one state to the next.
pub(super) fn difference(place: Place<'_>, old: &Value, new: &Value) -> Difference {
    let mut found = Difference::default();
    match (old, new) {
        (Value::Object(old), Value::Object(new)) => {
            let old = old.iter().map(|(name, value)| (Fields::field(name), place.child(name), value));
            let new = new.iter().map(|(name, value)| (Fields::field(name), place.child(name), value));
            compare(&mut found, old, new);
        }
        (Value::Null, Value::Array(_)) => return difference(place, &Value::Array(Vec::new()), new),
        (Value::Array(old), Value::Array(new)) => {
            let (old_steps, new_steps) = (steps(place, old).unwrap_or_default(), steps(place, new).unwrap_or_default());
            let old = old_steps.into_iter().zip(old).map(|(step, item)| (step, place.item(), item));
            let new = new_steps.into_iter().zip(new).map(|(step, item)| (step, place.item(), item));
            compare(&mut found, old, new);
        }
        _ => {}
    }
    found
}

fn compare<'a>(
    found: &mut Difference,
    old: impl Iterator<Item = (String, Place<'a>, &'a Value)>,
    new: impl Iterator<Item = (String, Place<'a>, &'a Value)>,
) {
    let mut old: BTreeMap<String, (Place<'a>, &Value)> =
        old.map(|(step, place, value)| (step, (place, value))).collect();
    for (step, place, value) in new {
        match old.remove(&step) {
            None => {
                found.changed.insert(&step);
                found.changed.nest(&step, &everything(place, value));
            }
            Some((_, before)) if before == value => {}
            Some((_, before)) if comparable(place, before, value) => {
                let below = difference(place, before, value);
                found.changed.nest(&step, &below.changed);
                found.removed.nest(&step, &below.removed);
            }
            Some((_, before)) => {
                found.changed.insert(&step);
                found.changed.nest(&step, &everything(place, value));
                found.removed.nest(&step, &everything(place, before).minus(&everything(place, value)));
            }
        }
    }
    for (step, (place, value)) in old {
        found.removed.insert(&step);
        found.removed.nest(&step, &everything(place, value));
    }
}

/// Whether two values are compared part by part.
fn comparable(place: Place<'_>, old: &Value, new: &Value) -> bool {
    match (old, new) {
        (Value::Object(_), Value::Object(_)) => place.map() == MapShape::Granular,
        (Value::Array(_) | Value::Null, Value::Array(_)) => place.list() != ListShape::Atomic,
        _ => false,
    }
}

/// Every path below a value that has just come or gone: maps and lists on the way count too.
fn everything(place: Place<'_>, value: &Value) -> Fields {
    let mut fields = Fields::default();
    match value {
        Value::Object(map) if place.map() == MapShape::Granular => {
            for (name, value) in map {
                let step = Fields::field(name);
                fields.insert(&step);
                fields.nest(&step, &everything(place.child(name), value));
            }
        }
        Value::Array(items) => {
            for (step, item) in steps(place, items).unwrap_or_default().iter().zip(items) {
                fields.insert(step);
                fields.nest(step, &everything(place.item(), item));
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => {}
    }
    fields
}

/// Removes what the last apply owned and nobody owns now. Returns nothing when the value itself is empty then.
pub(super) fn prune(place: Place<'_>, value: Value, last: &Fields, kept: &Fields) -> Option<Value> {
    match value {
        Value::Object(map) => {
            let before = map.len();
            let mut left = Map::new();
            for (name, value) in map {
                let step = Fields::field(&name);
                if let Some(value) = prune_one(place.child(&name), &step, value, (last, kept)) {
                    left.insert(name, value);
                }
            }
            (before == 0 || !left.is_empty()).then_some(Value::Object(left))
        }
        Value::Array(items) => {
            let Some(steps) = steps(place, &items) else { return Some(Value::Array(items)) };
            let before = items.len();
            let left: Vec<Value> = steps
                .iter()
                .zip(items)
                .filter_map(|(step, item)| prune_one(place.item(), step, item, (last, kept)))
                .collect();
            (before == 0 || !left.is_empty()).then_some(Value::Array(left))
        }
        scalar @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) => Some(scalar),
    }
}

fn prune_one(place: Place<'_>, step: &str, value: Value, (last, kept): (&Fields, &Fields)) -> Option<Value> {
    match (last.below(step), kept.below(step)) {
        (None, _) => Some(value),
        (Some(_), None) => None,
        (Some(_), Some(_)) if is_leaf(place, &value) => Some(value),
        (Some(last), Some(kept)) => prune(place, value, last, kept),
    }
}
