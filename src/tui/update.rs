//! State and message in, effects out. No await, no clock, no widget.

mod act;
mod answer;
mod filter;
mod mouse;
mod stop;

use crossterm::event::{KeyEvent, KeyEventKind};
use jiff::Timestamp;

use super::effect::{Effect, Wish};
use super::keymap::{Keymap, Mode};
use super::live;
use super::msg::Msg;
use super::screens::{credentials, rollout, rotation, unlock, value::Asks};
use super::state::{Dialog, Slot, State};
use super::{edit, screens};

/// Lets a message change the state.
pub(crate) fn update(state: &mut State, keymap: &Keymap, msg: Msg) -> Vec<Effect> {
    match msg {
        Msg::Key(key) => self::key(state, keymap, &key),
        Msg::Paste(text) => paste(state, &text),
        Msg::Click { x, y } => mouse::click(state, (x, y)),
        Msg::Wheel { x, y, turn } => mouse::wheel(state, (x, y), turn),
        Msg::Resize(size) => {
            state.size = size;
            Vec::new()
        }
        Msg::Tick(now) => tick(state, now),
        Msg::Answer(question, answer) => match state.pending.close(question) {
            Some(slot) => answer::answer(state, &slot, answer),
            None => Vec::new(),
        },
        Msg::Event(question, event) => rollout::update::event(state, question, &event),
        Msg::News(question, news) => screens::checks::update::news(state, question, &news),
        Msg::Terminate => vec![state.ask(Slot::Aside, Wish::Quit(130))],
    }
}

/// The first things to ask.
pub(crate) fn start(state: &mut State, start: &super::Start) -> Vec<Effect> {
    let mut effects = screens::matrix::update::refresh(state);
    let at = |name: &str| state.environments.iter().position(|environment| environment.name == name);
    match start {
        super::Start::Matrix => {}
        super::Start::Environment(name) => {
            if let Some(at) = at(name) {
                state.chosen = at;
                effects.extend(credentials::update::enter(state));
            }
        }
        super::Start::Watch(name) => {
            if let Some(at) = at(name) {
                state.chosen = at;
                effects.extend(screens::matrix::update::watch(state));
            }
        }
    }
    effects
}

fn key(state: &mut State, keymap: &Keymap, key: &KeyEvent) -> Vec<Effect> {
    if key.kind == KeyEventKind::Release {
        return Vec::new();
    }
    let mode = state.mode();
    state.notice = None;
    if let Some(action) = keymap.find(mode, key, |action| live::is(state, mode, action)) {
        return act::act(state, action);
    }
    match mode {
        Mode::Credentials => credentials::update::key(state, key),
        Mode::Rotation => {
            rotation::update::key(state, key);
            Vec::new()
        }
        Mode::Confirm | Mode::Value | Mode::Unlock => {
            match state.dialogs.last_mut() {
                Some(Dialog::Confirm(confirm)) => {
                    if let Some(typed) = &mut confirm.typed {
                        edit::key(typed, key);
                    }
                }
                Some(Dialog::Unlock(unlock)) => unlock::update::key(unlock, key),
                Some(Dialog::Value(value)) => {
                    value.refusal = None;
                    match (key.code, value.asks) {
                        (
                            crossterm::event::KeyCode::Tab
                            | crossterm::event::KeyCode::BackTab
                            | crossterm::event::KeyCode::Up
                            | crossterm::event::KeyCode::Down,
                            _,
                        ) => screens::value::update::other(value),
                        (_, Asks::Path) => {
                            edit::key(&mut value.path, key);
                        }
                        (_, Asks::Text) => {
                            edit::key(&mut value.typed, key);
                        }
                    }
                }
                Some(
                    Dialog::Rotation(_)
                    | Dialog::Containers(_)
                    | Dialog::Text(_)
                    | Dialog::Help { .. }
                    | Dialog::Filter
                    | Dialog::Leave,
                )
                | None => {}
            }
            Vec::new()
        }
        Mode::Filter => {
            filter::key(state, key);
            Vec::new()
        }
        Mode::Everywhere
        | Mode::Matrix
        | Mode::Vault
        | Mode::Checks
        | Mode::Preview
        | Mode::Rollout
        | Mode::Containers
        | Mode::Outcome
        | Mode::Text
        | Mode::Leave => Vec::new(),
    }
}

fn paste(state: &mut State, text: &str) -> Vec<Effect> {
    if state.mode() == Mode::Credentials {
        return credentials::update::paste(state, text);
    }
    match state.dialogs.last_mut() {
        Some(Dialog::Confirm(confirm)) => {
            if let Some(typed) = &mut confirm.typed {
                edit::paste(typed, text);
            }
            Vec::new()
        }
        Some(Dialog::Unlock(unlock)) => {
            unlock::update::paste(unlock, text);
            Vec::new()
        }
        Some(Dialog::Value(value)) => {
            match value.asks {
                Asks::Path => edit::paste(&mut value.path, text),
                Asks::Text => edit::paste(&mut value.typed, text),
            }
            Vec::new()
        }
        Some(Dialog::Filter) => {
            filter::paste(state, text);
            Vec::new()
        }
        Some(Dialog::Rotation(_)) => {
            rotation::update::paste(state, text);
            Vec::new()
        }
        Some(Dialog::Containers(_) | Dialog::Text(_) | Dialog::Help { .. } | Dialog::Leave) | None => Vec::new(),
    }
}

fn tick(state: &mut State, now: Timestamp) -> Vec<Effect> {
    state.now = now;
    if state.notice.as_ref().is_some_and(|notice| notice.until <= now) {
        state.notice = None;
    }
    for environment in &mut state.environments {
        if let Some(credentials) = &mut environment.credentials
            && credentials.revealed.as_ref().is_some_and(|revealed| revealed.until <= now)
        {
            credentials.revealed = None;
        }
    }
    rotation::update::tick(state, now);
    stop::forget(state);
    Vec::new()
}
