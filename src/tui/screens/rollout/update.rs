//! What keys, events and answers do to a rollout.

use super::log::follow_best;
use super::ways::ask_ways;
use super::{Rollout, rows};
use crate::deploy::{End, Event, Operation, Outcome, Remedy, What};
use crate::failure::Result;
use crate::health::Cause;
use crate::tui::effect::{Effect, Question, Wish};
use crate::tui::screens::help::Text;
use crate::tui::screens::matrix;
use crate::tui::shown::Pane;
use crate::tui::state::{Dialog, Screen, Slot, State};
use crate::tui::theme::Role;

/// Folds an event in; one of another number is dropped.
pub(crate) fn event(state: &mut State, question: Question, event: &Event) -> Vec<Effect> {
    let at = state.environments.iter().position(|e| e.rollout.as_ref().is_some_and(|r| r.is_mine(question)));
    let Some(at) = at else { return Vec::new() };
    let Some(rollout) = state.environments.get_mut(at).and_then(|environment| environment.rollout.as_mut()) else {
        return Vec::new();
    };
    let before = rollout.progress.log.as_ref().map_or(0, |log| log.lines.len());
    rollout.progress.absorb(event);
    match &event.what {
        What::Logged(log) => {
            // Somebody reading further up keeps the lines before their eyes.
            if let Some(back) = &mut rollout.back
                && before > 0
            {
                *back += log.lines.iter().filter(|line| rollout.filters.of(Pane::Log).takes(line)).count();
            }
            Vec::new()
        }
        What::Seen(_) => {
            let mut effects = follow_best(state, at);
            effects.extend(ask_ways(state, at));
            effects
        }
        What::Ended(outcome) => ended(state, at, outcome),
        What::Started { .. }
        | What::Sending(_)
        | What::Applied { .. }
        | What::Refused { .. }
        | What::Waiting
        | What::Told(_)
        | What::Contact(_)
        | What::Stopping => Vec::new(),
    }
}

/// A run is over: a good or a stopped one goes on to its outcome, a bad one stays with its cause.
fn ended(state: &mut State, at: usize, outcome: &Outcome) -> Vec<Effect> {
    let Some(environment) = state.environments.get(at) else { return Vec::new() };
    let name = environment.name.clone();
    let apply = outcome.operation == Operation::Apply;
    if apply {
        state.code = outcome.end.exit_code();
    }
    // A second Ctrl-C right after the first one's stop still leaves.
    state.interrupted = state.interrupted.map(|_| state.now);
    state.notice = None;
    state.dialogs.retain(|dialog| !matches!(dialog, Dialog::Leave));
    let here = at == state.chosen && state.screen == Screen::Rollout;
    match outcome.end {
        End::Healthy | End::Stopped if here && apply => state.screen = Screen::Outcome,
        End::Healthy | End::Stopped | End::Failed | End::TimedOut | End::NoContact => {}
    }
    if at != state.chosen || state.screen == Screen::Matrix {
        state.say(format!("{}.", outcome.headline), Role::Text);
    }
    vec![
        state.ask(Slot::Glance(name.clone()), Wish::Glance(name.clone())),
        state.ask(Slot::Survey(name.clone()), Wish::Survey(name)),
    ]
}

/// A run or a watch came back.
pub(crate) fn ran(state: &mut State, name: &str, answer: Result<Outcome>) -> Vec<Effect> {
    let now = state.now;
    let Some(at) = state.environments.iter().position(|environment| environment.name == name) else {
        return Vec::new();
    };
    let Some(rollout) = state.environments.get_mut(at).and_then(|environment| environment.rollout.as_mut()) else {
        return Vec::new();
    };
    match answer {
        Ok(_) if rollout.progress.outcome.is_some() => Vec::new(),
        Ok(outcome) => {
            let run = rollout.run;
            event(state, run, &Event { at: now, what: What::Ended(Box::new(outcome)) })
        }
        Err(failure) => {
            rollout.failure = Some(failure);
            Vec::new()
        }
    }
}

/// Moves the cursor or scrolls the pane that takes keys.
pub(crate) fn go(state: &mut State, by: isize) -> Vec<Effect> {
    let (events, log) = (state.shown.furthest(Pane::Events), state.shown.furthest(Pane::Log));
    let (now, wide) = (state.now, state.size.width);
    let Some(rollout) = rollout(state) else { return Vec::new() };
    match rollout.pane {
        Pane::Main | Pane::Detail => {
            let rows = rows::rows(rollout, rows::pen(rollout, now, wide));
            let stops = rows.iter().filter(|row| row.stops).count();
            let last = stops.saturating_sub(1);
            let next = |cursor: usize| cursor.min(last).saturating_add_signed(by).min(last);
            rollout.cursor = Some(rollout.cursor.map_or_else(|| untouched(rollout).min(last), next));
        }
        Pane::Events => rollout.events = rollout.events.saturating_add_signed(by).min(events),
        Pane::Log => {
            let back = rollout.back.unwrap_or(0).saturating_add_signed(by.saturating_neg()).min(log);
            rollout.back = (back > 0).then_some(back);
        }
    }
    Vec::new()
}

/// Moves to another pane.
pub(crate) fn pane(state: &mut State, forward: bool) -> Vec<Effect> {
    if let Some(rollout) = rollout(state) {
        rollout.pane = match (rollout.pane, forward) {
            (Pane::Main | Pane::Detail, true) | (Pane::Log, false) => Pane::Events,
            (Pane::Events, true) | (Pane::Main | Pane::Detail, false) => Pane::Log,
            (Pane::Log, true) | (Pane::Events, false) => Pane::Main,
        };
    }
    Vec::new()
}

/// The selected line in full.
pub(crate) fn details(state: &mut State) -> Vec<Effect> {
    if let Some((title, mut text)) = selected(state) {
        // Not every terminal has a clipboard to copy them into.
        let rollout = state.environment().and_then(|environment| environment.rollout.as_ref());
        let is_why = |cause: &&Cause| text.contains(&cause.headline);
        if let Some(commands) = commands(state)
            && rollout.is_some_and(|rollout| rollout.progress.tree.causes().iter().any(is_why))
        {
            text = format!("{text}\n\n{commands}");
        }
        state.dialogs.push(Dialog::Text(Text { title, text, scroll: 0 }));
    }
    Vec::new()
}

/// The line that is meant as long as nobody chose one: the first behind what is done.
pub(super) fn untouched(rollout: &Rollout) -> usize {
    usize::from(!rollout.progress.tree.roots.is_empty())
}

/// Title and text of the selected line.
fn selected(state: &State) -> Option<(String, String)> {
    let rollout = state.environment()?.rollout.as_ref()?;
    match rollout.pane {
        Pane::Main | Pane::Detail => {
            let rows = rows::rows(rollout, rows::pen(rollout, state.now, state.size.width));
            let stops: Vec<_> = rows.iter().filter(|row| row.stops).collect();
            let cursor = rollout.cursor.unwrap_or_else(|| untouched(rollout)).min(stops.len().checked_sub(1)?);
            let full = stops[cursor].full();
            let (title, rest) = full.split_once('\n').unwrap_or((&full, &full));
            Some((title.to_owned(), rest.to_owned()))
        }
        Pane::Events => {
            let told = *rollout.told().get(rollout.events)?;
            let text =
                format!("{}\n\n{}\n\nseen {} times, last at {}", told.reason, told.message, told.count, told.last);
            Some((told.object.to_string(), text))
        }
        Pane::Log => {
            let log = rollout.log()?;
            Some((format!("log of {}", log.container), rollout.lines().join("\n")))
        }
    }
}

/// The commands of a way out.
fn commands(state: &State) -> Option<String> {
    state.environment()?.rollout.as_ref()?.remedies().iter().find_map(|remedy| match remedy {
        Remedy::Commands { lines, .. } => Some(lines.join("\n")),
        Remedy::Credentials { .. } | Remedy::Value { .. } | Remedy::Retry { .. } => None,
    })
}

/// Copies the commands of a way out, else the selected line.
pub(crate) fn copy(state: &mut State) -> Vec<Effect> {
    let (text, what) = match commands(state) {
        Some(text) => (text, "The commands are"),
        None => match selected(state) {
            Some((_, text)) => (text, "It is"),
            None => return Vec::new(),
        },
    };
    let effect = state.ask(Slot::Aside, Wish::Copy(text));
    state.say(format!("{what} in the clipboard."), Role::Muted);
    vec![effect]
}

/// Back home; a watch ends with it, a run goes on.
pub(crate) fn back(state: &mut State) -> Vec<Effect> {
    let mut effects = end_watch(state);
    effects.extend(matrix::update::enter(state));
    effects
}

/// Ends what only watches.
pub(crate) fn end_watch(state: &mut State) -> Vec<Effect> {
    let Some(rollout) = rollout(state).filter(|r| r.operation == Operation::Watch && !r.is_over()) else {
        return Vec::new();
    };
    let runs = [Some(rollout.run), rollout.follows.as_ref().map(|(log, _)| *log)];
    if let Some(environment) = state.environment_mut() {
        environment.rollout = None;
    }
    runs.into_iter().flatten().map(|run| state.ask(Slot::Aside, Wish::Stop(run))).collect()
}

pub(super) fn rollout(state: &mut State) -> Option<&mut Rollout> {
    state.environment_mut()?.rollout.as_mut()
}
