//! What keys and answers do to the form.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::{Credentials, Entered, Field};
use crate::deploy::Form;
use crate::failure::{Failure, Result};
use crate::secret::{Opinion, Secret};
use crate::tui::edit;
use crate::tui::effect::{Effect, Wish};
use crate::tui::state::{Screen, Slot, State};
use crate::tui::theme::Role;

/// Shows the form of the chosen environment and asks for it.
pub(crate) fn enter(state: &mut State) -> Vec<Effect> {
    state.screen = Screen::Credentials;
    let Some(name) = state.environment().map(|environment| environment.name.clone()) else { return Vec::new() };
    vec![
        state.ask(Slot::Vault, Wish::Vault),
        state.ask(Slot::Form(name.clone()), Wish::Form(name.clone())),
        state.ask(Slot::Compare(name.clone()), Wish::Compare(name)),
    ]
}

/// Shows the form with keys on a field, if it has that one.
pub(crate) fn enter_at(state: &mut State, field: Option<String>) -> Vec<Effect> {
    let effects = enter(state);
    if let (Some(name), Some(environment)) = (field, state.environment_mut()) {
        if let Some(credentials) = &mut environment.credentials {
            credentials.focus_on(&name);
        }
        environment.wanted = Some(name);
    }
    effects
}

/// Takes the form in; what was typed before stays. Stored values are judged where they rest.
pub(crate) fn formed(state: &mut State, name: &str, answer: Result<Form>) -> Vec<Effect> {
    let form = match answer {
        Ok(form) => form,
        Err(failure) => return said(state, &failure),
    };
    state.vault = Some(form.vault.clone());
    let Some(environment) = state.named(name) else { return Vec::new() };
    let mut credentials = Credentials::new(form, environment.credentials.take());
    if let Some(wanted) = environment.wanted.take() {
        credentials.focus_on(&wanted);
    }
    let stored: Vec<String> = credentials
        .fields
        .iter()
        .filter(|field| field.spec.masked && field.spec.stored.is_some() && !field.is_new())
        .map(|field| field.spec.name.clone())
        .collect();
    environment.credentials = Some(credentials);
    let judge = |field: String| {
        let slot = Slot::Judge(name.to_owned(), field.clone());
        state.ask(slot, Wish::Judge { environment: name.to_owned(), field, value: None })
    };
    stored.into_iter().map(judge).collect()
}

/// Moves to another field.
pub(crate) fn go(state: &mut State, by: isize) -> Vec<Effect> {
    if let Some(credentials) = form(state) {
        let last = credentials.fields.len().saturating_sub(1);
        credentials.focus = credentials.focus.saturating_add_signed(by).min(last);
        credentials.revealed = None;
    }
    Vec::new()
}

/// Moves to the first field of another group.
pub(crate) fn go_group(state: &mut State, down: bool) -> Vec<Effect> {
    if let Some(credentials) = form(state) {
        let here = credentials.focused().map_or(0, |field| field.group);
        let wanted = if down { here + 1 } else { here.saturating_sub(1) };
        if let Some(at) = credentials.fields.iter().position(|field| field.group == wanted) {
            credentials.focus = at;
        }
        credentials.revealed = None;
    }
    Vec::new()
}

/// Enter: the next field, or save on the last one.
pub(crate) fn open(state: &mut State) -> Vec<Effect> {
    let last = form(state).is_some_and(|credentials| credentials.focus + 1 >= credentials.fields.len());
    if last { save(state) } else { go(state, 1) }
}

/// A key that is text.
pub(crate) fn key(state: &mut State, key: &KeyEvent) -> Vec<Effect> {
    let Some(field) = form(state).and_then(Credentials::typing_mut) else { return Vec::new() };
    let changed = match &mut field.entered {
        Entered::Plain(input) => edit::key(input, key),
        Entered::Masked(typed) => {
            let ctrl = key.modifiers.contains(KeyModifiers::CONTROL);
            match key.code {
                KeyCode::Backspace => typed.backspace(),
                KeyCode::Delete => typed.delete(),
                KeyCode::Left => typed.left(),
                KeyCode::Right => typed.right(),
                KeyCode::Home => typed.home(),
                KeyCode::End => typed.end(),
                KeyCode::Char('w') if ctrl => typed.delete_word(),
                _ => {
                    let Some(letter) = edit::letter(key) else { return Vec::new() };
                    field.refusal = typed.insert(letter).err().map(|refusal| refusal.to_string());
                    return changed(state);
                }
            }
            true
        }
    };
    if changed { self::changed(state) } else { Vec::new() }
}

/// Pasted text.
pub(crate) fn paste(state: &mut State, text: &str) -> Vec<Effect> {
    let Some(field) = form(state).and_then(Credentials::typing_mut) else { return Vec::new() };
    match &mut field.entered {
        Entered::Plain(input) => edit::paste(input, text),
        Entered::Masked(typed) => field.refusal = typed.paste(text).err().map(|refusal| refusal.to_string()),
    }
    changed(state)
}

/// Empties the field; a stored value stays.
pub(crate) fn clear(state: &mut State) -> Vec<Effect> {
    let Some(field) = form(state).and_then(Credentials::typing_mut) else { return Vec::new() };
    match &mut field.entered {
        Entered::Plain(input) => input.reset(),
        Entered::Masked(typed) => typed.clear(),
    }
    field.refusal = None;
    changed(state)
}

fn changed(state: &mut State) -> Vec<Effect> {
    let Some(credentials) = form(state) else { return Vec::new() };
    credentials.revealed = None;
    credentials.warned = false;
    let at = credentials.focus;
    if let Some(name) = credentials.focused().map(|field| field.spec.name.clone()) {
        credentials.awaited.remove(&name);
    }
    judge(state, at).into_iter().collect()
}

/// Asks what may be said about the value of a field.
fn judge(state: &mut State, at: usize) -> Option<Effect> {
    let environment = state.environment()?.name.clone();
    let field = form(state)?.fields.get_mut(at)?;
    if field.spec.from.is_some() {
        return None; // nothing is asked of it before it is used
    }
    let name = field.spec.name.clone();
    let stored = matches!(&field.entered, Entered::Masked(typed) if typed.is_empty()) && field.spec.stored.is_some();
    let value = if stored { None } else { Some(field.value()) };
    let slot = Slot::Judge(environment.clone(), name.clone());
    Some(state.ask(slot, Wish::Judge { environment, field: name, value }))
}

/// Takes what may be said about a value.
pub(crate) fn judged(state: &mut State, at: (&str, &str), answer: Result<Option<Opinion>>) -> Vec<Effect> {
    let field = state.named(at.0).and_then(|e| e.credentials.as_mut()).and_then(|credentials| credentials.field(at.1));
    if let Some(field) = field {
        field.opinion = answer.unwrap_or_default();
    }
    let Some(credentials) = state.named(at.0).and_then(|environment| environment.credentials.as_mut()) else {
        return Vec::new();
    };
    let awaited = credentials.awaited.remove(at.1);
    let flagged = credentials.field(at.1).filter(|field| field.is_flagged()).and_then(|field| field.spec.recipe);
    match flagged.filter(|_| awaited) {
        Some(recipe) => {
            let slot = Slot::Generate(at.0.to_owned(), at.1.to_owned());
            vec![state.ask(slot, Wish::Generate { field: at.1.to_owned(), recipe })]
        }
        None => Vec::new(),
    }
}

/// Makes a value for the focused field.
pub(crate) fn generate(state: &mut State) -> Vec<Effect> {
    let Some(at) = form(state).map(|credentials| credentials.focus) else { return Vec::new() };
    make(state, &[at])
}

/// Makes a value for every field that is empty or flagged and can be made.
pub(crate) fn generate_all(state: &mut State) -> Vec<Effect> {
    let Some(name) = state.environment().map(|environment| environment.name.clone()) else { return Vec::new() };
    let open = state.pending.judged(&name);
    let Some(credentials) = form(state) else { return Vec::new() };
    let wanted = |field: &Field| {
        field.spec.recipe.is_some() && field.spec.from.is_none() && (field.is_empty() || field.is_flagged())
    };
    let fields: Vec<usize> =
        credentials.fields.iter().enumerate().filter(|(_, field)| wanted(field)).map(|(at, _)| at).collect();
    // Nothing was said yet about a value that is being judged.
    let judged = |field: &&Field| field.spec.recipe.is_some() && open.contains(&field.spec.name);
    credentials.awaited = credentials.fields.iter().filter(judged).map(|field| field.spec.name.clone()).collect();
    let waits = !credentials.awaited.is_empty();
    let by_hand = credentials.fields.iter().position(|field| field.spec.recipe.is_none() && field.blocks());
    credentials.focus = by_hand.unwrap_or(credentials.focus);
    credentials.revealed = None;
    if fields.is_empty() && !waits {
        state.say("Nothing to generate: no field that can be made is empty or flagged.", Role::Muted);
        return Vec::new();
    }
    make(state, &fields)
}

fn make(state: &mut State, fields: &[usize]) -> Vec<Effect> {
    let Some(environment) = state.environment().map(|environment| environment.name.clone()) else { return Vec::new() };
    let mut effects = Vec::new();
    for at in fields {
        let Some(field) = form(state).and_then(|credentials| credentials.fields.get(*at)) else { continue };
        let name = field.spec.name.clone();
        if let Some(recipe) = field.spec.recipe {
            let slot = Slot::Generate(environment.clone(), name.clone());
            effects.push(state.ask(slot, Wish::Generate { field: name, recipe }));
        }
    }
    effects
}

/// Takes a new value into its field.
#[expect(
    clippy::disallowed_methods,
    reason = "a generated value goes into the buffer of its field, which wipes itself"
)]
pub(crate) fn generated(state: &mut State, at: (&str, &str), answer: Result<Secret>) -> Vec<Effect> {
    let value = match answer {
        Ok(value) => value,
        Err(failure) => return said(state, &failure),
    };
    let Some(credentials) = state.named(at.0).and_then(|environment| environment.credentials.as_mut()) else {
        return Vec::new();
    };
    credentials.revealed = None;
    let Some(index) = credentials.fields.iter().position(|field| field.spec.name == at.1) else { return Vec::new() };
    if let Some(Entered::Masked(typed)) = credentials.fields.get_mut(index).map(|field| &mut field.entered) {
        typed.clear();
        let _ = value.open(|text| typed.paste(text)); // made values fit and are one line
    }
    judge(state, index).into_iter().collect()
}

/// Shows the focused value for ten seconds, or hides it again.
pub(crate) fn reveal(state: &mut State) -> Vec<Effect> {
    let now = state.now;
    let Some(credentials) = form(state) else { return Vec::new() };
    let at = credentials.focus;
    if credentials.revealed.take().is_some_and(|revealed| revealed.field == at) {
        return Vec::new();
    }
    let Some(field) = credentials.fields.get(at) else { return Vec::new() };
    if field.is_new() {
        let value = field.value();
        credentials.reveal(at, value, now);
        return Vec::new();
    }
    let field = field.spec.name.clone();
    let Some(environment) = state.environment().map(|environment| environment.name.clone()) else { return Vec::new() };
    let slot = Slot::Reveal(environment.clone(), field.clone());
    vec![state.ask(slot, Wish::Reveal { environment, field })]
}

/// Shows a stored value, if its field still has the keys.
pub(crate) fn revealed(state: &mut State, at: (&str, &str), answer: Result<Option<Secret>>) -> Vec<Effect> {
    let value = match answer {
        Ok(value) => value,
        Err(failure) => return said(state, &failure),
    };
    let now = state.now;
    let shown = state.screen == Screen::Credentials && state.environment().is_some_and(|e| e.name == at.0);
    if let (true, Some(value), Some(credentials)) = (shown, value, form(state))
        && credentials.focused().is_some_and(|field| field.spec.name == at.1)
    {
        let focus = credentials.focus;
        credentials.reveal(focus, value, now);
    }
    Vec::new()
}

/// Saves and goes on to the checks, unless something blocks; what warns is asked once more where the environment is protected.
pub(crate) fn save(state: &mut State) -> Vec<Effect> {
    let writable = state.vault.as_ref().is_none_or(|standing| standing.writable);
    let vault = state.vault.as_ref().map(|standing| standing.name.clone()).unwrap_or_default();
    let protected = state.environment().and_then(|e| e.glance()).is_some_and(|glance| glance.protected);
    let Some(name) = state.environment().map(|environment| environment.name.clone()) else { return Vec::new() };
    let making = state.pending.makes(&name);
    let Some(credentials) = form(state) else { return Vec::new() };
    credentials.revealed = None;
    if making || !credentials.awaited.is_empty() {
        credentials.saves = true;
        state.say("Values are being made; they are saved as soon as they are there.", Role::Muted);
        return Vec::new();
    }
    if let Some(at) = credentials.fields.iter().position(Field::blocks) {
        credentials.focus = at;
        let what = called(credentials, at);
        let why = credentials.fields[at].opinion.as_ref().map_or("needed", |opinion| &opinion.words).to_owned();
        state.say(format!("Not yet: {what} is {why}."), Role::Fail);
        return Vec::new();
    }
    if !state.environment().is_none_or(|environment| environment.only_there().is_empty()) {
        let words = "Not yet: the cluster has values that are made without asking, and new ones would replace them. F3 takes them over.";
        state.say(words, Role::Warn);
        return Vec::new();
    }
    let Some(credentials) = form(state) else { return Vec::new() };
    let flagged = credentials.fields.iter().position(Field::is_flagged);
    if let (true, false, Some(at)) = (protected, credentials.warned, flagged) {
        credentials.warned = true;
        credentials.focus = at;
        let count = credentials.fields.iter().filter(|field| field.is_flagged()).count();
        let what = called(credentials, at);
        let others = if count > 1 { format!(" (and {} more)", count - 1) } else { String::new() };
        state.say(format!("{name} is protected and {what}{others} draws a warning. ^S again to go on."), Role::Warn);
        return Vec::new();
    }
    if !credentials.is_unsaved() {
        return super::super::checks::update::enter(state);
    }
    let entries = credentials.entries();
    if !entries.is_empty() && !writable {
        state.say(format!("Not stored: the vault ({vault}) takes no new values."), Role::Fail);
        return Vec::new();
    }
    vec![state.ask(Slot::Save(name.clone()), Wish::Save { environment: name, entries })]
}

/// Saves what was to be saved once no value was being made any more, unless somebody went elsewhere meanwhile.
pub(crate) fn save_made(state: &mut State, name: &str) -> Vec<Effect> {
    let making = state.pending.makes(name);
    let here = state.screen == Screen::Credentials && state.environment().is_some_and(|e| e.name == name);
    let Some(credentials) = state.named(name).and_then(|environment| environment.credentials.as_mut()) else {
        return Vec::new();
    };
    if making || !credentials.awaited.is_empty() {
        return Vec::new();
    }
    let saves = std::mem::take(&mut credentials.saves);
    if saves && here { save(state) } else { Vec::new() }
}

/// Goes on to the checks once everything is stored.
pub(crate) fn saved(state: &mut State, name: &str, answer: Result<()>) -> Vec<Effect> {
    if let Err(failure) = answer {
        return said(state, &failure);
    }
    let now = state.now;
    let Some(environment) = state.named(name) else { return Vec::new() };
    if let Some(credentials) = &mut environment.credentials {
        for field in credentials.fields.iter_mut().filter(|field| field.is_new()) {
            field.spec.stored = Some(now);
            match &mut field.entered {
                Entered::Masked(typed) => typed.clear(),
                Entered::Plain(input) => field.spec.text = Some(input.value().to_owned()),
            }
        }
        credentials.unasked.iter_mut().for_each(|field| field.stored = field.stored.or(Some(now)));
    }
    let glance = state.ask(Slot::Glance(name.to_owned()), Wish::Glance(name.to_owned()));
    let here = state.screen == Screen::Credentials && state.environment().is_some_and(|e| e.name == name);
    let mut effects = vec![glance];
    if here {
        effects.extend(super::super::checks::update::enter(state));
    }
    effects
}

fn called(credentials: &Credentials, at: usize) -> String {
    let Some(field) = credentials.fields.get(at) else { return String::new() };
    let group = credentials.groups.get(field.group).map_or("", |group| group.title.as_str());
    format!("{group} {}", field.spec.title.to_lowercase())
}

pub(super) fn said(state: &mut State, failure: &Failure) -> Vec<Effect> {
    let hint = failure.hints.first().map_or_else(String::new, |hint| format!(" – {hint}"));
    state.say(format!("{failure}{hint}"), Role::Fail);
    Vec::new()
}

fn form(state: &mut State) -> Option<&mut Credentials> {
    state.environment_mut()?.credentials.as_mut()
}
