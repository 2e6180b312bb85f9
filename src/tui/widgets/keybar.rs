//! The key bar: which keys answer now. Built from the live keymap, so it cannot lie.

use super::canvas::{Canvas, width};
use crate::tui::keymap::{Action, Binding};
use crate::tui::shown::Spot;
use crate::tui::theme::Role;

/// Draws as many bindings as fit; the ways out (stop, back, help, leave) stand at the end and always stay.
pub(crate) fn draw(canvas: &mut Canvas<'_>, y: u16, bindings: &[&Binding]) {
    let size = |binding: &Binding| width(&binding.label()) + 1 + width(binding.bar.as_deref().unwrap_or_default()) + 2;
    let mut shown: Vec<&Binding> = bindings.iter().copied().filter(|binding| binding.bar.is_some()).collect();
    shown.sort_by_key(|binding| (binding.action.is_leaving(), binding.action != Action::Stop));
    let room = canvas.width() + 1;
    while shown.len() > 1 && shown.iter().map(|binding| size(binding)).sum::<u16>() > room {
        let least = shown.iter().rposition(|binding| !binding.action.is_leaving()).unwrap_or(0);
        shown.remove(least);
    }
    let mut x = 1;
    for binding in shown {
        let from = x;
        x = canvas.put(x, y, &binding.label(), Role::Key);
        x = canvas.put(x + 1, y, binding.bar.as_deref().unwrap_or_default(), Role::Muted);
        canvas.spot_at(from, y, x - from, Spot::Key(binding.action));
        x += 2;
    }
}
