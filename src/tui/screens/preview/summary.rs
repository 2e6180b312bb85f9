//! A plan in a few sentences.

use jiff::SignedDuration;

use crate::deploy::{Fields, TakeOver};
use crate::plan::{Action, Plan, Restart, Validation};
use crate::tui::widgets::age::{self, counted};

/// What would happen, in one or two sentences.
pub(super) fn sentences<P>(plan: &Plan<P>) -> String {
    let stay = plan.count(Action::Unchanged) + plan.count(Action::LeftAlone);
    let kinds = [
        (Action::Blocked, "is blocked", "are blocked"),
        (Action::Conflict, "is held by others", "are held by others"),
        (Action::Replace, "is deleted and created anew", "are deleted and created anew"),
        (Action::Delete, "is deleted", "are deleted"),
        (Action::Update, "changes", "change"),
        (Action::Create, "is created", "are created"),
    ];
    let mut parts: Vec<String> = kinds
        .into_iter()
        .filter_map(|(action, one, many)| match plan.count(action) {
            0 => None,
            1 => Some(format!("1 {one}")),
            count => Some(format!("{count} {many}")),
        })
        .collect();
    if parts.is_empty() {
        return format!("Nothing changes: all {} are as they should be.", counted(stay, "object"));
    }
    match stay {
        0 => {}
        1 => parts.push("1 stays".to_owned()),
        count => parts.push(format!("{count} stay")),
    }
    let mut text = format!("{}.", parts.join(", "));
    for each in &plan.restarts {
        text.push(' ');
        text.push_str(&restart(each, plan.took));
    }
    text
}

/// What the server could not look at yet, and why.
pub(super) fn unseen<P>(plan: &Plan<P>) -> Option<String> {
    let mut reasons = plan.changes.iter().filter_map(|change| match &change.validation {
        Validation::Unseen(why) => Some(why),
        Validation::Valid | Validation::Refused(_) => None,
    });
    let why = reasons.next()?;
    let count = 1 + reasons.count();
    let verb = if count == 1 { "is" } else { "are" };
    Some(format!("{count} {verb} validated once sent: {why}."))
}

/// What is taken over from others.
pub(super) fn taken(takes: &TakeOver) -> Option<String> {
    match takes {
        TakeOver::Nothing => None,
        TakeOver::Everything => Some("What others hold is taken over.".to_owned()),
        TakeOver::These(objects) => {
            let names = objects.iter().map(|(key, fields)| match fields {
                Fields::All => key.to_string(),
                Fields::Some(fields) => format!("{} of {key}", counted(fields.len(), "field")),
            });
            Some(format!("Taken over: {}.", listed(&names.collect::<Vec<_>>())))
        }
    }
}

fn restart(restart: &Restart, last: Option<SignedDuration>) -> String {
    let pods = usize::try_from(restart.pods).unwrap_or(0);
    let (verb, whose) = if pods == 1 { ("restarts", "its") } else { ("restart", "their") };
    let change = if restart.because.len() == 1 { "changes" } else { "change" };
    let because = listed(&restart.because);
    let named = counted(pods, "pod");
    let reason = if because.is_empty() { String::new() } else { format!(": {whose} {because} {change}") };
    let last = last.map(|took| format!("{} last time", age::spoken(took)));
    let downtime = match (restart.downtime, last) {
        (true, Some(last)) => format!(" (Recreate: no service while it does, {last})"),
        (true, None) => " (Recreate: no service while it does)".to_owned(),
        (false, Some(last)) => format!(" ({last})"),
        (false, None) => String::new(),
    };
    format!("{named} {verb}{reason}{downtime}.")
}

/// `a`, `a and b`, `a, b and c`.
fn listed(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [rest @ .., last] => format!("{} and {last}", rest.join(", ")),
    }
}

/// The first line of the confirm dialog: "3 changes, 1 pod restarts, nothing deleted".
pub(crate) fn confirm_sentence<P>(plan: &Plan<P>) -> String {
    let created = plan.count(Action::Create);
    let changed = plan.count(Action::Update);
    let deleted = plan.count(Action::Delete) + plan.count(Action::Replace);
    let pods = plan.restarts.iter().map(|restart| usize::try_from(restart.pods).unwrap_or(0)).sum::<usize>();
    let mut parts = Vec::new();
    if created > 0 {
        parts.push(format!("{created} created"));
    }
    if changed > 0 {
        parts.push(counted(changed, "change"));
    }
    if pods > 0 {
        parts.push(format!("{} {}", counted(pods, "pod"), if pods == 1 { "restarts" } else { "restart" }));
    }
    parts.push(if deleted == 0 { "nothing deleted".to_owned() } else { format!("{deleted} deleted") });
    parts.join(", ")
}
