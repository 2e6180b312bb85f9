//! Takes the secrets out of a tfvars file and leaves every other byte as it is.

use std::fmt::Write as _;

use hcl_edit::Span;
use hcl_edit::expr::{Expression, Object, ObjectKey};
use similar::TextDiff;

use super::tfvars::{parse, place};
use crate::failure::{Failure, Place, Result};

/// What stands where a secret was.
const MASK: &str = "••••••••";

/// A tfvars file without its secrets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Strip {
    /// The new text of the file.
    pub text: String,
    /// Where something was taken out.
    pub removed: Vec<Place>,
    /// What is taken out, as a diff in which every value is masked.
    pub diff: String,
}

/// Takes a variable out of a tfvars file. Comments, blank lines and other variables stay byte for byte.
///
/// # Errors
/// When the file is not valid tfvars syntax, is the JSON form, or has no such variable.
pub fn strip_secrets(file: &str, text: &str, variable: &str) -> Result<Strip> {
    if text.trim_start_matches('\u{feff}').trim_start().starts_with('{') {
        return Err(Failure::input("secrets are not taken out of a tfvars file in JSON form")
            .at(Place::file(file))
            .hint(format!("delete `{variable}` from it with an editor")));
    }
    let (mark, body_text) = text.split_at(if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 });
    let body = parse(file, body_text)?;
    let attribute = body.get_attribute(variable);
    let (Some(attribute), Some(span)) = (attribute, attribute.and_then(Span::span)) else {
        return Err(Failure::input(format!("there is no variable `{variable}` in this file")).at(Place::file(file)));
    };
    let (start, end) = whole_lines(body_text, span.start, span.end);
    let (before, after) = (&body_text[..start], &body_text[end..]);
    let new = format!("{before}{after}");
    // Only what goes is shown, and no lines around it: they may hold secrets of others.
    let old = format!("{before}{variable} = {}\n{after}", masked(&attribute.value, 0));
    let diff = TextDiff::from_lines(&old, &new).unified_diff().context_radius(0).header(file, file).to_string();
    let removed = vec![place(file, body_text, span.start)];
    Ok(Strip { text: format!("{mark}{new}"), removed, diff })
}

/// The part of a text to cut: with the rest of its lines, if nothing else stands on them.
fn whole_lines(text: &str, start: usize, end: usize) -> (usize, usize) {
    let line = text[..start].rfind('\n').map_or(0, |at| at + 1);
    let rest = text[end..].find('\n').map_or(text.len(), |at| end + at + 1);
    let alone = text[line..start].trim().is_empty() && text[end..rest].trim().is_empty();
    if alone { (line, rest) } else { (start, end) }
}

/// The shape of an expression: keys and braces, with masks for everything else. Comments inside are left out too, since
/// an old password may stand in one.
fn masked(expression: &Expression, depth: usize) -> String {
    let Expression::Object(object) = expression else { return format!("\"{MASK}\"") };
    shape(object, depth)
}

fn shape(object: &Object, depth: usize) -> String {
    let mut text = "{\n".to_owned();
    for (key, value) in object {
        let key = match key {
            ObjectKey::Ident(ident) => ident.as_str(),
            ObjectKey::Expression(expression) => expression.as_str().unwrap_or(MASK),
        };
        let value = masked(value.expr(), depth + 1);
        let _ = writeln!(text, "{:indent$}{key} = {value}", "", indent = (depth + 1) * 2);
    }
    let _ = write!(text, "{:indent$}}}", "", indent = depth * 2);
    text
}
