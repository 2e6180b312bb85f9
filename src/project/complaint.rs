//! What a schema has to complain about, in words. Values are never quoted: somebody may have put a password there.

use jsonschema::error::{TypeKind, ValidationErrorKind};
use jsonschema::{JsonType, ValidationError};
use serde_json::Value;

use super::layer::{Layer, place_of, place_of_key};
use super::schema::Schema;
use crate::document::suggest;
use crate::failure::Failure;

/// A validation error as a failure with its place and the next step.
pub(super) fn complaint(schema: &Value, error: &ValidationError<'_>, layers: &[Layer<'_>]) -> Failure {
    let pointer = error.instance_path().as_str();
    let part = part_of(schema, error.schema_path().as_str());
    let (what, place, hint) = match error.kind() {
        ValidationErrorKind::AdditionalProperties { unexpected } => {
            let key = unexpected.first().map_or("", String::as_str);
            let what = format!("{} has no setting `{key}`", whole(schema, pointer));
            (what, place_of_key(layers, pointer, key), Some(suggest(key, &Schema::keys(part))))
        }
        ValidationErrorKind::Required { property } => {
            let key = property.as_str().unwrap_or_default();
            let missing = part.get("properties").and_then(|properties| properties.get(key)).unwrap_or(&Value::Null);
            let path = format!("{pointer}/{key}");
            (format!("{} is missing", subject(missing, &path)), None, remedy(missing))
        }
        ValidationErrorKind::PropertyNames { error } => {
            let key = error.instance().as_str().unwrap_or_default().to_owned();
            let part = part.get("propertyNames").unwrap_or(part);
            let what = format!("`{key}` cannot be a name in {}", whole(schema, pointer));
            (what, place_of_key(layers, pointer, &key), text(part, "x-rule").map(|rule| format!("write {rule}")))
        }
        kind => (format!("{} {}", subject(part, pointer), rule(kind, part, error)), None, remedy(part)),
    };
    let mut failure = Failure::input(what);
    failure.place = place.or_else(|| place_of(layers, pointer));
    failure.hints.extend(hint);
    failure
}

/// The rule that was broken, as the rest of a sentence.
fn rule(kind: &ValidationErrorKind, part: &Value, error: &ValidationError<'_>) -> String {
    let number = |key: &str| part.get(key).map(Value::to_string);
    match kind {
        ValidationErrorKind::Type { kind } => format!("has to be {}", words(kind)),
        ValidationErrorKind::Enum { options } => {
            let options: Vec<_> = options.as_array().into_iter().flatten().map(plain).collect();
            format!("has to be one of: {}", options.join(", "))
        }
        ValidationErrorKind::Minimum { limit } | ValidationErrorKind::Maximum { limit } => {
            match (number("minimum"), number("maximum")) {
                (Some(least), Some(most)) => format!("has to be from {least} to {most}"),
                (Some(_), None) => format!("has to be {limit} or more"),
                (None, _) => format!("has to be {limit} or less"),
            }
        }
        ValidationErrorKind::MinLength { limit: 1 }
        | ValidationErrorKind::MinItems { limit: 1 }
        | ValidationErrorKind::MinProperties { limit: 1 } => "must not be empty".to_owned(),
        ValidationErrorKind::MinLength { limit } => format!("has to have {limit} characters or more"),
        ValidationErrorKind::MaxLength { limit } => format!("has to have {limit} characters or fewer"),
        ValidationErrorKind::Pattern { pattern } => {
            text(part, "x-rule").map_or_else(|| format!("has to match {pattern}"), |rule| format!("has to be {rule}"))
        }
        ValidationErrorKind::UniqueItems => "holds the same entry twice".to_owned(),
        ValidationErrorKind::Constant { expected_value } => format!("has to be {}", plain(expected_value)),
        ValidationErrorKind::OneOfNotValid { .. } => "says too little".to_owned(),
        ValidationErrorKind::OneOfMultipleValid { .. } => "says two things of which one has to be left out".to_owned(),
        _ => format!("is not as it has to be: {}", error.masked()),
    }
}

fn words(kind: &TypeKind) -> String {
    let word = |kind: JsonType| match kind {
        JsonType::Array => "a list",
        JsonType::Boolean => "true or false",
        JsonType::Integer => "a whole number",
        JsonType::Null => "empty",
        JsonType::Number => "a number",
        JsonType::Object => "a mapping",
        JsonType::String => "text",
    };
    match kind {
        TypeKind::Single(kind) => word(*kind).to_owned(),
        TypeKind::Multiple(kinds) => {
            let kinds = kinds.iter().filter(|kind| *kind != JsonType::Null);
            kinds.map(word).collect::<Vec<_>>().join(" or ")
        }
    }
}

/// The part of the schema whose keyword complained.
fn part_of<'s>(schema: &'s Value, path: &str) -> &'s Value {
    let parent = path.rsplit_once('/').map_or("", |(parent, _)| parent);
    let parent = parent.strip_suffix("/propertyNames").unwrap_or(parent);
    schema.pointer(parent).unwrap_or(schema)
}

/// What is spoken of: "`port_external` (NodePort)".
fn subject(part: &Value, pointer: &str) -> String {
    let path = dotted(pointer);
    match text(part, "title") {
        Some(title) => format!("`{path}` ({title})"),
        None => format!("`{path}`"),
    }
}

/// A mapping as the subject of a sentence.
fn whole(schema: &Value, pointer: &str) -> String {
    match pointer {
        "" => text(schema, "title").unwrap_or("this file").to_owned(),
        pointer => format!("`{}`", dotted(pointer)),
    }
}

fn dotted(pointer: &str) -> String {
    pointer.split('/').skip(1).map(|step| step.replace("~1", "/").replace("~0", "~")).collect::<Vec<_>>().join(".")
}

fn remedy(part: &Value) -> Option<String> {
    text(part, "x-remedy").or_else(|| text(part, "description")).map(str::to_owned)
}

fn text<'v>(value: &'v Value, key: &str) -> Option<&'v str> {
    value.get(key)?.as_str()
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
