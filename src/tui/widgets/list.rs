//! Which part of a long list is visible.

use std::ops::Range;

/// The visible rows of a list so that the chosen one is among them, near the middle where possible.
pub(crate) fn window(total: usize, chosen: usize, room: usize) -> Range<usize> {
    if total <= room {
        return 0..total;
    }
    let from = chosen.saturating_sub(room / 2).min(total - room);
    from..from + room
}

/// The visible rows of a text that was scrolled by hand.
pub(crate) fn scrolled(total: usize, from: usize, room: usize) -> Range<usize> {
    let from = from.min(total.saturating_sub(room));
    from..(from + room).min(total)
}
