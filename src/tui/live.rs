//! Which actions answer now. The key bar, the help and the keys themselves all ask here.

use super::keymap::{Action, Binding, Mode};
use super::state::{Dialog, Screen, State};
use crate::deploy::{End, Operation, Remedy};
use crate::tui::screens::rollout::Rollout;
use crate::tui::screens::rotation::Rotation;
use crate::tui::shown::Pane;

/// Whether an action answers in a place, as things stand.
pub(crate) fn is(state: &State, mode: Mode, action: Action) -> bool {
    match action {
        Action::Up
        | Action::Down
        | Action::First
        | Action::Last
        | Action::PageUp
        | Action::PageDown
        | Action::NextPane
        | Action::PrevPane
        | Action::Help
        | Action::Leave
        | Action::Stop
        | Action::Redraw
        | Action::Credentials
        | Action::GenerateAll
        | Action::Save
        | Action::Clear
        | Action::Log => true,
        Action::Suspend => cfg!(unix),
        Action::Left | Action::Right => mode != Mode::Rollout || state.pane() == Pane::Main,
        Action::Filter => state.filter().is_some() && rows(state),
        Action::Unfilter => mode == Mode::Filter || is_filtered(state),
        Action::Back => !matches!(mode, Mode::Preview | Mode::Rollout) || !is_filtered(state),
        // Enter signs in or unlocks where that is possible.
        Action::Open => (mode != Mode::Matrix || !wants_sign_in(state)) && (mode != Mode::Vault || !unlock(state)),
        Action::SignIn => wants_sign_in(state),
        Action::Unlock => unlock(state),
        Action::Watch => watch(state, mode),
        Action::Again => again(state, mode),
        Action::Url => url(state, mode),
        Action::Generate => {
            focused(state).is_some_and(|field| field.spec.recipe.is_some() && field.spec.from.is_none())
        }
        Action::Reveal if mode == Mode::Rotation => {
            rotation(state).and_then(Rotation::instruction).is_some_and(|instruction| instruction.needs_value)
        }
        Action::Adopt => adoptable(state),
        Action::Rotate => focused(state).is_some_and(|field| field.spec.rotates && field.spec.stored.is_some()),
        Action::GiveUp => rotation(state).is_some_and(|rotation| rotation.stage.is_some()),
        Action::Reveal => focused(state).is_some_and(|field| field.spec.masked && !field.is_empty()),
        Action::Apply => preview(state).is_some_and(crate::tui::screens::preview::Preview::is_ready),
        Action::TakeThis => preview(state).is_some_and(crate::tui::screens::preview::Preview::can_take),
        Action::TakeOver => preview(state).and_then(|p| p.plan.as_ref()).is_some_and(crate::plan::Plan::has_conflicts),
        Action::Toggle => preview(state).is_some_and(|preview| preview.change().is_some()),
        Action::Filled => {
            preview(state).and_then(|preview| preview.change()).is_some_and(|change| !change.filled.is_empty())
        }
        Action::Value => value(state),
        Action::Copy => copy(state, mode),
        Action::Mend => checks(state).is_some_and(|checks| checks.mend().is_some()),
        Action::Pods => checks(state).is_some_and(|checks| !checks.held().is_empty()),
        Action::Smoke => ended_well(state) && !state.after.is_empty(),
        Action::Previous => rollout(state).is_some_and(|rollout| rollout.follows.is_some()),
        Action::Renew => offers(state, |remedy| matches!(remedy, Remedy::Credentials { .. })),
        Action::Retry => offers(state, |remedy| matches!(remedy, Remedy::Retry { .. })),
        Action::Evidence => rollout(state).is_some_and(|rollout| rollout.progress.started.is_some()),
        Action::Next => next(state),
    }
}

/// Whether there are rows to filter.
fn rows(state: &State) -> bool {
    match state.screen {
        Screen::Preview => preview(state).is_some_and(|preview| preview.plan.is_some()),
        Screen::Rollout => true,
        Screen::Matrix | Screen::Credentials | Screen::Checks | Screen::Outcome => false,
    }
}

fn is_filtered(state: &State) -> bool {
    state.filter().is_some_and(super::Filter::is_set)
}

fn wants_sign_in(state: &State) -> bool {
    state.environment().is_some_and(|environment| environment.sign_in().is_some())
}

fn unlock(state: &State) -> bool {
    crate::tui::screens::unlock::update::is_wanted(state)
}

fn focused(state: &State) -> Option<&crate::tui::screens::credentials::Field> {
    state.environment()?.credentials.as_ref()?.focused()
}

/// The word of a key in the key bar: some say more than their name.
pub(crate) fn word(state: &State, mode: Mode, binding: &Binding) -> Option<String> {
    let word = binding.bar.as_ref()?;
    let failing = checks(state).map_or(0, crate::tui::screens::checks::Checks::failing);
    let fixes = matches!(state.dialogs.last(), Some(Dialog::Confirm(confirm)) if confirm.is_fix());
    Some(match (mode, binding.action) {
        (Mode::Checks, Action::Next) if failing > 0 => format!("{word} with {failing} failing"),
        (Mode::Confirm, Action::Open) if fixes => "do it".to_owned(),
        (Mode::Confirm, Action::Back) if fixes => "back".to_owned(),
        (_, _) => word.clone(),
    })
}

fn checks(state: &State) -> Option<&crate::tui::screens::checks::Checks> {
    Some(&state.environment()?.checks)
}

fn ended_well(state: &State) -> bool {
    let outcome = rollout(state).and_then(|rollout| rollout.progress.outcome.as_ref());
    outcome.is_some_and(|outcome| outcome.end == End::Healthy)
}

fn preview(state: &State) -> Option<&crate::tui::screens::preview::Preview> {
    Some(&state.environment()?.preview)
}

fn rollout(state: &State) -> Option<&Rollout> {
    state.environment()?.rollout.as_ref()
}

/// The rotation that is open, also below its help.
fn rotation(state: &State) -> Option<&Rotation> {
    state.dialogs.iter().find_map(|dialog| match dialog {
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

/// Whether the cluster has values that can be taken over: of the focused field, or such as nobody is asked for.
fn adoptable(state: &State) -> bool {
    let Some(environment) = state.environment() else { return false };
    let focused = focused(state).is_some_and(|field| environment.can_be_taken(&field.spec.name));
    focused || !environment.only_there().is_empty()
}

fn offers(state: &State, wanted: impl Fn(&Remedy) -> bool) -> bool {
    if state.screen == Screen::Checks {
        return checks(state).is_some_and(|checks| checks.remedies().iter().any(wanted));
    }
    rollout(state).is_some_and(|rollout| rollout.remedies().iter().any(wanted))
}

fn watch(state: &State, mode: Mode) -> bool {
    mode != Mode::Preview || preview(state).is_some_and(crate::tui::screens::preview::Preview::is_settled)
}

fn again(state: &State, mode: Mode) -> bool {
    // On the outcome `r` tries again where that is offered, else it plans again.
    mode != Mode::Outcome || !offers(state, |remedy| matches!(remedy, Remedy::Retry { .. }))
}

fn url(state: &State, mode: Mode) -> bool {
    match mode {
        Mode::Outcome => rollout(state)
            .and_then(|rollout| rollout.progress.outcome.as_ref())
            .is_some_and(|outcome| outcome.end == End::Healthy && outcome.url.is_some()),
        Mode::Everywhere
        | Mode::Matrix
        | Mode::Vault
        | Mode::Credentials
        | Mode::Checks
        | Mode::Preview
        | Mode::Confirm
        | Mode::Value
        | Mode::Unlock
        | Mode::Rotation
        | Mode::Rollout
        | Mode::Containers
        | Mode::Filter
        | Mode::Text
        | Mode::Leave => {
            state.environment().and_then(|environment| environment.glance()).is_some_and(|glance| glance.url.is_some())
        }
    }
}

fn value(state: &State) -> bool {
    match state.screen {
        Screen::Preview => preview(state).is_some_and(|preview| preview.knob().is_some()),
        Screen::Checks | Screen::Rollout | Screen::Outcome => {
            offers(state, |remedy| matches!(remedy, Remedy::Value { .. }))
        }
        Screen::Matrix | Screen::Credentials => false,
    }
}

fn copy(state: &State, mode: Mode) -> bool {
    match mode {
        Mode::Preview => preview(state).is_some_and(|preview| preview.plan.is_some()),
        Mode::Text => matches!(state.dialogs.last(), Some(Dialog::Text(_))),
        Mode::Rotation => {
            rotation(state).and_then(Rotation::instruction).is_some_and(|instruction| !instruction.lines.is_empty())
        }
        Mode::Everywhere
        | Mode::Matrix
        | Mode::Vault
        | Mode::Credentials
        | Mode::Checks
        | Mode::Confirm
        | Mode::Value
        | Mode::Unlock
        | Mode::Rollout
        | Mode::Containers
        | Mode::Outcome
        | Mode::Filter
        | Mode::Leave => true,
    }
}

fn next(state: &State) -> bool {
    let outcome = rollout(state).and_then(|rollout| rollout.progress.outcome.as_ref());
    match state.screen {
        Screen::Rollout => outcome.is_some_and(|outcome| outcome.operation == Operation::Apply),
        Screen::Outcome => {
            outcome.is_some_and(|outcome| outcome.end == End::Healthy) && state.chosen + 1 < state.environments.len()
        }
        Screen::Checks => true,
        Screen::Matrix | Screen::Credentials | Screen::Preview => false,
    }
}
