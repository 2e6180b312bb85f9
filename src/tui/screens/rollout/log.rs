//! Whose log is followed: the one that matters most, or the one somebody chose.

use super::update::rollout;
use super::{Containers, follow};
use crate::deploy::LogOf;
use crate::tui::effect::{Effect, Wish};
use crate::tui::shown::Pane;
use crate::tui::state::{Dialog, Slot, State};
use crate::tui::theme::Role;

/// Follows the log that matters most, unless somebody chose one.
pub(super) fn follow_best(state: &mut State, at: usize) -> Vec<Effect> {
    let Some(environment) = state.environments.get(at) else { return Vec::new() };
    let Some(rollout) = &environment.rollout else { return Vec::new() };
    if rollout.chosen {
        return Vec::new();
    }
    match follow::best(rollout) {
        Some(best) if rollout.follows.as_ref().is_none_or(|(_, of)| *of != best) => follow(state, at, best),
        Some(_) | None => Vec::new(),
    }
}

fn follow(state: &mut State, at: usize, of: LogOf) -> Vec<Effect> {
    let Some(environment) = state.environments.get(at).map(|environment| environment.name.clone()) else {
        return Vec::new();
    };
    let old = state.environments.get(at).and_then(|e| e.rollout.as_ref()?.follows.as_ref().map(|(old, _)| *old));
    let stop = old.map(|old| state.ask(Slot::Aside, Wish::Stop(old)));
    let effect = state.ask(Slot::Follow(environment.clone()), Wish::Follow { environment, of: of.clone() });
    if let Some(rollout) = state.environments.get_mut(at).and_then(|environment| environment.rollout.as_mut()) {
        rollout.follows = Some((effect.question, of));
        rollout.back = None;
        rollout.progress.log = None;
    }
    stop.into_iter().chain([effect]).collect()
}

/// Opens the choice of a log.
pub(crate) fn open(state: &mut State) -> Vec<Effect> {
    let Some(rollout) = rollout(state) else { return Vec::new() };
    let choices = follow::choices(rollout);
    let current = rollout.follows.as_ref().map(|(_, of)| of.clone());
    let cursor = current.and_then(|of| choices.iter().position(|c| c.pod == of.pod && c.container == of.container));
    if choices.is_empty() {
        state.say("There is no container yet.", Role::Muted);
    } else {
        state.dialogs.push(Dialog::Containers(Containers { choices, cursor: cursor.unwrap_or(0) }));
    }
    Vec::new()
}

/// Follows the chosen container.
pub(crate) fn choose(state: &mut State) -> Vec<Effect> {
    let Some(Dialog::Containers(containers)) = state.dialogs.pop() else { return Vec::new() };
    let Some(of) = containers.choices.into_iter().nth(containers.cursor) else { return Vec::new() };
    let at = state.chosen;
    if let Some(rollout) = rollout(state) {
        rollout.chosen = true;
        rollout.pane = Pane::Log;
    }
    follow(state, at, of)
}

/// The log of the container's previous run, and back.
pub(crate) fn previous(state: &mut State) -> Vec<Effect> {
    let at = state.chosen;
    let Some(rollout) = rollout(state) else { return Vec::new() };
    let Some((_, of)) = &rollout.follows else { return Vec::new() };
    let of = LogOf { previous: !of.previous, ..of.clone() };
    rollout.chosen = true;
    follow(state, at, of)
}
