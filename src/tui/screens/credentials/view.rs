//! The form: groups, masked values, a verdict beside each, help of the focused one below.

use super::{Credentials, Entered, Field, remarks};
use crate::deploy::Compared;
use crate::secret::{Health, VaultKind};
use crate::tui::shown::{Pane, Spot};
use crate::tui::state::{Slot, State};
use crate::tui::theme::Role;
use crate::tui::widgets::canvas::{Canvas, cells, width};
use crate::tui::widgets::field::{self, Look, Place};
use crate::tui::widgets::line::Line;
use crate::tui::widgets::{age, cut, list};

/// Draws the form, or why there is none.
pub(crate) fn draw(canvas: &mut Canvas<'_>, state: &State) {
    let Some(credentials) = state.environment().and_then(|environment| environment.credentials.as_ref()) else {
        return closed(canvas, state);
    };
    if !state.form_is_open() {
        return closed(canvas, state);
    }
    let help: Vec<Line> = credentials
        .focused()
        .map(|field| remarks::below(field, compared(state, field), state.now))
        .unwrap_or_default()
        .into_iter()
        .flat_map(|(text, role)| Line::wrapped(&text, canvas.width().saturating_sub(2), role))
        .collect();
    let least = if canvas.height() > 14 { 2 } else { 1 };
    let rows = cells(help.len().clamp(least, 4));
    let form = canvas.height().saturating_sub(rows + 1);
    draw_form(&mut canvas.part(0, 0, canvas.width(), form), state, credentials);
    let title = credentials.focused().map_or("", |field| field.spec.title.as_str());
    canvas.titled(form, title, "", Role::Title);
    for (line, y) in help.iter().take(usize::from(rows)).zip(form + 1..) {
        canvas.line(1, y, line);
    }
}

/// How the value of a field stands to the cluster's, where anything is deployed: before that nothing is off.
fn compared<'s>(state: &'s State, field: &Field) -> Option<&'s Compared> {
    let sync = state.environment()?.sync.as_ref()?;
    let deployed = sync.fields.iter().any(|compared| compared.edit.is_some());
    sync.field(&field.spec.name).filter(|compared| deployed || compared.turn.is_some())
}

/// A row of the form.
enum Row {
    Group(usize),
    Field(usize),
    Gap,
    Generated,
}

fn rows(credentials: &Credentials) -> Vec<Row> {
    let mut rows = Vec::new();
    for at in 0..credentials.groups.len() {
        if at > 0 {
            rows.push(Row::Gap);
        }
        rows.push(Row::Group(at));
        rows.extend(credentials.fields.iter().enumerate().filter(|(_, f)| f.group == at).map(|(at, _)| Row::Field(at)));
    }
    if !credentials.unasked.is_empty() {
        rows.extend([Row::Gap, Row::Generated]);
    }
    rows
}

fn draw_form(canvas: &mut Canvas<'_>, state: &State, credentials: &Credentials) {
    let rows = rows(credentials);
    let focus = rows.iter().position(|row| matches!(row, Row::Field(at) if *at == credentials.focus)).unwrap_or(0);
    let room = usize::from(canvas.height());
    canvas.pane(Pane::Main, rows.len());
    let visible = list::window(rows.len(), focus, room);
    let (above, below) = (visible.start > 0, visible.end < rows.len());
    for (row, y) in rows.get(visible).unwrap_or_default().iter().zip(0..) {
        match row {
            Row::Gap => {}
            Row::Group(at) => draw_group(canvas, y, &credentials.groups[*at]),
            Row::Field(at) => draw_field(canvas, y, state, (credentials, *at)),
            Row::Generated => draw_generated(canvas, y, credentials),
        }
    }
    let end = canvas.width();
    if above {
        canvas.put_right(end, 0, "↑", Role::Muted);
    }
    if below {
        canvas.put_right(end, canvas.height().saturating_sub(1), "↓", Role::Muted);
    }
}

/// Where values begin: column 21, further left where the screen is narrow.
fn values(canvas: &Canvas<'_>) -> u16 {
    if canvas.width() >= 72 { 21 } else { 17 }
}

fn draw_group(canvas: &mut Canvas<'_>, y: u16, group: &super::Group) {
    let x = canvas.put(1, y, &group.title, Role::Title);
    if !group.shared_with.is_empty() {
        let at = values(canvas).max(x + 2);
        canvas.put(at, y, &format!("shared with {}", group.shared_with.join(" and ")), Role::Muted);
    }
}

fn draw_field(canvas: &mut Canvas<'_>, y: u16, state: &State, (credentials, at): (&Credentials, usize)) {
    let Some(field) = credentials.fields.get(at) else { return };
    let focused = at == credentials.focus;
    canvas.spot(y, Spot::Row(at));
    if focused {
        canvas.put(1, y, "▸", Role::Focus);
    }
    canvas.put(3, y, &field.spec.title, Role::Text);
    let (sign, words, role) = remarks::beside(field, compared(state, field), state.now);
    let taken = width(&words) + if sign.is_empty() { 0 } else { 2 };
    let end = canvas.width();
    let verdict = end.saturating_sub(if taken <= 9 { 9 } else { taken + 1 });
    let x = values(canvas);
    let place = Place { x, y, room: verdict.saturating_sub(x + 1), focused };
    draw_value(canvas, &place, credentials, at);
    let x = canvas.put(verdict, y, sign, role);
    canvas.put(if sign.is_empty() { x } else { x + 1 }, y, &words, Role::Text);
}

#[expect(clippy::disallowed_methods, reason = "the person at the screen asked to see this value for ten seconds")]
fn draw_value(canvas: &mut Canvas<'_>, place: &Place, credentials: &Credentials, at: usize) {
    let Some(Field { entered, spec, .. }) = credentials.fields.get(at) else { return };
    if let Some(revealed) = credentials.revealed.as_ref().filter(|revealed| revealed.field == at) {
        revealed.value.open(|text| field::draw(canvas, place, &Look::Open(text, Role::Secret)));
        return;
    }
    if let Some(from) = &spec.from {
        return field::draw(canvas, place, &Look::Open(&format!("from {from}"), Role::Muted));
    }
    match entered {
        Entered::Plain(input) if input.value().is_empty() => field::draw(canvas, place, &Look::Empty),
        Entered::Plain(input) => field::draw(canvas, place, &Look::Open(input.value(), Role::Text)),
        Entered::Masked(typed) if typed.is_empty() && spec.stored.is_none() => {
            field::draw(canvas, place, &Look::Empty);
        }
        Entered::Masked(_) => field::draw(canvas, place, &Look::Masked),
    }
}

fn draw_generated(canvas: &mut Canvas<'_>, y: u16, credentials: &Credentials) {
    canvas.put(1, y, "Generated", Role::Title);
    let mut x = values(canvas);
    for field in &credentials.unasked {
        x = canvas.put(x, y, &field.title.to_lowercase(), Role::Text);
        x = match field.stored {
            None if field.from.is_some() => canvas.put(x + 1, y, "at use", Role::Muted),
            Some(_) => canvas.put(x + 1, y, "✓", Role::Ok),
            None => canvas.put(x + 1, y, "at save", Role::Muted),
        };
        if field.keep {
            x = canvas.put(x + 1, y, "never changes", Role::Muted);
        }
        x += 3;
    }
}

/// Why there is no form: the vault is not ready, or has not answered yet.
fn closed(canvas: &mut Canvas<'_>, state: &State) {
    let room = canvas.width().saturating_sub(4);
    let mut lines = Vec::new();
    match state.vault.as_ref().map(|standing| (&standing.health, standing)) {
        Some((Health::Locked { cure }, standing)) => {
            lines
                .push(Line::new("! ", Role::Warn).and(format!("The vault is locked: {}.", standing.name), Role::Title));
            lines.push(Line::default());
            if super::super::unlock::update::is_wanted(state) {
                lines.push(Line::new("Enter", Role::Key).and(" asks for its passphrase.", Role::Text));
            } else {
                lines.extend(Line::wrapped(cure, room, Role::Text));
            }
        }
        Some((Health::Unavailable { why, cure }, standing)) => {
            lines.push(
                Line::new("✗ ", Role::Fail).and(format!("The vault is not there: {}.", standing.name), Role::Title),
            );
            lines.push(Line::default());
            lines.extend(Line::wrapped(&format!("{why}."), room, Role::Text));
            lines.extend(Line::wrapped(cure, room, Role::Text));
        }
        Some((Health::Ready, _)) | None => {
            let name = state.environment().map(|environment| environment.name.clone()).unwrap_or_default();
            match state.pending.since(&Slot::Form(name)) {
                Some(since) => {
                    let waited = age::since(since, state.now);
                    lines.push(
                        Line::new(crate::tui::widgets::glyph::spinner(state.now), Role::Busy)
                            .and(format!(" asking the vault for the credentials ({})", age::short(waited)), Role::Text),
                    );
                    if waited.as_secs() >= 5 {
                        lines.push(Line::new(
                            "It may be waiting for you to unlock it in another window. Esc leaves it.",
                            Role::Muted,
                        ));
                    }
                }
                None => lines.extend(Line::wrapped(
                    "The credentials form is not there. What was said about it stands below; r asks again.",
                    room,
                    Role::Warn,
                )),
            }
        }
    }
    if state.vault.as_ref().is_some_and(|standing| !matches!(standing.health, Health::Ready)) {
        lines.push(Line::default());
        lines.extend(Line::wrapped("Nothing can be typed before it is ready. Other ways:", room, Role::Muted));
        if state.vault.as_ref().is_some_and(|standing| standing.kind == VaultKind::Keyring) {
            lines.push(Line::text("  landfall vault use file   an encrypted file from now on, for this machine"));
        }
        lines.push(Line::text("  --vault memory   values are typed anew and gone when landfall ends"));
        lines.push(Line::text("  --vault env      values come from LANDFALL_CREDENTIAL_<ENV>_<FIELD>"));
        lines.push(Line::text("  --vault stdin    values come as one JSON object on standard input"));
    }
    for (line, y) in lines.iter().zip(1..) {
        let text: String = line.spans().map(|(text, _)| text).collect();
        if line.width() > room + 1 {
            canvas.put(1, y, &cut::end(&text, room), Role::Text);
        } else {
            canvas.line(1, y, line);
        }
    }
}
