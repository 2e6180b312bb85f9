//! Fingerprints as people see them: numbers, equal for equal values within one view.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::object::Fingerprint;

/// The numbers of the secret values in one view.
#[derive(Debug, Clone, Default)]
pub struct Numbers(BTreeMap<Fingerprint, usize>);

impl Numbers {
    /// The number of a fingerprint, given out in the order of first sight.
    pub fn of(&mut self, fingerprint: Fingerprint) -> usize {
        let next = self.0.len() + 1;
        *self.0.entry(fingerprint).or_insert(next)
    }

    /// The text as it may be shown.
    pub fn text(&mut self, text: &str) -> String {
        Fingerprint::parse(text).map_or_else(|| text.to_owned(), |found| format!("●{}", self.of(found)))
    }

    /// A value in one line, as it may be shown.
    pub fn line(&mut self, value: &Value) -> String {
        match value {
            Value::String(text) => self.text(text),
            Value::Null => "null".to_owned(),
            Value::Bool(_) | Value::Number(_) => value.to_string(),
            Value::Array(_) | Value::Object(_) => self.masked(value.clone()).to_string(),
        }
    }

    /// The value with every fingerprint replaced by its number.
    pub fn masked(&mut self, mut value: Value) -> Value {
        self.replace(&mut value);
        value
    }

    fn replace(&mut self, value: &mut Value) {
        match value {
            Value::String(text) => *text = self.text(text),
            Value::Array(items) => items.iter_mut().for_each(|item| self.replace(item)),
            Value::Object(map) => map.values_mut().for_each(|value| self.replace(value)),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
}
