//! The environment's badge: where am I?

use super::canvas::Canvas;
use crate::tui::state::State;
use crate::tui::theme::Role;

/// Which look the badge of an environment has: protected, the first, or in between.
pub(crate) fn role(state: &State, at: usize) -> Role {
    let protected =
        state.environments.get(at).and_then(|environment| environment.glance()).map(|glance| glance.protected);
    match (protected, at) {
        (Some(true), _) => Role::BadgeDanger,
        (Some(false) | None, 0) => Role::BadgeCalm,
        (Some(false) | None, _) => Role::BadgeCare,
    }
}

/// Draws the badge and the module's name; says where they end.
pub(crate) fn draw(canvas: &mut Canvas<'_>, state: &State) -> u16 {
    let name = state.environment().map_or("", |environment| environment.name.as_str());
    let x = canvas.put(0, 0, &format!(" {name} "), role(state, state.chosen));
    canvas.put(x + 1, 0, &state.module.0, Role::Text)
}
