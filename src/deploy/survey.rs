//! What the matrix shows of one environment.

use jiff::{SignedDuration, Timestamp};

use super::{Comparison, End};
use crate::health::{Health, Tree};

/// What is known of an environment without asking its cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Glance {
    /// The environment.
    pub environment: String,
    /// Whether it is protected.
    pub protected: bool,
    /// The context, as far as it is chosen.
    pub context: Option<String>,
    /// The server's URL, as far as it is known.
    pub server: Option<String>,
    /// The namespace.
    pub namespace: String,
    /// How many of its credentials are there.
    pub credentials: Fill,
    /// The module's own rows: title and value ("Image", "v3.18.0-full").
    pub rows: Vec<(String, String)>,
    /// The URL to open once it is ready.
    pub url: Option<String>,
    /// The user name to sign in with.
    pub login: Option<String>,
    /// What is wrong with its values or the project, one sentence each.
    pub complaints: Vec<String>,
}

/// How many credentials are there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fill {
    /// So many of so many that somebody has to enter; and how many of them draw a warning.
    Counted {
        /// There.
        set: usize,
        /// Needed.
        needed: usize,
        /// Flagged: leftovers, weak or equal values.
        flagged: usize,
    },
    /// The vault does not answer or is locked; why.
    Hidden(String),
}

/// Whether the cluster can be asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reach {
    /// It answers; its version.
    Yes(String),
    /// It does not; the sentence and the next step.
    No {
        /// Why.
        sentence: String,
        /// What to do.
        next: String,
    },
    /// Somebody has to sign in; Enter does it.
    SignIn {
        /// The program that would ask.
        program: String,
    },
}

/// One revision, as the state record remembers it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revision {
    /// Its number.
    pub number: u64,
    /// How it ended; none while it is being applied.
    pub end: Option<End>,
    /// Who applied it.
    pub by: String,
    /// When it began.
    pub when: Timestamp,
    /// How long it took until ready; none unless it became ready.
    pub took: Option<SignedDuration>,
    /// The outcome's headline.
    pub headline: String,
}

/// What an environment's cluster says.
#[derive(Debug, Clone)]
pub struct Survey {
    /// The environment.
    pub environment: String,
    /// Whether the cluster can be asked.
    pub reach: Reach,
    /// How the release is; none when nothing was released yet or nobody can tell.
    pub health: Option<Health>,
    /// The released objects.
    pub tree: Tree,
    /// The revision and when it was applied.
    pub revision: Option<(u64, Timestamp)>,
    /// Who applied it: "ann@laptop".
    pub by: Option<String>,
    /// The last five revisions, the present one first.
    pub history: Vec<Revision>,
    /// How many fields somebody else changed by hand; none when nobody can tell.
    pub by_hand: Option<usize>,
    /// Its credentials, compared with those here; none when nothing was released yet or nobody can tell.
    pub sync: Option<Comparison>,
}
