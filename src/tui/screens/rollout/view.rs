//! The rollout: head, tree, events, log; one pane at a time where the screen is small, side by side where it is wide.

use super::tree::{Pen, Row};
use super::{Containers, Rollout, cause, rows, tree};
use crate::deploy::{Contact, Told};
use crate::tui::shown::{Pane, Spot};
use crate::tui::state::State;
use crate::tui::theme::Role;
use crate::tui::widgets::canvas::{Canvas, cells, width};
use crate::tui::widgets::{age, cut, dialog, list};

/// What stands where a filter lets nothing through.
pub(crate) const NO_MATCH: &str = "nothing here has these words";

/// From this width on, events and log stand beside the tree.
const WIDE: u16 = 120;

/// Draws the rollout of the chosen environment.
pub(crate) fn draw(canvas: &mut Canvas<'_>, state: &State) {
    let Some(rollout) = state.environment().and_then(|environment| environment.rollout.as_ref()) else { return };
    let top = cause::top(rollout, state.now, canvas.width());
    for (line, y) in top.lines.iter().zip(0..) {
        canvas.line(1, y, line);
    }
    for (row, x, action) in &top.keys {
        canvas.spot_at(*x, cells(*row), 24, Spot::Key(*action));
    }
    let head = cells(top.lines.len());
    let (wide, high) = (canvas.width(), canvas.height().saturating_sub(head));
    let mut body = canvas.part(0, head, wide, high);
    let old = matches!(rollout.progress.contact, Contact::Lost { .. }) && !rollout.is_over();
    let mut body = body.faded(old);
    if wide >= WIDE {
        let left = (wide * 52 / 100).max(55);
        draw_tree(&mut body.part(0, 0, left, high), state, rollout);
        let events = (high / 2).min(cells(rollout.progress.told.len()).max(4) + 1);
        draw_events(&mut body.part(left + 1, 0, wide - left - 1, events), state, rollout);
        draw_log(&mut body.part(left + 1, events, wide - left - 1, high - events), rollout);
    } else if wide < 60 || high < 10 {
        match rollout.pane {
            Pane::Main | Pane::Detail => draw_tree(&mut body, state, rollout),
            Pane::Events => draw_events(&mut body, state, rollout),
            Pane::Log => draw_log(&mut body, rollout),
        }
    } else {
        stacked(&mut body, state, rollout);
    }
}

fn stacked(canvas: &mut Canvas<'_>, state: &State, rollout: &Rollout) {
    let (wide, high) = (canvas.width(), canvas.height());
    let pen = rows::pen(rollout, state.now, wide);
    let rows = rows::rows(rollout, pen);
    let items = cells(rows.len());
    let failing = cause::is_wrong(rollout);
    // Six rows for the tree, so that the panes below stand still while pods come and go; a cause needs the room itself.
    let tree = if failing { items.max(2) } else { items.max(6) }.min(high / 2);
    let told = cells(rollout.progress.told.len());
    let left = high - tree;
    let log = rollout.progress.log.is_some() || rollout.follows.is_some();
    let events = if log { (left * 2 / 5).max(5).min(told.max(4) + 1) } else { left };
    draw_rows(&mut canvas.part(0, 0, wide, tree), rollout, pen, &rows);
    draw_events(&mut canvas.part(0, tree, wide, events), state, rollout);
    if log {
        draw_log(&mut canvas.part(0, tree + events, wide, left - events), rollout);
    }
}

fn draw_tree(canvas: &mut Canvas<'_>, state: &State, rollout: &Rollout) {
    let pen = rows::pen(rollout, state.now, canvas.width());
    draw_rows(canvas, rollout, pen, &rows::rows(rollout, pen));
}

fn draw_rows(canvas: &mut Canvas<'_>, rollout: &Rollout, pen: Pen<'_>, rows: &[Row<'_>]) {
    let stops: Vec<usize> = rows.iter().enumerate().filter(|(_, row)| row.stops).map(|(at, _)| at).collect();
    let last = stops.len().saturating_sub(1);
    let cursor = rollout.cursor.and_then(|cursor| stops.get(cursor.min(last)).copied());
    canvas.pane(Pane::Main, rows.len());
    if rows.is_empty() && rollout.filters.of(Pane::Main).is_set() {
        canvas.put(1, 0, NO_MATCH, Role::Muted);
    }
    let visible = list::window(rows.len(), cursor.unwrap_or(0), usize::from(canvas.height()));
    for (at, y) in visible.zip(0..) {
        let Some(row) = rows.get(at) else { continue };
        let chosen = Some(at) == cursor && rollout.pane == Pane::Main;
        draw_row(canvas, y, pen, row, chosen);
        if let Ok(row) = stops.binary_search(&at) {
            canvas.spot(y, Spot::Row(row));
        }
    }
}

fn draw_row(canvas: &mut Canvas<'_>, y: u16, pen: Pen<'_>, row: &Row<'_>, chosen: bool) {
    let item = pen.write(row);
    let end = canvas.width().saturating_sub(1);
    let line = if chosen { item.line.chosen() } else { item.line };
    let taken = if item.restarts.is_some() { 10 } else { width(&item.age) + 1 };
    let room = end.saturating_sub(taken);
    canvas.line(1, y, &line.cut(room));
    if let Some(restarts) = item.restarts
        && canvas.width() >= 50
    {
        let role = if restarts > 0 { Role::Warn } else { Role::Muted };
        canvas.put(end.saturating_sub(9), y, &format!("↻{restarts} "), role);
    }
    canvas.put_right(end, y, &item.age, Role::Muted);
}

fn title_role(rollout: &Rollout, pane: Pane) -> Role {
    if rollout.pane == pane { Role::Focus } else { Role::Title }
}

fn draw_events(canvas: &mut Canvas<'_>, state: &State, rollout: &Rollout) {
    canvas.titled(0, "events", "", title_role(rollout, Pane::Events));
    canvas.spot_at(0, 0, canvas.width(), Spot::Pane(Pane::Events));
    let told = rollout.told();
    let mut body = canvas.part(0, 1, canvas.width(), canvas.height().saturating_sub(1));
    body.pane(Pane::Events, told.len());
    if told.is_empty() {
        let words = if rollout.filters.of(Pane::Events).is_set() { NO_MATCH } else { "nothing yet" };
        body.put(1, 0, words, Role::Muted);
    }
    let visible = list::scrolled(told.len(), rollout.events, usize::from(body.height()));
    for (event, y) in told.get(visible).unwrap_or_default().iter().zip(0..) {
        draw_event(&mut body, y, event, state);
    }
}

fn draw_event(canvas: &mut Canvas<'_>, y: u16, told: &Told, state: &State) {
    let old = age::since(told.last, state.now);
    let text = match (old.as_secs() < 2, told.warning) {
        (_, true) => Role::Warn,
        (true, false) => Role::Fresh,
        (false, false) => Role::Text,
    };
    canvas.put_right(4, y, &age::short(old), Role::Muted);
    let name = match told.object.kind.as_str() {
        "Pod" => told.object.name.rsplit('-').next().unwrap_or_default(),
        _ => &told.object.name,
    };
    canvas.put(6, y, &cut::middle(name, 8), Role::Muted);
    let count = if told.count > 1 { format!("x{}", told.count) } else { String::new() };
    let end = canvas.width().saturating_sub(2);
    let from = end.saturating_sub(width(&count));
    canvas.put(15, y, &cut::end(&told.message, from.saturating_sub(16)), text);
    canvas.put(from, y, &count, Role::Muted);
}

fn draw_log(canvas: &mut Canvas<'_>, rollout: &Rollout) {
    let of = rollout.follows.as_ref().map(|(_, of)| of);
    let title = match of {
        Some(of) if of.previous => format!("log  {} (its previous run)", of.container),
        Some(of) => format!("log  {}", of.container),
        None => "log".to_owned(),
    };
    let word = match (of, rollout.back) {
        (None, _) => "",
        (Some(_), None) => "follows",
        (Some(_), Some(_)) => "G follows again",
    };
    canvas.titled(0, &title, word, title_role(rollout, Pane::Log));
    canvas.spot_at(0, 0, canvas.width(), Spot::Pane(Pane::Log));
    let mut body = canvas.part(0, 1, canvas.width(), canvas.height().saturating_sub(1));
    let lines = rollout.lines();
    body.pane(Pane::Log, lines.len());
    if of.is_none() {
        body.put(1, 0, "l chooses a container", Role::Muted);
        return;
    }
    let room = usize::from(body.height());
    let follows = rollout.back.is_none() && !rollout.is_over();
    let shown = if follows { room.saturating_sub(1).max(1) } else { room };
    let end = lines.len().saturating_sub(rollout.back.unwrap_or(0));
    let visible = end.saturating_sub(shown)..end.max(lines.len().min(shown));
    let mut below = 0;
    if lines.is_empty() && rollout.filters.of(Pane::Log).is_set() {
        body.put(1, 0, NO_MATCH, Role::Muted);
        below = 1;
    }
    for (line, y) in lines.get(visible).unwrap_or_default().iter().zip(0..) {
        body.put(1, y, &cut::end(line, body.width().saturating_sub(2)), Role::Text);
        below = y + 1;
    }
    if follows {
        body.put(1, below, "▏", Role::Muted);
    }
}

/// What stands in the line above the status: whether all this is fresh.
pub(crate) fn activity(rollout: &Rollout, state: &State) -> (String, Role) {
    if rollout.is_over() {
        return ("ended; nothing runs any more".to_owned(), Role::Muted);
    }
    match &rollout.progress.contact {
        Contact::Live if rollout.progress.started.is_none() => ("starting".to_owned(), Role::Muted),
        Contact::Live => ("live".to_owned(), Role::Text),
        Contact::Lost { since, why } => {
            let age = age::short(age::since(*since, state.now));
            (format!("! no contact for {age}: {why}; what is shown is old"), Role::Warn)
        }
    }
}

/// Draws the choice of a log.
pub(crate) fn draw_containers(canvas: &mut Canvas<'_>, containers: &Containers) {
    let rows = containers.choices.len().clamp(1, usize::from(canvas.height().saturating_sub(6)).max(1));
    let mut inside = dialog::open(canvas, "Follow the log of", 56, rows);
    let visible = list::window(containers.choices.len(), containers.cursor, rows);
    for (at, y) in visible.zip(0..) {
        let Some(choice) = containers.choices.get(at) else { continue };
        let chosen = at == containers.cursor;
        inside.spot(y, Spot::Row(at));
        inside.put(0, y, if chosen { "▸" } else { " " }, Role::Focus);
        inside.put(2, y, &cut::middle(&choice.container, 24), Role::Text);
        inside.put(28, y, &tree::short_name(&choice.pod), Role::Muted);
        if choice.previous {
            inside.put(42, y, "previous", Role::Muted);
        }
    }
}
