//! Draws the state. Reads a shared reference and nothing else.

use super::keymap::{Action, Binding, Keymap, Mode};
use super::live;
use super::screens::{checks, confirm, credentials, help, matrix, outcome, preview, rollout, rotation, unlock, value};
use super::shown::Pane;
use super::state::{Dialog, Screen, State};
use super::theme::Role;
use super::widgets::canvas::{Canvas, width};
use super::widgets::{age, badge, cut, glyph, keybar, statusline, stepper};

/// The smallest screen that can be drawn on.
const SMALLEST: (u16, u16) = (40, 10);

/// Draws the whole screen: header, body, what goes on, where it goes to, which keys answer.
pub(crate) fn draw(canvas: &mut Canvas<'_>, state: &State, keymap: &Keymap) {
    let (wide, high) = (canvas.width(), canvas.height());
    if wide < SMALLEST.0 || high < SMALLEST.1 {
        return too_small(canvas);
    }
    header(canvas, state);
    canvas.rule(1);
    let activity = activity(state);
    // The form uses the line above the status itself; what goes on covers its last line of help.
    let bottom = if state.screen == Screen::Credentials { 2 } else { 3 };
    let mut body = canvas.part(0, 2, wide, high - 2 - bottom);
    match state.screen {
        Screen::Matrix => matrix::view::draw(&mut body, state),
        Screen::Credentials => credentials::view::draw(&mut body, state),
        Screen::Checks => checks::view::draw(&mut body, state),
        Screen::Preview => preview::view::draw(&mut body, state),
        Screen::Rollout => rollout::view::draw(&mut body, state),
        Screen::Outcome => outcome::view::draw(&mut body, state),
    }
    if let Some(dialog) = state.dialogs.last() {
        self::dialog(&mut canvas.part(0, 2, wide, high - 5), state, keymap, dialog);
    }
    if let Some((sign, words, role)) = activity {
        canvas.part(0, high - 3, wide, 1).clear();
        let x = if sign.is_empty() { 1 } else { canvas.put(1, high - 3, sign, Role::Busy) + 1 };
        canvas.put(x, high - 3, &cut::end(&words, wide.saturating_sub(x + 1)), role);
    }
    statusline::draw(canvas, state, high - 2);
    let mode = state.mode();
    let runs = state.running().is_some();
    let bindings: Vec<(&Binding, String)> = keymap
        .of(mode)
        .filter(|binding| live::is(state, mode, binding.action))
        .filter(|binding| binding.action != Action::Stop || (runs && mode == Mode::Rollout))
        .filter_map(|binding| Some((binding, live::word(state, mode, binding)?)))
        .collect();
    keybar::draw(canvas, high - 1, &bindings);
}

fn too_small(canvas: &mut Canvas<'_>) {
    let words = format!("{}x{} cells are needed here.", SMALLEST.0, SMALLEST.1);
    for (line, y) in cut::wrap(&words, canvas.width()).iter().zip(0..) {
        canvas.put(0, y, line, Role::Text);
    }
}

fn header(canvas: &mut Canvas<'_>, state: &State) {
    if state.screen == Screen::Matrix {
        return matrix::view::header(canvas, state);
    }
    let end = badge::draw(canvas, state);
    let watching = state.screen == Screen::Rollout
        && state
            .environment()
            .and_then(|e| e.rollout.as_ref())
            .is_some_and(|r| r.operation == crate::deploy::Operation::Watch);
    if watching {
        let x = canvas.width().saturating_sub(3 + width("Watch"));
        canvas.put(x, 0, "Watch", Role::Focus);
    } else {
        stepper::draw(canvas, state.screen, end);
    }
}

/// What is going on: a notice, what is waited for, else what the screen says of itself.
fn activity(state: &State) -> Option<(&'static str, String, Role)> {
    if matches!(state.dialogs.last(), Some(Dialog::Filter)) {
        return filter(state, "▏");
    }
    if let Some(notice) = &state.notice {
        return Some(("", notice.text.clone(), notice.role));
    }
    let own = match state.screen {
        Screen::Matrix | Screen::Credentials | Screen::Outcome => None,
        Screen::Checks => state
            .environment()
            .and_then(|environment| checks::view::activity(&environment.checks))
            .map(|(words, role)| ("", words, role)),
        Screen::Preview => state
            .environment()
            .and_then(|environment| preview::view::activity(&environment.preview, state.now))
            .map(|words| ("", words, Role::Text)),
        Screen::Rollout => state
            .environment()
            .and_then(|environment| environment.rollout.as_ref())
            .map(|rollout| rollout::view::activity(rollout, state))
            .map(|(words, role)| ("", words, role)),
    };
    if let Some((words, since)) = state.pending.words() {
        let waited = age::since(since, state.now);
        // What is answered at once needs no word.
        if waited.as_millis() >= 100 {
            return Some((glyph::spinner(state.now), format!("{words} ({})", age::short(waited)), Role::Muted));
        }
    }
    filter(state, "").or(own)
}

/// What is filtered, and how many rows of how many are left.
fn filter(state: &State, cursor: &str) -> Option<(&'static str, String, Role)> {
    let filter = state.filter().filter(|filter| filter.is_set() || !cursor.is_empty())?;
    let environment = state.environment()?;
    let (shown, all, what) = match state.screen {
        Screen::Matrix | Screen::Credentials | Screen::Checks | Screen::Outcome => return None,
        Screen::Preview => {
            let preview = &environment.preview;
            (preview.rows().len(), preview.plan.as_ref().map_or(0, |plan| plan.changes.len()), "object")
        }
        Screen::Rollout => {
            let rollout = environment.rollout.as_ref()?;
            match rollout.pane {
                Pane::Main | Pane::Detail => {
                    let (shown, all) = rollout::rows::count(rollout, state.now, state.size.width);
                    (shown, all, "line")
                }
                Pane::Events => (rollout.told().len(), rollout.progress.told.len(), "event"),
                Pane::Log => (rollout.lines().len(), rollout.log().map_or(0, |log| log.lines.len()), "line"),
            }
        }
    };
    let count = format!("{shown} of {}", age::counted(all, what));
    Some(("", format!("/{}{cursor}   {count}", filter.text()), Role::Focus))
}

fn dialog(canvas: &mut Canvas<'_>, state: &State, keymap: &Keymap, dialog: &Dialog) {
    match dialog {
        Dialog::Confirm(confirm) => confirm::view::draw(canvas, state, confirm),
        Dialog::Value(value) => value::view::draw(canvas, value),
        Dialog::Unlock(unlock) => unlock::view::draw(canvas, state, unlock),
        Dialog::Rotation(rotation) => rotation::view::draw(canvas, state, rotation),
        Dialog::Containers(containers) => rollout::view::draw_containers(canvas, containers),
        Dialog::Text(text) => help::view::draw_text(canvas, text),
        Dialog::Help { of, scroll } => help::view::draw_help(canvas, state, keymap, (*of, *scroll)),
        Dialog::Filter => {} // its line stands above the status
        Dialog::Leave => help::view::draw_leave(canvas, state),
    }
}
