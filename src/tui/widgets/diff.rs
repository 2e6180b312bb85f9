//! Fields that differ, grouped by where they stand; texts of several lines line by line.

use similar::{ChangeTag, TextDiff};

use super::canvas::width;
use super::cut;
use super::line::Line;
use crate::plan::FieldChange;
use crate::tui::theme::Role;

/// The lines that show these changes in a pane of this width.
pub(crate) fn fields(changes: &[FieldChange], room: u16) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut group = None;
    for change in changes {
        let (parent, leaf) = split(&change.path);
        if group != Some(parent) {
            group = Some(parent);
            if !parent.is_empty() {
                lines.push(Line::text("   ").and(cut::middle(parent, room.saturating_sub(4)), Role::Text));
            }
        }
        lines.extend(field(change, leaf, room));
    }
    lines
}

/// Where a field stands, and its own name.
fn split(path: &str) -> (&str, &str) {
    if let Some(inner) = path.strip_suffix(']')
        && let Some(open) = inner.rfind('[')
        && inner[open..].contains(['.', '/'])
    {
        return (&path[..open], &inner[open + 1..]);
    }
    let mut depth = 0_usize;
    for (at, c) in path.char_indices().rev() {
        match c {
            ']' => depth += 1,
            '[' => depth = depth.saturating_sub(1),
            '.' if depth == 0 => return (&path[..at], &path[at + 1..]),
            _ => {}
        }
    }
    ("", path)
}

fn field(change: &FieldChange, leaf: &str, room: u16) -> Vec<Line> {
    let (before, after) = (change.before.as_deref(), change.after.as_deref());
    if [before, after].into_iter().flatten().any(|text| text.contains('\n')) {
        return text(leaf, before.unwrap_or_default(), after.unwrap_or_default(), room);
    }
    let (sign, role) = match (before, after) {
        (None, _) => (" + ", Role::Add),
        (_, None) => (" - ", Role::Drop),
        (Some(_), Some(_)) => (" ~ ", Role::Change),
    };
    let name = format!("  {}:  ", cut::middle(leaf, room / 2));
    let left = room.saturating_sub(4 + width(&name));
    let value = |text: &str, room: u16| {
        let role = if text.starts_with('●') { Role::Secret } else { Role::Text };
        (cut::value(text, room), role)
    };
    let line = Line::new(sign, role).and(name, Role::Text);
    vec![match (before, after) {
        (Some(before), Some(after)) => {
            let half = left.saturating_sub(5);
            let fits = width(before) + width(after) <= half;
            let (first, second) = if fits { (half, half) } else { (half / 2, half - half / 2) };
            let (before, after) = (value(before, first), value(after, second));
            line.and(before.0, before.1).and("  →  ", Role::Muted).and(after.0, after.1)
        }
        (Some(only), None) | (None, Some(only)) => {
            let only = value(only, left);
            line.and(only.0, only.1)
        }
        (None, None) => line,
    }]
}

fn text(leaf: &str, before: &str, after: &str, room: u16) -> Vec<Line> {
    let mut lines = vec![Line::new(" ~ ", Role::Change).and(format!("  {leaf}:"), Role::Text)];
    let wide = room.saturating_sub(8);
    let diff = TextDiff::from_lines(before, after);
    for group in diff.grouped_ops(1) {
        for change in group.iter().flat_map(|op| diff.iter_changes(op)) {
            let (sign, role) = match change.tag() {
                ChangeTag::Insert => (" +     ", Role::Add),
                ChangeTag::Delete => (" -     ", Role::Drop),
                ChangeTag::Equal => ("       ", Role::Muted),
            };
            lines.push(Line::new(sign, role).and(cut::end(change.value(), wide), role));
        }
    }
    lines
}
