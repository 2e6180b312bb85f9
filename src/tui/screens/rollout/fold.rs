//! Folding the tree: an object hides what grew out of it, a pod shows its containers.

use super::rows;
use super::tree::{Fold, Row};
use super::update::{rollout, untouched};
use crate::object::Key;
use crate::tui::effect::Effect;
use crate::tui::state::State;

/// The chosen line.
struct Chosen {
    fold: Fold,
    key: Option<Key>,
    /// Where the line is that it hangs on.
    holder: Option<usize>,
}

/// Left: folds the chosen line, or goes to the one it hangs on.
pub(crate) fn close(state: &mut State) -> Vec<Effect> {
    let Some(chosen) = chosen(state) else { return Vec::new() };
    if chosen.fold == Fold::Open {
        turn(state, chosen);
    } else if let (Some(at), Some(rollout)) = (chosen.holder, rollout(state)) {
        rollout.cursor = Some(at);
    }
    Vec::new()
}

/// Right: opens the chosen line.
pub(crate) fn open(state: &mut State) -> Vec<Effect> {
    if let Some(chosen) = chosen(state).filter(|chosen| chosen.fold == Fold::Closed) {
        turn(state, chosen);
    }
    Vec::new()
}

fn turn(state: &mut State, chosen: Chosen) {
    if let (Some(key), Some(rollout)) = (chosen.key, rollout(state))
        && !rollout.turned.remove(&key)
    {
        rollout.turned.insert(key);
    }
}

/// The line on which the cursor is; it is chosen from now on.
fn chosen(state: &mut State) -> Option<Chosen> {
    let (now, wide) = (state.now, state.size.width);
    let rollout = rollout(state)?;
    let rows = rows::rows(rollout, rows::pen(rollout, now, wide));
    let stops: Vec<&Row<'_>> = rows.iter().filter(|row| row.stops).collect();
    let last = stops.len().checked_sub(1)?;
    let cursor = rollout.cursor.unwrap_or_else(|| untouched(rollout)).min(last);
    let row = stops[cursor];
    let holder = stops[..cursor].iter().rposition(|above| above.depth < row.depth);
    let chosen = Chosen { fold: row.fold, key: row.key.cloned(), holder };
    rollout.cursor = Some(cursor);
    Some(chosen)
}
