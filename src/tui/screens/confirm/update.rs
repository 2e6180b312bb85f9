//! A yes turns the plan into an approved one and starts the run.

use super::{About, Confirm};
use crate::check::Mend;
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
    let Some(Dialog::Confirm(Confirm { about, opened, typed })) = state.dialogs.last() else { return Vec::new() };
    if state.now.duration_since(*opened).as_millis() < TOO_EARLY {
        return Vec::new();
    }
    let consent = typed.as_ref().map_or(Consent::Yes, |input| Consent::Named(input.value().to_owned()));
    if let About::Fix { check, mend } = about {
        let (check, mend) = (check.clone(), mend.clone());
        return fix(state, (check, mend), consent);
    }
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

/// Carries out what mends a finding.
fn fix(state: &mut State, (check, mend): (String, Mend), consent: Consent) -> Vec<Effect> {
    let Some(name) = state.environment().map(|environment| environment.name.clone()) else { return Vec::new() };
    if matches!(&consent, Consent::Named(typed) if *typed != name) {
        state.say(format!("That is not its name. Type {name} to go on."), Role::Warn);
        return Vec::new();
    }
    state.dialogs.pop();
    let slot = Slot::Mend(name.clone(), check);
    vec![state.ask(slot, Wish::Mend { environment: name, mend, consent })]
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
