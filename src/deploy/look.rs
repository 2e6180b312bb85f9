//! Looking at environments: what is known here, what the cluster says, watching, and what may be read of it.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use tokio::sync::mpsc;

use super::desired::Load;
use super::follow::Follower;
use super::prepare::Payload;
use super::run::Teller;
use super::{
    End, Event, Fill, Glance, Log, Operation, Outcome, Reach, Session, Step, StepState, Stop, Survey, Wave, What,
};
use crate::cluster::{Cluster, LogRequest, Refusal, follow_log};
use crate::failure::{Failure, Kind, Result};
use crate::health::{Memory, Tree, tree};
use crate::module::Facts;
use crate::object::{Key, Object, Objects};
use crate::plan::wave;
use crate::project::{Environment, Project};
use crate::release::{Record, Release};
use crate::secret::Credentials;

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
    pub(super) fn facts(
        &self,
        project: &Project,
        environment: &Environment,
        credentials: &Credentials,
    ) -> Result<Facts> {
        let module = &self.inner.module;
        let values = module.settle(project, &environment.name)?;
        module.facts(&module.scene(project, environment, &values, credentials))
    }

    /// What is known of an environment without asking its cluster.
    ///
    /// # Errors
    /// When there is no such environment. What is wrong with its values is a complaint in the answer.
    pub async fn glance(&self, environment: &str) -> Result<Glance> {
        let project = self.project();
        let environment = project.environment(environment)?;
        let mut complaints: Vec<String> = self
            .inner
            .module
            .survey(&project)
            .into_iter()
            .filter(|clash| clash.environments.0 == environment.name || clash.environments.1 == environment.name)
            .map(|clash| format!("{}: {}. Remedy: {}.", clash.sentence, clash.why, clash.remedy))
            .collect();
        let (credentials, stored) = match self.gather(&project, &environment.name).await {
            Ok(stored) => {
                self.note_all(&project).await;
                (self.fill(&environment.name, &stored), stored)
            }
            Err(failure) => (Fill::Hidden(failure.to_string()), Credentials::new()),
        };
        let facts = match self.facts(&project, environment, &stored) {
            Ok(facts) => Some(facts),
            Err(failure) => {
                complaints.push(failure.to_string());
                None
            }
        };
        let rows = facts.as_ref().map(|facts| {
            let row =
                |row: &crate::module::Row| (row.title.clone(), row.value.clone().unwrap_or_else(|| "–".to_owned()));
            facts.rows.iter().map(row).collect()
        });
        Ok(Glance {
            environment: environment.name.clone(),
            protected: environment.protected,
            context: environment.context.clone(),
            server: environment.server.clone(),
            namespace: self.inner.module.namespace_of(environment).to_owned(),
            credentials,
            rows: rows.unwrap_or_default(),
            url: facts.as_ref().and_then(|facts| facts.url.clone()),
            login: facts.and_then(|facts| facts.login),
            complaints,
        })
    }

    fn fill(&self, environment: &str, stored: &Credentials) -> Fill {
        let (mut set, mut needed, mut flagged) = (0, 0, 0);
        for field in self.fields().filter(|field| !field.unasked) {
            needed += 1;
            match stored.get(&field.name) {
                Some(credential) => {
                    set += 1;
                    let opinion = self.judge(environment, &field.name, &credential.value);
                    flagged += usize::from(opinion.is_some_and(|opinion| opinion.blocks || opinion.warns));
                }
                None => set += usize::from(field.default.is_some()),
            }
        }
        Fill::Counted { set, needed, flagged }
    }

    /// What its cluster says.
    ///
    /// # Errors
    /// When there is no such environment. A cluster that cannot be asked is part of the answer.
    pub async fn survey(&self, environment: &str) -> Result<Survey> {
        let project = self.project();
        let environment = project.environment(environment)?;
        let mut survey = Survey {
            environment: environment.name.clone(),
            reach: Reach::Yes(String::new()),
            health: None,
            tree: Tree::default(),
            revision: None,
            by: None,
            by_hand: None,
        };
        let cluster = match self.open(environment).await {
            Ok(cluster) => cluster,
            Err(failure) => {
                survey.reach = unreachable(&failure);
                return Ok(survey);
            }
        };
        let release = self.release(&project, environment);
        let asked = async {
            let version = cluster.version().await?;
            Ok((version, Record::read(&cluster, &release).await?))
        };
        match asked.await {
            Ok((version, record)) => {
                survey.reach = Reach::Yes(version);
                if let Some(record) = record {
                    survey.revision = Some((record.state.revision, record.state.when));
                    survey.by = Some(record.state.who.clone());
                    let keys: Vec<Key> = record.state.objects.iter().map(crate::release::Entry::key).collect();
                    let objects = self.gather_objects(&cluster, &release, &keys).await;
                    survey.by_hand = Some(by_hand(&objects, &keys, &release));
                    survey.tree = tree(&keys, &objects, &Memory::new(record.state.when), Timestamp::now());
                    let mut health = survey.tree.verdict();
                    health.cause = health.cause.map(|cause| self.explain(cause));
                    survey.health = Some(health);
                }
            }
            Err(refusal) => {
                survey.reach = unreachable(&Refusal::failure(&refusal, "look at this environment", cluster.server()))
            }
        }
        Ok(survey)
    }

    /// The released objects and what grew out of them, as far as they may be read.
    async fn gather_objects(&self, cluster: &Cluster, release: &Release, keys: &[Key]) -> Objects {
        let mut kinds: BTreeSet<(String, String, Option<String>)> = BTreeSet::new();
        for key in keys {
            kinds.insert((key.api.clone(), key.kind.clone(), key.namespace.clone()));
        }
        let namespace = Some(release.namespace.clone());
        for (api, kind) in
            [("apps/v1", "ReplicaSet"), ("v1", "Pod"), ("v1", "Event"), ("discovery.k8s.io/v1", "EndpointSlice")]
        {
            kinds.insert((api.to_owned(), kind.to_owned(), namespace.clone()));
        }
        let mut objects = Objects::default();
        let lists = kinds.into_iter().map(|(api, kind, namespace)| async move {
            let resource = cluster.resource(&api, &kind).await.ok()?;
            match namespace {
                Some(namespace) => cluster.list(&resource, Some(&namespace), "").await.ok(),
                None => {
                    let mut found = Vec::new();
                    for key in keys.iter().filter(|key| key.kind == kind && key.namespace.is_none()) {
                        found.extend(cluster.get(key).await.ok().flatten());
                    }
                    Some(found)
                }
            }
        });
        for list in futures::future::join_all(lists).await.into_iter().flatten() {
            list.into_iter().for_each(|object| objects.put(object));
        }
        objects
    }

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
        let failed = |refusal: Refusal| refusal.failure("be asked about this environment", cluster.server());
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
        let mut follower = Follower::new(&cluster, &release.namespace, roots.clone(), Memory::new(record.state.when));
        let objects = self.gather_objects(&cluster, &release, &roots).await;
        follower.know(objects.iter().filter(|object| object.kind() != "Event").cloned());
        let found = if until_ready {
            follower.until_well(&teller, &stop, self.inner.patience).await
        } else {
            follower.until_stopped(&teller, &stop).await
        };
        let credentials = self.gather(&project, &environment.name).await.unwrap_or_default();
        let facts = self.facts(&project, environment, &credentials).ok();
        let cause = found.cause.map(|cause| self.explain(cause));
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
        let credentials = self.gather(project, &environment.name).await.unwrap_or_default();
        let loads: Vec<Load> = self.desired(project, environment, &credentials, None).unwrap_or_default();
        let payload = Payload {
            cluster: cluster.clone(),
            release: self.release(project, environment),
            loads: loads.into_iter().map(|load| (load, None)).collect(),
            record: None,
            key: self.inner.digest.clone(),
            force: false,
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
        let objects = self.gather_objects(&cluster, &release, &keys).await;
        let found = tree(&keys, &objects, &Memory::new(record.state.when), Timestamp::now());
        let stuck = super::explain::stuck(&found.roots);
        for key in &stuck {
            if let Some(uid) = objects.get(key).and_then(Object::uid) {
                cluster.delete(key, uid).await.map_err(failed)?;
            }
        }
        Ok(stuck.len())
    }

    /// The nodes' internal addresses, where nodes may be listed: to prefill what a module asks for.
    ///
    /// # Errors
    /// When the cluster cannot be opened.
    pub async fn node_addresses(&self, environment: &str) -> Result<Vec<String>> {
        let project = self.project();
        let cluster = self.open(project.environment(environment)?).await?;
        let Ok(resource) = cluster.resource("v1", "Node").await else { return Ok(Vec::new()) };
        let nodes = cluster.list(&resource, None, "").await.unwrap_or_default();
        let addresses = nodes.iter().flat_map(|node| node.list("/status/addresses")).filter_map(|address| {
            let text = |name: &str| address.get(name).and_then(Value::as_str);
            text("address").filter(|_| text("type") == Some("InternalIP")).map(str::to_owned)
        });
        Ok(addresses.collect())
    }
}

fn unreachable(failure: &Failure) -> Reach {
    Reach::No { sentence: failure.to_string(), next: failure.hints.first().cloned().unwrap_or_default() }
}

/// How many fields of the released objects were last written by hand, from their field managers.
fn by_hand(objects: &Objects, keys: &[Key], release: &Release) -> usize {
    let tools = ["kubectl", "k9s", "rancher", "lens", "openlens", "headlamp"];
    let released = objects.iter().filter(|object| keys.iter().any(|key| key.same(object.key())));
    released
        .flat_map(|object| object.list("/metadata/managedFields"))
        .filter(|entry| {
            let manager = entry.get("manager").and_then(Value::as_str).unwrap_or_default().to_ascii_lowercase();
            manager != release.manager() && tools.iter().any(|tool| manager.starts_with(tool))
        })
        .map(|entry| entry.get("fieldsV1").map_or(0, leaves))
        .sum()
}

fn leaves(fields: &Value) -> usize {
    match fields.as_object() {
        Some(map) if map.keys().any(|key| key != ".") => {
            map.iter().filter(|(key, _)| *key != ".").map(|(_, value)| leaves(value)).sum()
        }
        Some(_) | None => 1,
    }
}
