//! Folding the tree: an object hides what grew out of it, a pod shows its containers.

use super::rows;
use super::tree::{Fold, Item};
use super::update::{rollout, untouched};
use crate::tui::effect::Effect;
use crate::tui::state::State;

/// Left: folds the chosen line, or goes to the one it hangs on.
pub(crate) fn close(state: &mut State) -> Vec<Effect> {
    let Some((stops, cursor)) = chosen(state) else { return Vec::new() };
    let item = &stops[cursor];
    if item.fold == Fold::Open {
        return turn(state, item);
    }
    let holds = stops[..cursor].iter().rposition(|above| above.depth < item.depth);
    if let (Some(at), Some(rollout)) = (holds, rollout(state)) {
        rollout.cursor = Some(at);
    }
    Vec::new()
}

/// Right: opens the chosen line.
pub(crate) fn open(state: &mut State) -> Vec<Effect> {
    let Some((stops, cursor)) = chosen(state) else { return Vec::new() };
    let item = &stops[cursor];
    if item.fold == Fold::Closed { turn(state, item) } else { Vec::new() }
}

fn turn(state: &mut State, item: &Item) -> Vec<Effect> {
    if let (Some(key), Some(rollout)) = (&item.key, rollout(state))
        && !rollout.turned.remove(key)
    {
        rollout.turned.insert(key.clone());
    }
    Vec::new()
}

/// The lines on which the cursor stops, and where it is; it is chosen from now on.
fn chosen(state: &mut State) -> Option<(Vec<Item>, usize)> {
    let (now, wide) = (state.now, state.size.width);
    let rollout = rollout(state)?;
    let stops: Vec<Item> = rows::items(rollout, now, wide).into_iter().filter(|item| item.stops).collect();
    let last = stops.len().checked_sub(1)?;
    let cursor = rollout.cursor.unwrap_or_else(|| untouched(rollout)).min(last);
    rollout.cursor = Some(cursor);
    Some((stops, cursor))
}
