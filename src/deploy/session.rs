//! One project, one vault, one way to its clusters: what every use case starts from.

use std::path::PathBuf;

use tokio::sync::mpsc;

use super::{Entry, Event, Form, Glance, Outcome, Progress, Survey};
use crate::failure::{Failure, Result};
use crate::plan::{Approved, Plan};
use crate::secret::{Secret, Standing};

/// What a plan carries for the wire; nobody else can open it.
#[derive(Debug, Clone, Default)]
pub struct Payload(());

/// Asks a running operation to stop.
pub type Stop = tokio_util::sync::CancellationToken;

/// One project, one vault, one way to its clusters. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Session {}

fn unwired() -> Failure {
    Failure::input("not wired")
}

impl Session {
    /// The module's name and title.
    pub fn module(&self) -> (String, String) {
        (String::new(), String::new())
    }

    /// The names of the environments, in the order of the project.
    pub fn environments(&self) -> Vec<String> {
        Vec::new()
    }

    /// Which vault, and whether it is ready. Takes at most 3 s.
    pub async fn vault(&self) -> Standing {
        std::future::pending().await
    }

    /// What is known of an environment without asking its cluster.
    pub async fn glance(&self, _environment: &str) -> Result<Glance> {
        Err(unwired())
    }

    /// What its cluster says.
    pub async fn survey(&self, _environment: &str) -> Result<Survey> {
        Err(unwired())
    }

    /// The credentials form of an environment.
    pub async fn form(&self, _environment: &str) -> Result<Form> {
        Err(unwired())
    }

    /// What may be said about a value typed into a field: quick enough for every key press.
    pub fn judge(&self, environment: &str, field: &str, value: &Secret) -> crate::secret::Opinion {
        let rule = crate::secret::Rule {
            name: field.to_owned(),
            title: field.to_owned(),
            minimum: 0,
            pattern: None,
            leftovers: Vec::new(),
            masked: true,
        };
        crate::secret::Judge::default().judge(environment, &rule, value)
    }

    /// The stored value of a field, to reveal it.
    pub async fn reveal(&self, _environment: &str, _field: &str) -> Result<Option<Secret>> {
        Err(unwired())
    }

    /// Stores what was entered; makes what nobody is asked for.
    pub async fn save(&self, _environment: &str, _entries: Vec<Entry>) -> Result<()> {
        Err(unwired())
    }

    /// Uses another value in this run (dotted path, as text); landfall.yaml stays as it is.
    pub fn set_value(&self, _environment: &str, _path: &str, _value: &str) -> Result<()> {
        Err(unwired())
    }

    /// Plans: renders, asks the cluster, compares. Writes nothing. `take_over` takes what others hold.
    pub async fn prepare(&self, _environment: &str, _take_over: bool) -> Result<Plan<Payload>> {
        Err(unwired())
    }

    /// Carries a plan out and follows it until it is well, fails, or is stopped; the last event is `Ended`.
    pub async fn run(&self, _approved: Approved<Payload>, _events: mpsc::Sender<Event>, _stop: Stop) -> Outcome {
        std::future::pending().await
    }

    /// Watches what is there until stopped; `until_ready` ends it at the first verdict.
    pub async fn watch(
        &self,
        _environment: &str,
        _until_ready: bool,
        _events: mpsc::Sender<Event>,
        _stop: Stop,
    ) -> Result<Outcome> {
        Err(unwired())
    }

    /// Follows the log of one container until stopped, as `Logged` events.
    pub async fn follow(
        &self,
        _environment: &str,
        _of: LogOf,
        _events: mpsc::Sender<Event>,
        _stop: Stop,
    ) -> Result<()> {
        Err(unwired())
    }

    /// Deletes the pods that are stuck, so that their controllers make them anew.
    pub async fn retry(&self, _environment: &str) -> Result<usize> {
        Err(unwired())
    }

    /// Saves what is known of an operation, masked, for somebody else to read; returns the file.
    pub async fn save_evidence(&self, _progress: &Progress) -> Result<PathBuf> {
        Err(unwired())
    }
}

/// Which log to follow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogOf {
    /// The pod's name.
    pub pod: String,
    /// The container's name.
    pub container: String,
    /// Whether the previous run's.
    pub previous: bool,
}
