//! The dialog of a rotation: its steps, and below them the one question.

use super::{Asks, Rotation};
use crate::secret::Stage;
use crate::tui::keymap::Action;
use crate::tui::shown::Spot;
use crate::tui::state::{Slot, State};
use crate::tui::theme::Role;
use crate::tui::widgets::canvas::{Canvas, cells};
use crate::tui::widgets::field::{self, Look, Place};
use crate::tui::widgets::line::Line;
use crate::tui::widgets::{dialog, glyph};

/// The steps, each with the stage it ends in; the last one ends the rotation.
const STEPS: [(&str, Option<Stage>); 5] = [
    ("make a new value and keep the old one", Some(Stage::Made)),
    ("change it where it is known", Some(Stage::Changed)),
    ("apply it to the cluster", Some(Stage::Applied)),
    ("restart what reads it", Some(Stage::Restarted)),
    ("prove the new value and drop the old one", None),
];

/// Draws the rotation.
pub(crate) fn draw(canvas: &mut Canvas<'_>, state: &State, rotation: &Rotation) {
    let Some(environment) = state.environment() else { return };
    let wide = canvas.width().saturating_sub(4).min(76);
    let room = wide.saturating_sub(4);
    let busy = state.pending.since(&Slot::Rotate(environment.name.clone(), rotation.field.clone())).is_some();
    let mut lines = steps(rotation, state, busy);
    lines.push(Line::default());
    let asks = question(rotation, room);
    let typed = lines.len() + asks.len();
    lines.extend(asks);
    let typing = matches!(rotation.asks, Asks::Value(_)) || rotation.revealed.is_some();
    if typing {
        lines.push(Line::default());
    }
    let title = format!("Rotate {} of {}", rotation.title, environment.name);
    let mut inside = dialog::open(canvas, &title, wide, lines.len() + 2);
    // Where there is not room for all of it, the question counts more than the steps that are done.
    let most = usize::from(inside.height().saturating_sub(2));
    let skipped = lines.len().saturating_sub(most);
    for (line, y) in lines.iter().skip(skipped).zip(0..) {
        inside.line(0, y, line);
    }
    if typing {
        value(&mut inside, cells(typed.saturating_sub(skipped)), rotation);
    }
    keys(&mut inside, rotation, busy);
}

fn steps(rotation: &Rotation, state: &State, busy: bool) -> Vec<Line> {
    let next = STEPS.iter().position(|(_, ends)| ends.is_none() || rotation.stage < *ends).unwrap_or(STEPS.len());
    let line = |(at, (words, _)): (usize, &(&'static str, Option<Stage>))| {
        let (sign, role) = match at.cmp(&next) {
            std::cmp::Ordering::Less => ("✓", Role::Ok),
            std::cmp::Ordering::Equal if busy => (glyph::spinner(state.now), Role::Busy),
            std::cmp::Ordering::Equal => ("▸", Role::Focus),
            std::cmp::Ordering::Greater => ("·", Role::Muted),
        };
        Line::new(sign, role).and(format!(" {words}"), if at > next { Role::Muted } else { Role::Text })
    };
    STEPS.iter().enumerate().map(line).collect()
}

/// What is asked, or what went wrong.
fn question(rotation: &Rotation, room: u16) -> Vec<Line> {
    if let Some(failure) = &rotation.failure {
        let mut lines = Line::wrapped(&format!("{failure}."), room, Role::Fail);
        lines.extend(failure.hints.iter().flat_map(|hint| Line::wrapped(&format!("→ {hint}"), room, Role::Text)));
        return lines;
    }
    let instruction = match &rotation.asks {
        Asks::Yes if rotation.stage.is_none() => {
            let words = "Nothing is changed before the new value is stored beside the old one. It can be interrupted at any step and goes on where it was.";
            return Line::wrapped(words, room, Role::Text);
        }
        Asks::Yes => return Line::wrapped("It goes on where it was.", room, Role::Text),
        Asks::Apply => {
            let words = "The system behind knows the new value. Now the cluster has to: the preview shows what changes and restarts.";
            return Line::wrapped(words, room, Role::Text);
        }
        Asks::Value(instruction) | Asks::Change(instruction) => instruction,
    };
    let why = instruction.why.as_ref().map(|why| format!(" ({why})")).unwrap_or_default();
    let mut lines =
        Line::wrapped(&format!("{} has to be told{why}. {}", instruction.system, instruction.say), room, Role::Text);
    for line in &instruction.lines {
        lines.extend(Line::wrapped(line, room, Role::Change));
    }
    lines
}

#[expect(clippy::disallowed_methods, reason = "the person at the screen asked to see the new value for ten seconds")]
fn value(inside: &mut Canvas<'_>, y: u16, rotation: &Rotation) {
    let room = inside.width();
    if let Some((value, _)) = &rotation.revealed {
        let place = Place { x: 0, y, room, focused: false };
        return value.open(|text| field::draw(inside, &place, &Look::Open(text, Role::Secret)));
    }
    let x = inside.put(0, y, "new value  ", Role::Muted);
    let look = if rotation.typed.is_empty() { Look::Empty } else { Look::Masked };
    field::draw(inside, &Place { x, y, room: room.saturating_sub(x), focused: true }, &look);
    if let Some(refusal) = &rotation.refusal {
        inside.put_right(room, y, refusal, Role::Fail);
    }
}

fn keys(inside: &mut Canvas<'_>, rotation: &Rotation, busy: bool) {
    let y = inside.height().saturating_sub(1);
    let words = match &rotation.asks {
        _ if busy => return,
        Asks::Yes if rotation.stage.is_none() => " begin",
        Asks::Yes => " go on",
        Asks::Value(_) => " use it",
        Asks::Change(_) => " it knows the new value",
        Asks::Apply => " to the preview",
    };
    let enter = Line::new("Enter", Role::Key).and(words, Role::Text);
    inside.line(0, y, &enter);
    inside.spot_at(0, y, enter.width(), Spot::Key(Action::Open));
    let back = Line::new("Esc", Role::Key).and(" later", Role::Text);
    let x = inside.width().saturating_sub(back.width() + 1);
    inside.line(x, y, &back);
    inside.spot_at(x, y, back.width(), Spot::Key(Action::Back));
}
