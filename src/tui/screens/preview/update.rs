//! What keys and answers do to the plan.

use super::{Preview, Shows};
use crate::deploy::{Payload, TakeOver};
use crate::failure::Result;
use crate::plan::Plan;
use crate::tui::effect::{Effect, Wish};
use crate::tui::screens::confirm::Confirm;
use crate::tui::screens::value::Value;
use crate::tui::shown::Pane;
use crate::tui::state::{Dialog, Screen, Slot, State};
use crate::tui::theme::Role;

/// Shows the preview and plans.
pub(crate) fn enter(state: &mut State) -> Vec<Effect> {
    state.screen = Screen::Preview;
    plan(state, TakeOver::Nothing)
}

/// Plans again; an older plan is shown dimmed until the new one is there.
pub(crate) fn plan(state: &mut State, take_over: TakeOver) -> Vec<Effect> {
    let Some(environment) = state.environment_mut() else { return Vec::new() };
    environment.preview.failure = None;
    environment.preview.takes_over = take_over.clone();
    let name = environment.name.clone();
    vec![state.ask(Slot::Plan(name.clone()), Wish::Prepare { environment: name, take_over })]
}

/// Takes over what others hold of the chosen object, or its chosen field; once more leaves it to them. Plans again.
pub(crate) fn take(state: &mut State) -> Vec<Effect> {
    let Some(preview) = preview(state) else { return Vec::new() };
    let Some(key) = preview.change().map(|change| change.key.clone()) else { return Vec::new() };
    let field = preview.conflict().map(|conflict| conflict.field.clone());
    let mut takes = preview.takes_over.clone();
    match field {
        Some(field) => takes.turn_field(&key, &field),
        None => takes.turn_object(&key),
    }
    plan(state, takes)
}

/// Takes the plan in.
pub(crate) fn planned(state: &mut State, name: &str, answer: Result<Plan<Payload>>) -> Vec<Effect> {
    let Some(environment) = state.named(name) else { return Vec::new() };
    let preview = &mut environment.preview;
    match answer {
        Ok(plan) => {
            let chosen = preview.change().map(|change| change.key.clone());
            preview.cursor = plan.changes.iter().position(|c| Some(&c.key) == chosen.as_ref()).unwrap_or(0);
            preview.plan = Some(plan);
            preview.failure = None;
        }
        Err(failure) => {
            preview.plan = None;
            preview.failure = Some(failure);
        }
    }
    preview.scroll = 0;
    Vec::new()
}

/// Moves the cursor, or scrolls the detail.
pub(crate) fn go(state: &mut State, by: isize) -> Vec<Effect> {
    let furthest = state.shown.furthest(Pane::Detail);
    if let Some(preview) = preview(state) {
        match preview.pane {
            Pane::Detail => {
                let before = preview.scroll.min(furthest);
                // Where others hold fields, the cursor goes from one to the next, and the rest is scrolled below them.
                let fields = preview.conflict().and(preview.change()).map_or(0, |change| change.conflicts.len());
                let next = preview.field.saturating_add_signed(by);
                if next < fields && (by > 0 || before == 0) && by.abs() == 1 && next != preview.field {
                    preview.field = next;
                } else {
                    preview.scroll = before.saturating_add_signed(by).min(furthest);
                }
            }
            Pane::Main | Pane::Events | Pane::Log => {
                let rows = preview.rows();
                let Some(last) = rows.len().checked_sub(1) else { return Vec::new() };
                let here = rows.iter().position(|row| *row == preview.cursor).unwrap_or(0);
                choose(preview, rows[here.saturating_add_signed(by).min(last)]);
            }
        }
    }
    Vec::new()
}

/// Other rows are shown: the chosen one stays, if it is among them.
pub(crate) fn refilter(preview: &mut Preview) {
    let rows = preview.rows();
    if let Some(first) = rows.first().filter(|_| !rows.contains(&preview.cursor)) {
        choose(preview, *first);
    }
}

/// Chooses an object.
pub(crate) fn choose(preview: &mut Preview, at: usize) {
    if preview.cursor != at {
        preview.cursor = at;
        preview.scroll = 0;
        preview.field = 0;
    }
}

/// The other pane.
pub(crate) fn other_pane(state: &mut State) -> Vec<Effect> {
    if let Some(preview) = preview(state) {
        preview.pane = match preview.pane {
            Pane::Main => Pane::Detail,
            Pane::Detail | Pane::Events | Pane::Log => Pane::Main,
        };
    }
    Vec::new()
}

/// The differences or the whole object.
pub(crate) fn toggle(state: &mut State) -> Vec<Effect> {
    if let Some(preview) = preview(state) {
        preview.scroll = 0;
        preview.shows = match preview.shows {
            Shows::Diff => Shows::Yaml,
            Shows::Yaml => Shows::Diff,
        };
    }
    Vec::new()
}

/// Shows or hides what the cluster fills.
pub(crate) fn filled(state: &mut State) -> Vec<Effect> {
    if let Some(preview) = preview(state) {
        preview.filled = !preview.filled;
    }
    Vec::new()
}

/// Opens the question before applying.
pub(crate) fn apply(state: &mut State) -> Vec<Effect> {
    if let Some(at) = state.running() {
        let name = state.environments.get(at).map(|environment| environment.name.clone()).unwrap_or_default();
        state.say(format!("{name} is still rolling out; one at a time."), Role::Warn);
        return Vec::new();
    }
    let now = state.now;
    let Some(plan) = state.environment().and_then(|environment| environment.preview.plan.as_ref()) else {
        return Vec::new();
    };
    let protected = plan.target.protected;
    state.dialogs.push(Dialog::Confirm(Confirm::new(protected, now)));
    Vec::new()
}

/// Opens the dialog for another value in this run.
pub(crate) fn value(state: &mut State) -> Vec<Effect> {
    let knob = state.environment().and_then(|environment| environment.preview.knob());
    if let Some(value) = knob.map(Value::for_knob) {
        state.dialogs.push(Dialog::Value(value));
    }
    Vec::new()
}

/// Copies what would help somebody else: commands of a blocker, else the object as YAML (masked).
pub(crate) fn copy(state: &mut State) -> Vec<Effect> {
    let Some(preview) = state.environment().map(|environment| &environment.preview) else { return Vec::new() };
    let blockers: Vec<String> = preview.blockers().map(|blocker| blocker.next.clone()).collect();
    let (text, what) = match preview.change() {
        _ if !blockers.is_empty() => (blockers.join("\n"), "The next steps are"),
        Some(change) => (change.yaml.clone(), "The object, masked, is"),
        None => return Vec::new(),
    };
    let effect = state.ask(Slot::Aside, Wish::Copy(text));
    state.say(format!("{what} in the clipboard."), Role::Muted);
    vec![effect]
}

fn preview(state: &mut State) -> Option<&mut Preview> {
    Some(&mut state.environment_mut()?.preview)
}
