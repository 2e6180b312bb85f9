//! A click does what Enter on that place does; the wheel scrolls what is under it.

use super::act;
use crate::tui::effect::Effect;
use crate::tui::keymap::Mode;
use crate::tui::live;
use crate::tui::msg::Turn;
use crate::tui::screens::{checks, matrix, preview};
use crate::tui::shown::{Pane, Spot};
use crate::tui::state::{Dialog, State};

/// A click on a cell.
pub(super) fn click(state: &mut State, (x, y): (u16, u16)) -> Vec<Effect> {
    let mode = state.mode();
    match state.shown.spot(x, y) {
        Some(Spot::Key(action)) if live::is(state, mode, action) => act::act(state, action),
        Some(Spot::Row(at)) => row(state, mode, at),
        Some(Spot::Pane(pane)) => {
            focus(state, pane);
            Vec::new()
        }
        Some(Spot::Key(_)) | None => {
            if let Some(pane) = state.shown.pane(x, y) {
                focus(state, pane);
            }
            Vec::new()
        }
    }
}

/// The first click on a row chooses it; one on the chosen row does what Enter does.
fn row(state: &mut State, mode: Mode, at: usize) -> Vec<Effect> {
    match mode {
        Mode::Matrix if state.chosen == at => act::open(state, mode),
        Mode::Matrix => matrix::update::choose(state, at),
        Mode::Credentials => {
            if let Some(credentials) = state.environment_mut().and_then(|e| e.credentials.as_mut()) {
                credentials.focus = at;
                credentials.revealed = None;
            }
            Vec::new()
        }
        Mode::Checks => {
            let Some(environment) = state.environment_mut() else { return Vec::new() };
            let again = environment.checks.at() == at;
            checks::update::choose(&mut environment.checks, at);
            if again { act::open(state, mode) } else { Vec::new() }
        }
        Mode::Preview => {
            let again = state.environment().is_some_and(|environment| environment.preview.cursor == at);
            focus(state, if again { Pane::Detail } else { Pane::Main });
            if let Some(environment) = state.environment_mut() {
                preview::update::choose(&mut environment.preview, at);
            }
            Vec::new()
        }
        Mode::Rollout => {
            let again = state.environment().and_then(|e| e.rollout.as_ref()).is_some_and(|r| r.cursor == Some(at));
            focus(state, Pane::Main);
            if let Some(rollout) = state.environment_mut().and_then(|e| e.rollout.as_mut()) {
                rollout.cursor = Some(at);
            }
            if again { act::open(state, mode) } else { Vec::new() }
        }
        Mode::Containers => {
            if let Some(Dialog::Containers(containers)) = state.dialogs.last_mut() {
                containers.cursor = at;
            }
            act::open(state, mode)
        }
        Mode::Filter => {
            state.dialogs.pop();
            let below = state.mode();
            row(state, below, at)
        }
        Mode::Everywhere
        | Mode::Vault
        | Mode::Confirm
        | Mode::Value
        | Mode::Unlock
        | Mode::Rotation
        | Mode::Outcome
        | Mode::Text
        | Mode::Leave => Vec::new(),
    }
}

fn focus(state: &mut State, pane: Pane) {
    match state.mode() {
        Mode::Preview => {
            if let Some(environment) = state.environment_mut() {
                environment.preview.pane = pane;
            }
        }
        Mode::Rollout => {
            if let Some(rollout) = state.environment_mut().and_then(|environment| environment.rollout.as_mut()) {
                rollout.pane = pane;
            }
        }
        Mode::Everywhere
        | Mode::Matrix
        | Mode::Vault
        | Mode::Credentials
        | Mode::Checks
        | Mode::Confirm
        | Mode::Value
        | Mode::Unlock
        | Mode::Rotation
        | Mode::Containers
        | Mode::Outcome
        | Mode::Filter
        | Mode::Text
        | Mode::Leave => {}
    }
}

/// The wheel over a cell.
pub(super) fn wheel(state: &mut State, (x, y): (u16, u16), turn: Turn) -> Vec<Effect> {
    let mode = state.mode();
    let by = match turn {
        Turn::Up => -1,
        Turn::Down => 1,
    };
    match (mode, state.shown.pane(x, y)) {
        (Mode::Matrix, Some(Pane::Main)) => matrix::update::go(state, by),
        (Mode::Checks, Some(Pane::Detail)) => checks::update::scroll(state, by * 3),
        (Mode::Preview | Mode::Rollout, Some(pane)) => {
            let before = state.pane();
            focus(state, pane);
            let step = if pane == Pane::Main { by } else { by * 3 };
            let effects = act::go(state, mode, step);
            focus(state, before);
            effects
        }
        (_, _) => act::go(state, mode, by),
    }
}
