//! The tree of a run: what is done in one line, then what is not.

use jiff::{SignedDuration, Timestamp};

use super::Rollout;
use super::tree::{Item, NONE, Pen, Row};
use crate::deploy::{Operation, Step, StepState};
use crate::health::{Node, Verdict};
use crate::object::Key;
use crate::tui::Filter;
use crate::tui::shown::Pane;
use crate::tui::theme::Role;
use crate::tui::widgets::line::Line;
use crate::tui::widgets::{age, glyph};

/// How the lines of a run are written.
pub(crate) fn pen(rollout: &Rollout, now: Timestamp, wide: u16) -> Pen<'_> {
    // What a filter looks for must not hide in a fold.
    let turned = if rollout.filters.of(Pane::Main).is_set() { &NONE } else { &rollout.turned };
    Pen { now, wide: wide.saturating_sub(2), turned }
}

/// The lines of the tree that the filter lets through, each with what it hangs on.
pub(crate) fn rows<'a>(rollout: &'a Rollout, pen: Pen<'a>) -> Vec<Row<'a>> {
    let mut rows = all(rollout, pen);
    let filter = rollout.filters.of(Pane::Main);
    if filter.is_set() {
        let shown = shown(&rows, filter);
        let mut shown = shown.iter();
        rows.retain(|_| shown.next().is_some_and(|shown| *shown));
    }
    rows
}

/// How many lines of the tree the filter lets through, and how many there are.
pub(crate) fn count(rollout: &Rollout, now: Timestamp, wide: u16) -> (usize, usize) {
    let rows = all(rollout, pen(rollout, now, wide));
    let shown = shown(&rows, rollout.filters.of(Pane::Main));
    let stops = |wanted: bool| rows.iter().zip(&shown).filter(|(row, shown)| row.stops && (**shown || !wanted)).count();
    (stops(true), stops(false))
}

/// Which lines are shown: those with the words of the filter, what they hang on, and what belongs to a line.
fn shown(rows: &[Row<'_>], filter: &Filter) -> Vec<bool> {
    let mut hangs = None;
    let mut shown: Vec<bool> = Vec::with_capacity(rows.len());
    for row in rows.iter().rev() {
        let takes = row.stops && filter.takes(&row.full());
        let holds = row.stops && hangs.is_some_and(|depth| row.depth < depth);
        if takes || holds {
            hangs = Some(row.depth).filter(|depth| *depth > 0);
        }
        shown.push(takes || holds);
    }
    shown.reverse();
    for at in 1..rows.len() {
        if !rows[at].stops {
            shown[at] = shown[at - 1];
        }
    }
    shown
}

/// All lines of the tree.
fn all<'a>(rollout: &'a Rollout, pen: Pen<'a>) -> Vec<Row<'a>> {
    let now = pen.now;
    let progress = &rollout.progress;
    let roots = &progress.tree.roots;
    let node = |key: &Key| roots.iter().find(|node| node.key.same(key));
    let (mut done, mut took) = (Vec::new(), SignedDuration::ZERO);
    let (mut refused, mut sending, mut waiting) = (Vec::new(), Vec::new(), 0);
    for step in progress.steps() {
        match &step.state {
            StepState::Done(time) if is_plain(&step.key, node(&step.key)) => {
                done.push(&step.key);
                took = took.saturating_add(*time);
            }
            StepState::Done(_) => {
                if node(&step.key).is_none() {
                    sending.push(applied(step, now));
                }
            }
            StepState::Sending => sending.push(sent(step, now)),
            StepState::Refused(failure) => refused.push(refusal(step, failure.why.as_ref().unwrap_or(&failure.what))),
            StepState::Waiting => waiting += 1,
        }
    }
    let mut rows = Vec::new();
    if progress.steps().next().is_none() {
        let plain = roots.iter().filter(|node| is_plain(&node.key, Some(node)));
        done.extend(plain.map(|node| &node.key));
    }
    if !done.is_empty() {
        let age = if progress.steps().next().is_some() { age::fine(took) } else { String::new() };
        rows.push(summary(&done, age));
    }
    rows.append(&mut refused);
    let since = match rollout.operation {
        Operation::Apply => progress.started,
        Operation::Watch => None,
    };
    for node in roots.iter().filter(|node| !is_plain(&node.key, Some(node))) {
        rows.extend(pen.rows(node, since));
    }
    rows.append(&mut sending);
    if waiting > 0 {
        let verb = match (rollout.is_over(), waiting) {
            (true, 1) => "was not sent",
            (true, _) => "were not sent",
            (false, 1) => "waits its turn",
            (false, _) => "wait their turn",
        };
        let line = Line::new("· ", Role::Muted).and(format!("{} {verb}", age::counted(waiting, "object")), Role::Muted);
        rows.push(Row::passed(line));
    }
    rows
}

/// Whether there is nothing to watch about an object: it is there, and that is all. A Service waits for pods that
/// are watched anyway.
fn is_plain(key: &Key, node: Option<&Node>) -> bool {
    let calm = |node: &Node| match node.health.verdict {
        Verdict::Ready => true,
        Verdict::Progressing => key.kind == "Service",
        Verdict::Failed | Verdict::Terminating | Verdict::Unknown => false,
    };
    !grows(key) && node.is_none_or(|node| calm(node) && !has_pods(node))
}

/// Whether pods grew out of it.
pub(super) fn has_pods(node: &Node) -> bool {
    node.pod.is_some() || node.children.iter().any(has_pods)
}

/// Kinds out of which pods grow.
fn grows(key: &Key) -> bool {
    matches!(key.kind.as_str(), "Deployment" | "StatefulSet" | "DaemonSet" | "ReplicaSet" | "Job" | "CronJob" | "Pod")
}

fn summary(done: &[&Key], age: String) -> Row<'static> {
    let mut kinds: Vec<(&str, usize)> = Vec::new();
    for key in done {
        match kinds.iter_mut().find(|(kind, _)| *kind == key.kind) {
            Some((_, count)) => *count += 1,
            None => kinds.push((&key.kind, 1)),
        }
    }
    let words: Vec<String> = kinds
        .into_iter()
        .map(|(kind, count)| if count == 1 { kind.to_owned() } else { format!("{count} {}", plural(kind)) })
        .collect();
    let names: Vec<String> = done.iter().map(ToString::to_string).collect();
    let line = Line::new("✓", Role::Ok).and(" ", Role::Text).and(words.join(", "), Role::Text);
    Row::written(Item { line, age, restarts: None }, format!("Applied\n{}", names.join("\n")))
}

fn plural(kind: &str) -> String {
    match kind {
        kind if kind.ends_with('s') => format!("{kind}es"),
        kind => kind.strip_suffix('y').map_or_else(|| format!("{kind}s"), |stem| format!("{stem}ies")),
    }
}

fn row(step: &Step, (sign, role): (&str, Role), words: &str) -> Row<'static> {
    let line = Line::new(sign, role)
        .and(" ", Role::Text)
        .and(step.key.to_string(), Role::Text)
        .and(format!("  {words}"), role);
    Row::written(Item { line, ..Item::default() }, format!("{}\n{words}", step.key))
}

fn sent(step: &Step, now: Timestamp) -> Row<'static> {
    row(step, (glyph::spinner(now), Role::Busy), "is being sent")
}

fn applied(step: &Step, now: Timestamp) -> Row<'static> {
    row(step, (glyph::spinner(now), Role::Busy), "applied")
}

fn refusal(step: &Step, why: &str) -> Row<'static> {
    row(step, ("✗", Role::Fail), why)
}
