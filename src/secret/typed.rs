//! The buffer behind a masked field. It wipes itself, never grows, and cannot be shown.

use std::fmt;

use zeroize::{Zeroize, Zeroizing};

use super::Secret;

/// The most a field takes, in bytes.
const CAPACITY: usize = 1024;

/// Why something typed or pasted was not taken. Nothing of it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Refusal {
    /// More than a field takes.
    Full,
    /// Several lines at once.
    Lines,
    /// A control character.
    Control,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Full => "longer than a field takes",
            Self::Lines => "has several lines; paste one line",
            Self::Control => "has a control character",
        })
    }
}

/// What is being typed into a masked field.
pub struct Typed {
    // Never longer than it was made, so that no copy of it stays behind.
    text: Zeroizing<String>,
    at: usize,
}

impl Default for Typed {
    fn default() -> Self {
        Self { text: Zeroizing::new(String::with_capacity(CAPACITY)), at: 0 }
    }
}

impl fmt::Debug for Typed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Typed(••••••••)")
    }
}

impl Typed {
    /// Puts a character in at the cursor.
    ///
    /// # Errors
    /// The field is full, or it is a control character.
    pub fn insert(&mut self, character: char) -> Result<(), Refusal> {
        self.insert_str(character.encode_utf8(&mut [0; 4]))
    }

    /// Puts pasted text in at the cursor, without the line end that often comes along.
    ///
    /// # Errors
    /// The field would be full, there are several lines, or a control character.
    pub fn paste(&mut self, text: &str) -> Result<(), Refusal> {
        self.insert_str(text.trim_end_matches(['\r', '\n']))
    }

    fn insert_str(&mut self, text: &str) -> Result<(), Refusal> {
        if text.contains(['\r', '\n']) {
            return Err(Refusal::Lines);
        }
        if text.chars().any(char::is_control) {
            return Err(Refusal::Control);
        }
        if self.text.len() + text.len() > CAPACITY {
            return Err(Refusal::Full);
        }
        self.text.insert_str(self.at, text);
        self.at += text.len();
        Ok(())
    }

    /// Removes the character before the cursor.
    pub fn backspace(&mut self) {
        let end = self.at;
        self.left();
        self.cut(end);
    }

    /// Removes the character under the cursor.
    pub fn delete(&mut self) {
        self.cut(self.after());
    }

    /// Removes the word before the cursor, and blanks between.
    pub fn delete_word(&mut self) {
        let end = self.at;
        let before = self.text[..end].trim_end();
        self.at = before.char_indices().rfind(|(_, c)| c.is_whitespace()).map_or(0, |(at, c)| at + c.len_utf8());
        self.cut(end);
    }

    /// Removes everything.
    pub fn clear(&mut self) {
        self.text.zeroize();
        self.at = 0;
    }

    /// Moves the cursor one character back.
    pub fn left(&mut self) {
        self.at = self.text[..self.at].char_indices().next_back().map_or(0, |(at, _)| at);
    }

    /// Moves the cursor one character on.
    pub fn right(&mut self) {
        self.at = self.after();
    }

    /// Moves the cursor to the beginning.
    pub fn home(&mut self) {
        self.at = 0;
    }

    /// Moves the cursor to the end.
    pub fn end(&mut self) {
        self.at = self.text.len();
    }

    /// Whether nothing is typed.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// A copy of what is typed, to be judged or stored.
    pub fn to_secret(&self) -> Secret {
        Secret::new(self.text.as_str())
    }

    /// What is typed, as a secret.
    pub fn into_secret(self) -> Secret {
        self.to_secret()
    }

    fn after(&self) -> usize {
        self.at + self.text[self.at..].chars().next().map_or(0, char::len_utf8)
    }

    /// Removes what stands from the cursor up to `end`.
    fn cut(&mut self, end: usize) {
        self.text.replace_range(self.at..end, "");
    }
}
