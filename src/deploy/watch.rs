//! Watching what is there, reading its logs, and giving stuck pods another try.

use jiff::{SignedDuration, Timestamp};
use tokio::sync::mpsc;

use super::desired::Load;
use super::follow::Follower;
use super::prepare::Payload;
use super::run::Teller;
use super::{End, Event, Log, Operation, Outcome, Session, Step, StepState, Stop, TakeOver, Wave, What};
use crate::cluster::{Cluster, LogRequest, Refusal, follow_log};
use crate::failure::{Failure, Kind, Result};
use crate::health::{Memory, tree};
use crate::object::{Key, Object};
use crate::plan::wave;
use crate::project::{Environment, Project};
use crate::release::Record;

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

impl Session {
    /// Watches what is there until stopped; `until_ready` ends it at the first verdict.
    ///
    /// # Errors
    /// When the cluster cannot be opened or nothing has been applied yet.
    pub async fn watch(
        &self,
        environment: &str,
        until_ready: bool,
        events: mpsc::Sender<Event>,
        stop: Stop,
    ) -> Result<Outcome> {
        let project = self.project();
        let environment = project.environment(environment)?;
        let cluster = self.open(environment).await?;
        let release = self.release(&project, environment);
        let failed = |refusal: Refusal| refusal.failure("look at this environment", cluster.server());
        let Some(record) = Record::read(&cluster, &release).await.map_err(failed)? else {
            return Err(Failure::new(Kind::Blocked, format!("nothing has been applied to {} yet", environment.name))
                .hint(format!("apply it: landfall apply {}{}", environment.name, self.inner.flags)));
        };
        let started = Timestamp::now();
        let target = self.target(&project, environment, &cluster);
        let mut roots: Vec<Key> = record.state.objects.iter().map(crate::release::Entry::key).collect();
        roots.sort_by_key(wave);
        let teller = Teller::new(events);
        let steps = roots.iter().map(|key| Step {
            key: key.clone(),
            action: crate::plan::Action::Unchanged,
            state: StepState::Done(SignedDuration::ZERO),
        });
        let waves = vec![Wave { steps: steps.collect() }];
        teller.tell(What::Started { operation: Operation::Watch, target: Box::new(target.clone()), waves }).await;
        teller.tell(What::Waiting).await;
        let mut memory = Memory::new(record.state.when);
        let objects = self.gather_objects(&cluster, &release, &roots, &mut memory).await;
        let mut follower = Follower::new(self, (&cluster, &release), roots.clone(), memory);
        follower.know(objects.into_iter().filter(|object| object.kind() != "Event"));
        let found = if until_ready {
            follower.until_well(&teller, &stop, self.inner.patience).await
        } else {
            follower.until_stopped(&teller, &stop).await
        };
        let credentials = self.gather(&project, &environment.name).await.unwrap_or_default();
        let facts = self.facts(&project, environment, &credentials).ok();
        let cause = found.cause;
        let remedies = match &cause {
            Some(cause) => self.remedies_of(&project, environment, &cluster, cause).await,
            None => Vec::new(),
        };
        let health = found.tree.verdict();
        let outcome = Outcome {
            operation: Operation::Watch,
            end: found.end,
            headline: match (found.end, &cause) {
                (End::Failed, Some(cause)) => cause.headline.clone(),
                (End::Healthy, _) => format!("{} is ready", environment.name),
                _ => format!("{} is {}: {}", environment.name, health.verdict, health.reason),
            },
            revision: Some(record.state.revision),
            cause,
            failure: found.failure,
            remedies,
            done: Vec::new(),
            undone: Vec::new(),
            changed: Vec::new(),
            despite: Vec::new(),
            pods: super::words::pods(&found.tree, &[]),
            stages: super::words::stages(&found.tree),
            took: Timestamp::now().duration_since(started),
            url: facts.as_ref().and_then(|facts| facts.url.clone()),
            login: facts.and_then(|facts| facts.login),
            command: format!("landfall watch {}{}", environment.name, self.inner.flags),
            target,
        };
        teller.tell(What::Ended(Box::new(outcome.clone()))).await;
        Ok(outcome)
    }

    /// The ways out of a cause while it is being looked at.
    ///
    /// # Errors
    /// When the environment cannot be rendered.
    pub async fn ways_out(&self, environment: &str, cause: &crate::health::Cause) -> Result<Vec<super::Remedy>> {
        let project = self.project();
        let environment = project.environment(environment)?;
        let cluster = self.open(environment).await?;
        Ok(self.remedies_of(&project, environment, &cluster, cause).await)
    }

    async fn remedies_of(
        &self,
        project: &Project,
        environment: &Environment,
        cluster: &Cluster,
        cause: &crate::health::Cause,
    ) -> Vec<super::Remedy> {
        let credentials = self.stand_ins(project, &environment.name).await.unwrap_or_default();
        let loads: Vec<Load> = self.desired(project, environment, &credentials, None).unwrap_or_default();
        let payload = Payload {
            cluster: cluster.clone(),
            release: self.release(project, environment),
            loads: loads.into_iter().map(|load| (load, None)).collect(),
            record: None,
            marks: std::collections::BTreeMap::new(),
            key: self.inner.digest.clone(),
            take: TakeOver::Nothing,
            url: None,
            login: None,
        };
        self.remedies(cause, &payload)
    }

    /// Follows the log of one container until stopped, as `Logged` events.
    ///
    /// # Errors
    /// When the log cannot be read, such as before the container started.
    pub async fn follow(&self, environment: &str, of: LogOf, events: mpsc::Sender<Event>, stop: Stop) -> Result<()> {
        let project = self.project();
        let environment = project.environment(environment)?;
        let cluster = self.open(environment).await?;
        let namespace = self.inner.module.namespace_of(environment).to_owned();
        let pod = Key::new("v1", "Pod", Some(&namespace), &of.pod);
        let request = LogRequest {
            namespace,
            pod: of.pod.clone(),
            container: of.container.clone(),
            previous: of.previous,
            follow: !of.previous,
            tail: 200,
        };
        let (sender, mut lines) = mpsc::channel(256);
        let teller = Teller::new(events);
        let telling = async {
            let mut batch = Vec::new();
            while lines.recv_many(&mut batch, 100).await > 0 {
                let lines = std::mem::take(&mut batch);
                let log = Log { pod: pod.clone(), container: of.container.clone(), previous: of.previous, lines };
                teller.tell(What::Logged(log)).await;
            }
        };
        let reading = follow_log(&cluster, &request, sender);
        let both = futures::future::join(reading, telling);
        tokio::select! {
            (result, ()) = both => result.map_err(|refusal| refusal.failure("read this log", cluster.server())),
            () = stop.cancelled() => Ok(()),
        }
    }

    /// Deletes the pods that are stuck, so that their controllers make them anew; how many there were.
    ///
    /// # Errors
    /// When the cluster cannot be asked or does not let them be deleted.
    pub async fn retry(&self, environment: &str) -> Result<usize> {
        let project = self.project();
        let environment = project.environment(environment)?;
        let cluster = self.open(environment).await?;
        let release = self.release(&project, environment);
        let failed = |refusal: Refusal| refusal.failure("delete the pods that are stuck", cluster.server());
        let Some(record) = Record::read(&cluster, &release).await.map_err(failed)? else { return Ok(0) };
        let keys: Vec<Key> = record.state.objects.iter().map(crate::release::Entry::key).collect();
        let mut memory = Memory::new(record.state.when);
        let objects = self.gather_objects(&cluster, &release, &keys, &mut memory).await;
        let found = tree(&keys, &objects, &memory, Timestamp::now());
        let stuck = super::explain::stuck(&found.roots);
        for key in &stuck {
            if let Some(uid) = objects.get(key).and_then(Object::uid) {
                cluster.delete(key, uid).await.map_err(failed)?;
            }
        }
        Ok(stuck.len())
    }
}
