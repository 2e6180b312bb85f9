//! Some words that a row must contain to be shown.

use crossterm::event::KeyEvent;
use tui_input::Input;

use super::edit;

/// Some words that a row must contain to be shown, in any case of letters.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    typed: Input,
    wanted: String,
}

impl Filter {
    /// What was typed.
    pub fn text(&self) -> &str {
        self.typed.value()
    }

    /// Whether anything was typed.
    pub fn is_set(&self) -> bool {
        !self.wanted.is_empty()
    }

    /// Whether a row with this text is shown.
    pub fn takes(&self, row: &str) -> bool {
        self.wanted.is_empty() || row.to_lowercase().contains(&self.wanted)
    }

    /// Shows everything again.
    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// Lets a key change it.
    pub(crate) fn key(&mut self, key: &KeyEvent) {
        if edit::key(&mut self.typed, key) {
            self.wanted = self.typed.value().to_lowercase();
        }
    }

    /// Puts pasted text in.
    pub(crate) fn paste(&mut self, text: &str) {
        edit::paste(&mut self.typed, text);
        self.wanted = self.typed.value().to_lowercase();
    }
}
