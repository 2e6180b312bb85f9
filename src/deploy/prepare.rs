//! From a project to a plan: render, ask the cluster, compare. Writes nothing.

use std::collections::BTreeMap;

use futures::{FutureExt, StreamExt};
use jiff::Timestamp;

use super::desired::Load;
use super::rehearse::{Rehearser, Way};
use super::rights::{missing_rights, needs};
use super::scaled::{Scaled, autoscalers, leave_replicas};
use super::{Session, TakeOver};
use crate::cluster::{Cluster, Refusal};
use crate::failure::{Failure, Kind, Result};
use crate::module::Level;
use crate::object::{Key, Object};
use crate::plan::{Blocker, Plan, Subject, draw};
use crate::project::{Environment, Project};
use crate::release::{Record, Release};
use crate::secret::{Applied, Digest};

/// What a plan carries for the wire; nobody else can open it.
#[derive(Debug, Clone)]
pub struct Payload {
    pub(super) cluster: Cluster,
    pub(super) release: Release,
    pub(super) loads: Vec<(Load, Option<Object>)>,
    pub(super) record: Option<Record>,
    pub(super) key: Digest,
    pub(super) take: TakeOver,
    /// What will be remembered of each credential once it is applied.
    pub(super) marks: BTreeMap<String, Applied>,
    pub(super) url: Option<String>,
    pub(super) login: Option<String>,
}

/// How many calls at a time: measured, more does not make writing faster.
pub(super) const AT_ONCE: usize = 16;
/// How many dry runs at a time. They write nothing, and where the server is 25 ms away, so many need a third less time.
const REHEARSED_AT_ONCE: usize = 32;

impl Session {
    /// Plans: renders, asks the cluster, compares. Writes nothing. `take_over` takes all that others hold.
    ///
    /// # Errors
    /// As [`Session::prepare_taking`].
    pub async fn prepare(&self, environment: &str, take_over: bool) -> Result<Plan<Payload>> {
        self.prepare_taking(environment, if take_over { TakeOver::Everything } else { TakeOver::Nothing }).await
    }

    /// Plans: renders, asks the cluster, compares. Writes nothing. What others hold is taken as far as said.
    ///
    /// # Errors
    /// A value, template or credential is missing or wrong; the cluster is another one, does not answer, or does not let
    /// itself be asked. What the cluster says against single objects is in the plan.
    pub async fn prepare_taking(&self, environment: &str, take: TakeOver) -> Result<Plan<Payload>> {
        let project = self.project();
        let environment = project.environment(environment)?;
        self.inner.module.settle(&project, &environment.name)?;
        let credentials = self.complete(&project, &environment.name).await?;
        let cluster = self.open(environment).await?;
        let release = self.release(&project, environment);
        let asked = asked(&cluster);
        let learning = cluster.learn_all(self.inner.module.apis());
        let (record, ()) = tokio::join!(Record::read(&cluster, &release), learning);
        let record = record.map_err(asked)?;
        let key = record.as_ref().map_or_else(Digest::random, |record| record.state.key.clone());
        let mut loads = self.desired(&project, environment, &credentials, Some(&key))?;
        let needs = needs(&cluster, &release, &loads).await;
        let shared_with = self.sharing(&project, environment);
        let (rights, rehearsed) = tokio::join!(
            missing_rights(&cluster, &release, &needs),
            rehearsed(&cluster, &release, &mut loads, &take, &shared_with)
        );
        let Rehearsed { lives, scaled, subjects } = rehearsed?;

        let now = Timestamp::now();
        let marks = credentials.iter().map(|(name, held)| (name.clone(), Applied::of(&held.value, now))).collect();
        let facts = self.facts(&project, environment, &credentials)?;
        let payload = Payload {
            cluster: cluster.clone(),
            release: release.clone(),
            loads: loads.into_iter().zip(lives).collect(),
            record,
            key,
            take: take.clone(),
            marks,
            url: facts.url,
            login: facts.login,
        };
        let target = self.target(&project, environment, &cluster);
        let mut plan = draw(target, &subjects, Timestamp::now(), payload);
        plan.took = plan.payload().record.as_ref().and_then(|record| record.state.measured());
        for change in &mut plan.changes {
            for scaled in &scaled {
                scaled.note(change);
            }
            for conflict in &mut change.conflicts {
                conflict.taken = take.takes(&change.key, &conflict.field);
            }
        }
        plan.blockers.extend(self.differing(&project, environment).await);
        plan.blockers.extend(self.losing(&environment.name));
        plan.blockers.extend(self.kept(&plan, &project, environment).await);
        for clash in self.inner.module.survey(&project) {
            if clash.environments.0 != environment.name && clash.environments.1 != environment.name {
                continue;
            }
            match clash.level {
                Level::Block => plan.blockers.push(Blocker {
                    key: None,
                    sentence: format!("{}: {}.", clash.sentence, clash.why),
                    next: format!("Remedy: {}.", clash.remedy),
                    pointer: None,
                    knob: None,
                }),
                Level::Warn => {
                    plan.warnings.push(format!("{}: {}. Remedy: {}.", clash.sentence, clash.why, clash.remedy));
                }
            }
        }
        plan.blockers.extend(rights.map_err(asked)?);
        self.turn_knobs(&mut plan).await;
        // One namespace that is missing is one thing to do, however many objects wait for it.
        plan.blockers.dedup_by(|one, other| one.sentence == other.sentence && one.next == other.next);
        plan.warnings.extend(left_over(&plan));
        Ok(plan)
    }

    /// Other environments that live in the same namespace of the same cluster, and so share what is shared.
    pub(super) fn sharing(&self, project: &Project, environment: &Environment) -> Vec<String> {
        let home =
            |e: &Environment| (e.context.clone(), e.server.clone(), self.inner.module.namespace_of(e).to_owned());
        project
            .environments
            .iter()
            .filter(|other| other.name != environment.name && home(other) == home(environment))
            .map(|other| other.name.clone())
            .collect()
    }

    /// Blocks where environments that share an object would render it differently.
    async fn differing(&self, project: &Project, environment: &Environment) -> Vec<Blocker> {
        let sharing = self.sharing(project, environment);
        if sharing.is_empty() {
            return Vec::new();
        }
        // Values do not matter here: what is shared is compared without them.
        let Ok(own) = self.stand_ins(project, &environment.name).await else { return Vec::new() };
        let Ok(ours) = self.desired(project, environment, &own, None) else { return Vec::new() };
        let mut blockers = Vec::new();
        for name in sharing {
            let Ok(other) = project.environment(&name) else { continue };
            let Ok(theirs) = self.stand_ins(project, &name).await else { continue };
            // An environment that cannot be rendered yet says nothing about what is shared.
            let Ok(theirs) = self.desired(project, other, &theirs, None) else { continue };
            for load in ours.iter().filter(|load| load.shared) {
                let key = load.object.key();
                let differs = theirs.iter().any(|t| t.object.key() == key && t.object.value() != load.object.value());
                if differs {
                    blockers.push(Blocker {
                        key: Some(key.clone()),
                        sentence: format!(
                            "{} and {name} share {key} and would each make it different.",
                            environment.name
                        ),
                        next: "Give both the same values for it, or each its own namespace.".to_owned(),
                        pointer: None,
                        knob: None,
                    });
                }
            }
        }
        blockers
    }
}

/// What the cluster has of the objects, and says of them.
struct Rehearsed {
    lives: Vec<Option<Object>>,
    scaled: Vec<Scaled>,
    subjects: Vec<Subject>,
}

/// Looks at the objects as they are and sends each through a dry run. What autoscalers count is left out of the loads.
async fn rehearsed(
    cluster: &Cluster,
    release: &Release,
    loads: &mut [Load],
    take: &TakeOver,
    shared_with: &[String],
) -> Result<Rehearsed> {
    let (lives, scalers) = tokio::join!(live(cluster, loads), autoscalers(cluster, release, loads));
    let lives = lives.map_err(asked(cluster))?;
    let scaled = leave_replicas(loads, &lives, &scalers)?;
    let rehearser = Rehearser::new(cluster, release, loads, take);
    let asking: Vec<_> = loads
        .iter()
        .zip(&lives)
        .enumerate()
        .map(|(at, (load, live))| {
            let others = if load.shared { shared_with.to_vec() } else { Vec::new() };
            rehearser.subject(Way { load, live: live.as_ref(), others }).map(move |subject| (at, subject))
        })
        .collect();
    // In any order, so that one that is slow holds nobody up.
    let mut subjects: Vec<(usize, Result<Subject, Refusal>)> =
        futures::stream::iter(asking).buffer_unordered(REHEARSED_AT_ONCE).collect().await;
    subjects.sort_by_key(|(at, _)| *at);
    let subjects: Result<Vec<_>, Refusal> = subjects.into_iter().map(|(_, subject)| subject).collect();
    Ok(Rehearsed { subjects: subjects.map_err(asked(cluster))?, lives, scaled })
}

/// How a refusal ends a plan.
fn asked(cluster: &Cluster) -> impl Fn(Refusal) -> Failure + Copy {
    let server = cluster.server();
    move |refusal| refusal.failure("look at this environment", server)
}

/// The objects as they are: one list per kind and namespace, or one by one where listing is not allowed.
async fn live(cluster: &Cluster, loads: &[Load]) -> Result<Vec<Option<Object>>, Refusal> {
    let mut kinds: BTreeMap<(String, String, Option<String>), Vec<Key>> = BTreeMap::new();
    for load in loads {
        let key = load.object.key();
        kinds.entry((key.api.clone(), key.kind.clone(), key.namespace.clone())).or_default().push(key.clone());
    }
    let asking: Vec<_> = kinds
        .into_iter()
        .map(|((api, kind, namespace), keys)| async move {
            let resource = match cluster.resource(&api, &kind).await {
                Ok(resource) => resource,
                Err(Refusal::NoSuchKind) => return Ok(Vec::new()),
                Err(refusal) => return Err(refusal),
            };
            if keys.len() == 1 || namespace.is_none() {
                return one_by_one(cluster, &keys).await;
            }
            match cluster.list(&resource, namespace.as_deref(), "").await {
                Err(Refusal::Forbidden(_)) => one_by_one(cluster, &keys).await,
                listed => listed,
            }
        })
        .collect();
    let found: Vec<Result<Vec<Object>, Refusal>> =
        futures::stream::iter(asking).buffer_unordered(AT_ONCE).collect().await;
    let mut all = BTreeMap::new();
    for objects in found {
        all.extend(objects?.into_iter().map(|object| (object.key().clone(), object)));
    }
    Ok(loads.iter().map(|load| all.remove(load.object.key())).collect())
}

async fn one_by_one(cluster: &Cluster, keys: &[Key]) -> Result<Vec<Object>, Refusal> {
    let mut found = Vec::new();
    for key in keys {
        match cluster.get(key).await {
            Ok(object) => found.extend(object),
            Err(Refusal::Forbidden(_)) => {} // the dry run will say more
            Err(refusal) => return Err(refusal),
        }
    }
    Ok(found)
}

/// What an earlier revision left that the module no longer makes.
fn left_over(plan: &Plan<Payload>) -> Vec<String> {
    let payload = plan.payload();
    let Some(record) = &payload.record else { return Vec::new() };
    record
        .state
        .objects
        .iter()
        .map(crate::release::Entry::key)
        .filter(|key| !payload.loads.iter().any(|(load, _)| load.object.key().same(key)))
        .map(|key| format!("{key} was made by an earlier revision and is no longer asked for; it stays."))
        .collect()
}

/// A failure of planning that only says what the plan already holds.
pub fn blocked(plan: &Plan<Payload>) -> Option<Failure> {
    let blocker = plan.blockers.first()?;
    let failure = Failure::new(Kind::Blocked, blocker.sentence.trim_end_matches('.').to_owned());
    Some(failure.hint(blocker.next.clone()))
}
