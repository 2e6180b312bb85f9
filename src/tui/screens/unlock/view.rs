//! The dialog for the passphrase.

use super::Unlock;
use crate::tui::keymap::Action;
use crate::tui::shown::Spot;
use crate::tui::state::{Slot, State};
use crate::tui::theme::Role;
use crate::tui::widgets::canvas::Canvas;
use crate::tui::widgets::field::{self, Look, Place};
use crate::tui::widgets::line::Line;
use crate::tui::widgets::{cut, dialog};

/// Draws the question.
pub(crate) fn draw(canvas: &mut Canvas<'_>, state: &State, unlock: &Unlock) {
    let mut inside = dialog::open(canvas, "Unlock the vault", 56, 5);
    let room = inside.width();
    inside.put(0, 0, "passphrase", Role::Muted);
    let look = if unlock.typed.is_empty() { Look::Empty } else { Look::Masked };
    let place = Place { x: 12, y: 0, room: room.saturating_sub(12), focused: true };
    field::draw(&mut inside, &place, &look);
    let trying = state.pending.since(&Slot::Unlock).is_some();
    let (words, role) = match &unlock.refusal {
        Some(why) => (why.as_str(), Role::Fail),
        None if trying => ("trying it; that takes a moment by intention", Role::Muted),
        None => ("It stays open for this landfall only.", Role::Muted),
    };
    inside.put(0, 2, &cut::end(words, room), role);
    let enter = Line::new("Enter", Role::Key).and(" unlock", Role::Text);
    inside.line(0, 4, &enter);
    inside.spot_at(0, 4, enter.width(), Spot::Key(Action::Open));
    let back = Line::new("Esc", Role::Key).and(" back", Role::Text);
    let x = room.saturating_sub(back.width() + 1);
    inside.line(x, 4, &back);
    inside.spot_at(x, 4, back.width(), Spot::Key(Action::Back));
}
