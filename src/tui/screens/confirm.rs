//! The question before applying: where, and in a protected environment its name.

pub(crate) mod update;
pub(crate) mod view;

use jiff::Timestamp;
use tui_input::Input;

/// The question before applying.
#[derive(Debug)]
pub struct Confirm {
    /// When it was asked: a key pressed too early was meant for something else.
    pub opened: Timestamp,
    /// What is typed, where the environment's name is wanted.
    pub typed: Option<Input>,
}

impl Confirm {
    /// A fresh question.
    pub fn new(protected: bool, now: Timestamp) -> Self {
        Self { opened: now, typed: protected.then(Input::default) }
    }
}
