//! How an operation ended: what was done, what was not, and what can be done next.

use jiff::SignedDuration;

use super::{Operation, Remedy};
use crate::failure::{Failure, Kind};
use crate::health::{Cause, Stage};
use crate::object::Key;
use crate::plan::Target;

/// How it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// Everything is ready.
    Healthy,
    /// Something is wrong and will not mend itself.
    Failed,
    /// The operator stopped it.
    Stopped,
    /// Time ran out.
    TimedOut,
    /// The cluster stopped answering.
    NoContact,
}

impl End {
    /// The exit code of this end.
    pub const fn exit_code(self) -> u8 {
        match self {
            Self::Healthy => 0,
            Self::Failed => Kind::Failed.exit_code(),
            Self::Stopped => Kind::Stopped.exit_code(),
            Self::TimedOut => Kind::TimedOut.exit_code(),
            Self::NoContact => Kind::NoContact.exit_code(),
        }
    }

    /// One word for reports.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Healthy => "healthy",
            Self::Failed => "failed",
            Self::Stopped => "stopped",
            Self::TimedOut => "timed-out",
            Self::NoContact => "no-contact",
        }
    }
}

/// How an operation ended.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// Where.
    pub target: Target,
    /// Applying or watching.
    pub operation: Operation,
    /// How.
    pub end: End,
    /// The headline without a full stop: "stg is ready: revision 4 in 48 s".
    pub headline: String,
    /// The revision that was written, if one was.
    pub revision: Option<u64>,
    /// What is wrong, if something is.
    pub cause: Option<Cause>,
    /// What the server or the wire said, if that ended it.
    pub failure: Option<Failure>,
    /// The ways out, best first.
    pub remedies: Vec<Remedy>,
    /// Objects that were written.
    pub done: Vec<Key>,
    /// Objects that should have been written and were not.
    pub undone: Vec<Key>,
    /// What changed, in words: "image v3.17.2-full → v3.18.0-full".
    pub changed: Vec<String>,
    /// Checks that failed before and were gone on in spite of, one clause each.
    pub despite: Vec<String>,
    /// Pods in words: "1 of 1, restarted because of the image".
    pub pods: String,
    /// The stages of the slowest pod.
    pub stages: Vec<Stage>,
    /// How long it took.
    pub took: SignedDuration,
    /// The URL to open.
    pub url: Option<String>,
    /// The user name to sign in with.
    pub login: Option<String>,
    /// The same without a screen: `landfall apply stg`.
    pub command: String,
}
