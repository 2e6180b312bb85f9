//! The dialog for another value.

use super::{Asks, Value};
use crate::tui::theme::Role;
use crate::tui::widgets::canvas::Canvas;
use crate::tui::widgets::field::{self, Look, Place};
use crate::tui::widgets::{cut, dialog};

/// Draws the dialog.
pub(crate) fn draw(canvas: &mut Canvas<'_>, value: &Value) {
    let mut inside = dialog::open(canvas, "Another value, for this run", 56, 7);
    let room = inside.width();
    for (y, label, input, asks) in [(0, "value", &value.path, Asks::Path), (1, "shall be", &value.typed, Asks::Text)] {
        inside.put(0, y, label, Role::Muted);
        let look = if input.value().is_empty() { Look::Empty } else { Look::Open(input.value(), Role::Text) };
        field::draw(
            &mut inside,
            &Place { x: 10, y, room: room.saturating_sub(10), focused: value.asks == asks },
            &look,
        );
    }
    if let Some(current) = &value.current {
        inside.put(0, 2, &cut::end(&format!("now       {current}"), room), Role::Muted);
    }
    let (words, role) = match &value.refusal {
        Some(why) => (why.as_str(), Role::Fail),
        None => ("landfall.yaml stays as it is.", Role::Muted),
    };
    inside.put(0, 4, &cut::end(words, room), role);
    let x = inside.put(0, 6, "Enter", Role::Key);
    inside.put(x, 6, " use it and plan again", Role::Text);
    let x = inside.put(room.saturating_sub(9), 6, "Esc", Role::Key);
    inside.put(x, 6, " back", Role::Text);
}
