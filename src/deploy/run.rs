//! Carrying out an approved plan, wave by wave, and following it until it is well.

use std::time::{Duration, Instant};

use futures::StreamExt;
use jiff::{SignedDuration, Timestamp};
use tokio::sync::mpsc;

use super::desired::Load;
use super::follow::{Follower, Found};
use super::prepare::{AT_ONCE, Payload};
use super::{End, Event, Operation, Outcome, Session, Step, StepState, Stop, Wave, What};
use crate::cluster::{Cluster, Order, Refusal};
use crate::failure::{Failure, Kind};
use crate::health::Memory;
use crate::object::{Key, Object};
use crate::plan::{Action, Approved, Plan};
use crate::release::{Entry, Record, State, Status};

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

/// What has been written so far.
#[derive(Default)]
struct Written {
    objects: Vec<Object>,
    refused: Option<Failure>,
}

impl Session {
    /// Carries a plan out and follows it until it is well, fails, or is stopped; the last event is `Ended`.
    pub async fn run(&self, approved: Approved<Payload>, events: mpsc::Sender<Event>, stop: Stop) -> Outcome {
        let (plan, payload) = approved.open();
        let teller = Teller::new(events);
        let started = Timestamp::now();
        teller
            .tell(What::Started {
                operation: Operation::Apply,
                target: Box::new(plan.target.clone()),
                waves: waves(&plan, &payload),
            })
            .await;
        let mut memory = Memory::new(started);
        let mut record = payload.record.clone();
        let mut written = Written::default();
        if !plan.is_empty() {
            self.write_all(&plan, &payload, &mut record, &mut written, (&teller, &stop)).await;
        }
        written.objects.iter().for_each(|object| memory.remember_applied(object));

        let found = if written.refused.is_some() || (stop.is_cancelled() && !all_written(&plan, &written)) {
            None
        } else {
            teller.tell(What::Waiting).await;
            let roots: Vec<Key> = payload.loads.iter().map(|(load, _)| load.object.key().clone()).collect();
            let mut follower = Follower::new(&payload.cluster, &payload.release.namespace, roots, memory);
            follower.know(payload.loads.iter().filter_map(|(_, live)| live.clone()).chain(written.objects.clone()));
            Some(follower.until_well(&teller, &stop, self.inner.patience).await)
        };
        let mut outcome = self.outcome(&plan, &payload, &written, found, started);
        outcome.revision = self.close(&payload, record, &written, &outcome, started).await;
        if let (End::Healthy, Some(revision), false) = (outcome.end, outcome.revision, plan.is_empty()) {
            outcome.headline = format!(
                "{} is ready: revision {revision} in {}",
                plan.target.environment,
                super::words::duration(outcome.took)
            );
        }
        teller.tell(What::Ended(Box::new(outcome.clone()))).await;
        outcome
    }

    async fn write_all(
        &self,
        plan: &Plan<()>,
        payload: &Payload,
        record: &mut Option<Record>,
        written: &mut Written,
        (teller, stop): (&Teller, &Stop),
    ) {
        let writes = |load: &Load| action_of(plan, load.object.key()).writes();
        let last = payload.loads.iter().map(|(load, _)| load.wave).max().unwrap_or(0);
        let mut opened = false;
        for wave in 0..=last {
            let here: Vec<_> = payload.loads.iter().filter(|(load, _)| load.wave == wave && writes(load)).collect();
            // The record needs its namespace, which the first wave may make.
            if wave > 0 && !opened {
                opened = true;
                match self.open_record(payload, record.take(), written).await {
                    Ok(next) => *record = Some(next),
                    Err(failure) => {
                        written.refused = Some(failure);
                        return;
                    }
                }
            }
            let results: Vec<_> = futures::stream::iter(here)
                .map(|(load, live)| async move {
                    let key = load.object.key().clone();
                    if stop.is_cancelled() {
                        return None;
                    }
                    teller.tell(What::Sending(key.clone())).await;
                    let started = Instant::now();
                    let result = write(payload, load, live.as_ref(), action_of(plan, &key)).await;
                    let took = SignedDuration::try_from(started.elapsed()).unwrap_or_default();
                    match &result {
                        Ok(_) => teller.tell(What::Applied { key, took }).await,
                        Err(failure) => {
                            teller.tell(What::Refused { key, failure: Box::new(failure.clone()) }).await;
                        }
                    }
                    Some(result)
                })
                .buffer_unordered(AT_ONCE)
                .collect()
                .await;
            for result in results.into_iter().flatten() {
                match result {
                    Ok(object) => written.objects.push(object),
                    Err(failure) => written.refused = written.refused.take().or(Some(failure)),
                }
            }
            if written.refused.is_some() {
                return;
            }
            if stop.is_cancelled() {
                teller.tell(What::Stopping).await;
                return;
            }
        }
    }

    /// Writes that a revision has begun, with everything that may be there from now on.
    async fn open_record(
        &self,
        payload: &Payload,
        record: Option<Record>,
        written: &Written,
    ) -> Result<Record, Failure> {
        let mut objects: Vec<Entry> = record.as_ref().map(|record| record.state.objects.clone()).unwrap_or_default();
        for (load, live) in &payload.loads {
            let key = load.object.key();
            if !objects.iter().any(|entry| entry.key().same(key)) {
                let known = written.objects.iter().find(|object| object.key() == key).or(live.as_ref());
                objects.push(Entry::new(key, known.and_then(Object::uid)));
            }
        }
        let state = State {
            schema: 1,
            revision: record.as_ref().map_or(1, |record| record.state.revision + 1),
            status: Status::Pending,
            who: self.inner.who.clone(),
            when: Timestamp::now(),
            took: None,
            headline: "is being applied".to_owned(),
            objects,
            key: payload.key.clone(),
        };
        let version = record.as_ref().map(|record| record.version.as_str());
        Record::write(&payload.cluster, &payload.release, state, version).await.map_err(|refusal| match refusal {
            Refusal::Stale(_) => {
                Failure::new(Kind::Blocked, "somebody else is applying this environment at the same time")
                    .hint("look at it with `landfall status`, then plan again")
            }
            other => other.failure("write its state record", payload.cluster.server()),
        })
    }

    /// Writes how the revision ended; returns its number.
    async fn close(
        &self,
        payload: &Payload,
        record: Option<Record>,
        written: &Written,
        outcome: &Outcome,
        started: Timestamp,
    ) -> Option<u64> {
        let record = record?;
        if record.state.status != Status::Pending {
            return Some(record.state.revision);
        }
        let mut state = record.state;
        state.status = match outcome.end {
            End::Healthy => Status::Healthy,
            End::Stopped => Status::Stopped,
            End::Failed | End::TimedOut | End::NoContact => Status::Failed,
        };
        let took = Timestamp::now().duration_since(started).as_millis();
        state.took = (outcome.end == End::Healthy).then(|| i64::try_from(took).unwrap_or(i64::MAX));
        state.headline.clone_from(&outcome.headline);
        for entry in &mut state.objects {
            if let Some(object) = written.objects.iter().find(|object| object.key().same(&entry.key())) {
                entry.uid = object.uid().map(str::to_owned);
            }
        }
        let revision = state.revision;
        // What was applied is applied; a record that cannot be closed now stays pending and is closed by the next run.
        let closing = Record::write(&payload.cluster, &payload.release, state, Some(&record.version));
        let _ = tokio::time::timeout(Duration::from_secs(5), closing).await;
        Some(revision)
    }
}

fn action_of(plan: &Plan<()>, key: &Key) -> Action {
    plan.changes.iter().find(|change| change.key == *key).map_or(Action::Unchanged, |change| change.action)
}

fn all_written(plan: &Plan<()>, written: &Written) -> bool {
    plan.changes.iter().filter(|change| change.action.writes()).count() == written.objects.len()
}

fn waves(plan: &Plan<()>, payload: &Payload) -> Vec<Wave> {
    let mut waves: Vec<(usize, Wave)> = Vec::new();
    for (load, _) in &payload.loads {
        let action = action_of(plan, load.object.key());
        let state = if action.writes() { StepState::Waiting } else { StepState::Done(SignedDuration::ZERO) };
        let step = Step { key: load.object.key().clone(), action, state };
        match waves.last_mut() {
            Some((wave, last)) if *wave == load.wave => last.steps.push(step),
            Some(_) | None => waves.push((load.wave, Wave { steps: vec![step] })),
        }
    }
    waves.into_iter().map(|(_, wave)| wave).collect()
}

async fn write(payload: &Payload, load: &Load, live: Option<&Object>, action: Action) -> Result<Object, Failure> {
    let cluster = &payload.cluster;
    let key = load.object.key();
    let failed = |refusal: Refusal| match refusal {
        Refusal::Stale(_) => Failure::new(Kind::Blocked, format!("{key} changed since the plan was made"))
            .hint("plan again and look at what would change now"),
        other => other.failure(&format!("apply {key}"), cluster.server()),
    };
    let mut uid = live.and_then(Object::uid);
    if action == Action::Replace
        && let Some(old) = uid.take()
    {
        cluster.delete(key, old).await.map_err(failed)?;
        gone(cluster, key).await.map_err(failed)?;
    }
    let force = payload.force || load.shared;
    let order = Order { object: &load.object, data: &load.data, manager: &load.manager, force, uid };
    let answer = cluster.apply(order).await.map_err(failed)?;
    if load.shared {
        let bare = join(&load.object, &payload.release.user_label())
            .map_err(|failure| failure.hint("correct the template"))?;
        let manager = payload.release.manager();
        let none = crate::module::SecretData::new();
        let order = Order { object: &bare, data: &none, manager: &manager, force: false, uid: answer.object.uid() };
        cluster.apply(order).await.map_err(failed)?;
    }
    Ok(answer.object)
}

/// Only the label by which an environment is entered among the users of a shared object.
fn join(object: &Object, label: &str) -> crate::failure::Result<Object> {
    let key = object.key();
    let mut value = serde_json::json!({
        "apiVersion": key.api,
        "kind": key.kind,
        "metadata": {"name": key.name, "namespace": key.namespace, "labels": {label: "1"}},
    });
    if let Some(kind) = object.text("/type") {
        value["type"] = kind.into(); // a Secret's type is part of what the server checks
    }
    Object::new(value)
}

/// Waits until a deleted object is really gone.
async fn gone(cluster: &Cluster, key: &Key) -> Result<(), Refusal> {
    let deadline = Instant::now() + Duration::from_secs(60);
    while cluster.get(key).await?.is_some() {
        if Instant::now() > deadline {
            return Err(Refusal::Trouble(format!("{key} is still being deleted after 60 s")));
        }
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
    Ok(())
}

impl Session {
    fn outcome(
        &self,
        plan: &Plan<()>,
        payload: &Payload,
        written: &Written,
        found: Option<Found>,
        started: Timestamp,
    ) -> Outcome {
        let writing = || plan.changes.iter().filter(|change| change.action.writes());
        let is_written = |key: &Key| written.objects.iter().any(|object| object.key() == key);
        let done = writing().filter(|change| is_written(&change.key)).map(|change| change.key.clone()).collect();
        let undone: Vec<Key> =
            writing().filter(|change| !is_written(&change.key)).map(|change| change.key.clone()).collect();
        let refused = written.refused.as_ref().map(|failure| Found::refused(failure.clone()));
        let found = refused.or(found).unwrap_or_else(Found::stopped);
        let name = &plan.target.environment;
        let headline = match found.end {
            End::Healthy if plan.is_empty() => format!("{name} is ready, nothing had to change"),
            End::Healthy => format!("{name} is ready"),
            End::Failed => match (&found.cause, &found.failure) {
                (Some(cause), _) => cause.headline.clone(),
                (None, Some(failure)) => failure.what.clone(),
                (None, None) => format!("{name} did not become ready"),
            },
            End::Stopped if undone.is_empty() => format!("stopped; everything is applied, {name} is not ready yet"),
            End::Stopped => format!("stopped; {} of {} objects are not applied", undone.len(), writing().count()),
            End::TimedOut => {
                format!("{name} did not become ready within {}", super::words::patience(self.inner.patience))
            }
            End::NoContact => format!("no contact with {}", plan.target.server),
        };
        let cause = found.cause.map(|cause| self.explain(cause));
        let remedies = cause.as_ref().map(|cause| self.remedies(cause, payload)).unwrap_or_default();
        Outcome {
            target: plan.target.clone(),
            operation: Operation::Apply,
            end: found.end,
            headline: match (&cause, found.end) {
                (Some(cause), End::Failed) => cause.headline.clone(),
                _ => headline,
            },
            revision: None,
            cause,
            failure: found.failure,
            remedies,
            done,
            undone,
            changed: super::words::changed(plan),
            pods: super::words::pods(&found.tree, &plan.restarts),
            stages: super::words::stages(&found.tree),
            took: Timestamp::now().duration_since(started),
            url: payload.url.clone(),
            login: payload.login.clone(),
            command: format!("landfall apply {name}{}", self.inner.flags),
        }
    }
}
