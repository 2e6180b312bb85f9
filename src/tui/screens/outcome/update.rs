//! What keys do to an outcome.

use crate::deploy::Outcome;
use crate::tui::effect::{Effect, Wish};
use crate::tui::screens::{credentials, rollout};
use crate::tui::shown::Pane;
use crate::tui::state::{Screen, Slot, State};
use crate::tui::theme::Role;

/// From a rollout that ended to its outcome.
pub(crate) fn enter(state: &mut State) -> Vec<Effect> {
    state.screen = Screen::Outcome;
    state.story = 0;
    Vec::new()
}

/// Deploys the next environment.
pub(crate) fn next(state: &mut State) -> Vec<Effect> {
    if state.chosen + 1 < state.environments.len() {
        state.chosen += 1;
        return credentials::update::enter(state);
    }
    Vec::new()
}

/// Shows and copies the address.
pub(crate) fn url(state: &mut State) -> Vec<Effect> {
    let Some(url) = outcome(state).and_then(|outcome| outcome.url.clone()) else { return Vec::new() };
    let effect = state.ask(Slot::Aside, Wish::Copy(url.clone()));
    state.say(format!("{url} is in the clipboard."), Role::Text);
    vec![effect]
}

/// Copies the commands of a way out, else the command that does the same again.
pub(crate) fn copy(state: &mut State) -> Vec<Effect> {
    let Some(outcome) = outcome(state) else { return Vec::new() };
    if outcome.remedies.iter().any(|remedy| matches!(remedy, crate::deploy::Remedy::Commands { .. })) {
        return rollout::update::copy(state);
    }
    let command = outcome.command.clone();
    let effect = state.ask(Slot::Aside, Wish::Copy(command.clone()));
    state.say(format!("{command} is in the clipboard."), Role::Muted);
    vec![effect]
}

/// Scrolls.
pub(crate) fn go(state: &mut State, by: isize) -> Vec<Effect> {
    let furthest = state.shown.furthest(Pane::Detail);
    state.story = state.story.min(furthest).saturating_add_signed(by).min(furthest);
    Vec::new()
}

fn outcome(state: &State) -> Option<&Outcome> {
    state.environment()?.rollout.as_ref()?.progress.outcome.as_deref()
}
