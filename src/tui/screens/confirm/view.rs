//! The dialog, small, naming the target.

use super::Confirm;
use crate::tui::keymap::Action;
use crate::tui::screens::preview::confirm_sentence;
use crate::tui::shown::Spot;
use crate::tui::state::State;
use crate::tui::theme::Role;
use crate::tui::widgets::canvas::Canvas;
use crate::tui::widgets::dialog;
use crate::tui::widgets::{cut, line::Line};

/// Draws the question.
pub(crate) fn draw(canvas: &mut Canvas<'_>, state: &State, confirm: &Confirm) {
    let Some(plan) = state.environment().and_then(|environment| environment.preview.plan.as_ref()) else { return };
    let target = &plan.target;
    let rows = if confirm.typed.is_some() { 8 } else { 6 };
    let mut inside = dialog::open(canvas, &format!("Apply to {}", target.environment), 48, rows);
    let room = inside.width();
    inside.put(0, 0, &cut::end(&confirm_sentence(plan), room), Role::Text);
    for (y, label, value) in
        [(1, "context", &target.context), (2, "server", &target.server), (3, "namespace", &target.namespace)]
    {
        inside.put(0, y, label, Role::Muted);
        inside.put(10, y, &cut::middle(value, room.saturating_sub(10)), Role::Text);
    }
    let mut y = 5;
    if let Some(typed) = &confirm.typed {
        let x = inside.put(0, y, &format!("{} is protected. Type its name: ", target.environment), Role::Text);
        let text = cut::start(typed.value(), room.saturating_sub(x + 1));
        let x = inside.put(x, y, &text, Role::Text);
        inside.put(x, y, "▏", Role::Focus);
        y += 2;
    }
    let enter = Line::new("Enter", Role::Key).and(" apply", Role::Text);
    inside.line(0, y, &enter);
    inside.spot_at(0, y, enter.width(), Spot::Key(Action::Open));
    let back = Line::new("Esc", Role::Key).and(" back to preview", Role::Text);
    let x = room.saturating_sub(back.width() + 1);
    inside.line(x, y, &back);
    inside.spot_at(x, y, back.width(), Spot::Key(Action::Back));
}
