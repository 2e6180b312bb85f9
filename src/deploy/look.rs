//! Looking at environments: what is known here, what the cluster says, watching, and what may be read of it.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::{End, Fill, Glance, Reach, Revision, Session, Survey};
use crate::cluster::{Cluster, Refusal, Unopened};
use crate::failure::{Failure, Result};
use crate::health::{Memory, Tree, tree};
use crate::module::Facts;
use crate::object::{Key, Object, Objects};
use crate::project::{Environment, Project};
use crate::release::{Past, Record, Release, Status};
use crate::secret::Credentials;

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
                None => {
                    set += usize::from(field.default.is_some() || self.reference(environment, &field.name).is_some());
                }
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
            history: Vec::new(),
            by_hand: None,
            sync: None,
        };
        let cluster = match self.look_in(environment).await {
            Ok(cluster) => cluster,
            Err(unopened) => {
                survey.reach = match unopened {
                    Unopened::SignIn { program, .. } => Reach::SignIn { program },
                    Unopened::No(failure) => unreachable(&failure),
                };
                return Ok(survey);
            }
        };
        let release = self.release(&project, environment);
        let asked = async {
            let version = cluster.version().await?;
            Ok::<_, Refusal>((version, Record::read(&cluster, &release).await?))
        };
        match asked.await {
            Ok((version, record)) => {
                survey.reach = Reach::Yes(version);
                if let Some(record) = record {
                    survey.revision = Some((record.state.revision, record.state.when));
                    survey.by = Some(record.state.who.clone());
                    survey.history = record.state.history().into_iter().map(revision).collect();
                    let keys: Vec<Key> = record.state.objects.iter().map(crate::release::Entry::key).collect();
                    let mut memory = Memory::new(record.state.when);
                    let objects = self.gather_objects(&cluster, &release, &keys, &mut memory).await;
                    survey.by_hand = Some(by_hand(&objects, &keys, &release));
                    survey.tree = tree(&keys, &objects, &memory, Timestamp::now());
                    self.explain_all(&release, &objects, &mut survey.tree.roots);
                    // Of thousands of pods they are many, and what follows waits for the cluster.
                    drop(objects);
                    survey.health = Some(survey.tree.verdict());
                    // Values that are wrong are said by the glance.
                    survey.sync = self.compare_in(&cluster, &project, environment).await.ok();
                }
            }
            // Signed in long ago: asked anew, without that credential.
            Err(Refusal::Unauthorized) if self.inner.source.forget(cluster.context()) => {
                return Box::pin(self.survey(&environment.name)).await;
            }
            Err(refusal) => {
                survey.reach = unreachable(&refusal.failure("look at this environment", cluster.server()));
            }
        }
        Ok(survey)
    }

    /// The released objects and what grew out of them, as far as they may be read; the memory says which pods are only
    /// counted.
    pub(super) async fn gather_objects(
        &self,
        cluster: &Cluster,
        release: &Release,
        keys: &[Key],
        memory: &mut Memory,
    ) -> Objects {
        let mut kinds: BTreeSet<(String, String, Option<String>)> = BTreeSet::new();
        for key in keys {
            kinds.insert((key.api.clone(), key.kind.clone(), key.namespace.clone()));
        }
        let namespace = Some(release.namespace.clone());
        for (api, kind) in [("apps/v1", "ReplicaSet"), ("discovery.k8s.io/v1", "EndpointSlice")] {
            kinds.insert((api.to_owned(), kind.to_owned(), namespace.clone()));
        }
        // Of these there may be thousands. Pods come first: what is said in passing depends on them.
        let many = async {
            let mut kept = Vec::new();
            for kind in ["Pod", "Event"] {
                let Ok(resource) = cluster.resource("v1", kind).await else { continue };
                let keeps = |object: &Object| memory.keeps(object) && !memory.is_of_nobody(object);
                kept.extend(cluster.list_kept(&resource, &release.namespace, keeps).await.unwrap_or_default());
            }
            kept
        };
        let mut objects = Objects::default();
        let lists = kinds.into_iter().map(|(api, kind, namespace)| async move {
            let resource = cluster.resource(&api, &kind).await.ok()?;
            if let Some(namespace) = namespace {
                return cluster.list(&resource, Some(&namespace), "").await.ok();
            }
            let mut found = Vec::new();
            for key in keys.iter().filter(|key| key.kind == kind && key.namespace.is_none()) {
                found.extend(cluster.get(key).await.ok().flatten());
            }
            Some(found)
        });
        let (many, lists) = futures::future::join(many, futures::future::join_all(lists)).await;
        for object in lists.into_iter().flatten().flatten().chain(many) {
            objects.put(object);
        }
        objects
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

fn revision(past: Past) -> Revision {
    let end = match past.status {
        Status::Pending => None,
        Status::Healthy => Some(End::Healthy),
        Status::Failed => Some(End::Failed),
        Status::Stopped => Some(End::Stopped),
    };
    let took = past.took.map(SignedDuration::from_millis);
    Revision { number: past.revision, end, by: past.who, when: past.when, took, headline: past.headline }
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

impl Session {
    /// The objects of an environment as they are before anything is asked of a cluster, masked.
    ///
    /// # Errors
    /// A value or template is wrong, or a credential is missing.
    pub async fn render(&self, environment: &str) -> Result<Vec<Value>> {
        let project = self.project();
        let environment = project.environment(environment)?;
        let credentials = self.complete(&project, &environment.name).await?;
        let ingest = crate::cluster::Ingest::new(self.inner.digest.clone());
        let mut numbers = crate::plan::Numbers::default();
        let loads = self.desired(&project, environment, &credentials, None)?;
        loads
            .into_iter()
            .map(|load| Ok(numbers.masked(ingest.object(load.object.into_value())?.into_value())))
            .collect()
    }
}
