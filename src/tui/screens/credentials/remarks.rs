//! The few words beside a field, and the sentences below it.

use jiff::Timestamp;

use super::Field;
use crate::secret::Level;
use crate::tui::theme::Role;
use crate::tui::widgets::age;

/// The sign and the words beside a field.
pub(super) fn beside(field: &Field, now: Timestamp) -> (&'static str, String, Role) {
    if field.spec.from.is_some() {
        return ("✓", "at use".to_owned(), Role::Ok);
    }
    if let Some(opinion) = &field.opinion {
        if opinion.level == Level::Needed {
            return ("", opinion.words.clone(), Role::Warn);
        }
        if opinion.blocks {
            return ("✗", opinion.words.clone(), Role::Fail);
        }
        if opinion.warns {
            return ("!", opinion.words.clone(), Role::Warn);
        }
    }
    if field.is_empty() {
        return ("", "needed".to_owned(), Role::Warn);
    }
    match (&field.opinion, field.spec.stored) {
        (Some(opinion), _) if field.is_new() => ("✓", opinion.words.clone(), Role::Ok),
        (_, Some(stored)) if field.spec.masked => {
            ("✓", format!("set {}", age::short(age::since(stored, now))), Role::Ok)
        }
        (Some(_) | None, _) => ("✓", String::new(), Role::Ok),
    }
}

/// The sentences below the form: why it was not taken, what may be said, what it is for.
pub(super) fn below(field: &Field) -> Vec<(String, Role)> {
    let mut lines = Vec::new();
    if let Some(from) = &field.spec.from {
        lines.push((format!("Read from {from} when it is used, never stored; landfall.yaml says so."), Role::Text));
    }
    if let Some(refusal) = &field.refusal {
        lines.push((format!("Not taken: what was pasted or typed is {refusal}."), Role::Fail));
    }
    if let Some(opinion) = &field.opinion
        && !opinion.advice.is_empty()
    {
        let role = if opinion.blocks { Role::Fail } else { Role::Warn };
        lines.push((opinion.advice.clone(), if opinion.blocks || opinion.warns { role } else { Role::Muted }));
    }
    if !field.spec.help.is_empty() {
        lines.push((field.spec.help.clone(), Role::Text));
    }
    lines
}
