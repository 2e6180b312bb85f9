//! A rotation, step by step: what is done, what comes next, and one question at a time.

pub(crate) mod update;
pub(crate) mod view;

use jiff::Timestamp;

use crate::deploy::Instruction;
use crate::failure::Failure;
use crate::secret::{Secret, Stage, Typed};

/// How long the new value stays revealed, in seconds.
pub(crate) const REVEALED: i64 = 10;

/// A rotation.
#[derive(Debug)]
pub struct Rotation {
    /// The credential.
    pub field: String,
    /// What people call it: "PostgreSQL password".
    pub title: String,
    /// How far it is; none when it has not begun.
    pub stage: Option<Stage>,
    /// What it needs to go on.
    pub asks: Asks,
    /// The new value, while it is typed.
    pub typed: Typed,
    /// Why the last thing typed or pasted was not taken.
    pub refusal: Option<String>,
    /// What went wrong last.
    pub failure: Option<Failure>,
    /// The new value while it is shown, and until when.
    pub revealed: Option<(Secret, Timestamp)>,
}

/// What a rotation needs to go on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asks {
    /// A yes.
    Yes,
    /// The new value.
    Value(Instruction),
    /// Somebody has to make the change at the system.
    Change(Instruction),
    /// The environment has to be applied.
    Apply,
}

impl Rotation {
    /// A rotation that nothing is known of yet.
    pub fn new(field: String, title: String) -> Self {
        Self {
            field,
            title,
            stage: None,
            asks: Asks::Yes,
            typed: Typed::default(),
            refusal: None,
            failure: None,
            revealed: None,
        }
    }

    /// What has to be done at the system, if that is asked.
    pub fn instruction(&self) -> Option<&Instruction> {
        match &self.asks {
            Asks::Value(instruction) | Asks::Change(instruction) => Some(instruction),
            Asks::Yes | Asks::Apply => None,
        }
    }
}
