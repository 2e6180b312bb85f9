//! How the values stand to the cluster's, and taking one over.

use super::update::{enter, said};
use super::{Credentials, Entered};
use crate::deploy::Comparison;
use crate::failure::Result;
use crate::tui::effect::{Effect, Wish};
use crate::tui::state::{Screen, Slot, State};
use crate::tui::theme::Role;

/// Takes in how the credentials stand to those in the cluster; a cluster that cannot be asked says nothing beside them.
pub(crate) fn compared(state: &mut State, name: &str, answer: Result<Comparison>) -> Vec<Effect> {
    if let Some(environment) = state.named(name) {
        environment.sync = answer.ok();
    }
    Vec::new()
}

/// Takes the cluster's value of the focused field over, and with it those that nobody is asked for.
pub(crate) fn adopt(state: &mut State) -> Vec<Effect> {
    let Some(environment) = state.environment() else { return Vec::new() };
    let (name, mut fields) = (environment.name.clone(), environment.only_there());
    let Some(focused) = environment.credentials.as_ref().and_then(Credentials::focused) else { return Vec::new() };
    let field = focused.spec.name.clone();
    if environment.can_be_taken(&field) {
        fields.insert(0, field.clone());
    }
    let slot = Slot::Adopt(name.clone(), field);
    vec![state.ask(slot, Wish::Adopt { environment: name, fields })]
}

/// It was taken over: what was typed into the field gives way to it.
pub(crate) fn adopted(state: &mut State, at: (&str, &str), answer: Result<()>) -> Vec<Effect> {
    if let Err(failure) = answer {
        return said(state, &failure);
    }
    if let Some(field) = state.named(at.0).and_then(|e| e.credentials.as_mut()).and_then(|form| form.field(at.1)) {
        match &mut field.entered {
            Entered::Masked(typed) => typed.clear(),
            Entered::Plain(input) => input.reset(),
        }
    }
    state.say("Taken over: the cluster's value stands here now.", Role::Ok);
    let here = state.screen == Screen::Credentials && state.environment().is_some_and(|e| e.name == at.0);
    let mut effects = if here { enter(state) } else { Vec::new() };
    effects.push(state.ask(Slot::Glance(at.0.to_owned()), Wish::Glance(at.0.to_owned())));
    effects
}
