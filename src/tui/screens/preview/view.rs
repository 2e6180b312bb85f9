//! The plan: sentences, the objects by danger, and the differences of the chosen one.

use jiff::Timestamp;

use super::{Preview, Shows, detail, summary};
use crate::plan::{Action, Change, Plan, Validation};
use crate::tui::screens::rollout::NO_MATCH;
use crate::tui::shown::{Pane, Spot};
use crate::tui::state::{Slot, State};
use crate::tui::theme::Role;
use crate::tui::widgets::canvas::{Canvas, cells, width};
use crate::tui::widgets::line::Line;
use crate::tui::widgets::{age, cut, glyph, list};

/// From this width on the differences stand beside the list.
const WIDE: u16 = 100;

/// Draws the plan, or that it is being made, or why there is none.
pub(crate) fn draw(canvas: &mut Canvas<'_>, state: &State) {
    let Some(environment) = state.environment() else { return };
    let preview = &environment.preview;
    let asked = state.pending.since(&Slot::Plan(environment.name.clone()));
    let Some(plan) = &preview.plan else {
        return match (&preview.failure, asked) {
            (_, Some(since)) => draw_waiting(canvas, since, state.now),
            (Some(failure), None) => draw_failure(canvas, failure),
            (None, None) => {
                canvas.put(1, 1, "There is no plan. r plans.", Role::Muted);
            }
        };
    };
    let mut canvas = canvas.faded(asked.is_some());
    let top = draw_sentences(&mut canvas, preview, plan);
    let (wide, high) = (canvas.width(), canvas.height().saturating_sub(top));
    if wide >= WIDE {
        let left = (wide * 45 / 100).max(56);
        draw_list(&mut canvas.part(0, top, left, high), state, preview);
        draw_detail(&mut canvas.part(left + 1, top, wide - left - 1, high), state, preview);
        return;
    }
    if high < 9 {
        match preview.pane {
            Pane::Detail => draw_detail(&mut canvas.part(0, top, wide, high), state, preview),
            Pane::Main | Pane::Events | Pane::Log => draw_list(&mut canvas.part(0, top, wide, high), state, preview),
        }
        return;
    }
    // Every change has a row where half the screen is enough; what stays fills up to six.
    let writing = plan.changes.iter().filter(|change| change.action.writes()).count();
    let rows = cells(plan.changes.len()).min(cells(writing + 1).min(high / 2).max(6)).min(high - 4);
    draw_list(&mut canvas.part(0, top, wide, rows), state, preview);
    draw_detail(&mut canvas.part(0, top + rows, wide, high - rows), state, preview);
}

fn draw_waiting(canvas: &mut Canvas<'_>, since: Timestamp, now: Timestamp) {
    let waited = age::since(since, now);
    let x = canvas.put(1, 1, glyph::spinner(now), Role::Busy);
    let words = format!(" asking the cluster what would change ({})", age::short(waited));
    canvas.put(x, 1, &words, Role::Text);
    if waited.as_secs() >= 5 {
        canvas.put(3, 2, "It renders every object and lets the server rehearse it. Esc goes back.", Role::Muted);
    }
}

fn draw_failure(canvas: &mut Canvas<'_>, failure: &crate::failure::Failure) {
    let room = canvas.width().saturating_sub(5);
    let mut lines = Line::wrapped(&failure.to_string(), room, Role::Title);
    lines.push(Line::default());
    for hint in &failure.hints {
        lines.extend(Line::wrapped(hint, room, Role::Text));
    }
    canvas.put(1, 1, "✗", Role::Fail);
    for (line, y) in lines.iter().zip(1..) {
        canvas.line(3, y, line);
    }
}

/// The sentences on top; says where they end.
fn draw_sentences<P>(canvas: &mut Canvas<'_>, preview: &Preview, plan: &Plan<P>) -> u16 {
    let room = canvas.width().saturating_sub(3);
    let mut lines = Vec::new();
    for blocker in plan.blockers.iter().take(2) {
        let mut sentence = cut::wrap(&blocker.sentence, room.saturating_sub(2)).into_iter();
        lines.push(Line::new("✗ ", Role::Fail).and(sentence.next().unwrap_or_default(), Role::Fail));
        lines.extend(sentence.map(|line| Line::text("  ").and(line, Role::Fail)));
        lines.extend(
            cut::wrap(&blocker.next, room.saturating_sub(2)).into_iter().map(|l| Line::text("  ").and(l, Role::Text)),
        );
    }
    if plan.blockers.len() > 2 {
        lines.push(Line::new(format!("  and {} more that forbid it", plan.blockers.len() - 2), Role::Muted));
    }
    if plan.has_conflicts() {
        lines.push(
            Line::new("! ", Role::Warn)
                .and("Others hold fields that landfall would set. ", Role::Text)
                .and("o", Role::Key)
                .and(" takes over, ", Role::Text)
                .and("O", Role::Key)
                .and(" all of them.", Role::Text),
        );
    }
    lines.extend(
        summary::taken(&preview.takes_over)
            .map(|text| Line::new("! ", Role::Warn).and(cut::end(&text, room.saturating_sub(2)), Role::Text)),
    );
    lines.extend(Line::wrapped(&summary::sentences(plan), room, Role::Text));
    lines.extend(summary::unseen(plan).map(|text| Line::new(cut::end(&text, room), Role::Muted)));
    if preview.is_settled() {
        lines.push(Line::new("w", Role::Key).and(" watches what is there.", Role::Text));
    }
    for warning in plan.warnings.iter().take(2) {
        let text = cut::end(warning, room.saturating_sub(2));
        lines.push(Line::new("! ", Role::Warn).and(text, Role::Text));
    }
    if plan.warnings.len() > 2 {
        lines.push(Line::new(format!("  and {} more warnings", plan.warnings.len() - 2), Role::Muted));
    }
    let most = usize::from(canvas.height() / 2).max(1);
    let top = cells(lines.len().min(most));
    for (line, y) in lines.iter().take(most).zip(0..) {
        canvas.line(1, y, line);
    }
    top
}

fn draw_list(canvas: &mut Canvas<'_>, state: &State, preview: &Preview) {
    let Some(plan) = &preview.plan else { return };
    let rows = preview.rows();
    let (total, room) = (rows.len(), usize::from(canvas.height()));
    canvas.pane(Pane::Main, total);
    if rows.is_empty() {
        canvas.put(1, 0, NO_MATCH, Role::Muted);
        return;
    }
    let cursor = rows.iter().position(|row| *row == preview.cursor).unwrap_or(0);
    let mut visible = if cursor + 1 < room { 0..total.min(room) } else { list::window(total, cursor, room) };
    let hidden = total - visible.end;
    // The last row says how many more there are.
    let more = if hidden > 0 && room > 2 && cursor + 1 < visible.end {
        visible.end -= 1;
        hidden + 1
    } else {
        0
    };
    let focused = state.pane() == Pane::Main;
    let kind = if canvas.width() >= 72 { 13 } else { 11 };
    for (at, y) in visible.clone().zip(0..) {
        let Some((row, change)) = rows.get(at).and_then(|row| Some((*row, plan.changes.get(*row)?))) else { continue };
        canvas.spot(y, Spot::Row(row));
        if at == cursor {
            canvas.put(1, y, "▸", if focused { Role::Focus } else { Role::Muted });
        }
        draw_change(canvas, y, change, kind);
    }
    if more > 0 {
        let rest = &rows[visible.end..];
        let all_stay = rest.iter().all(|row| !plan.changes[*row].action.writes());
        let words = if all_stay { format!("{more} more stay") } else { format!("{more} more") };
        canvas.put(5, cells(visible.len()), &words, Role::Muted);
        canvas.spot(cells(visible.len()), Spot::Row(rest[0]));
    }
}

fn draw_change(canvas: &mut Canvas<'_>, y: u16, change: &Change, kind: u16) {
    let (sign, text) = match change.action {
        Action::Create => (Role::Add, Role::Text),
        Action::Update => (Role::Change, Role::Text),
        Action::Replace | Action::Delete => (Role::Drop, Role::Text),
        Action::Blocked => (Role::Fail, Role::Text),
        Action::Conflict => (Role::Warn, Role::Text),
        Action::Unchanged | Action::LeftAlone => (Role::Muted, Role::Muted),
    };
    canvas.put(3, y, change.action.sign(), sign);
    let (right, role) = remark(change);
    let end = canvas.width().saturating_sub(1);
    let name = 5 + kind;
    let wide = canvas.width() >= 72;
    // With whom it is shared stands at the end of the row.
    let words = change.summary.split(", shared").next().unwrap_or_default();
    canvas.put(5, y, &cut::end(&change.key.kind, kind - 1), text);
    if wide {
        let middle = name + 24;
        canvas.put(name, y, &cut::middle(&change.key.name, 23), text);
        let right = cut::end(&right, end.saturating_sub(middle + 8));
        let from = canvas.put_right(end, y, &right, role);
        canvas.put(middle, y, &cut::end(words, from.saturating_sub(middle + 1)), text);
        return;
    }
    let left = end.saturating_sub(name + width(&change.key.name) + 1).max(12);
    let summary = cut::end(words, left);
    let from = canvas.put_right(end, y, &summary, text);
    canvas.put(name, y, &cut::middle(&change.key.name, from.saturating_sub(name + 1)), text);
}

/// What stands at the end of a row.
fn remark(change: &Change) -> (String, Role) {
    let shared = || format!("shared: {}", change.shared_with.join(", "));
    match (&change.validation, change.action) {
        (Validation::Refused(_), Action::Replace) => ("a field cannot change".to_owned(), Role::Drop),
        (Validation::Refused(_), _) => ("server: refused".to_owned(), Role::Fail),
        (_, Action::Conflict) => match change.conflicts.first() {
            Some(conflict) => (format!("held by {}", conflict.manager), Role::Warn),
            None => ("held by others".to_owned(), Role::Warn),
        },
        (_, Action::Unchanged | Action::LeftAlone) if !change.shared_with.is_empty() => (shared(), Role::Muted),
        (_, Action::Unchanged | Action::LeftAlone) => (String::new(), Role::Muted),
        (Validation::Unseen(_) | Validation::Valid, _) if !change.shared_with.is_empty() => (shared(), Role::Muted),
        (Validation::Unseen(_), _) => ("server: not asked yet".to_owned(), Role::Muted),
        (Validation::Valid, _) => ("server: valid".to_owned(), Role::Muted),
    }
}

fn draw_detail(canvas: &mut Canvas<'_>, state: &State, preview: &Preview) {
    let Some(change) = preview.change() else { return };
    let title = format!("{}/{}", change.key.kind, change.key.name);
    let word = match preview.shows {
        Shows::Diff => "diff",
        Shows::Yaml => "yaml",
    };
    let role = if state.pane() == Pane::Detail { Role::Focus } else { Role::Title };
    canvas.titled(0, &title, word, role);
    canvas.spot_at(0, 0, canvas.width(), Spot::Pane(Pane::Detail));
    let lines = detail::lines(preview, canvas.width(), state.now);
    let mut body = canvas.part(0, 1, canvas.width(), canvas.height().saturating_sub(1));
    body.pane(Pane::Detail, lines.len());
    let room = usize::from(body.height());
    let visible = list::scrolled(lines.len(), preview.scroll, room);
    let below = lines.len() - visible.end;
    for (line, y) in lines.get(visible).unwrap_or_default().iter().zip(0..) {
        body.line(0, y, line);
    }
    if below > 0 {
        let words = format!(" {below} more ↓");
        body.put_right(body.width().saturating_sub(width("x")), body.height().saturating_sub(1), &words, Role::Muted);
    }
}

/// What stands in the line above the status: how old the plan is.
pub(crate) fn activity(preview: &Preview, now: Timestamp) -> Option<String> {
    let plan = preview.plan.as_ref()?;
    let old = age::since(plan.made, now);
    let age = match old.as_secs() {
        0..60 => format!("{} s", old.as_secs()),
        _ => age::words(old),
    };
    Some(format!("Planned {age} ago, nothing was written"))
}
