//! How a run is written down: its state record, and the outcome for people.

use std::time::Duration;

use jiff::Timestamp;

use super::follow::Found;
use super::run::Work;
use super::{End, Operation, Outcome, Remedy, words};
use crate::cluster::Refusal;
use crate::failure::{Failure, Kind};
use crate::object::Object;
use crate::plan::Knob;
use crate::release::{Entry, Record, State, Status};

impl Work<'_> {
    /// Writes that a revision has begun, with everything that may be there from now on.
    ///
    /// # Errors
    /// When somebody else writes at the same time, or the record cannot be written.
    pub(super) async fn open_record(&mut self) -> Result<(), Failure> {
        let earlier = self.record.as_ref().map(|record| &record.state);
        let mut objects: Vec<Entry> = earlier.map(|state| state.objects.clone()).unwrap_or_default();
        for (load, live) in &self.payload.loads {
            let key = load.object.key();
            if !objects.iter().any(|entry| entry.key().same(key)) {
                let known = self.written.iter().find(|object| object.key() == key).or(live.as_ref());
                objects.push(Entry::new(key, known.and_then(Object::uid)));
            }
        }
        let state = State {
            schema: 1,
            revision: earlier.map_or(1, |state| state.revision + 1),
            status: Status::Pending,
            who: self.session.inner.who.clone(),
            when: Timestamp::now(),
            took: None,
            headline: "is being applied".to_owned(),
            objects,
            key: self.payload.key.clone(),
        };
        let version = self.record.as_ref().map(|record| record.version.as_str());
        let (cluster, release) = (&self.payload.cluster, &self.payload.release);
        let written = Record::write(cluster, release, state, version).await;
        self.record = Some(written.map_err(|refusal| {
            match refusal {
                Refusal::Stale(_) => {
                    Failure::new(Kind::Blocked, "somebody else is applying this environment at the same time")
                        .hint("look at it with `landfall status`, then plan again")
                }
                other => other.failure("write the state record", cluster.server()),
            }
        })?);
        Ok(())
    }

    /// Writes how the revision ended.
    pub(super) async fn close(&mut self, outcome: &Outcome) {
        let Some(record) = self.record.as_mut().filter(|record| record.state.status == Status::Pending) else { return };
        let state = &mut record.state;
        state.status = match outcome.end {
            End::Healthy => Status::Healthy,
            End::Stopped => Status::Stopped,
            End::Failed | End::TimedOut | End::NoContact => Status::Failed,
        };
        state.took = (outcome.end == End::Healthy).then(|| i64::try_from(outcome.took.as_millis()).unwrap_or(i64::MAX));
        state.headline.clone_from(&outcome.headline);
        for entry in &mut state.objects {
            if let Some(object) = self.written.iter().find(|object| object.key().same(&entry.key())) {
                entry.uid = object.uid().map(str::to_owned);
            }
        }
        // What was applied is applied; a record that cannot be closed now stays pending, and the next run closes it.
        let closing =
            Record::write(&self.payload.cluster, &self.payload.release, record.state.clone(), Some(&record.version));
        if let Ok(Ok(closed)) = tokio::time::timeout(Duration::from_secs(5), closing).await {
            *record = closed;
        }
    }

    /// What there is to say in the end.
    pub(super) fn outcome(&self, found: Option<Found>) -> Outcome {
        let refused = self.refused.as_ref().map(|refused| Found::refused(refused.failure.clone()));
        let found = refused.or(found).unwrap_or_else(Found::stopped);
        let name = &self.plan.target.environment;
        let undone: Vec<_> = self.undone().cloned().collect();
        let cause = found.cause;
        let headline = match found.end {
            End::Healthy if self.plan.is_empty() => format!("{name} is ready, nothing had to change"),
            End::Healthy => format!("{name} is ready"),
            End::Failed => match (&cause, &found.failure) {
                (Some(cause), _) => cause.headline.clone(),
                (None, Some(failure)) => failure.what.clone(),
                (None, None) => format!("{name} did not become ready"),
            },
            End::Stopped if undone.is_empty() => format!("stopped; everything is applied, {name} is not ready yet"),
            End::Stopped => {
                format!("stopped; not applied: {} of {} objects", undone.len(), self.writing().count())
            }
            End::TimedOut => {
                format!("{name} did not become ready within {}", words::patience(self.session.inner.patience))
            }
            End::NoContact => format!("no contact with {}", self.plan.target.server),
        };
        let remedies = cause.as_ref().map(|cause| self.session.remedies(cause, &self.payload)).unwrap_or_default();
        Outcome {
            target: self.plan.target.clone(),
            operation: Operation::Apply,
            end: found.end,
            headline,
            revision: None,
            cause,
            failure: found.failure,
            remedies,
            done: self.written.iter().map(|object| object.key().clone()).collect(),
            undone,
            changed: words::changed(&self.plan, &self.written),
            despite: self.session.despite(name),
            pods: words::pods(&found.tree, &self.plan.restarts),
            stages: words::stages(&found.tree),
            took: Timestamp::now().duration_since(self.started),
            url: self.payload.url.clone(),
            login: self.payload.login.clone(),
            command: format!("landfall apply {name}{}", self.session.inner.flags),
        }
    }

    /// Says whose the port is and which value could be another, where the server complained about a field.
    pub(super) async fn name_field(&self, outcome: &mut Outcome) {
        let Some((key, pointer)) = self.refused.as_ref().and_then(|refused| refused.field.as_ref()) else { return };
        let Some((knob, owner)) = self.session.knob(&self.payload, key, pointer).await else { return };
        if let Some(owner) = owner {
            outcome.headline.clone_from(&owner);
            if let Some(failure) = &mut outcome.failure {
                *failure =
                    Failure::new(failure.kind, owner).hint(format!("free it, or set {} to another port", knob.path));
            }
        }
        let label = match &knob.suggestion {
            Some(free) => format!("use {free} for {} in this run", knob.path),
            None => format!("use another {} in this run", knob.path),
        };
        let Knob { path, current, suggestion } = knob;
        outcome.remedies.insert(0, Remedy::Value { path, current, suggestion, label });
    }
}
