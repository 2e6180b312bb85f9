//! The few words beside a field, and the sentences below it.

use jiff::Timestamp;

use super::Field;
use crate::deploy::{Accord, Compared, Edit};
use crate::secret::Level;
use crate::tui::theme::Role;
use crate::tui::widgets::age;

/// The sign and the words beside a field.
pub(super) fn beside(field: &Field, compared: Option<&Compared>, now: Timestamp) -> (&'static str, String, Role) {
    if field.spec.from.is_some() {
        return ("✓", "at use".to_owned(), Role::Ok);
    }
    let stands = compared.filter(|_| !field.is_new());
    if let Some(stage) = stands.and_then(|compared| compared.turn) {
        return ("↻", format!("rotating: {}", stage.word()), Role::Busy);
    }
    let blocks = field.opinion.as_ref().is_some_and(|opinion| opinion.blocks);
    // What was never applied is no news at a first deployment: whatever is to be said of the value says more.
    let off = |compared: &&Compared| compared.accord.is_off() && compared.accord != Accord::NotApplied;
    if let Some(compared) = stands.filter(off).filter(|_| !blocks || field.is_empty()) {
        return ("!", compared.accord.to_string(), Role::Warn);
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
    if let Some(compared) = stands.filter(|compared| compared.accord == Accord::NotApplied) {
        return ("·", compared.accord.to_string(), Role::Muted);
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
pub(super) fn below(field: &Field, compared: Option<&Compared>, now: Timestamp) -> Vec<(String, Role)> {
    let mut lines = Vec::new();
    if let Some(from) = &field.spec.from {
        lines.push((format!("Read from {from} when it is used, never stored; landfall.yaml says so."), Role::Text));
    }
    if let Some(compared) = compared.filter(|compared| compared.accord.is_off()) {
        lines.push((stands(compared, now), Role::Warn));
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

/// How a value stands to the cluster's, in sentences.
fn stands(compared: &Compared, now: Timestamp) -> String {
    let who = |edit: &Edit| {
        let when = edit.when.map(|when| format!(" {} ago", age::words(age::since(when, now)))).unwrap_or_default();
        format!(" by {}{when}", edit.by)
    };
    let who = compared.edit.as_ref().map(who).unwrap_or_default();
    let take = match &compared.stuck {
        None => "F3 takes it over".to_owned(),
        Some(why) => format!("It cannot be taken over: {why}"),
    };
    match compared.accord {
        Accord::NewerHere => "The cluster still has the value applied before. Going on applies this one.".to_owned(),
        Accord::NotApplied => "The cluster does not have it yet. Going on applies it.".to_owned(),
        Accord::ChangedThere => {
            format!("Changed in the cluster{who}. {take}; going on overwrites it, and the preview asks first.")
        }
        Accord::ChangedBoth => {
            format!(
                "Changed here, and in the cluster{who}. {take}; going on overwrites it, and the preview asks first."
            )
        }
        Accord::Differs => {
            format!("The cluster has another value, written{who}. {take}; going on overwrites it.")
        }
        Accord::OnlyThere => format!("The cluster has a value, written{who}. {take}."),
        Accord::InSync | Accord::Unset | Accord::Locked | Accord::Untold => String::new(),
    }
}
