//! One difference between desired and live, and all of them.

use jiff::{SignedDuration, Timestamp};

use crate::object::Key;

/// Where a plan would be applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The project's id.
    pub project: String,
    /// The module's name.
    pub module: String,
    /// The environment.
    pub environment: String,
    /// The kubeconfig context.
    pub context: String,
    /// The server's URL.
    pub server: String,
    /// The namespace.
    pub namespace: String,
    /// Whether the environment's name must be typed.
    pub protected: bool,
}

/// What would happen to an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// It is blocked.
    Blocked,
    /// Somebody else holds fields of it.
    Conflict,
    /// It is deleted and created, since a field cannot change.
    Replace,
    /// It is deleted.
    Delete,
    /// It changes.
    Update,
    /// It is created.
    Create,
    /// It stays as it is.
    Unchanged,
    /// It exists and may not be changed (a Namespace), so it is left alone.
    LeftAlone,
}

impl Action {
    /// The word of reports: `create`, `update`, `unchanged`, …
    pub const fn word(self) -> &'static str {
        match self {
            Self::Blocked => "blocked",
            Self::Conflict => "conflict",
            Self::Replace => "replace",
            Self::Delete => "delete",
            Self::Update => "update",
            Self::Create => "create",
            Self::Unchanged => "unchanged",
            Self::LeftAlone => "left-alone",
        }
    }

    /// The sign in front of a row: `+`, `~`, `-`, `±`, `!` or a blank.
    pub const fn sign(self) -> &'static str {
        match self {
            Self::Create => "+",
            Self::Update => "~",
            Self::Delete => "-",
            Self::Replace => "±",
            Self::Conflict | Self::Blocked => "!",
            Self::Unchanged | Self::LeftAlone => " ",
        }
    }

    /// Whether apply would send something.
    pub const fn writes(self) -> bool {
        matches!(self, Self::Create | Self::Update | Self::Replace | Self::Delete)
    }
}

/// Whether the server has looked at the object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Validation {
    /// The server's dry run accepted it.
    Valid,
    /// The server could not look yet, and why: "namespace mlflow is created first".
    Unseen(String),
    /// The server refused it, in its own words, cleaned.
    Refused(String),
}

/// One field that differs. Texts are masked already; a secret value shows as its number (`●1`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldChange {
    /// The field: `spec.template.spec.containers[mlflow].image`.
    pub path: String,
    /// What is there now; none when nothing is.
    pub before: Option<String>,
    /// What would be there; none when it is taken away.
    pub after: Option<String>,
}

/// A field that another manager holds with another value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    /// The field, as people write it.
    pub path: String,
    /// The field, as the server writes it.
    pub field: String,
    /// Whether it is to be taken over.
    pub taken: bool,
    /// Who holds it: `kubectl-edit`.
    pub manager: String,
    /// When that manager last wrote.
    pub since: Option<Timestamp>,
    /// The value there, masked.
    pub theirs: Option<String>,
    /// The value we would put, masked.
    pub ours: Option<String>,
}

/// What would happen to one object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Which object.
    pub key: Key,
    /// What would happen.
    pub action: Action,
    /// Whether the server looked at it.
    pub validation: Validation,
    /// A few words for the row: "1 key", "image", "shared: stg, prod", "stays".
    pub summary: String,
    /// The fields of ours that differ.
    pub fields: Vec<FieldChange>,
    /// The fields that the cluster fills or a webhook changes.
    pub filled: Vec<FieldChange>,
    /// Fields that others hold.
    pub conflicts: Vec<Conflict>,
    /// What else must be said of it, one sentence each.
    pub notes: Vec<String>,
    /// Other environments that use the same object.
    pub shared_with: Vec<String>,
    /// In which wave it is applied, from 0.
    pub wave: usize,
    /// The whole desired object as YAML, masked.
    pub yaml: String,
}

/// Pods that would restart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restart {
    /// The workload.
    pub workload: Key,
    /// How many pods.
    pub pods: i64,
    /// What makes them restart, as names: `image`, `MLFLOW_LOGGING_LEVEL`.
    pub because: Vec<String>,
    /// Whether there is no service meanwhile (Recreate).
    pub downtime: bool,
}

/// Something that forbids to apply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blocker {
    /// The object it is about, if one.
    pub key: Option<Key>,
    /// What forbids it, as a sentence.
    pub sentence: String,
    /// The next step, as a sentence.
    pub next: String,
    /// The field the server complained about, as a JSON pointer into the object, if one.
    pub pointer: Option<String>,
    /// The value behind that field, if it can be set to another one in this run.
    pub knob: Option<Knob>,
}

/// A value that can be set to another one in this run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Knob {
    /// Its dotted path: `port_external`.
    pub path: String,
    /// What it is now.
    pub current: String,
    /// What would do, if known.
    pub suggestion: Option<String>,
}

/// All changes, in the order of their danger, masked; with a payload that only the deployment can open.
#[derive(Debug, Clone)]
pub struct Plan<P> {
    /// Where it would be applied.
    pub target: Target,
    /// Every object, the dangerous first and those that stay last.
    pub changes: Vec<Change>,
    /// Pods that would restart.
    pub restarts: Vec<Restart>,
    /// What should be known before applying, one sentence each.
    pub warnings: Vec<String>,
    /// What forbids to apply.
    pub blockers: Vec<Blocker>,
    /// How long an earlier revision took until its new pods were ready, if one was measured.
    pub took: Option<SignedDuration>,
    /// When it was made.
    pub made: Timestamp,
    pub(super) payload: P,
}

impl<P> Plan<P> {
    /// What the plan carries, for those who know its type.
    pub fn payload(&self) -> &P {
        &self.payload
    }

    /// Whether applying would change nothing.
    pub fn is_empty(&self) -> bool {
        !self.changes.iter().any(|change| change.action.writes())
    }

    /// How many objects have this action.
    pub fn count(&self, action: Action) -> usize {
        self.changes.iter().filter(|change| change.action == action).count()
    }

    /// Whether the operator could take over what others hold.
    pub fn has_conflicts(&self) -> bool {
        self.count(Action::Conflict) > 0
    }
}
