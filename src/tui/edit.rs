//! Keys in a plain one-line field. Never for secrets: those have a buffer that wipes itself.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use tui_input::{Input, InputRequest};

/// The letter that a key press writes, if it writes one.
pub(crate) fn letter(key: &KeyEvent) -> Option<char> {
    let held = key.modifiers.intersection(KeyModifiers::CONTROL | KeyModifiers::ALT | KeyModifiers::SUPER);
    // AltGr arrives as Ctrl and Alt together on some systems and writes letters such as @.
    let writes = held.is_empty() || held == KeyModifiers::CONTROL | KeyModifiers::ALT;
    match key.code {
        KeyCode::Char(c) if writes => Some(c),
        _ => None,
    }
}

/// Lets a key change a field; says whether it did.
pub(crate) fn key(input: &mut Input, key: &KeyEvent) -> bool {
    let ctrl = key.modifiers.contains(KeyModifiers::CONTROL);
    let request = match key.code {
        KeyCode::Char('w') if ctrl => InputRequest::DeletePrevWord,
        KeyCode::Char('u') if ctrl => InputRequest::DeleteLine,
        KeyCode::Backspace => InputRequest::DeletePrevChar,
        KeyCode::Delete => InputRequest::DeleteNextChar,
        KeyCode::Left => InputRequest::GoToPrevChar,
        KeyCode::Right => InputRequest::GoToNextChar,
        KeyCode::Home => InputRequest::GoToStart,
        KeyCode::End => InputRequest::GoToEnd,
        _ => match letter(key) {
            Some(c) => InputRequest::InsertChar(c),
            None => return false,
        },
    };
    input.handle(request);
    true
}

/// Puts pasted text in; only its first line, without control characters.
pub(crate) fn paste(input: &mut Input, text: &str) {
    let line = text.trim_end_matches(['\r', '\n']).lines().next().unwrap_or_default();
    for c in line.chars().filter(|c| !c.is_control()) {
        input.handle(InputRequest::InsertChar(c));
    }
}
