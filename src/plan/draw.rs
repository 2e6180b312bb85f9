//! From subjects to a plan.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::Value;

use super::change::{Action, Blocker, Change, Plan, Target, Validation};
use super::compare::{differences, show};
use super::held::conflict;
use super::mask::Numbers;
use super::order::wave;
use super::restart::{Drawn, restart};
use super::subject::{Rehearsal, Subject};
use super::summary::summary;
use crate::document::to_yaml;
use crate::object::{Key, Object};

/// Draws the plan: every subject becomes a change; the dangerous come first.
pub fn draw<P>(target: Target, subjects: &[Subject], made: Timestamp, payload: P) -> Plan<P> {
    let mut numbers = Numbers::default();
    let mut drawn: Vec<Drawn<'_>> = subjects.iter().map(|subject| look(subject, &mut numbers)).collect();
    // After all differences, so that the values that change have the first numbers.
    for Drawn { subject, change, .. } in &mut drawn {
        change.yaml = to_yaml(&numbers.masked(subject.desired.value().clone()));
    }
    let restarts = drawn.iter().filter_map(|one| restart(one, &drawn)).collect();
    let mut blockers: Vec<Blocker> = subjects.iter().filter_map(blocker).collect();
    blockers.extend(port_twice(subjects));
    let warnings = subjects.iter().flat_map(warnings).collect();
    let mut changes: Vec<Change> = drawn.into_iter().map(|one| one.change).collect();
    changes.sort_by_key(|change| (change.action, change.wave));
    Plan { target, changes, restarts, warnings, blockers, took: None, made, payload }
}

fn look<'s>(subject: &'s Subject, numbers: &mut Numbers) -> Drawn<'s> {
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
        yaml: String::new(),
    };
    let mut found = Vec::new();
    match &subject.rehearsal {
        Rehearsal::Valid { object, .. } => match &subject.live {
            None => change.action = Action::Create,
            Some(live) => found = differences(live.value(), object.value(), desired.value()),
        },
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
            change.notes.push(format!("{} is deleted and created anew: {}.", change.key, words.trim_end_matches('.')));
            if let Some(live) = &subject.live {
                // Without the server's answer, what it fills in cannot be told from what is taken away.
                found = differences(live.value(), desired.value(), desired.value());
                found.retain(|difference| difference.after.is_some());
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
    let mut shown =
        |ours: bool| found.iter().filter(|one| one.ours == ours).flat_map(|one| show(one, numbers)).collect::<Vec<_>>();
    change.fields = shown(true);
    change.filled = shown(false);
    // What only the server would fill in is no reason to send an object.
    if change.action == Action::Unchanged && (!change.fields.is_empty() || subject.joins) {
        change.action = Action::Update;
    }
    if change.action == Action::Update && subject.joins {
        change.notes.push("This environment is entered among its users.".to_owned());
    }
    if !subject.shared_with.is_empty() && !change.fields.is_empty() {
        change.notes.push(format!("It changes for {} too.", subject.shared_with.join(", ")));
    }
    change.summary = summary(&change, subject, &found);
    Drawn { subject, change, differences: found }
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
            // One Service may have a port twice, for TCP and UDP.
            let first = *seen.entry(number).or_insert(subject.desired.key());
            if first != subject.desired.key() {
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
