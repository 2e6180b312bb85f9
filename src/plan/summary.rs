//! A few words for a row.

use super::change::{Action, Change};
use super::compare::Difference;
use super::naming::{CONFIG, called, data_key};
use super::subject::Subject;

/// What happens to an object, in a few words.
pub(super) fn summary(change: &Change, subject: &Subject, found: &[Difference]) -> String {
    let shared = |words: &str| match change.shared_with.as_slice() {
        [] => words.to_owned(),
        others => format!("{words}, shared: {}", others.join(", ")),
    };
    match change.action {
        Action::Unchanged => shared("stays"),
        Action::LeftAlone => "exists, left alone".to_owned(),
        Action::Create => shared("is created"),
        Action::Delete => "is deleted".to_owned(),
        Action::Replace => "is deleted and created anew".to_owned(),
        Action::Conflict if change.conflicts.len() == 1 => "1 field held by others".to_owned(),
        Action::Conflict => format!("{} fields held by others", change.conflicts.len()),
        Action::Blocked => "blocked".to_owned(),
        Action::Update => updated(change, subject, found),
    }
}

fn updated(change: &Change, subject: &Subject, found: &[Difference]) -> String {
    let ours = || found.iter().filter(|difference| difference.ours);
    let mut keys: Vec<&str> = ours().filter_map(|difference| data_key(&difference.path)).collect();
    keys.sort_unstable();
    keys.dedup();
    let word = if change.key.kind == "Secret" { "value" } else { "key" };
    match keys.len() {
        0 => {}
        1 => return format!("1 {word}"),
        more => return format!("{more} {word}s"),
    }
    let mut names: Vec<String> = Vec::new();
    for name in ours().flat_map(called) {
        if name != CONFIG && !names.contains(&name) {
            names.push(name);
        }
    }
    match names.len() {
        0 if ours().next().is_some() => "its configuration".to_owned(),
        0 if subject.joins => "joins its users".to_owned(),
        0 => "changes".to_owned(),
        1..=3 => names.join(", "),
        more => format!("{}, {} more", names[..2].join(", "), more - 2),
    }
}
