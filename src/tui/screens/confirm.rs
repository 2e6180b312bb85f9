//! The question before anything is written: what, where, and in a protected environment its name.

pub(crate) mod update;
pub(crate) mod view;

use jiff::Timestamp;
use tui_input::Input;

use crate::check::Mend;

/// The question before anything is written.
#[derive(Debug)]
pub struct Confirm {
    /// What would be done.
    pub about: About,
    /// When it was asked: a key pressed too early was meant for something else.
    pub opened: Timestamp,
    /// What is typed, where the environment's name is wanted.
    pub typed: Option<Input>,
}

/// What would be done.
#[derive(Debug)]
pub enum About {
    /// The plan is applied.
    Apply,
    /// What a check found is mended.
    Fix {
        /// The check.
        check: String,
        /// What mends it.
        mend: Mend,
    },
}

impl Confirm {
    /// A fresh question before applying.
    pub fn new(protected: bool, now: Timestamp) -> Self {
        Self { about: About::Apply, opened: now, typed: protected.then(Input::default) }
    }

    /// A fresh question before mending what a check found.
    pub fn fix((check, mend): (String, Mend), protected: bool, now: Timestamp) -> Self {
        Self { about: About::Fix { check, mend }, ..Self::new(protected, now) }
    }

    /// Whether it is about a fix.
    pub fn is_fix(&self) -> bool {
        matches!(self.about, About::Fix { .. })
    }
}
