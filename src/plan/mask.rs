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

    /// The text as it may be shown: every fingerprint in it, alone or inside (`postgresql://●…@host`), as its number.
    pub fn text(&mut self, text: &str) -> String {
        let mut shown = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(at) = rest.find('●') {
            let mark = &rest[at..];
            let found = mark.get(..'●'.len_utf8() + 32).and_then(Fingerprint::parse);
            let taken = if found.is_some() { '●'.len_utf8() + 32 } else { '●'.len_utf8() };
            shown.push_str(&rest[..at]);
            shown.push('●');
            if let Some(found) = found {
                shown.push_str(&self.of(found).to_string());
            }
            rest = &mark[taken..];
        }
        shown.push_str(rest);
        shown
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
