//! A rotation under way, as it rests beside the value it is about: how far it is, and the other one of its two values.
//!
//! Stage and values are one entry of one item and are written together, so whatever ends the program, the next one finds
//! either what was or what is.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Secret;

/// How far a rotation is: what was done last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    /// The new value is made; everything still uses the old one.
    Made,
    /// The system behind knows the new one. From now on it is the value, and the old one is kept.
    Changed,
    /// The cluster's Secrets hold the new one.
    Applied,
    /// What reads it was restarted and is ready.
    Restarted,
}

impl Stage {
    /// One word for reports.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Made => "made",
            Self::Changed => "changed",
            Self::Applied => "applied",
            Self::Restarted => "restarted",
        }
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Made => "the new value is made, the old one is kept",
            Self::Changed => "the system behind knows the new value",
            Self::Applied => "the cluster has the new value",
            Self::Restarted => "what reads it is ready",
        })
    }
}

/// A rotation under way.
#[derive(Debug, Clone)]
pub struct Turn {
    /// How far it is.
    pub stage: Stage,
    /// When it began.
    pub begun: Timestamp,
    /// The environment from which it is done.
    pub environment: String,
    /// The value that is not the credential's own now: before the change the next one, afterwards the previous one.
    pub other: Secret,
}

impl Turn {
    /// Whether the system behind knows the new value, so that `other` is the previous one.
    pub fn is_changed(&self) -> bool {
        self.stage >= Stage::Changed
    }
}
