//! The steps of a deployment and where you are.

use super::canvas::Canvas;
use super::line::Line;
use crate::tui::state::Screen;
use crate::tui::theme::Role;

const STEPS: [(Screen, &str); 5] = [
    (Screen::Credentials, "Credentials"),
    (Screen::Checks, "Checks"),
    (Screen::Preview, "Preview"),
    (Screen::Rollout, "Rollout"),
    (Screen::Outcome, "Outcome"),
];

/// Draws the steps right of `from`; where there is no room, only the present one.
pub(crate) fn draw(canvas: &mut Canvas<'_>, now: Screen, from: u16) {
    let mut line = Line::default();
    for (at, (screen, word)) in STEPS.into_iter().enumerate() {
        if at > 0 {
            line = line.and(" › ", Role::Muted);
        }
        line = line.and(word, if screen == now { Role::Focus } else { Role::Muted });
    }
    let end = canvas.width().saturating_sub(3);
    if line.width() + from + 2 > end
        && let Some((_, word)) = STEPS.iter().find(|(screen, _)| *screen == now)
    {
        line = Line::new(*word, Role::Focus);
    }
    canvas.line(end.saturating_sub(line.width()), 0, &line);
}
