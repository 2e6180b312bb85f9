//! Texts to read: the help, built from the live keymap, and a line in full.

pub(crate) mod view;

/// A text to read.
#[derive(Debug)]
pub struct Text {
    /// What it is.
    pub title: String,
    /// The text.
    pub text: String,
    /// How far it is scrolled.
    pub scroll: usize,
}
