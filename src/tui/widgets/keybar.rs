//! The key bar: which keys answer now. Built from the live keymap, so it cannot lie.

use super::canvas::{Canvas, width};
use crate::tui::keymap::{Action, Binding};
use crate::tui::shown::Spot;
use crate::tui::theme::Role;

/// Draws as many bindings with their words as fit; the way on and the ways out (stop, back, help, leave), which stand at
/// the end, always stay.
pub(crate) fn draw(canvas: &mut Canvas<'_>, y: u16, bindings: &[(&Binding, String)]) {
    let size = |(binding, word): &(&Binding, String)| width(&binding.label()) + 1 + width(word) + 2;
    let mut shown: Vec<&(&Binding, String)> = bindings.iter().collect();
    shown.sort_by_key(|(binding, _)| (binding.action.is_leaving(), binding.action != Action::Stop));
    let room = canvas.width() + 1;
    while shown.len() > 1 && shown.iter().map(|entry| size(entry)).sum::<u16>() > room {
        let stays = |action: Action| action.is_leaving() || matches!(action, Action::Next | Action::Apply);
        let least = shown.iter().rposition(|(binding, _)| !stays(binding.action));
        let least = least.or_else(|| shown.iter().rposition(|(binding, _)| !binding.action.is_leaving())).unwrap_or(0);
        shown.remove(least);
    }
    let mut x = 1;
    for (binding, word) in shown {
        let from = x;
        x = canvas.put(x, y, &binding.label(), Role::Key);
        x = canvas.put(x + 1, y, word, Role::Muted);
        canvas.spot_at(from, y, x - from, Spot::Key(binding.action));
        x += 2;
    }
}
