//! A yes turns the plan into an approved one and starts the run.

use super::Confirm;
use crate::deploy::Operation;
use crate::plan::{Consent, Denial};
use crate::tui::effect::{Effect, Wish};
use crate::tui::screens::rollout::Rollout;
use crate::tui::state::{Dialog, Screen, Slot, State};
use crate::tui::theme::Role;

/// How long Enter does nothing, in milliseconds.
const TOO_EARLY: i128 = 500;

/// Enter: applies, unless it came too early or the name is not the environment's.
pub(crate) fn open(state: &mut State) -> Vec<Effect> {
    let Some(Dialog::Confirm(Confirm { opened, typed })) = state.dialogs.last() else { return Vec::new() };
    if state.now.duration_since(*opened).as_millis() < TOO_EARLY {
        return Vec::new();
    }
    let consent = typed.as_ref().map_or(Consent::Yes, |input| Consent::Named(input.value().to_owned()));
    let Some(environment) = state.environment_mut() else { return Vec::new() };
    let name = environment.name.clone();
    let Some(plan) = environment.preview.plan.take() else { return Vec::new() };
    match plan.approve(&consent) {
        Ok(approved) => {
            let effect = state.ask(Slot::Run(name), Wish::Apply(Box::new(approved)));
            start(state, effect, Operation::Apply)
        }
        Err((plan, denial)) => {
            environment.preview.plan = Some(*plan);
            let why = match denial {
                Denial::NameNeeded => format!("That is not its name. Type {name} to apply."),
                Denial::Blocked => "Something forbids to apply; it stands on top of the preview.".to_owned(),
            };
            state.say(why, Role::Warn);
            Vec::new()
        }
    }
}

/// Shows the rollout of a run that was just asked for; the log of the one before is no longer followed.
pub(crate) fn start(state: &mut State, effect: Effect, operation: Operation) -> Vec<Effect> {
    state.dialogs.clear();
    state.screen = Screen::Rollout;
    state.notice = None;
    state.interrupted = None;
    let now = state.now;
    let mut effects = vec![effect];
    if let Some(environment) = state.environment_mut() {
        let new = Rollout::new(effects[0].question, operation, now);
        let log = environment.rollout.replace(new).and_then(|old| old.follows);
        effects.extend(log.map(|(log, _)| state.ask(Slot::Aside, Wish::Stop(log))));
    }
    effects
}
