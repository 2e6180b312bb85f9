//! Conditions in a status.

use jiff::Timestamp;
use serde_json::Value;

use crate::object::Object;

/// The condition of a type.
pub(super) fn get<'a>(object: &'a Object, kind: &str) -> Option<&'a Value> {
    object.list("/status/conditions").iter().find(|condition| text(condition, "type") == kind)
}

/// Whether the condition of a type is True.
pub(super) fn is(object: &Object, kind: &str) -> bool {
    get(object, kind).is_some_and(|condition| text(condition, "status") == "True")
}

/// The condition of a type, if it is False.
pub(super) fn refused<'a>(object: &'a Object, kind: &str) -> Option<&'a Value> {
    get(object, kind).filter(|condition| text(condition, "status") == "False")
}

/// The text of a field; empty when there is none.
pub(super) fn text<'a>(value: &'a Value, field: &str) -> &'a str {
    value.get(field).and_then(Value::as_str).unwrap_or("")
}

/// The moment in a field.
pub(super) fn time(value: &Value, field: &str) -> Option<Timestamp> {
    value.get(field)?.as_str()?.parse().ok()
}

/// What makes one saying of a condition different from the next: type, reason, time.
pub(super) fn print(condition: &Value) -> Option<[String; 3]> {
    let time = ["lastUpdateTime", "lastTransitionTime"].map(|field| text(condition, field));
    let time = time.into_iter().find(|time| !time.is_empty())?;
    Some([text(condition, "type").to_owned(), text(condition, "reason").to_owned(), time.to_owned()])
}
