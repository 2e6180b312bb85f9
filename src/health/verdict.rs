//! The verdict on one object.

use std::fmt;

use super::Cause;

/// How an object is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// It does what it was asked to.
    Ready,
    /// It is on its way.
    Progressing,
    /// It will not get there without help.
    Failed,
    /// It is being deleted.
    Terminating,
    /// Nobody can tell.
    Unknown,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ready => "ready",
            Self::Progressing => "progressing",
            Self::Failed => "failed",
            Self::Terminating => "terminating",
            Self::Unknown => "unknown",
        })
    }
}

/// The verdict on one object, with what there is to say about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Health {
    /// How it is.
    pub verdict: Verdict,
    /// Why, in a few words: "0/1 available, new 1, old 0".
    pub reason: String,
    /// What is wrong, when something is; also while it is only progressing ("kept waiting because …").
    pub cause: Option<Cause>,
}

impl Health {
    /// A verdict with its reason.
    pub fn new(verdict: Verdict, reason: impl Into<String>) -> Self {
        Self { verdict, reason: reason.into(), cause: None }
    }
}
