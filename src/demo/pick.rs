//! Reading and setting places of untyped objects by JSON pointer.

use serde_json::{Map, Value};

/// The text at this pointer, or "".
pub(super) fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

/// The whole number at this pointer, or 0.
pub(super) fn number(value: &Value, pointer: &str) -> i64 {
    value.pointer(pointer).and_then(Value::as_i64).unwrap_or_default()
}

/// The list at this pointer, or an empty one.
pub(super) fn list<'a>(value: &'a Value, pointer: &str) -> &'a [Value] {
    value.pointer(pointer).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

/// The map at this pointer, if it is one.
pub(super) fn map<'a>(value: &'a Value, pointer: &str) -> Option<&'a Map<String, Value>> {
    value.pointer(pointer).and_then(Value::as_object)
}

/// Whether something other than null is at this pointer.
pub(super) fn has(value: &Value, pointer: &str) -> bool {
    value.pointer(pointer).is_some_and(|found| !found.is_null())
}

/// `metadata.name`.
pub(super) fn name(value: &Value) -> &str {
    text(value, "/metadata/name")
}

/// `metadata.namespace`, "" for cluster objects.
pub(super) fn namespace(value: &Value) -> &str {
    text(value, "/metadata/namespace")
}

/// `metadata.uid`.
pub(super) fn uid(value: &Value) -> &str {
    text(value, "/metadata/uid")
}

/// Whether the object is being deleted.
pub(super) fn dying(value: &Value) -> bool {
    has(value, "/metadata/deletionTimestamp")
}

/// Puts a value at this pointer; maps on the way are made.
pub(super) fn set(target: &mut Value, pointer: &str, value: impl Into<Value>) {
    if let Some(slot) = slot(target, pointer) {
        *slot = value.into();
    }
}

/// Puts a value at this pointer where nothing stands yet.
pub(super) fn fill(target: &mut Value, pointer: &str, value: impl Into<Value>) {
    if !has(target, pointer) {
        set(target, pointer, value);
    }
}

/// Removes what stands at this pointer.
pub(super) fn take(target: &mut Value, pointer: &str) -> Option<Value> {
    let (above, last) = pointer.rsplit_once('/')?;
    target.pointer_mut(above)?.as_object_mut()?.remove(&unescape(last))
}

fn slot<'a>(target: &'a mut Value, pointer: &str) -> Option<&'a mut Value> {
    let mut here = target;
    for step in pointer.split('/').skip(1) {
        if here.is_null() {
            *here = Value::Object(Map::new());
        }
        here = match here {
            Value::Object(map) => map.entry(unescape(step)).or_insert(Value::Null),
            Value::Array(items) => items.get_mut(step.parse::<usize>().ok()?)?,
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => return None,
        };
    }
    Some(here)
}

fn unescape(step: &str) -> String {
    step.replace("~1", "/").replace("~0", "~")
}
