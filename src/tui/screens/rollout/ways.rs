//! Ways out of what is wrong: asked for while it runs, and taken.

use super::update::{end_watch, rollout};
use crate::deploy::{Operation, Remedy};
use crate::failure::Result;
use crate::tui::effect::{Effect, Wish};
use crate::tui::screens::credentials;
use crate::tui::screens::value::Value;
use crate::tui::state::{Dialog, Slot, State};
use crate::tui::theme::Role;

/// Asks for the ways out of what is wrong, once for each headline, when everything is applied.
pub(super) fn ask_ways(state: &mut State, at: usize) -> Option<Effect> {
    let environment = state.environments.get_mut(at)?;
    let rollout = environment.rollout.as_mut().filter(|rollout| rollout.is_applied())?;
    let cause = (*rollout.progress.causes().first()?).clone();
    if rollout.ways.as_ref().is_some_and(|(headline, _)| *headline == cause.headline) {
        return None;
    }
    rollout.ways = Some((cause.headline.clone(), Vec::new()));
    let name = environment.name.clone();
    Some(state.ask(Slot::Ways(name.clone()), Wish::Ways { environment: name, cause: Box::new(cause) }))
}

/// Takes the ways out in; without any, the cause's own next step is shown.
pub(crate) fn ways(state: &mut State, name: &str, answer: Result<Vec<Remedy>>) -> Vec<Effect> {
    if let (Some(rollout), Ok(found)) = (state.named(name).and_then(|e| e.rollout.as_mut()), answer)
        && let Some((_, ways)) = &mut rollout.ways
    {
        *ways = found;
    }
    Vec::new()
}

/// Enters credentials anew: the form, with keys on the field to start with.
pub(crate) fn renew(state: &mut State) -> Vec<Effect> {
    let fields = state.environment().and_then(|e| e.rollout.as_ref()).and_then(|rollout| {
        rollout.remedies().iter().find_map(|remedy| match remedy {
            Remedy::Credentials { fields, .. } => Some(fields.clone()),
            Remedy::Value { .. } | Remedy::Commands { .. } | Remedy::Retry { .. } => None,
        })
    });
    let first = fields.and_then(|fields| fields.into_iter().next());
    let mut effects = give_up(state);
    effects.extend(credentials::update::enter_at(state, first));
    effects
}

/// Opens the dialog for the value that a way out names.
pub(crate) fn value(state: &mut State) -> Vec<Effect> {
    let value = state
        .environment()
        .and_then(|environment| environment.rollout.as_ref())
        .and_then(|rollout| rollout.remedies().iter().find_map(Value::for_remedy));
    if let Some(value) = value {
        state.dialogs.push(Dialog::Value(value));
    }
    Vec::new()
}

/// Deletes what is stuck, so that it is made anew.
pub(crate) fn retry(state: &mut State) -> Vec<Effect> {
    let Some(name) = state.environment().map(|environment| environment.name.clone()) else { return Vec::new() };
    vec![state.ask(Slot::Retry(name.clone()), Wish::Retry(name))]
}

/// What was stuck is deleted: watches what becomes of it.
pub(crate) fn retried(state: &mut State, name: &str, answer: Result<usize>) -> Vec<Effect> {
    match answer {
        Ok(count) => {
            // What runs or watches goes on by itself.
            let over = rollout(state).is_none_or(|rollout| rollout.is_over());
            let here = state.environment().is_some_and(|environment| environment.name == name);
            let effects = if here && over { follow_again(state) } else { Vec::new() };
            let words = crate::tui::widgets::age::counted(count, "stuck pod");
            let anew = if count == 1 { "it is" } else { "they are" };
            state.say(format!("{words} deleted; {anew} made anew."), Role::Text);
            effects
        }
        Err(failure) => {
            state.say(failure.to_string(), Role::Fail);
            Vec::new()
        }
    }
}

/// Follows what is there until it is well, as a run without anything to write.
fn follow_again(state: &mut State) -> Vec<Effect> {
    let Some(environment) = state.environment().map(|environment| environment.name.clone()) else { return Vec::new() };
    let slot = Slot::Run(environment.clone());
    let effect = state.ask(slot, Wish::Watch { environment, until_ready: true });
    crate::tui::screens::confirm::update::start(state, effect, Operation::Apply)
}

/// Saves what is known.
pub(crate) fn evidence(state: &mut State) -> Vec<Effect> {
    let Some(environment) = state.environment() else { return Vec::new() };
    let Some(rollout) = &environment.rollout else { return Vec::new() };
    let (name, progress) = (environment.name.clone(), rollout.progress.clone());
    vec![state.ask(Slot::Evidence(name), Wish::Evidence(Box::new(progress)))]
}

/// Ends what is waited for, since another plan follows: what is applied stays.
pub(crate) fn give_up(state: &mut State) -> Vec<Effect> {
    let waiting = rollout(state).filter(|r| r.operation == Operation::Apply && !r.is_over()).map(|rollout| rollout.run);
    match waiting {
        Some(run) => vec![state.ask(Slot::Aside, Wish::Stop(run))],
        None => end_watch(state),
    }
}
