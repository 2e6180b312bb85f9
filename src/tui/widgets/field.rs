//! A field of a form. A masked value always looks the same, however long it is.

use super::canvas::Canvas;
use super::cut;
use crate::tui::theme::Role;

/// What every masked value looks like.
pub(crate) const MASK: &str = "••••••••";

/// What stands in a field.
pub(crate) enum Look<'v> {
    /// Nothing yet.
    Empty,
    /// A value that must not be seen.
    Masked,
    /// A value that may be seen, or is revealed.
    Open(&'v str, Role),
}

/// Where a field is drawn.
pub(crate) struct Place {
    /// Column.
    pub(crate) x: u16,
    /// Row.
    pub(crate) y: u16,
    /// How wide it may be.
    pub(crate) room: u16,
    /// Whether keys go there.
    pub(crate) focused: bool,
}

/// Draws the value, and the cursor behind it where keys go there.
pub(crate) fn draw(canvas: &mut Canvas<'_>, at: &Place, look: &Look<'_>) {
    let room = at.room.saturating_sub(1);
    let end = match look {
        Look::Empty if at.focused => at.x,
        Look::Empty => canvas.put(at.x, at.y, "–", Role::Muted),
        Look::Masked => canvas.put(at.x, at.y, MASK, Role::Secret),
        Look::Open(text, role) => {
            let shown = if at.focused { cut::start(text, room) } else { cut::end(text, room) };
            canvas.put(at.x, at.y, &shown, *role)
        }
    };
    if at.focused {
        canvas.put(end, at.y, "▏", Role::Focus);
    }
}
