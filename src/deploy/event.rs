//! What happened while a release was being applied or watched. Events carry what happened, never a bell.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::Outcome;
use crate::failure::Failure;
use crate::health::Tree;
use crate::object::{Key, Object};
use crate::plan::{Action, Target};

/// Something that happened, and when.
#[derive(Debug, Clone)]
pub struct Event {
    /// When.
    pub at: Timestamp,
    /// What.
    pub what: What,
}

/// Applying or only watching.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// A plan is carried out.
    Apply,
    /// What is there is watched.
    Watch,
}

/// What happened.
#[derive(Debug, Clone)]
pub enum What {
    /// It began; these are the waves.
    Started {
        /// Applying or watching.
        operation: Operation,
        /// Where.
        target: Box<Target>,
        /// All objects in the order in which they are applied.
        waves: Vec<Wave>,
    },
    /// An object is being sent.
    Sending(Key),
    /// An object was written, or needed nothing.
    Applied {
        /// Which.
        key: Key,
        /// How long the server took.
        took: SignedDuration,
    },
    /// The server refused an object.
    Refused {
        /// Which.
        key: Key,
        /// Why.
        failure: Box<Failure>,
    },
    /// Everything is applied; now it has to become well.
    Waiting,
    /// How the released objects are now.
    Seen(Arc<Tree>),
    /// What the cluster told about them; only what is new or counted up.
    Told(Vec<Told>),
    /// Lines of a container's log.
    Logged(Log),
    /// Whether what is shown is fresh.
    Contact(Contact),
    /// The operator asked to stop; nothing new is started.
    Stopping,
    /// It ended.
    Ended(Box<Outcome>),
}

/// Objects that are applied together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wave {
    /// Its objects.
    pub steps: Vec<Step>,
}

/// One object of a wave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Which object.
    pub key: Key,
    /// What is done with it.
    pub action: Action,
    /// How far it is.
    pub state: StepState,
}

/// How far an object is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StepState {
    /// Its turn has not come.
    Waiting,
    /// It was sent.
    Sending,
    /// It is written, or needed nothing.
    Done(SignedDuration),
    /// It was refused; why.
    Refused(Failure),
}

/// A Kubernetes Event, as told to people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// About which object.
    pub object: Key,
    /// One word: `FailedMount`.
    pub reason: String,
    /// The message, cleaned.
    pub message: String,
    /// Whether it is a warning.
    pub warning: bool,
    /// How often it was seen.
    pub count: i64,
    /// When it was seen last.
    pub last: Timestamp,
}

/// Lines of one container's log, cleaned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Log {
    /// The pod.
    pub pod: Key,
    /// The container.
    pub container: String,
    /// Whether they are of the container's previous run.
    pub previous: bool,
    /// New lines.
    pub lines: Vec<String>,
}

/// Whether what is shown is fresh.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Contact {
    /// It is.
    Live,
    /// No contact since; what is shown is old.
    Lost {
        /// Since when.
        since: Timestamp,
        /// Why, as one clause.
        why: String,
    },
}

impl Told {
    /// An Event as it is told; both shapes of the API are read (`events.k8s.io` names its fields differently).
    pub(super) fn of(event: &Object) -> Option<Self> {
        let about = |field: &str| {
            event.text(&format!("/involvedObject/{field}")).or_else(|| event.text(&format!("/regarding/{field}")))
        };
        let last = ["/series/lastObservedTime", "/lastTimestamp", "/deprecatedLastTimestamp", "/eventTime"]
            .iter()
            .find_map(|pointer| event.time(pointer))
            .or_else(|| event.time("/metadata/creationTimestamp"))?;
        Some(Self {
            object: Key::new(about("apiVersion").unwrap_or("v1"), about("kind")?, about("namespace"), about("name")?),
            reason: event.text("/reason").unwrap_or_default().to_owned(),
            message: event.text("/message").or_else(|| event.text("/note")).unwrap_or_default().to_owned(),
            warning: event.text("/type") == Some("Warning"),
            count: event.number("/series/count").or_else(|| event.number("/count")).unwrap_or(1),
            last,
        })
    }
}
