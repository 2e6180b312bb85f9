//! A key with what is held down, as people write it: `Ctrl-G`, `Shift-Tab`, `F1`, `q`.

use std::fmt;
use std::str::FromStr;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use serde::Deserialize;

/// A key with what is held down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Chord {
    /// The key.
    pub code: KeyCode,
    /// Whether Ctrl is held.
    pub ctrl: bool,
}

const NAMES: [(&str, KeyCode); 14] = [
    ("Enter", KeyCode::Enter),
    ("Esc", KeyCode::Esc),
    ("Tab", KeyCode::Tab),
    ("Shift-Tab", KeyCode::BackTab),
    ("Up", KeyCode::Up),
    ("Down", KeyCode::Down),
    ("Left", KeyCode::Left),
    ("Right", KeyCode::Right),
    ("Home", KeyCode::Home),
    ("End", KeyCode::End),
    ("PageUp", KeyCode::PageUp),
    ("PageDown", KeyCode::PageDown),
    ("Delete", KeyCode::Delete),
    ("Space", KeyCode::Char(' ')),
];

impl Chord {
    /// Whether this key was pressed.
    pub fn is(&self, key: &KeyEvent) -> bool {
        let ctrl = key.modifiers.contains(KeyModifiers::CONTROL);
        let alt = key.modifiers.contains(KeyModifiers::ALT);
        let code = match key.code {
            KeyCode::Tab if key.modifiers.contains(KeyModifiers::SHIFT) => KeyCode::BackTab,
            KeyCode::Char(c) if ctrl => KeyCode::Char(c.to_ascii_lowercase()),
            code => code,
        };
        code == self.code && ctrl == self.ctrl && !alt
    }

    /// The key press that this is.
    pub fn press(self) -> KeyEvent {
        let held = if self.ctrl { KeyModifiers::CONTROL } else { KeyModifiers::NONE };
        KeyEvent::new(self.code, held)
    }

    /// Whether it would be text in a form.
    pub fn is_text(&self) -> bool {
        !self.ctrl && matches!(self.code, KeyCode::Char(_))
    }
}

impl FromStr for Chord {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (ctrl, name) = text.strip_prefix("Ctrl-").map_or((false, text), |name| (true, name));
        let mut letters = name.chars();
        let code = match (letters.next(), letters.next()) {
            (Some(c), None) if ctrl => KeyCode::Char(c.to_ascii_lowercase()),
            (Some(c), None) => KeyCode::Char(c),
            (Some('F'), Some(_)) if name[1..].parse::<u8>().is_ok() => KeyCode::F(name[1..].parse().unwrap_or(1)),
            (_, _) => NAMES
                .iter()
                .find(|(known, _)| *known == name)
                .map(|(_, code)| *code)
                .ok_or_else(|| format!("there is no key {text:?}"))?,
        };
        Ok(Self { code, ctrl })
    }
}

impl TryFrom<String> for Chord {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl fmt::Display for Chord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.code {
            KeyCode::Char('c') if self.ctrl => return f.write_str("Ctrl-C"),
            KeyCode::Char(c) if self.ctrl => return write!(f, "^{}", c.to_ascii_uppercase()),
            KeyCode::F(number) => return write!(f, "F{number}"),
            _ => {}
        }
        match NAMES.iter().find(|(_, code)| *code == self.code) {
            Some(("Up", _)) => f.write_str("↑"),
            Some(("Down", _)) => f.write_str("↓"),
            Some(("Left", _)) => f.write_str("←"),
            Some(("Right", _)) => f.write_str("→"),
            Some((name, _)) => f.write_str(name),
            None => match self.code {
                KeyCode::Char(c) => write!(f, "{c}"),
                other => write!(f, "{other}"),
            },
        }
    }
}
