//! All events so far, folded; the one source for panels and reports.

use std::collections::VecDeque;
use std::sync::Arc;

use jiff::Timestamp;

use super::{Contact, Event, Log, Operation, Outcome, Step, StepState, Told, Wave, What};
use crate::health::{Cause, Tree};
use crate::object::Key;
use crate::plan::{Action, Target};

/// Most events kept.
const TOLD: usize = 500;
/// Most log lines kept.
const LINES: usize = 2_000;

/// How far an operation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Nothing has happened yet.
    Starting,
    /// Objects are being applied.
    Applying,
    /// Everything is applied and has to become well.
    Waiting,
    /// The operator asked to stop.
    Stopping,
    /// It ended.
    Ended,
}

/// Everything that is known about a running or ended operation.
#[derive(Debug, Clone)]
pub struct Progress {
    /// How far it is.
    pub phase: Phase,
    /// Applying or watching.
    pub operation: Operation,
    /// Where; none before it started.
    pub target: Option<Target>,
    /// When it started.
    pub started: Option<Timestamp>,
    /// When the last event came.
    pub latest: Option<Timestamp>,
    /// The waves with their objects.
    pub waves: Vec<Wave>,
    /// How the released objects are.
    pub tree: Arc<Tree>,
    /// What the cluster told, newest last.
    pub told: VecDeque<Told>,
    /// The log that is followed.
    pub log: Option<Log>,
    /// Log lines that were dropped to keep the rest.
    pub dropped: usize,
    /// Whether all this is fresh.
    pub contact: Contact,
    /// How it ended, once it has.
    pub outcome: Option<Box<Outcome>>,
}

impl Default for Progress {
    fn default() -> Self {
        Self {
            phase: Phase::Starting,
            operation: Operation::Apply,
            target: None,
            started: None,
            latest: None,
            waves: Vec::new(),
            tree: Arc::default(),
            told: VecDeque::new(),
            log: None,
            dropped: 0,
            contact: Contact::Live,
            outcome: None,
        }
    }
}

impl Progress {
    /// Folds one event in.
    pub fn absorb(&mut self, event: &Event) {
        self.latest = Some(event.at);
        match &event.what {
            What::Started { operation, target, waves } => {
                self.phase = Phase::Applying;
                self.operation = *operation;
                self.target = Some((**target).clone());
                self.started = Some(event.at);
                self.waves.clone_from(waves);
            }
            What::Sending(key) => self.step(key, StepState::Sending),
            What::Applied { key, took } => self.step(key, StepState::Done(*took)),
            What::Refused { key, failure } => self.step(key, StepState::Refused((**failure).clone())),
            What::Waiting => {
                if self.phase != Phase::Stopping {
                    self.phase = Phase::Waiting;
                }
            }
            What::Seen(tree) => self.tree = Arc::clone(tree),
            What::Told(news) => news.iter().for_each(|told| self.hear(told)),
            What::Logged(log) => self.log(log),
            What::Contact(contact) => self.contact = contact.clone(),
            What::Stopping => self.phase = Phase::Stopping,
            What::Ended(outcome) => {
                self.phase = Phase::Ended;
                self.outcome = Some(outcome.clone());
            }
        }
    }

    /// Every object with its state, in the order of application.
    pub fn steps(&self) -> impl Iterator<Item = &Step> {
        self.waves.iter().flat_map(|wave| &wave.steps)
    }

    /// How many objects are done, and how many there are; those that stay are not counted.
    pub fn count(&self) -> (usize, usize) {
        let writing = || self.steps().filter(|step| step.action.writes());
        (writing().filter(|step| matches!(step.state, StepState::Done(_))).count(), writing().count())
    }

    /// What is wrong now, the worst first.
    pub fn causes(&self) -> Vec<&Cause> {
        fn walk<'t>(nodes: &'t [crate::health::Node], found: &mut Vec<&'t Cause>) {
            for node in nodes {
                if let Some(cause) = &node.health.cause
                    && !found.iter().any(|known| known.headline == cause.headline)
                {
                    found.push(cause);
                }
                walk(&node.children, found);
            }
        }
        let mut found = Vec::new();
        walk(&self.tree.roots, &mut found);
        found.sort_by_key(|cause| !cause.fatal);
        found
    }

    fn step(&mut self, key: &Key, state: StepState) {
        let found = self.waves.iter_mut().flat_map(|wave| &mut wave.steps).find(|step| step.key == *key);
        if let Some(step) = found {
            step.state = state;
        }
    }

    fn hear(&mut self, told: &Told) {
        self.told.retain(|known| {
            known.object != told.object || known.reason != told.reason || known.message != told.message
        });
        let at = self.told.partition_point(|known| known.last <= told.last);
        self.told.insert(at, told.clone());
        while self.told.len() > TOLD {
            self.told.pop_front();
        }
    }

    fn log(&mut self, log: &Log) {
        match &mut self.log {
            Some(known)
                if known.pod == log.pod && known.container == log.container && known.previous == log.previous =>
            {
                known.lines.extend_from_slice(&log.lines);
                let over = known.lines.len().saturating_sub(LINES);
                known.lines.drain(..over);
                self.dropped += over;
            }
            Some(_) | None => {
                self.log = Some(log.clone());
                self.dropped = 0;
            }
        }
    }

    /// Whether anything is still in motion.
    pub fn is_moving(&self) -> bool {
        self.phase != Phase::Ended
    }

    /// How many objects stay as they are.
    pub fn staying(&self) -> usize {
        self.steps().filter(|step| matches!(step.action, Action::Unchanged | Action::LeftAlone)).count()
    }
}
