//! What keys and the answer do to the question.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::Unlock;
use crate::failure::Result;
use crate::secret::{Health, Typed, VaultKind};
use crate::tui::edit;
use crate::tui::effect::{Effect, Wish};
use crate::tui::screens::{credentials, matrix};
use crate::tui::state::{Dialog, Screen, Slot, State};
use crate::tui::theme::Role;

/// Whether there is a vault that a passphrase opens.
pub(crate) fn is_wanted(state: &State) -> bool {
    state
        .vault
        .as_ref()
        .is_some_and(|vault| vault.kind == VaultKind::File && matches!(vault.health, Health::Locked { .. }))
}

/// Asks for the passphrase.
pub(crate) fn ask(state: &mut State) -> Vec<Effect> {
    state.dialogs.push(Dialog::Unlock(Unlock::default()));
    Vec::new()
}

/// Enter: tries what is typed, unless one is being tried.
pub(crate) fn open(state: &mut State) -> Vec<Effect> {
    if state.pending.since(&Slot::Unlock).is_some() {
        return Vec::new();
    }
    let Some(Dialog::Unlock(unlock)) = state.dialogs.last_mut() else { return Vec::new() };
    if unlock.typed.is_empty() {
        unlock.refusal = Some("nothing is typed yet".to_owned());
        return Vec::new();
    }
    unlock.refusal = None;
    let passphrase = std::mem::take(&mut unlock.typed).into_secret();
    vec![state.ask(Slot::Unlock, Wish::Unlock(passphrase))]
}

/// A key that is text, or moves in it.
pub(crate) fn key(unlock: &mut Unlock, key: &KeyEvent) {
    let typed = &mut unlock.typed;
    match key.code {
        KeyCode::Backspace => typed.backspace(),
        KeyCode::Delete => typed.delete(),
        KeyCode::Left => typed.left(),
        KeyCode::Right => typed.right(),
        KeyCode::Home => typed.home(),
        KeyCode::End => typed.end(),
        KeyCode::Char('w') if key.modifiers.contains(KeyModifiers::CONTROL) => typed.delete_word(),
        _ => {
            let Some(letter) = edit::letter(key) else { return };
            unlock.refusal = typed.insert(letter).err().map(|refusal| format!("what was typed is {refusal}"));
        }
    }
}

/// Pasted text.
pub(crate) fn paste(unlock: &mut Unlock, text: &str) {
    unlock.refusal = unlock.typed.paste(text).err().map(|refusal| format!("what was pasted is {refusal}"));
}

/// Empties the field.
pub(crate) fn clear(state: &mut State) -> Vec<Effect> {
    if let Some(Dialog::Unlock(unlock)) = state.dialogs.last_mut() {
        unlock.typed = Typed::default();
        unlock.refusal = None;
    }
    Vec::new()
}

/// It is open: asks for all that was hidden. Or it is not, and says why.
pub(crate) fn tried(state: &mut State, answer: Result<()>) -> Vec<Effect> {
    if let Err(failure) = answer {
        match state.dialogs.iter_mut().find_map(|dialog| match dialog {
            Dialog::Unlock(unlock) => Some(unlock),
            Dialog::Confirm(_)
            | Dialog::Value(_)
            | Dialog::Rotation(_)
            | Dialog::Filter
            | Dialog::Containers(_)
            | Dialog::Text(_)
            | Dialog::Help { .. }
            | Dialog::Leave => None,
        }) {
            Some(unlock) => unlock.refusal = Some(failure.to_string()),
            None => state.say(failure.to_string(), Role::Fail),
        }
        return Vec::new();
    }
    state.dialogs.retain(|dialog| !matches!(dialog, Dialog::Unlock(_)));
    let mut effects = matrix::update::reread(state);
    if state.screen == Screen::Credentials {
        effects.extend(credentials::update::enter(state));
    }
    effects
}
