//! What keys and answers do to a rotation.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use jiff::{SignedDuration, Timestamp};

use super::{Asks, REVEALED, Rotation};
use crate::deploy::{Ask, End, Proof, Say, UnderWay};
use crate::failure::{Failure, Result};
use crate::secret::{Secret, Stage};
use crate::tui::edit;
use crate::tui::effect::{Effect, Wish};
use crate::tui::screens::{credentials, preview};
use crate::tui::state::{Dialog, Screen, Slot, State};
use crate::tui::theme::Role;

/// Opens the rotation of the focused credential.
pub(crate) fn open(state: &mut State) -> Vec<Effect> {
    let Some(environment) = state.environment() else { return Vec::new() };
    let name = environment.name.clone();
    let Some(credentials) = &environment.credentials else { return Vec::new() };
    let Some(field) = credentials.focused() else { return Vec::new() };
    if credentials.fields.iter().any(credentials::Field::is_new) {
        state.say("Save what was entered first (^S): a rotation begins with the value that is stored.", Role::Warn);
        return Vec::new();
    }
    let group = credentials.groups.get(field.group).map_or("", |group| group.title.as_str());
    let title = format!("{group} {}", field.spec.title.to_lowercase());
    let field = field.spec.name.clone();
    let mut rotation = Rotation::new(field.clone(), title);
    let unfinished = state.environment_mut().and_then(|environment| environment.unfinished.remove(&field));
    rotation.typed = unfinished.unwrap_or_default();
    state.dialogs.push(Dialog::Rotation(rotation));
    let slot = Slot::Stands(name.clone(), field.clone());
    vec![state.ask(slot, Wish::Rotation { environment: name, field })]
}

/// Esc: it waits as it is, with what was typed.
pub(crate) fn leave(state: &mut State) -> Vec<Effect> {
    if let Some(Dialog::Rotation(Rotation { field, typed, .. })) = state.dialogs.pop()
        && !typed.is_empty()
        && let Some(environment) = state.environment_mut()
    {
        environment.unfinished.insert(field, typed);
    }
    Vec::new()
}

/// How far it is.
pub(crate) fn stood(state: &mut State, answer: Result<UnderWay>) -> Vec<Effect> {
    let Some(rotation) = dialog(state) else { return Vec::new() };
    match answer {
        Ok(under_way) => {
            rotation.stage = under_way.stage;
            if matches!(under_way.stage, Some(Stage::Changed | Stage::Applied)) {
                rotation.asks = Asks::Apply;
            }
        }
        Err(failure) => rotation.failure = Some(failure),
    }
    Vec::new()
}

/// Enter: goes on.
pub(crate) fn go_on(state: &mut State) -> Vec<Effect> {
    let Some(name) = state.environment().map(|environment| environment.name.clone()) else { return Vec::new() };
    let Some(Dialog::Rotation(rotation)) = state.dialogs.last_mut() else { return Vec::new() };
    let slot = Slot::Rotate(name.clone(), rotation.field.clone());
    if state.pending.since(&slot).is_some() {
        return Vec::new();
    }
    rotation.failure = None;
    rotation.revealed = None;
    let say = match &rotation.asks {
        Asks::Yes => Say::Go,
        Asks::Change(_) => Say::Changed,
        Asks::Value(_) if rotation.typed.is_empty() => {
            rotation.refusal = Some("needed".to_owned());
            return Vec::new();
        }
        Asks::Value(_) => Say::Value(std::mem::take(&mut rotation.typed).into_secret()),
        Asks::Apply => {
            state.dialogs.pop();
            return preview::update::enter(state);
        }
    };
    let field = rotation.field.clone();
    // How far it was before is no longer of interest.
    state.pending.drop_slot(&Slot::Stands(name.clone(), field.clone()));
    vec![state.ask(slot, Wish::Rotate { environment: name, field, say })]
}

/// Takes what it needs next, or that it is over.
pub(crate) fn rotated(state: &mut State, at: (&str, &str), answer: Result<Ask>, reached: Option<Stage>) -> Vec<Effect> {
    let open = dialog(state).filter(|rotation| rotation.field == at.1);
    let asks = match answer {
        Ok(Ask::Value(instruction)) => Asks::Value(instruction),
        Ok(Ask::Change(instruction)) => Asks::Change(instruction),
        Ok(Ask::Apply) => Asks::Apply,
        Ok(Ask::Done(proof)) => return done(state, at, proof),
        Err(failure) => {
            match open {
                Some(rotation) => {
                    rotation.stage = reached;
                    rotation.asks = Asks::Yes;
                    rotation.failure = Some(failure);
                }
                None => say_failure(state, &failure),
            }
            return Vec::new();
        }
    };
    if let Some(rotation) = open {
        rotation.stage = reached;
        rotation.asks = asks.clone();
    }
    if let (Asks::Apply, Some(environment)) = (asks, state.named(at.0))
        && !environment.rotating.iter().any(|field| field == at.1)
    {
        environment.rotating.push(at.1.to_owned());
    }
    Vec::new()
}

fn done(state: &mut State, at: (&str, &str), proof: Proof) -> Vec<Effect> {
    close(state, at.1);
    if let Some(environment) = state.named(at.0) {
        environment.rotating.retain(|field| field != at.1);
    }
    let why = match proof {
        Proof::Login => "a login with the new value works",
        Proof::Rollout => "what reads the new value is ready with it",
        Proof::Nothing => "nothing could prove the new value from here",
    };
    state.say(format!("{} of {} is rotated: {why}.", at.1, at.0), Role::Ok);
    refresh(state, at.0)
}

/// Gives it up.
pub(crate) fn give_up(state: &mut State) -> Vec<Effect> {
    let Some(environment) = state.environment().map(|environment| environment.name.clone()) else { return Vec::new() };
    let Some(Dialog::Rotation(rotation)) = state.dialogs.last() else { return Vec::new() };
    let field = rotation.field.clone();
    let slot = Slot::Rotate(environment.clone(), field.clone());
    vec![state.ask(slot, Wish::RotateBack { environment, field })]
}

/// It was given up; whether the system knew the new value already.
pub(crate) fn given_up(state: &mut State, at: (&str, &str), answer: Result<bool>) -> Vec<Effect> {
    let words = match answer {
        Ok(true) => "The previous value is the value again. Change it back where it is known, then apply.",
        Ok(false) => "Given up: nothing has changed anywhere.",
        Err(failure) => {
            if let Some(rotation) = dialog(state) {
                rotation.failure = Some(failure);
            }
            return Vec::new();
        }
    };
    close(state, at.1);
    if let Some(environment) = state.named(at.0) {
        environment.rotating.retain(|field| field != at.1);
    }
    state.say(words, Role::Warn);
    refresh(state, at.0)
}

/// A run is over: where it went well, the rotations that waited for it go on.
pub(crate) fn after_run(state: &mut State, name: &str) -> Vec<Effect> {
    let Some(environment) = state.named(name) else { return Vec::new() };
    let outcome = environment.rollout.as_ref().and_then(|rollout| rollout.progress.outcome.as_ref());
    if !outcome.is_some_and(|outcome| outcome.end == End::Healthy) {
        return Vec::new();
    }
    let waiting = environment.rotating.clone();
    let go_on = |field: String| {
        let slot = Slot::Rotate(name.to_owned(), field.clone());
        state.ask(slot, Wish::Rotate { environment: name.to_owned(), field, say: Say::Go })
    };
    waiting.into_iter().map(go_on).collect()
}

/// A key that is text, while the new value is typed.
pub(crate) fn key(state: &mut State, key: &KeyEvent) {
    let Some(rotation) = dialog(state).filter(|rotation| matches!(rotation.asks, Asks::Value(_))) else { return };
    let ctrl = key.modifiers.contains(KeyModifiers::CONTROL);
    rotation.refusal = None;
    match key.code {
        KeyCode::Backspace => rotation.typed.backspace(),
        KeyCode::Delete => rotation.typed.delete(),
        KeyCode::Left => rotation.typed.left(),
        KeyCode::Right => rotation.typed.right(),
        KeyCode::Home => rotation.typed.home(),
        KeyCode::End => rotation.typed.end(),
        KeyCode::Char('w') if ctrl => rotation.typed.delete_word(),
        KeyCode::Char('u') if ctrl => rotation.typed.clear(),
        _ => {
            if let Some(letter) = edit::letter(key) {
                rotation.refusal = rotation.typed.insert(letter).err().map(|refusal| refusal.to_string());
            }
        }
    }
}

/// Pasted text, while the new value is typed.
pub(crate) fn paste(state: &mut State, text: &str) {
    if let Some(rotation) = dialog(state).filter(|rotation| matches!(rotation.asks, Asks::Value(_))) {
        rotation.refusal = rotation.typed.paste(text).err().map(|refusal| refusal.to_string());
    }
}

/// Shows the new value for ten seconds, for whoever has to give it to the system; or hides it again.
pub(crate) fn reveal(state: &mut State) -> Vec<Effect> {
    let Some(environment) = state.environment().map(|environment| environment.name.clone()) else { return Vec::new() };
    let Some(rotation) = dialog(state) else { return Vec::new() };
    if rotation.revealed.take().is_some() {
        return Vec::new();
    }
    let field = rotation.field.clone();
    let slot = Slot::Next(environment.clone(), field.clone());
    vec![state.ask(slot, Wish::NextValue { environment, field })]
}

/// Shows it.
pub(crate) fn revealed(state: &mut State, field: &str, answer: Result<Option<Secret>>) -> Vec<Effect> {
    let until = state.now.checked_add(SignedDuration::from_secs(REVEALED)).unwrap_or(state.now);
    let Some(rotation) = dialog(state).filter(|rotation| rotation.field == field) else { return Vec::new() };
    match answer {
        Ok(value) => rotation.revealed = value.map(|value| (value, until)),
        Err(failure) => rotation.failure = Some(failure),
    }
    Vec::new()
}

/// Hides the new value when its time is over.
pub(crate) fn tick(state: &mut State, now: Timestamp) {
    if let Some(rotation) = dialog(state)
        && rotation.revealed.as_ref().is_some_and(|(_, until)| *until <= now)
    {
        rotation.revealed = None;
    }
}

/// Copies the statement or the commands.
pub(crate) fn copy(state: &mut State) -> Vec<Effect> {
    let Some(instruction) = dialog(state).and_then(|rotation| rotation.instruction()) else { return Vec::new() };
    let text = instruction.lines.join("\n");
    state.say("Copied.", Role::Text);
    vec![state.ask(Slot::Aside, Wish::Copy(text))]
}

fn refresh(state: &mut State, name: &str) -> Vec<Effect> {
    let here = state.screen == Screen::Credentials && state.environment().is_some_and(|e| e.name == name);
    if here { credentials::update::enter(state) } else { Vec::new() }
}

fn say_failure(state: &mut State, failure: &Failure) {
    let hint = failure.hints.first().map_or_else(String::new, |hint| format!(" – {hint}"));
    state.say(format!("{failure}{hint}"), Role::Fail);
}

fn close(state: &mut State, field: &str) {
    state.dialogs.retain(|dialog| !matches!(dialog, Dialog::Rotation(rotation) if rotation.field == field));
}

fn dialog(state: &mut State) -> Option<&mut Rotation> {
    state.dialogs.iter_mut().find_map(|dialog| match dialog {
        Dialog::Rotation(rotation) => Some(rotation),
        Dialog::Confirm(_)
        | Dialog::Value(_)
        | Dialog::Unlock(_)
        | Dialog::Filter
        | Dialog::Containers(_)
        | Dialog::Text(_)
        | Dialog::Help { .. }
        | Dialog::Leave => None,
    })
}
