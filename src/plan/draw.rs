//! From subjects to a plan.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::Value;

use super::change::{Action, Blocker, Change, Conflict, FieldChange, Plan, Target, Validation};
use super::compare::{Difference, differences, show};
use super::mask::Numbers;
use super::order::wave;
use super::restart::{reasons, restart};
use super::subject::{Rehearsal, Subject};
use crate::document::to_yaml;
use crate::object::{Key, Object, Path, Step};

/// Draws the plan: every subject becomes a change; the dangerous come first.
pub fn draw<P>(target: Target, subjects: &[Subject], made: Timestamp, payload: P) -> Plan<P> {
    let mut numbers = Numbers::default();
    let mut drawn: Vec<(Change, Vec<String>)> = subjects.iter().map(|subject| change(subject, &mut numbers)).collect();
    let changes: Vec<Change> = drawn.iter().map(|(change, _)| change.clone()).collect();
    let restarts = subjects
        .iter()
        .zip(&mut drawn)
        .filter(|(_, (change, reasons))| {
            matches!(change.action, Action::Update | Action::Replace) && !reasons.is_empty()
        })
        .map(|(subject, (_, reasons))| {
            let live = subject.live.as_ref().unwrap_or(&subject.desired);
            let pods = live.number("/spec/replicas").unwrap_or(1);
            restart(&subject.desired, std::mem::take(reasons), pods, &changes)
        })
        .filter(|restart| restart.pods > 0)
        .collect();
    let mut blockers: Vec<Blocker> = subjects.iter().filter_map(blocker).collect();
    blockers.extend(port_twice(subjects));
    let warnings = subjects.iter().flat_map(warnings).collect();
    let mut changes = changes;
    changes.sort_by_key(|change| (change.action, change.wave));
    Plan { target, changes, restarts, warnings, blockers, made, payload }
}

fn change(subject: &Subject, numbers: &mut Numbers) -> (Change, Vec<String>) {
    let desired = &subject.desired;
    let mut change = Change {
        key: desired.key().clone(),
        action: Action::Unchanged,
        validation: Validation::Valid,
        summary: String::new(),
        fields: Vec::new(),
        filled: Vec::new(),
        conflicts: Vec::new(),
        notes: Vec::new(),
        shared_with: subject.shared_with.clone(),
        wave: wave(desired.key()),
        yaml: to_yaml(&numbers.masked(desired.value().clone())),
    };
    let mut restarts = Vec::new();
    match &subject.rehearsal {
        Rehearsal::Valid { object, .. } => restarts = valid(&mut change, subject, object, numbers),
        Rehearsal::Unseen(why) => {
            change.action = if subject.live.is_some() { Action::Update } else { Action::Create };
            change.validation = Validation::Unseen(why.clone());
        }
        Rehearsal::Held(held) => {
            change.action = Action::Conflict;
            change.conflicts = held.iter().map(|(field, manager)| conflict(subject, field, manager, numbers)).collect();
        }
        Rehearsal::Immutable(words) => {
            change.action = Action::Replace;
            change.validation = Validation::Refused(words.clone());
            change.notes.push(format!("{} is deleted and created anew: {words}", change.key));
            if let Some(live) = &subject.live {
                let found: Vec<Difference> = differences(live.value(), desired.value())
                    .into_iter()
                    .filter(|difference| difference.after.is_some())
                    .collect();
                change.fields = found.iter().flat_map(|difference| show(difference, numbers)).collect();
            }
        }
        Rehearsal::LeftAlone(note) => {
            change.action = Action::LeftAlone;
            change.notes.push(note.clone());
        }
        Rehearsal::Refused { words, .. } => {
            change.action = Action::Blocked;
            change.validation = Validation::Refused(words.clone());
        }
    }
    change.summary = summary(&change);
    (change, restarts)
}

fn valid(change: &mut Change, subject: &Subject, next: &Object, numbers: &mut Numbers) -> Vec<String> {
    let Some(live) = &subject.live else {
        change.action = Action::Create;
        return Vec::new();
    };
    let found = differences(live.value(), next.value());
    let (ours, filled): (Vec<_>, Vec<_>) = found
        .into_iter()
        .partition(|d| d.after.is_none() || d.path.find(subject.desired.value()).is_some() || within(&d.path, subject));
    change.fields = ours.iter().flat_map(|difference| show(difference, numbers)).collect();
    change.filled = filled.iter().flat_map(|difference| show(difference, numbers)).collect();
    if !change.fields.is_empty() || subject.joins {
        change.action = Action::Update;
    }
    if subject.joins && change.fields.is_empty() {
        change.notes.push("this environment is entered among its users".to_owned());
    }
    reasons(&ours)
}

/// Whether a parent of the path is a list that the desired object writes as a whole.
fn within(path: &Path, subject: &Subject) -> bool {
    matches!(path.0.last(), Some(Step::Index(_)))
        && path.parent().find(subject.desired.value()).is_some_and(Value::is_array)
}

fn conflict(subject: &Subject, field: &str, manager: &str, numbers: &mut Numbers) -> Conflict {
    let path = parse_field(field);
    let mut at = |object: Option<&Object>| object.and_then(|o| path.find(o.value())).map(|value| numbers.line(value));
    Conflict {
        path: path.to_string(),
        manager: manager.to_owned(),
        theirs: at(subject.live.as_ref()),
        ours: at(Some(&subject.desired)),
        since: subject.live.as_ref().and_then(|live| {
            live.list("/metadata/managedFields")
                .iter()
                .filter(|entry| entry.get("manager").and_then(Value::as_str) == Some(manager))
                .filter_map(|entry| entry.get("time")?.as_str()?.parse::<Timestamp>().ok())
                .max()
        }),
    }
}

/// A field as the server writes it (`.spec.template.spec.containers[name="mlflow"].image`) as a path.
fn parse_field(field: &str) -> Path {
    let mut steps = Vec::new();
    for part in field.trim_start_matches('.').split('.') {
        let (name, key) = part.split_once('[').map_or((part, None), |(name, key)| (name, Some(key)));
        if !name.is_empty() {
            steps.push(Step::Field(name.to_owned()));
        }
        if let Some(key) = key {
            let key = key.trim_end_matches(']');
            steps.push(match key.parse() {
                Ok(at) => Step::Index(at),
                Err(_) => Step::Named(key.split('"').nth(1).unwrap_or(key).to_owned()),
            });
        }
    }
    Path(steps)
}

fn blocker(subject: &Subject) -> Option<Blocker> {
    match &subject.rehearsal {
        Rehearsal::Refused { sentence, next, pointer, .. } => Some(Blocker {
            key: Some(subject.desired.key().clone()),
            sentence: sentence.clone(),
            next: next.clone(),
            pointer: pointer.clone(),
            knob: None,
        }),
        Rehearsal::Valid { .. }
        | Rehearsal::Unseen(_)
        | Rehearsal::Held(_)
        | Rehearsal::Immutable(_)
        | Rehearsal::LeftAlone(_) => None,
    }
}

/// Two Services of one plan that ask for the same port: the server's dry run does not notice that.
fn port_twice(subjects: &[Subject]) -> Vec<Blocker> {
    let mut seen: BTreeMap<i64, &Key> = BTreeMap::new();
    let mut blockers = Vec::new();
    for subject in subjects.iter().filter(|subject| subject.desired.kind() == "Service") {
        for (at, port) in subject.desired.list("/spec/ports").iter().enumerate() {
            let Some(number) = port.get("nodePort").and_then(Value::as_i64) else { continue };
            if let Some(first) = seen.insert(number, subject.desired.key()) {
                blockers.push(Blocker {
                    key: Some(subject.desired.key().clone()),
                    sentence: format!("{first} and {} both ask for NodePort {number}.", subject.desired.key()),
                    next: "Give one of them another port.".to_owned(),
                    pointer: Some(format!("/spec/ports/{at}/nodePort")),
                    knob: None,
                });
            }
        }
    }
    blockers
}

fn warnings(subject: &Subject) -> Vec<String> {
    let key = subject.desired.key();
    let mut warnings = match &subject.rehearsal {
        Rehearsal::Valid { warnings, .. } => warnings.iter().map(|text| format!("{key}: {text}")).collect(),
        Rehearsal::Unseen(_)
        | Rehearsal::Held(_)
        | Rehearsal::Immutable(_)
        | Rehearsal::LeftAlone(_)
        | Rehearsal::Refused { .. } => Vec::new(),
    };
    let leaks = |live: &Object| live.annotation("kubectl.kubernetes.io/last-applied-configuration").is_some();
    if key.kind == "Secret" && subject.live.as_ref().is_some_and(leaks) {
        warnings.push(format!(
            "{key} carries its values in clear in an annotation of kubectl apply; remove the annotation and change the \
             values."
        ));
    }
    warnings
}

/// A few words for a row.
fn summary(change: &Change) -> String {
    let shared = || format!("shared: {}", change.shared_with.join(", "));
    match change.action {
        Action::Unchanged if !change.shared_with.is_empty() => format!("stays, {}", shared()),
        Action::Unchanged => "stays".to_owned(),
        Action::LeftAlone => "exists, left alone".to_owned(),
        Action::Create if !change.shared_with.is_empty() => format!("is created, {}", shared()),
        Action::Create => "is created".to_owned(),
        Action::Delete => "is deleted".to_owned(),
        Action::Replace => "is deleted and created anew".to_owned(),
        Action::Conflict => format!("{} held by others", fields(change.conflicts.len())),
        Action::Blocked => "blocked".to_owned(),
        Action::Update => updated(change),
    }
}

fn fields(count: usize) -> String {
    if count == 1 { "1 field".to_owned() } else { format!("{count} fields") }
}

fn updated(change: &Change) -> String {
    let of_data = |field: &&FieldChange| field.path.starts_with("data");
    let mut keys: Vec<&str> =
        change.fields.iter().filter(of_data).map(|f| f.path.split(" line ").next().unwrap_or(&f.path)).collect();
    keys.dedup();
    if !keys.is_empty() {
        let word = if change.key.kind == "Secret" { "value" } else { "key" };
        return if keys.len() == 1 { format!("1 {word}") } else { format!("{} {word}s", keys.len()) };
    }
    let mut names: Vec<String> = Vec::new();
    for field in &change.fields {
        let name = field.path.rsplit(['.', '[']).next().unwrap_or(&field.path).trim_end_matches(']').to_owned();
        if !names.contains(&name) {
            names.push(name);
        }
    }
    match names.len() {
        0 => "joins its users".to_owned(),
        1..=3 => names.join(", "),
        more => format!("{}, {} more", names[..2].join(", "), more - 2),
    }
}
