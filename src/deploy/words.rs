//! Words for outcomes.

use std::time::Duration;

use jiff::SignedDuration;

use crate::health::{Node, Stage, Tree, Verdict};
use crate::object::{Key, Object};
use crate::plan::{Action, FieldChange, Plan, Restart};

/// A duration as people say it: `48 s`, `2 min 5 s`.
pub(super) fn duration(took: SignedDuration) -> String {
    let seconds = took.as_secs().max(0);
    match seconds {
        0 if took.as_millis() > 0 => format!("{}.{} s", seconds, took.subsec_millis() / 100),
        0..=119 => format!("{seconds} s"),
        _ if seconds % 60 == 0 => format!("{} min", seconds / 60),
        _ => format!("{} min {} s", seconds / 60, seconds % 60),
    }
}

/// A patience as people say it.
pub(super) fn patience(patience: Duration) -> String {
    duration(SignedDuration::try_from(patience).unwrap_or(SignedDuration::MAX))
}

/// What changed, one line each; several lines of one file are one.
pub(super) fn changed(plan: &Plan<()>, written: &[Object]) -> Vec<String> {
    let mut lines = Vec::new();
    let is_written = |key: &Key| written.iter().any(|object| object.key() == key);
    let created: Vec<bool> =
        plan.changes.iter().filter(|c| c.action == Action::Create).map(|c| is_written(&c.key)).collect();
    match (created.iter().filter(|done| **done).count(), created.len()) {
        (_, 0) => {}
        (1, 1) => lines.push("1 object created".to_owned()),
        (done, all) if done == all => lines.push(format!("{all} objects created")),
        (done, all) => lines.push(format!("{done} of {all} objects created")),
    }
    let changes = plan.changes.iter().filter(|c| is_written(&c.key));
    let changes = changes.filter(|c| c.action == Action::Update || c.action == Action::Replace);
    for (change, field) in changes.flat_map(|change| change.fields.iter().map(move |field| (change, field))) {
        if field.path.contains("landfall.dev/") {
            continue;
        }
        let line = line(&change.key, field);
        if !lines.contains(&line) {
            lines.push(line);
        }
    }
    lines
}

fn line(key: &Key, field: &FieldChange) -> String {
    let secret = |text: &Option<String>| text.as_ref().is_some_and(|text| text.contains('●'));
    if let Some((file, _)) = field.path.split_once(" line ") {
        return format!("{} in {key}", leaf(file));
    }
    let name = leaf(&field.path);
    match (&field.before, &field.after) {
        _ if secret(&field.before) || secret(&field.after) => format!("{name} in {key}"),
        (Some(before), Some(after)) => format!("{name} {before} → {after}"),
        (None, Some(after)) => format!("{name} {after}"),
        (_, None) => format!("{name} taken away"),
    }
}

/// The last name of a field's path; a name in brackets may hold dots.
fn leaf(path: &str) -> &str {
    match path.strip_suffix(']').and_then(|path| path.rsplit_once('[')) {
        Some((_, name)) => name,
        None => path.rsplit('.').next().unwrap_or(path),
    }
}

/// The pods in words: "1 of 1, restarted because of image".
pub(super) fn pods(tree: &Tree, restarts: &[Restart]) -> String {
    let (mut ready, mut all) = (0, 0);
    count(&tree.roots, &mut ready, &mut all);
    if all == 0 {
        return "none".to_owned();
    }
    let because: Vec<&str> = restarts.iter().flat_map(|restart| restart.because.iter().map(String::as_str)).collect();
    match because.as_slice() {
        [] => format!("{ready} of {all}"),
        [first] => format!("{ready} of {all}, restarted because of {first}"),
        [first, rest @ ..] => format!("{ready} of {all}, restarted because of {first} and {} more", rest.len()),
    }
}

fn count(nodes: &[Node], ready: &mut usize, all: &mut usize) {
    for node in nodes {
        if node.pod.is_some() && node.current {
            *all += 1;
            *ready += usize::from(node.health.verdict == Verdict::Ready);
        }
        if node.current {
            *all += node.more;
            *ready += node.more;
        }
        count(&node.children, ready, all);
    }
}

/// The stages of the pod that took longest.
pub(super) fn stages(tree: &Tree) -> Vec<Stage> {
    fn walk<'t>(nodes: &'t [Node], found: &mut Vec<&'t [Stage]>) {
        for node in nodes {
            found.extend(node.pod.as_ref().filter(|_| node.current).map(|pod| pod.stages.as_slice()));
            walk(&node.children, found);
        }
    }
    let mut found = Vec::new();
    walk(&tree.roots, &mut found);
    let last = |stages: &&[Stage]| stages.iter().filter_map(|stage| stage.until).max();
    found.into_iter().max_by_key(last).map(<[Stage]>::to_vec).unwrap_or_default()
}
