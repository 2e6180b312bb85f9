//! What values may look like: a JSON Schema, with its defaults and with values brought into the form it asks for.
//!
//! Beside the standard keywords it knows `x-rule` (the words for a `pattern`), `x-remedy` (the next step after a
//! complaint) and `x-directory` (a path on a machine, kept without a slash at its end).

use std::net::Ipv6Addr;

use jsonschema::Validator;
use serde_json::{Map, Value};

use super::complaint::complaint;
use super::layer::Layer;
use crate::document::{Node, Tree, read_one};
use crate::failure::{Failure, Place, Result};

/// A JSON Schema of values.
#[derive(Debug)]
pub struct Schema {
    value: Value,
    validator: Validator,
}

impl Schema {
    /// Reads a schema.
    ///
    /// # Errors
    /// When the text is not JSON or not a schema.
    pub fn parse(file: &str, text: &str) -> Result<Self> {
        let value = read_one(file, text)?.to_value();
        let validator = jsonschema::validator_for(&value).map_err(|error| {
            Failure::input("this is not a JSON Schema").at(Place::file(file)).because(format!(
                "{} at {}",
                error.masked(),
                error.instance_path()
            ))
        })?;
        Ok(Self { value, validator })
    }

    /// The schema itself.
    pub fn value(&self) -> &Value {
        &self.value
    }

    /// The part of the schema that speaks of a dotted path (`pgsql.port`).
    pub fn at(&self, path: &str) -> Option<&Value> {
        path.split('.').try_fold(&self.value, |schema, step| schema.get("properties")?.get(step))
    }

    /// A value that somebody typed for a dotted path: a list with commas between, or a list or map in brackets as YAML
    /// writes them; else text or a number.
    pub fn typed(&self, path: &str, text: &str) -> Value {
        let wanted = self.at(path).and_then(|schema| schema.get("type")?.as_str()).unwrap_or_default();
        let written = |opening: char| text.starts_with(opening).then(|| read_one("the value", text).ok()).flatten();
        // `[fe80::1]` is one address, as URLs write it.
        let address = text.trim_matches(['[', ']']).parse::<Ipv6Addr>().is_ok();
        let several = match wanted {
            "array" if !address => written('['),
            "object" => written('{'),
            _ => None,
        };
        if let Some(node) = several {
            return node.to_value();
        }
        if wanted == "array" {
            return text.split(',').map(str::trim).filter(|part| !part.is_empty()).map(Value::from).collect();
        }
        text.parse::<i64>().map_or_else(|_| Value::from(text), Value::from)
    }

    /// The keys a mapping may have, for a part of the schema.
    pub fn keys(schema: &Value) -> Vec<&str> {
        let properties = schema.get("properties").and_then(Value::as_object);
        properties.map(|map| map.keys().map(String::as_str).collect()).unwrap_or_default()
    }

    /// The values the schema gives where nobody says anything.
    pub fn defaults(&self) -> Value {
        defaults(&self.value).unwrap_or_else(|| Value::Object(Map::new()))
    }

    /// Brings values into the form the schema asks for: numbers and truths that were written as text, directories with
    /// a slash at their end.
    pub fn normalise(&self, node: &mut Node) {
        normalise(&self.value, node);
    }

    /// Checks values; the layers (strongest first) tell where a complaint belongs.
    ///
    /// # Errors
    /// The first complaint in the order of the files, with its place and remedy; further ones are named in its hints.
    pub fn check(&self, value: &Value, layers: &[Layer<'_>]) -> Result<()> {
        let mut complaints: Vec<Failure> =
            self.validator.iter_errors(value).map(|error| complaint(&self.value, &error, layers)).collect();
        complaints.sort_by_key(|failure| failure.place.as_ref().map(|p| (p.file.clone(), p.line, p.column)));
        let mut complaints = complaints.into_iter();
        let Some(mut first) = complaints.next() else { return Ok(()) };
        first.hints.extend(complaints.take(4).map(|other| format!("and then: {other}")));
        Err(first)
    }
}

fn defaults(schema: &Value) -> Option<Value> {
    if let Some(value) = schema.get("default") {
        return Some(value.clone());
    }
    let properties = schema.get("properties")?.as_object()?;
    let given = properties.iter().filter_map(|(key, schema)| Some((key.clone(), defaults(schema)?)));
    Some(Value::Object(given.collect()))
}

fn normalise(schema: &Value, node: &mut Node) {
    match &mut node.tree {
        Tree::Map(entries) => {
            for entry in entries {
                let part = schema.get("properties").and_then(|properties| properties.get(&entry.key));
                if let Some(part) = part.or_else(|| schema.get("additionalProperties")) {
                    normalise(part, &mut entry.node);
                }
            }
        }
        Tree::List(nodes) => {
            if let Some(part) = schema.get("items") {
                for node in nodes {
                    normalise(part, node);
                }
            }
        }
        Tree::Text(text) => {
            if let Some(better) = converted(schema, text) {
                node.tree = Node::from_value(&better).tree;
            }
        }
        Tree::Null | Tree::Bool(_) | Tree::Number(_) => {}
    }
}

fn converted(schema: &Value, text: &str) -> Option<Value> {
    if allows(schema, "string") {
        let path = schema.get("x-directory").and_then(Value::as_bool) == Some(true) && text.len() > 1;
        return path.then(|| Value::String(text.trim_end_matches('/').to_owned()));
    }
    let text = text.trim();
    if (allows(schema, "integer") || allows(schema, "number"))
        && let Ok(number) = text.parse::<i64>()
    {
        return Some(Value::from(number));
    }
    if allows(schema, "number") {
        return text.parse::<f64>().ok().filter(|number| number.is_finite()).map(Value::from);
    }
    if allows(schema, "boolean") {
        return text.parse::<bool>().ok().map(Value::from);
    }
    None
}

fn allows(schema: &Value, kind: &str) -> bool {
    match schema.get("type") {
        Some(Value::String(only)) => only == kind,
        Some(Value::Array(kinds)) => kinds.iter().any(|one| one.as_str() == Some(kind)),
        _ => false,
    }
}
