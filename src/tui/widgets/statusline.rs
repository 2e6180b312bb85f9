//! The status line: where the answer goes. Context, namespace and server left, the vault right.

use super::canvas::{Canvas, width};
use super::cut;
use crate::secret::Health;
use crate::tui::state::State;
use crate::tui::theme::Role;

/// Draws the status line in a row.
pub(crate) fn draw(canvas: &mut Canvas<'_>, state: &State, y: u16) {
    let (vault, role) = match &state.vault {
        None => ("vault: asking…".to_owned(), Role::Muted),
        Some(standing) => match standing.health {
            Health::Ready => (standing.words(), Role::Muted),
            Health::Locked { .. } | Health::Unavailable { .. } => (format!("! {}", standing.words()), Role::Warn),
        },
    };
    let room = canvas.width().saturating_sub(2);
    let place = place(state);
    let alone = width(&place) + width(&vault) + 2 > room;
    if alone && role == Role::Muted {
        canvas.put(1, y, &cut::end(&place, room), Role::Muted);
        return;
    }
    let left = room.saturating_sub(width(&vault) + 2);
    canvas.put(1, y, &cut::end(&place, left), Role::Muted);
    canvas.put_right(canvas.width(), y, &cut::end(&vault, room), role);
}

fn place(state: &State) -> String {
    let Some(glance) = state.environment().and_then(|environment| environment.glance()) else {
        return "·".to_owned();
    };
    let context =
        glance.context.as_deref().map_or_else(|| "no context chosen".to_owned(), |name| cut::middle(name, 24));
    let server = glance.server.as_deref().map_or_else(String::new, |url| format!(" · {}", host(url)));
    format!("{context} · ns {}{server}", glance.namespace)
}

/// A server without its scheme and path.
fn host(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.split_once('/').map_or(rest, |(host, _)| host)
}
