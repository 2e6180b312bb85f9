//! The checklist, what is wrong first; the evidence of the chosen check beside it where there is room.

use jiff::Timestamp;

use super::rows::{Row, Sentences, lines};
use super::{Checks, update};
use crate::check::Verdict;
use crate::tui::shown::{Pane, Spot};
use crate::tui::state::State;
use crate::tui::theme::Role;
use crate::tui::widgets::canvas::{Canvas, width};
use crate::tui::widgets::line::Line;
use crate::tui::widgets::{age, list};

/// From this width on, the evidence stands beside the list.
const WIDE: u16 = 100;

/// Draws the checklist of the chosen environment.
pub(crate) fn draw(canvas: &mut Canvas<'_>, state: &State) {
    let Some(checks) = state.environment().map(|environment| &environment.checks) else { return };
    if let Some(failure) = &checks.failure {
        return draw_failure(canvas, failure);
    }
    let (wide, high) = (canvas.width(), canvas.height());
    if wide < WIDE {
        return draw_list(canvas, checks, state.now, Sentences::Below);
    }
    let left = (wide * 58 / 100).max(60);
    draw_list(&mut canvas.part(0, 0, left, high), checks, state.now, Sentences::Beside);
    draw_evidence(&mut canvas.part(left + 1, 0, wide - left - 1, high), checks);
}

fn draw_failure(canvas: &mut Canvas<'_>, failure: &crate::failure::Failure) {
    let room = canvas.width().saturating_sub(5);
    let mut lines = Line::wrapped(&failure.to_string(), room, Role::Title);
    lines.push(Line::default());
    for hint in &failure.hints {
        lines.extend(Line::wrapped(hint, room, Role::Text));
    }
    canvas.put(1, 0, "✗", Role::Fail);
    for (line, y) in lines.iter().zip(0..) {
        canvas.line(3, y, line);
    }
}

fn draw_list(canvas: &mut Canvas<'_>, checks: &Checks, now: Timestamp, sentences: Sentences) {
    let rows = lines(checks, now, canvas.width(), sentences);
    canvas.pane(Pane::Main, rows.len());
    let chosen = checks.at();
    let first = rows.iter().position(|row| row.at == chosen).unwrap_or(0);
    let last = rows.iter().rposition(|row| row.at == chosen).unwrap_or(first);
    let room = usize::from(canvas.height());
    // All lines of the chosen check are visible where they fit.
    let mut visible = list::window(rows.len(), first, room);
    if last >= visible.end {
        visible = (last + 1).saturating_sub(room).min(first)..(last + 1).max(first + room).min(rows.len());
    }
    let (above, below) = (visible.start > 0, visible.end < rows.len());
    for (at, y) in visible.zip(0..) {
        let Some(row) = rows.get(at) else { continue };
        if at == first {
            canvas.put(0, y, "▸", Role::Focus);
        }
        draw_row(canvas, y, row);
    }
    let end = canvas.width();
    if above {
        canvas.put_right(end, 0, "↑", Role::Muted);
    }
    if below {
        canvas.put_right(end, canvas.height().saturating_sub(1), "↓", Role::Muted);
    }
}

fn draw_row(canvas: &mut Canvas<'_>, y: u16, row: &Row) {
    canvas.spot(y, Spot::Row(row.at));
    let end = canvas.width().saturating_sub(1);
    canvas.line(1, y, &row.line.clone().cut(end.saturating_sub(width(&row.age) + 1)));
    canvas.put_right(end, y, &row.age, Role::Muted);
    for (x, size, action) in &row.keys {
        canvas.spot_at(1 + *x, y, *size, Spot::Key(*action));
    }
}

fn draw_evidence(canvas: &mut Canvas<'_>, checks: &Checks) {
    let Some(item) = checks.item() else { return };
    canvas.titled(0, &item.title, "", Role::Title);
    let room = canvas.width().saturating_sub(3);
    let text = update::evidence(item);
    let lines: Vec<Line> = Line::wrapped(&text, room, Role::Text);
    let mut body = canvas.part(0, 1, canvas.width(), canvas.height().saturating_sub(1));
    body.pane(Pane::Detail, lines.len());
    let visible = list::scrolled(lines.len(), checks.scroll, usize::from(body.height()));
    for (line, y) in lines.get(visible).unwrap_or_default().iter().zip(0..) {
        body.line(1, y, line);
    }
}

/// What stands in the line above the status: how many are still running, or what came of them.
pub(crate) fn activity(checks: &Checks) -> Option<(String, Role)> {
    let all = checks.list.items.len();
    if all == 0 {
        return None;
    }
    let running = if checks.is_moving() { checks.list.running() } else { 0 };
    if running > 0 {
        return Some((format!("{running} of {all} still running"), Role::Text));
    }
    let verbs = [
        (Verdict::Fail, "fails", "fail"),
        (Verdict::Warn, "warns", "warn"),
        (Verdict::Unknown, "is not known", "are not known"),
    ];
    let counted = |(verdict, one, many): &(Verdict, &str, &str)| match checks.list.count(*verdict) {
        0 => None,
        1 => Some(format!("1 {one}")),
        count => Some(format!("{count} {many}")),
    };
    let mut words: Vec<String> = verbs.iter().filter_map(counted).collect();
    let held = checks.held().len();
    let done = all - held;
    if words.is_empty() {
        words.push("nothing is wrong".to_owned());
    }
    let pods = if held > 0 { format!(" · p runs {held} more with a short-lived pod") } else { String::new() };
    Some((format!("{}: {}{pods}", age::counted(done, "check"), words.join(", ")), Role::Text))
}
