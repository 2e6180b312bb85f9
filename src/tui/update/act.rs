//! What each action does in the place where it was called.

use super::{filter, stop};
use crate::deploy::TakeOver;
use crate::tui::effect::{Effect, Wish};
use crate::tui::keymap::{Action, Mode};
use crate::tui::screens::{checks, confirm, credentials, matrix, outcome, preview, rollout, rotation, unlock, value};
use crate::tui::shown::Pane;
use crate::tui::state::{Dialog, Screen, Slot, State};

/// Further than any list.
const FAR: isize = 1 << 40;

/// Does it.
pub(super) fn act(state: &mut State, action: Action) -> Vec<Effect> {
    let mode = state.mode();
    match action {
        Action::Up => go(state, mode, -1),
        Action::Down => go(state, mode, 1),
        Action::First => far(state, mode, -FAR),
        Action::Last => far(state, mode, FAR),
        Action::PageUp => page(state, mode, -1),
        Action::PageDown => page(state, mode, 1),
        Action::Left if mode == Mode::Rollout => rollout::fold::close(state),
        Action::Right if mode == Mode::Rollout => rollout::fold::open(state),
        Action::Left => matrix::update::go(state, -1),
        Action::Right => matrix::update::go(state, 1),
        Action::Filter => {
            state.dialogs.push(Dialog::Filter);
            Vec::new()
        }
        Action::Unfilter => filter::clear(state),
        Action::NextPane => pane(state, mode, true),
        Action::PrevPane => pane(state, mode, false),
        Action::Open => open(state, mode),
        Action::SignIn => matrix::update::sign_in(state),
        Action::Back => back(state, mode),
        Action::Help => {
            state.dialogs.push(Dialog::Help { of: mode, scroll: 0 });
            Vec::new()
        }
        Action::Leave => stop::leave(state),
        Action::Stop => stop::stop(state),
        Action::Suspend => vec![state.ask(Slot::Aside, Wish::Suspend)],
        Action::Redraw => vec![state.ask(Slot::Aside, Wish::Redraw)],
        Action::Again => again(state, mode),
        Action::Credentials => credentials::update::enter(state),
        Action::Unlock => unlock::update::ask(state),
        Action::Watch => matrix::update::watch(state),
        Action::Url if mode == Mode::Outcome => outcome::update::url(state),
        Action::Url => matrix::update::url(state),
        Action::Generate => credentials::update::generate(state),
        Action::GenerateAll => credentials::update::generate_all(state),
        Action::Reveal if mode == Mode::Rotation => rotation::update::reveal(state),
        Action::Adopt => credentials::adopt::adopt(state),
        Action::Rotate => rotation::update::open(state),
        Action::GiveUp => rotation::update::give_up(state),
        Action::Reveal => credentials::update::reveal(state),
        Action::Save => credentials::update::save(state),
        Action::Clear if mode == Mode::Unlock => unlock::update::clear(state),
        Action::Clear => credentials::update::clear(state),
        Action::Apply => preview::update::apply(state),
        Action::Toggle => preview::update::toggle(state),
        Action::Filled => preview::update::filled(state),
        Action::TakeThis => preview::update::take(state),
        Action::TakeOver => preview::update::plan(state, TakeOver::Everything),
        Action::Value if mode == Mode::Checks => checks::update::value(state),
        Action::Value if mode == Mode::Preview => preview::update::value(state),
        Action::Value => rollout::ways::value(state),
        Action::Copy => copy(state, mode),
        Action::Log => rollout::log::open(state),
        Action::Previous => rollout::log::previous(state),
        Action::Mend => checks::update::mend(state),
        Action::Pods => checks::update::pods(state),
        Action::Smoke => checks::update::smoke(state),
        Action::Renew if mode == Mode::Checks => checks::update::renew(state),
        Action::Renew => rollout::ways::renew(state),
        Action::Retry => rollout::ways::retry(state),
        Action::Evidence => rollout::ways::evidence(state),
        Action::Next if mode == Mode::Checks => checks::update::next(state),
        Action::Next if mode == Mode::Outcome => outcome::update::next(state),
        Action::Next => outcome::update::enter(state),
    }
}

/// Moves by so many in a place.
pub(super) fn go(state: &mut State, mode: Mode, by: isize) -> Vec<Effect> {
    match mode {
        Mode::Matrix => matrix::update::scroll(state, by),
        Mode::Credentials => credentials::update::go(state, by),
        Mode::Checks => checks::update::go(state, by),
        Mode::Preview => preview::update::go(state, by),
        Mode::Rollout => rollout::update::go(state, by),
        Mode::Outcome => outcome::update::go(state, by),
        Mode::Containers => {
            if let Some(Dialog::Containers(containers)) = state.dialogs.last_mut() {
                let last = containers.choices.len().saturating_sub(1);
                containers.cursor = containers.cursor.saturating_add_signed(by).min(last);
            }
            Vec::new()
        }
        Mode::Text => {
            let furthest = state.shown.furthest(Pane::Detail);
            match state.dialogs.last_mut() {
                Some(Dialog::Text(text)) => text.scroll = text.scroll.saturating_add_signed(by).min(furthest),
                Some(Dialog::Help { scroll, .. }) => *scroll = scroll.saturating_add_signed(by).min(furthest),
                Some(
                    Dialog::Confirm(_)
                    | Dialog::Value(_)
                    | Dialog::Unlock(_)
                    | Dialog::Rotation(_)
                    | Dialog::Containers(_)
                    | Dialog::Filter
                    | Dialog::Leave,
                )
                | None => {}
            }
            Vec::new()
        }
        Mode::Filter => go(state, below(state), by),
        Mode::Everywhere | Mode::Vault | Mode::Confirm | Mode::Value | Mode::Unlock | Mode::Rotation | Mode::Leave => {
            Vec::new()
        }
    }
}

/// The place whose rows are being filtered.
fn below(state: &State) -> Mode {
    match state.screen {
        Screen::Rollout => Mode::Rollout,
        Screen::Preview => Mode::Preview,
        Screen::Matrix | Screen::Credentials | Screen::Checks | Screen::Outcome => Mode::Everywhere,
    }
}

fn far(state: &mut State, mode: Mode, by: isize) -> Vec<Effect> {
    match mode {
        Mode::Matrix => matrix::update::go(state, by),
        // The newest line of a log is its end, and there it follows again; everything else begins at the top.
        Mode::Everywhere
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
        | Mode::Outcome
        | Mode::Filter
        | Mode::Text
        | Mode::Leave => go(state, mode, by),
    }
}

fn page(state: &mut State, mode: Mode, pages: isize) -> Vec<Effect> {
    if mode == Mode::Credentials {
        return credentials::update::go_group(state, pages > 0);
    }
    let pane = if mode == Mode::Text { Pane::Detail } else { state.pane() };
    let height = isize::try_from(state.shown.height(pane)).unwrap_or(1);
    go(state, mode, pages * (height - 1).max(1))
}

fn pane(state: &mut State, mode: Mode, forward: bool) -> Vec<Effect> {
    match mode {
        Mode::Preview => preview::update::other_pane(state),
        Mode::Rollout => rollout::update::pane(state, forward),
        Mode::Credentials => credentials::update::go(state, if forward { 1 } else { -1 }),
        Mode::Everywhere
        | Mode::Matrix
        | Mode::Vault
        | Mode::Checks
        | Mode::Confirm
        | Mode::Value
        | Mode::Unlock
        | Mode::Rotation
        | Mode::Containers
        | Mode::Outcome
        | Mode::Filter
        | Mode::Text
        | Mode::Leave => Vec::new(),
    }
}

/// Enter in a place.
pub(super) fn open(state: &mut State, mode: Mode) -> Vec<Effect> {
    match mode {
        Mode::Matrix => matrix::update::open(state),
        Mode::Vault => credentials::update::enter(state),
        Mode::Credentials => credentials::update::open(state),
        Mode::Checks => checks::update::details(state),
        Mode::Preview => preview::update::other_pane(state),
        Mode::Confirm => confirm::update::open(state),
        Mode::Value => value::update::open(state),
        Mode::Unlock => unlock::update::open(state),
        Mode::Rotation => rotation::update::go_on(state),
        Mode::Rollout => rollout::update::details(state),
        Mode::Containers => rollout::log::choose(state),
        Mode::Outcome => outcome::update::url(state),
        Mode::Filter | Mode::Text => {
            state.dialogs.pop();
            Vec::new()
        }
        Mode::Leave => vec![state.ask(Slot::Aside, Wish::Quit(130))],
        Mode::Everywhere => Vec::new(),
    }
}

fn back(state: &mut State, mode: Mode) -> Vec<Effect> {
    match mode {
        Mode::Rotation => rotation::update::leave(state),
        Mode::Confirm | Mode::Value | Mode::Unlock | Mode::Containers | Mode::Filter | Mode::Text | Mode::Leave => {
            state.dialogs.pop();
            Vec::new()
        }
        Mode::Vault | Mode::Credentials => {
            if let Some(credentials) = state.environment_mut().and_then(|e| e.credentials.as_mut()) {
                credentials.revealed = None;
            }
            matrix::update::enter(state)
        }
        Mode::Checks => {
            state.screen = Screen::Credentials;
            let there = state.environment().is_some_and(|environment| environment.credentials.is_some());
            if there { Vec::new() } else { credentials::update::enter(state) }
        }
        Mode::Preview => {
            state.screen = Screen::Checks;
            let there = state.environment().is_some_and(|environment| !environment.checks.list.items.is_empty());
            if there { Vec::new() } else { checks::update::enter(state) }
        }
        Mode::Rollout => rollout::update::back(state),
        Mode::Outcome => matrix::update::enter(state),
        Mode::Matrix | Mode::Everywhere => Vec::new(),
    }
}

fn again(state: &mut State, mode: Mode) -> Vec<Effect> {
    match mode {
        Mode::Matrix => matrix::update::refresh(state),
        Mode::Vault => credentials::update::enter(state),
        Mode::Checks => checks::update::again(state),
        Mode::Preview => {
            let takes_over = state.environment().map(|environment| environment.preview.takes_over.clone());
            let takes_over = takes_over.unwrap_or_default();
            preview::update::plan(state, takes_over)
        }
        Mode::Outcome => preview::update::enter(state),
        Mode::Everywhere
        | Mode::Credentials
        | Mode::Confirm
        | Mode::Value
        | Mode::Unlock
        | Mode::Rotation
        | Mode::Rollout
        | Mode::Containers
        | Mode::Filter
        | Mode::Text
        | Mode::Leave => Vec::new(),
    }
}

fn copy(state: &mut State, mode: Mode) -> Vec<Effect> {
    match mode {
        Mode::Checks => checks::update::copy(state),
        Mode::Preview => preview::update::copy(state),
        Mode::Rotation => rotation::update::copy(state),
        Mode::Rollout => rollout::update::copy(state),
        Mode::Outcome => outcome::update::copy(state),
        Mode::Text => {
            let Some(Dialog::Text(text)) = state.dialogs.last() else { return Vec::new() };
            let text = text.text.clone();
            vec![state.ask(Slot::Aside, Wish::Copy(text))]
        }
        Mode::Everywhere
        | Mode::Matrix
        | Mode::Vault
        | Mode::Credentials
        | Mode::Confirm
        | Mode::Value
        | Mode::Unlock
        | Mode::Containers
        | Mode::Filter
        | Mode::Leave => Vec::new(),
    }
}
