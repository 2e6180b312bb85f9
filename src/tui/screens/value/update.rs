//! What keys and the answer do to the dialog.

use super::{Asks, Value};
use crate::failure::Result;
use crate::tui::effect::{Effect, Wish};
use crate::tui::screens::{checks, preview, rollout};
use crate::tui::state::{Dialog, Screen, Slot, State};
use crate::tui::theme::Role;

/// Enter: the next line, or use it.
pub(crate) fn open(state: &mut State) -> Vec<Effect> {
    let Some(Dialog::Value(value)) = state.dialogs.last_mut() else { return Vec::new() };
    if value.asks == Asks::Path && !value.path.value().is_empty() {
        value.asks = Asks::Text;
        return Vec::new();
    }
    if value.path.value().is_empty() || value.typed.value().is_empty() {
        value.refusal = Some("both are needed".to_owned());
        return Vec::new();
    }
    let (path, text) = (value.path.value().to_owned(), value.typed.value().to_owned());
    let Some(environment) = state.environment().map(|environment| environment.name.clone()) else { return Vec::new() };
    vec![state.ask(Slot::Value(environment.clone()), Wish::SetValue { environment, path, value: text })]
}

/// The other line.
pub(crate) fn other(value: &mut Value) {
    value.asks = match value.asks {
        Asks::Path => Asks::Text,
        Asks::Text => Asks::Path,
    };
}

/// The value holds: plans again.
pub(crate) fn set(state: &mut State, name: &str, answer: Result<()>) -> Vec<Effect> {
    if let Err(failure) = answer {
        if let Some(Dialog::Value(value)) = state.dialogs.last_mut() {
            value.refusal = Some(failure.to_string());
        } else {
            state.say(failure.to_string(), Role::Fail);
        }
        return Vec::new();
    }
    state.dialogs.retain(|dialog| !matches!(dialog, Dialog::Value(_)));
    let mut effects = vec![state.ask(Slot::Glance(name.to_owned()), Wish::Glance(name.to_owned()))];
    if state.environment().is_some_and(|environment| environment.name == name) {
        effects.extend(rollout::ways::give_up(state));
        effects.extend(match state.screen {
            Screen::Checks => checks::update::enter(state),
            Screen::Matrix | Screen::Credentials | Screen::Preview | Screen::Rollout | Screen::Outcome => {
                preview::update::enter(state)
            }
        });
    }
    effects
}
