//! Carrying out an approved plan, wave by wave, and following it until it is well.

use std::time::Instant;

use futures::StreamExt;
use jiff::{SignedDuration, Timestamp};
use tokio::sync::mpsc;

use super::desired::Load;
use super::follow::Follower;
use super::prepare::{AT_ONCE, Payload};
use super::write::{Refused, write};
use super::{End, Event, Operation, Outcome, Session, Step, StepState, Stop, Wave, What};
use crate::health::Memory;
use crate::object::{Key, Object};
use crate::plan::{Action, Approved, Plan};
use crate::release::Record;

/// Sends events; a listener that is gone stops nothing.
#[derive(Clone)]
pub(super) struct Teller(mpsc::Sender<Event>);

impl Teller {
    pub(super) fn new(events: mpsc::Sender<Event>) -> Self {
        Self(events)
    }

    pub(super) async fn tell(&self, what: What) {
        let _ = self.0.send(Event { at: Timestamp::now(), what }).await;
    }

    pub(super) fn is_heard(&self) -> bool {
        !self.0.is_closed()
    }
}

/// One run: what it was given and how far it is.
pub(super) struct Work<'a> {
    pub(super) session: &'a Session,
    pub(super) plan: Plan<()>,
    pub(super) payload: Payload,
    pub(super) started: Timestamp,
    /// The state record, once it is read or written.
    pub(super) record: Option<Record>,
    /// The objects that were written, as they are now.
    pub(super) written: Vec<Object>,
    /// What ended the writing.
    pub(super) refused: Option<Refused>,
    teller: Teller,
    stop: Stop,
}

impl Session {
    /// Carries a plan out and follows it until it is well, fails, or is stopped; the last event is `Ended`.
    pub async fn run(&self, approved: Approved<Payload>, events: mpsc::Sender<Event>, stop: Stop) -> Outcome {
        let (plan, payload) = approved.open();
        let record = payload.record.clone();
        let (started, teller) = (Timestamp::now(), Teller::new(events));
        let mut work =
            Work { session: self, plan, payload, started, record, written: Vec::new(), refused: None, teller, stop };
        work.go().await
    }
}

impl Work<'_> {
    async fn go(&mut self) -> Outcome {
        let (operation, target) = (Operation::Apply, Box::new(self.plan.target.clone()));
        self.teller.tell(What::Started { operation, target, waves: self.waves() }).await;
        if !self.plan.is_empty() {
            self.write_all().await;
        }
        self.session.remember(&self.payload, &self.applied()).await;
        let stopped = self.stop.is_cancelled() && self.undone().next().is_some();
        let found = if self.refused.is_some() || stopped {
            None
        } else {
            self.teller.tell(What::Waiting).await;
            let mut memory = Memory::new(self.started);
            // What was wrong before this run says nothing about it, in objects that are sent and in those that stay.
            let live = self.payload.loads.iter().filter_map(|(_, live)| live.as_ref());
            live.chain(&self.written).for_each(|object| memory.remember_applied(object));
            let roots = self.payload.loads.iter().map(|(load, _)| load.object.key().clone()).collect();
            let place = (&self.payload.cluster, &self.payload.release);
            let mut follower = Follower::new(self.session, place, roots, memory);
            let live = self.payload.loads.iter().filter_map(|(_, live)| live.clone());
            follower.know(live.chain(self.written.clone()));
            Some(follower.until_well(&self.teller, &self.stop, self.session.inner.patience).await)
        };
        let mut outcome = self.outcome(found);
        self.name_field(&mut outcome).await;
        self.close(&outcome).await;
        if outcome.end == End::Healthy {
            self.session.restarted(&self.plan.target.environment).await;
        }
        outcome.revision = self.record.as_ref().map(|record| record.state.revision);
        if let (End::Healthy, Some(revision), false) = (outcome.end, outcome.revision, self.plan.is_empty()) {
            let took = super::words::duration(outcome.took);
            outcome.headline = format!("{} is ready: revision {revision} in {took}", self.plan.target.environment);
        }
        self.teller.tell(What::Ended(Box::new(outcome.clone()))).await;
        outcome
    }

    /// Writes what changes, a wave at a time, until something is refused or it is stopped.
    async fn write_all(&mut self) {
        let last = self.payload.loads.iter().map(|(load, _)| load.wave).max().unwrap_or(0);
        for wave in 0..=last {
            // The record needs its namespace, which the first wave may make.
            if wave == 1 && !self.stop.is_cancelled() {
                self.refused = self.open_record().await.err().map(Refused::from);
            }
            if self.refused.is_some() {
                return;
            }
            if self.stop.is_cancelled() {
                self.teller.tell(What::Stopping).await;
                return;
            }
            let (written, refused) = self.write_wave(wave).await;
            self.written.extend(written);
            self.refused = refused;
        }
        if last == 0 && self.refused.is_none() {
            self.refused = self.open_record().await.err().map(Refused::from);
        }
    }

    async fn write_wave(&self, wave: usize) -> (Vec<Object>, Option<Refused>) {
        let here = self.payload.loads.iter().filter(|(load, _)| load.wave == wave && self.action(load).writes());
        let writing: Vec<_> = here.map(|(load, live)| self.write_one(load, live.as_ref())).collect();
        let results: Vec<_> = futures::stream::iter(writing).buffer_unordered(AT_ONCE).collect().await;
        let (mut written, mut refused) = (Vec::new(), None);
        for result in results.into_iter().flatten() {
            match result {
                Ok(object) => written.push(object),
                Err(failure) => refused = refused.or(Some(failure)),
            }
        }
        (written, refused)
    }

    /// Writes one object and tells how it went; nothing is begun after a stop.
    async fn write_one(&self, load: &Load, live: Option<&Object>) -> Option<Result<Object, Refused>> {
        if self.stop.is_cancelled() {
            return None;
        }
        let key = load.object.key().clone();
        self.teller.tell(What::Sending(key.clone())).await;
        let started = Instant::now();
        let result = write(&self.payload, load, live, self.action(load)).await;
        let took = SignedDuration::try_from(started.elapsed()).unwrap_or_default();
        self.teller
            .tell(match &result {
                Ok(_) => What::Applied { key, took },
                Err(refused) => What::Refused { key, failure: Box::new(refused.failure.clone()) },
            })
            .await;
        Some(result)
    }

    /// The credentials that the cluster's Secrets now hold: those of Secrets that were written or needed nothing.
    fn applied(&self) -> Vec<String> {
        let held = |load: &&Load| {
            let key = load.object.key();
            let action = self.action(load);
            action == Action::Unchanged || action.writes() && self.written.iter().any(|object| object.key() == key)
        };
        let loads = self.payload.loads.iter().map(|(load, _)| load).filter(held);
        loads.flat_map(|load| load.fields.values().flatten().cloned()).collect()
    }

    fn action(&self, load: &Load) -> Action {
        let key = load.object.key();
        self.plan.changes.iter().find(|change| change.key == *key).map_or(Action::Unchanged, |change| change.action)
    }

    /// What should be written.
    pub(super) fn writing(&self) -> impl Iterator<Item = &Key> {
        self.plan.changes.iter().filter(|change| change.action.writes()).map(|change| &change.key)
    }

    /// What should have been written and is not.
    pub(super) fn undone(&self) -> impl Iterator<Item = &Key> {
        self.writing().filter(|key| !self.written.iter().any(|object| object.key() == *key))
    }

    fn waves(&self) -> Vec<Wave> {
        let mut waves: Vec<(usize, Wave)> = Vec::new();
        for (load, _) in &self.payload.loads {
            let action = self.action(load);
            let state = if action.writes() { StepState::Waiting } else { StepState::Done(SignedDuration::ZERO) };
            let step = Step { key: load.object.key().clone(), action, state };
            match waves.last_mut() {
                Some((wave, last)) if *wave == load.wave => last.steps.push(step),
                Some(_) | None => waves.push((load.wave, Wave { steps: vec![step] })),
            }
        }
        waves.into_iter().map(|(_, wave)| wave).collect()
    }
}
