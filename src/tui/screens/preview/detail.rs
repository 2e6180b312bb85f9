//! The lower (or right) half: what differs in the chosen object, or the whole object.

use super::{Preview, Shows};
use crate::plan::{Blocker, Change, Conflict, Plan, Validation};
use crate::tui::theme::Role;
use crate::tui::widgets::canvas::width;
use crate::tui::widgets::line::Line;
use crate::tui::widgets::{age, cut, diff};
use jiff::Timestamp;

/// All lines about the chosen object, for a pane of this width.
pub(super) fn lines(preview: &Preview, room: u16, now: Timestamp) -> Vec<Line> {
    let Some((plan, change)) = preview.plan.as_ref().zip(preview.change()) else { return Vec::new() };
    match preview.shows {
        Shows::Yaml => change.yaml.lines().map(|line| whole(line, "   ", Role::Text)).collect(),
        Shows::Diff => {
            let chosen = preview.conflict().map(|_| preview.field.min(change.conflicts.len() - 1));
            differences(plan, change, (preview.filled, chosen), (room, now))
        }
    }
}

/// A line of a whole object, with its sign in front.
fn whole(line: &str, sign: &'static str, role: Role) -> Line {
    let masked = line.find('●').unwrap_or(line.len());
    let (plain, hidden) = line.split_at(masked);
    let split = plain.find(": ").map_or_else(|| if plain.ends_with(':') { plain.len() } else { 0 }, |at| at + 1);
    let (name, value) = plain.split_at(split);
    Line::new(sign, role).and(name, Role::Muted).and(value, Role::Text).and(hidden, Role::Secret)
}

fn differences<P>(
    plan: &Plan<P>,
    change: &Change,
    (filled, chosen): (bool, Option<usize>),
    (room, now): (u16, Timestamp),
) -> Vec<Line> {
    let mut lines = Vec::new();
    let wide = room.saturating_sub(4);
    for blocker in plan.blockers.iter().filter(|b| b.key.as_ref() == Some(&change.key)) {
        lines.extend(blocked(blocker, wide));
    }
    match &change.validation {
        Validation::Valid => {}
        Validation::Unseen(why) => {
            lines.extend(Line::wrapped(&format!("The server has not looked at it yet: {why}."), wide, Role::Muted));
        }
        Validation::Refused(words) => {
            lines.push(Line::new(" The server says:", Role::Muted));
            lines.extend(indented(Line::wrapped(words, wide, Role::Text)));
        }
    }
    for (at, conflict) in change.conflicts.iter().enumerate() {
        lines.extend(held(conflict, chosen == Some(at), wide, now));
    }
    for note in &change.notes {
        lines.extend(indented(Line::wrapped(note, wide, Role::Warn)));
    }
    lines.extend(diff::fields(&change.fields, room));
    if !change.action.writes() && lines.is_empty() {
        lines.push(Line::new("   stays as it is", Role::Muted));
    }
    if !change.action.writes() || !change.fields.is_empty() || change.filled.is_empty() {
        // said above, or there is nothing to add
    } else {
        lines.push(Line::new("   is entered as used by this environment", Role::Muted));
    }
    if change.fields.is_empty() && change.action == crate::plan::Action::Create {
        lines.extend(change.yaml.lines().map(|line| whole(line, " + ", Role::Add)));
    }
    if !change.filled.is_empty() {
        lines.push(Line::default());
        let count = age::counted(change.filled.len(), "field");
        let left = format!("   {count} filled by the cluster");
        let word = if filled { "f hide" } else { "f show" };
        let gap = usize::from(room.saturating_sub(2)).saturating_sub(left.chars().count() + word.len());
        lines.push(Line::text(left).and(" ".repeat(gap), Role::Text).and(word, Role::Muted));
        if filled {
            lines.extend(diff::fields(&change.filled, room));
        }
    }
    lines
}

fn blocked(blocker: &Blocker, wide: u16) -> Vec<Line> {
    let mut lines = indented(Line::wrapped(&blocker.sentence, wide, Role::Fail));
    lines.extend(indented(Line::wrapped(&blocker.next, wide, Role::Text)));
    lines
}

fn held(conflict: &Conflict, chosen: bool, wide: u16, now: Timestamp) -> Vec<Line> {
    let since = conflict.since.map_or_else(String::new, |then| format!(", {} ago", age::short(age::since(then, now))));
    let value = |text: &Option<String>| cut::value(text.as_deref().unwrap_or("nothing"), wide / 2);
    let (sign, role) = if conflict.taken { ("✓ ", Role::Ok) } else { ("! ", Role::Warn) };
    let taken = if conflict.taken { "  is taken over" } else { "" };
    let path = cut::middle(&conflict.path, wide.saturating_sub(width(taken)));
    let mut lines = vec![
        Line::new(if chosen { "▸" } else { " " }, Role::Focus)
            .and(sign, role)
            .and(path, if chosen { Role::Focus } else { Role::Text })
            .and(taken, Role::Muted),
    ];
    lines.push(
        Line::text("     ")
            .and(format!("{}{since}: ", conflict.manager), Role::Muted)
            .and(value(&conflict.theirs), Role::Text),
    );
    lines.push(Line::text("     ").and("landfall: ", Role::Muted).and(value(&conflict.ours), Role::Text));
    lines
}

fn indented(lines: Vec<Line>) -> Vec<Line> {
    lines
        .into_iter()
        .map(|line| line.spans().fold(Line::text("   "), |new, (text, role)| new.and(text, role)))
        .collect()
}
