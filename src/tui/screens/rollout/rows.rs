//! The tree of a run: what is done in one line, then what is not.

use jiff::{SignedDuration, Timestamp};

use super::Rollout;
use super::tree::{Item, NONE, Pen};
use crate::deploy::{Operation, Step, StepState};
use crate::health::{Node, Verdict};
use crate::object::Key;
use crate::tui::Filter;
use crate::tui::shown::Pane;
use crate::tui::theme::Role;
use crate::tui::widgets::line::Line;
use crate::tui::widgets::{age, glyph};

/// The lines of the tree that the filter lets through, each with what it hangs on.
pub(crate) fn items(rollout: &Rollout, now: Timestamp, wide: u16) -> Vec<Item> {
    let filter = rollout.filters.of(Pane::Main);
    let items = all(rollout, now, wide, filter.is_set());
    filtered(filter, items)
}

/// The same, each with all there is to say.
pub(crate) fn in_full(rollout: &Rollout, now: Timestamp, wide: u16) -> Vec<Item> {
    filtered(rollout.filters.of(Pane::Main), all(rollout, now, wide, true))
}

fn filtered(filter: &Filter, mut items: Vec<Item>) -> Vec<Item> {
    if filter.is_set() {
        let shown = shown(&items, filter);
        let mut shown = shown.iter();
        items.retain(|_| shown.next().is_some_and(|shown| *shown));
    }
    items
}

/// How many lines of the tree the filter lets through, and how many there are.
pub(crate) fn count(rollout: &Rollout, now: Timestamp, wide: u16) -> (usize, usize) {
    let items = all(rollout, now, wide, true);
    let shown = shown(&items, rollout.filters.of(Pane::Main));
    let stops =
        |wanted: bool| items.iter().zip(&shown).filter(|(item, shown)| item.stops && (**shown || !wanted)).count();
    (stops(true), stops(false))
}

/// Which lines are shown: those with the words of the filter, what they hang on, and what belongs to a line.
fn shown(items: &[Item], filter: &Filter) -> Vec<bool> {
    let mut hangs = None;
    let mut shown: Vec<bool> = Vec::with_capacity(items.len());
    for item in items.iter().rev() {
        let takes = item.stops && filter.takes(&item.full);
        let holds = item.stops && hangs.is_some_and(|depth| item.depth < depth);
        if takes || holds {
            hangs = Some(item.depth).filter(|depth| *depth > 0);
        }
        shown.push(takes || holds);
    }
    shown.reverse();
    for at in 1..items.len() {
        if !items[at].stops {
            shown[at] = shown[at - 1];
        }
    }
    shown
}

/// All lines of the tree; those of objects say all there is to say only where that is wanted.
fn all(rollout: &Rollout, now: Timestamp, wide: u16, full: bool) -> Vec<Item> {
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
    let mut items = Vec::new();
    if progress.steps().next().is_none() {
        let plain = roots.iter().filter(|node| is_plain(&node.key, Some(node)));
        done.extend(plain.map(|node| &node.key));
    }
    if !done.is_empty() {
        let age = if progress.steps().next().is_some() { age::fine(took) } else { String::new() };
        items.push(summary(&done, age));
    }
    items.append(&mut refused);
    let since = match rollout.operation {
        Operation::Apply => progress.started,
        Operation::Watch => None,
    };
    // What a filter looks for must not hide in a fold.
    let turned = if rollout.filters.of(Pane::Main).is_set() { &NONE } else { &rollout.turned };
    let pen = Pen { now, wide: wide.saturating_sub(2), turned, full };
    for node in roots.iter().filter(|node| !is_plain(&node.key, Some(node))) {
        items.extend(pen.items(node, since));
    }
    items.append(&mut sending);
    if waiting > 0 {
        let verb = match (rollout.is_over(), waiting) {
            (true, 1) => "was not sent",
            (true, _) => "were not sent",
            (false, 1) => "waits its turn",
            (false, _) => "wait their turn",
        };
        let line = Line::new("· ", Role::Muted).and(format!("{} {verb}", age::counted(waiting, "object")), Role::Muted);
        items.push(Item { line, ..Item::default() });
    }
    items
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

fn summary(done: &[&Key], age: String) -> Item {
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
    Item {
        line: Line::new("✓", Role::Ok).and(" ", Role::Text).and(words.join(", "), Role::Text),
        age,
        full: format!("Applied\n{}", names.join("\n")),
        stops: true,
        ..Item::default()
    }
}

fn plural(kind: &str) -> String {
    match kind {
        kind if kind.ends_with('s') => format!("{kind}es"),
        kind => kind.strip_suffix('y').map_or_else(|| format!("{kind}s"), |stem| format!("{stem}ies")),
    }
}

fn row(step: &Step, (sign, role): (&str, Role), words: &str) -> Item {
    let line = Line::new(sign, role)
        .and(" ", Role::Text)
        .and(step.key.to_string(), Role::Text)
        .and(format!("  {words}"), role);
    Item { line, full: format!("{}\n{words}", step.key), stops: true, ..Item::default() }
}

fn sent(step: &Step, now: Timestamp) -> Item {
    row(step, (glyph::spinner(now), Role::Busy), "is being sent")
}

fn applied(step: &Step, now: Timestamp) -> Item {
    row(step, (glyph::spinner(now), Role::Busy), "applied")
}

fn refusal(step: &Step, why: &str) -> Item {
    row(step, ("✗", Role::Fail), why)
}
