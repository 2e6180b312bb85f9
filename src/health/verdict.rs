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

impl Verdict {
    /// How urgent it is; the higher, the sooner it is shown.
    pub const fn rank(self) -> u8 {
        match self {
            Self::Ready => 0,
            Self::Unknown => 1,
            Self::Progressing => 2,
            Self::Terminating => 3,
            Self::Failed => 4,
        }
    }
}

impl Health {
    pub(super) fn ready(reason: impl Into<String>) -> Self {
        Self::new(Verdict::Ready, reason)
    }

    pub(super) fn progressing(reason: impl Into<String>) -> Self {
        Self::new(Verdict::Progressing, reason)
    }

    /// The same with something to say about it.
    pub(super) fn because(mut self, cause: Option<Cause>) -> Self {
        self.cause = cause;
        self
    }
}

/// One line: verdict, reason, cause, next step.
impl fmt::Display for Health {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.verdict)?;
        if !self.reason.is_empty() {
            write!(f, ", {}", self.reason)?;
        }
        if let Some(cause) = &self.cause {
            write!(f, ": {}", cause.headline)?;
            if !cause.next.is_empty() {
                write!(f, ". {}", cause.next)?;
            }
        }
        Ok(())
    }
}
