//! The words that rows must have: typed, kept, cleared.

use crossterm::event::KeyEvent;

use crate::tui::Filter;
use crate::tui::effect::Effect;
use crate::tui::screens::preview;
use crate::tui::state::{Dialog, Screen, State};

/// Lets a key change the words.
pub(super) fn key(state: &mut State, key: &KeyEvent) {
    if let Some(filter) = filter(state) {
        filter.key(key);
    }
    again(state);
}

/// Puts pasted words in.
pub(super) fn paste(state: &mut State, text: &str) {
    if let Some(filter) = filter(state) {
        filter.paste(text);
    }
    again(state);
}

/// Shows all rows again.
pub(super) fn clear(state: &mut State) -> Vec<Effect> {
    if let Some(filter) = filter(state) {
        filter.clear();
    }
    state.dialogs.retain(|dialog| !matches!(dialog, Dialog::Filter));
    again(state);
    Vec::new()
}

/// Other rows are shown: the first of them is chosen where the chosen one is gone, and what was scrolled begins anew.
fn again(state: &mut State) {
    let screen = state.screen;
    let Some(environment) = state.environment_mut() else { return };
    match screen {
        Screen::Matrix | Screen::Credentials | Screen::Checks | Screen::Outcome => {}
        Screen::Preview => preview::update::refilter(&mut environment.preview),
        Screen::Rollout => {
            if let Some(rollout) = &mut environment.rollout {
                rollout.refilter();
            }
        }
    }
}

fn filter(state: &mut State) -> Option<&mut Filter> {
    let screen = state.screen;
    let environment = state.environment_mut()?;
    match screen {
        Screen::Matrix | Screen::Credentials | Screen::Checks | Screen::Outcome => None,
        Screen::Preview => Some(&mut environment.preview.filter),
        Screen::Rollout => environment.rollout.as_mut().map(|rollout| rollout.filters.of_mut(rollout.pane)),
    }
}
