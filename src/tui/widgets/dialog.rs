//! A dialog: the only framed thing.

use super::canvas::{Canvas, cells};
use super::cut;
use crate::tui::theme::Role;

/// Draws a frame with a title in the middle of the canvas and gives its inside, without the margins.
pub(crate) fn open<'c>(canvas: &'c mut Canvas<'_>, title: &str, width: u16, height: usize) -> Canvas<'c> {
    canvas.cover();
    let width = width.min(canvas.width());
    let height = (cells(height) + 2).min(canvas.height());
    let (x, y) = ((canvas.width() - width).div_ceil(2), (canvas.height() - height) / 2);
    // A blank column on both sides keeps what lies below from running into the frame.
    canvas.part(x.saturating_sub(1), y, width + 2, height).clear();
    let mut frame = canvas.part(x, y, width, height);
    let (right, bottom) = (width.saturating_sub(1), height.saturating_sub(1));
    frame.fill(1, 0, right, "─");
    frame.fill(1, bottom, right, "─");
    for row in 1..bottom {
        frame.put(0, row, "│", Role::Frame);
        frame.put(right, row, "│", Role::Frame);
    }
    for (column, row, corner) in [(0, 0, "┌"), (right, 0, "┐"), (0, bottom, "└"), (right, bottom, "┘")] {
        frame.put(column, row, corner, Role::Frame);
    }
    frame.put(1, 0, &format!(" {} ", cut::end(title, width.saturating_sub(4))), Role::Title);
    canvas.part(x + 2, y + 1, width.saturating_sub(4), height.saturating_sub(2))
}
