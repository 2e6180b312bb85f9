//! What keys and answers do to the matrix.

use crate::deploy::{Glance, Operation, Survey};
use crate::failure::Result;
use crate::tui::effect::{Effect, Wish};
use crate::tui::screens::{confirm, credentials};
use crate::tui::shown::Pane;
use crate::tui::state::{Environment, Known, Screen, Slot, State};
use crate::tui::theme::Role;

/// Asks the vault and every cluster.
pub(crate) fn refresh(state: &mut State) -> Vec<Effect> {
    let mut effects = vec![state.ask(Slot::Vault, Wish::Vault)];
    let names: Vec<String> = state.environments.iter().map(|environment| environment.name.clone()).collect();
    for name in names {
        effects.push(state.ask(Slot::Glance(name.clone()), Wish::Glance(name.clone())));
        effects.push(state.ask(Slot::Survey(name.clone()), Wish::Survey(name)));
    }
    effects
}

/// Asks the vault again, and for all that was hidden while it was locked.
pub(crate) fn reread(state: &mut State) -> Vec<Effect> {
    let mut effects = vec![state.ask(Slot::Vault, Wish::Vault)];
    let names: Vec<String> = state.environments.iter().map(|environment| environment.name.clone()).collect();
    effects.extend(names.into_iter().map(|name| state.ask(Slot::Glance(name.clone()), Wish::Glance(name))));
    effects
}

/// Back home: asks again how the environment is that was just worked on.
pub(crate) fn enter(state: &mut State) -> Vec<Effect> {
    state.screen = Screen::Matrix;
    state.story = 0;
    let Some(name) = state.environment().map(|environment| environment.name.clone()) else { return Vec::new() };
    vec![
        state.ask(Slot::Glance(name.clone()), Wish::Glance(name.clone())),
        state.ask(Slot::Survey(name.clone()), Wish::Survey(name)),
    ]
}

/// Takes in what is known without the cluster.
pub(crate) fn glanced(state: &mut State, name: &str, answer: Result<Glance>) -> Vec<Effect> {
    let now = state.now;
    if let Some(environment) = state.named(name) {
        environment.glance = Known::from(answer, now);
    }
    Vec::new()
}

/// Takes in what the cluster says.
pub(crate) fn surveyed(state: &mut State, name: &str, answer: Result<Survey>) -> Vec<Effect> {
    let now = state.now;
    if let Some(environment) = state.named(name) {
        environment.survey = Known::from(answer, now);
    }
    Vec::new()
}

/// Chooses another environment.
pub(crate) fn go(state: &mut State, by: isize) -> Vec<Effect> {
    let last = state.environments.len().saturating_sub(1);
    choose(state, state.chosen.saturating_add_signed(by).min(last))
}

/// Chooses an environment.
pub(crate) fn choose(state: &mut State, at: usize) -> Vec<Effect> {
    if at < state.environments.len() && at != state.chosen {
        state.chosen = at;
        state.story = 0;
    }
    Vec::new()
}

/// Scrolls the story.
pub(crate) fn scroll(state: &mut State, by: isize) -> Vec<Effect> {
    state.story = state.story.saturating_add_signed(by).min(state.shown.furthest(Pane::Detail));
    Vec::new()
}

/// Lets the credential plugin of the chosen environment's context ask at the terminal.
pub(crate) fn sign_in(state: &mut State) -> Vec<Effect> {
    let Some(environment) = state.environment_mut() else { return Vec::new() };
    let Some(program) = environment.sign_in().map(str::to_owned) else { return Vec::new() };
    environment.refused = None;
    let name = environment.name.clone();
    let words = format!("{program} signs you in for {name}. Ctrl-C goes back to landfall.");
    vec![state.ask(Slot::SignIn(name.clone()), Wish::SignIn { environment: name, words })]
}

/// Somebody signed in, or not: whoever waited for it is asked anew.
pub(crate) fn signed_in(state: &mut State, name: &str, answer: Result<()>) -> Vec<Effect> {
    let Some(environment) = state.named(name) else { return Vec::new() };
    environment.refused = answer.err();
    if environment.refused.is_some() {
        return Vec::new();
    }
    environment.survey = Known::Asked;
    let waiting = |environment: &&Environment| environment.name == name || environment.sign_in().is_some();
    let names: Vec<String> = state.environments.iter().filter(waiting).map(|e| e.name.clone()).collect();
    names.into_iter().map(|name| state.ask(Slot::Survey(name.clone()), Wish::Survey(name))).collect()
}

/// Enter: signs in, shows what runs, or begins the walk.
pub(crate) fn open(state: &mut State) -> Vec<Effect> {
    if state.environment().is_some_and(|environment| environment.sign_in().is_some()) {
        return sign_in(state);
    }
    if state.environment().is_some_and(Environment::is_applying) {
        state.screen = Screen::Rollout;
        return Vec::new();
    }
    credentials::update::enter(state)
}

/// Watches what is there.
pub(crate) fn watch(state: &mut State) -> Vec<Effect> {
    let Some(environment) = state.environment() else { return Vec::new() };
    if environment.is_applying() {
        state.screen = Screen::Rollout;
        return Vec::new();
    }
    let name = environment.name.clone();
    let effect = state.ask(Slot::Run(name.clone()), Wish::Watch { environment: name, until_ready: false });
    confirm::update::start(state, effect, Operation::Watch)
}

/// Shows and copies the address.
pub(crate) fn url(state: &mut State) -> Vec<Effect> {
    let url = state.environment().and_then(|environment| environment.glance()).and_then(|glance| glance.url.clone());
    let Some(url) = url else {
        state.say("There is no address to open yet.", Role::Muted);
        return Vec::new();
    };
    let effect = state.ask(Slot::Aside, Wish::Copy(url.clone()));
    state.say(format!("{url} is in the clipboard."), Role::Text);
    vec![effect]
}
