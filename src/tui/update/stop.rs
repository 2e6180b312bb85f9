//! Stopping and leaving. Once: nothing new is started, and what is unfinished is said. Twice: leave.

use jiff::SignedDuration;

use crate::deploy::{Phase, StepState};
use crate::tui::effect::{Effect, Question, Wish};
use crate::tui::screens::rollout::Rollout;
use crate::tui::state::{Dialog, Slot, State};
use crate::tui::theme::Role;

/// How long a second press counts as one, in seconds, while nothing runs.
const AGAIN: i64 = 3;

/// Ctrl-C.
pub(super) fn stop(state: &mut State) -> Vec<Effect> {
    let again = state.interrupted.replace(state.now).is_some();
    if again {
        let code = if state.running().is_some() { 130 } else { state.code };
        return vec![state.ask(Slot::Aside, Wish::Quit(code))];
    }
    let running = state.running().and_then(|at| state.environments.get(at)).and_then(|e| e.rollout.as_ref());
    match running {
        None => {
            let checks = checking(state);
            let words = if checks.is_empty() { "Nothing runs." } else { "The checks are stopped; r runs one again." };
            state.say(format!("{words} Ctrl-C again to leave."), Role::Warn);
            checks.into_iter().map(|run| state.ask(Slot::Aside, Wish::Stop(run))).collect()
        }
        Some(rollout) => {
            let (run, words) = (rollout.run, unfinished(rollout));
            if let Some(rollout) = state.running().and_then(|at| state.environments.get_mut(at)?.rollout.as_mut()) {
                rollout.progress.phase = Phase::Stopping;
            }
            state.say(format!("Stopping. {words} Ctrl-C again leaves."), Role::Warn);
            vec![state.ask(Slot::Aside, Wish::Stop(run))]
        }
    }
}

/// The checks of the chosen environment that are being asked.
fn checking(state: &State) -> Vec<Question> {
    let checks = state.environment().into_iter().flat_map(|environment| [&environment.checks, &environment.smoke]);
    checks.flat_map(|checks| checks.runs.values().copied()).collect()
}

fn unfinished(rollout: &Rollout) -> String {
    let open: Vec<String> = rollout
        .progress
        .steps()
        .filter(|step| step.action.writes() && !matches!(step.state, StepState::Done(_)))
        .map(|step| step.key.to_string())
        .collect();
    match open.as_slice() {
        [] if rollout.progress.started.is_none() => "Nothing was applied yet.".to_owned(),
        [] => "All is applied and goes on becoming ready.".to_owned(),
        [one] => format!("Not applied: {one}."),
        [one, rest @ ..] => format!("Not applied: {one} and {} more.", rest.len()),
    }
}

/// `q`: leaves, and asks while something runs.
pub(super) fn leave(state: &mut State) -> Vec<Effect> {
    if state.running().is_some() {
        state.dialogs.push(Dialog::Leave);
        return Vec::new();
    }
    let code = state.code;
    vec![state.ask(Slot::Aside, Wish::Quit(code))]
}

/// Forgets a first Ctrl-C after a while, unless a run is being stopped.
pub(super) fn forget(state: &mut State) {
    let old = |then: jiff::Timestamp| state.now.duration_since(then) >= SignedDuration::from_secs(AGAIN);
    if state.running().is_none() && state.interrupted.is_some_and(old) {
        state.interrupted = None;
    }
}
