//! Deployments: ReplicaSets per template, rolled out by strategy, and the story told in conditions.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use tokio::time::Instant;

use super::rollout::{self, Told};
use super::{Controller, count, template_hash};
use crate::demo::actor::{self, MANAGER};
use crate::demo::cluster::Cluster;
use crate::demo::events::{self, Source, Tone};
use crate::demo::kinds::{self, Kind};
use crate::demo::pick;
use crate::demo::store::{Object, Store};

const SOURCE: Source<'_> = Source { component: "deployment-controller", host: "" };
const REVISION: &str = "/metadata/annotations/deployment.kubernetes.io~1revision";

const DESIRED: &str = "/metadata/annotations/deployment.kubernetes.io~1desired-replicas";

/// The controller, with the moment of each rollout's last progress by uid and template.
#[derive(Default)]
pub(super) struct Deployments {
    progress: BTreeMap<(String, String), Instant>,
}

impl Controller for Deployments {
    const KINDS: &'static [&'static Kind] = &[&kinds::DEPLOYMENT, &kinds::REPLICA_SET, &kinds::POD];
    const DELAY: f64 = 0.2;

    fn sync(&mut self, cluster: &Cluster) -> Option<f64> {
        cluster.with(|store| {
            let all = store.list(&kinds::DEPLOYMENT, "");
            let waiting = all.iter().filter(|deployment| self.sync_one(cluster, store, deployment)).count();
            (waiting > 0).then_some(1.0)
        })
    }
}

/// The ReplicaSets of a Deployment: the one of its template, and the others.
struct Sets {
    new: Option<Object>,
    old: Vec<Object>,
}

impl Sets {
    fn read(store: &Store, deployment: &Value) -> Self {
        let hash = template_hash(&deployment["spec"]["template"]);
        let mut old = actor::controlled(store, &kinds::REPLICA_SET, deployment);
        let at = old.iter().position(|set| pick::text(set, "/metadata/labels/pod-template-hash") == hash);
        Self { new: at.map(|at| old.remove(at)), old }
    }

    fn all(&self) -> impl Iterator<Item = &Object> {
        self.new.iter().chain(&self.old)
    }

    /// Those that have pods to run.
    fn active(&self) -> impl Iterator<Item = &Object> {
        self.all().filter(|set| pick::number(set, "/spec/replicas") > 0)
    }

    /// Whether other replicas are wanted than the active ones were sized for.
    fn resized(&self, deployment: &Value) -> bool {
        let wanted = pick::number(deployment, "/spec/replicas").to_string();
        self.active().any(|set| pick::text(set, DESIRED) != wanted)
    }

    fn sum(&self, pointer: &str) -> i64 {
        self.all().map(|set| pick::number(set, pointer)).sum()
    }
}

/// What one pass does (kubernetes `deployment_controller.go`, `syncDeployment`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Pass {
    /// Paused, or other replicas are wanted: sizes and counts, and not a word about progress. Conditions of an
    /// earlier rollout stay for this moment.
    Size,
    /// The rollout goes on.
    Roll,
}

impl Deployments {
    /// Whether the rollout still goes on.
    fn sync_one(&mut self, cluster: &Cluster, store: &mut Store, deployment: &Object) -> bool {
        let sets = Sets::read(store, deployment);
        let paused = deployment.pointer("/spec/paused") == Some(&json!(true));
        let pass = if paused || sets.resized(deployment) { Pass::Size } else { Pass::Roll };
        if !pick::dying(deployment) {
            match (pass, pick::text(deployment, "/spec/strategy/type")) {
                (Pass::Size, _) => resize(store, deployment, &sets),
                (Pass::Roll, "Recreate") => recreate(store, deployment, &sets),
                (Pass::Roll, _) => roll(store, deployment, &sets),
            }
            clean_up(store, deployment);
        }
        let fresh = store.get(&kinds::DEPLOYMENT, pick::namespace(deployment), pick::name(deployment));
        let deployment = fresh.unwrap_or_else(|| Object::clone(deployment));
        let rollout = (pick::uid(&deployment).to_owned(), template_hash(&deployment["spec"]["template"]));
        let since = *self.progress.entry(rollout.clone()).or_insert_with(Instant::now);
        let deadline = i32::try_from(pick::number(&deployment, "/spec/progressDeadlineSeconds")).unwrap_or(i32::MAX);
        let late = since.elapsed() > cluster.span(f64::from(deadline));
        let told = report(store, &deployment, pass, late);
        match told {
            Told::Progress => drop(self.progress.insert(rollout, Instant::now())),
            Told::Complete => drop(self.progress.remove(&rollout)),
            Told::Waiting | Told::Late => {}
        }
        matches!(told, Told::Waiting | Told::Progress)
    }
}

fn report(store: &mut Store, deployment: &Object, pass: Pass, late: bool) -> Told {
    let sets = Sets::read(store, deployment);
    let mut next = Value::clone(deployment);
    let size = |number: i64| usize::try_from(number).unwrap_or_default();
    let available = sets.sum("/status/availableReplicas");
    let updated = sets.new.as_ref().map_or(0, |set| pick::number(set, "/status/replicas"));
    count(&mut next, "replicas", size(sets.sum("/status/replicas")));
    count(&mut next, "updatedReplicas", size(updated));
    count(&mut next, "readyReplicas", size(sets.sum("/status/readyReplicas")));
    count(&mut next, "availableReplicas", size(available));
    count(&mut next, "unavailableReplicas", size((sets.sum("/spec/replicas") - available).max(0)));
    pick::set(&mut next, "/status/observedGeneration", pick::number(deployment, "/metadata/generation"));
    let told = match pass {
        Pass::Size => rollout::tell_size(&mut next),
        Pass::Roll => rollout::tell(deployment, &mut next, sets.new.as_deref(), late),
    };
    MANAGER.report(store, &kinds::DEPLOYMENT, deployment, |deployment| {
        deployment["status"] = next["status"].take();
    });
    told
}

/// Brings the sizes to what is wanted while the rollout rests.
fn resize(store: &mut Store, deployment: &Value, sets: &Sets) {
    let wanted = pick::number(deployment, "/spec/replicas");
    let active: Vec<&Object> = sets.active().collect();
    for set in &active {
        let size = if active.len() == 1 { wanted } else { pick::number(set, "/spec/replicas") };
        scale(store, deployment, set, size);
        MANAGER.edit(store, &kinds::REPLICA_SET, set, |set| pick::set(set, DESIRED, wanted.to_string()));
    }
}

fn recreate(store: &mut Store, deployment: &Value, sets: &Sets) {
    for set in &sets.old {
        scale(store, deployment, set, 0);
    }
    // Until the last old pod is gone, terminating ones included, nothing new starts.
    let busy = sets.old.iter().any(|set| {
        actor::controlled(store, &kinds::POD, set)
            .iter()
            .any(|pod| !["Succeeded", "Failed"].contains(&pick::text(pod, "/status/phase")))
    });
    if !busy {
        let wanted = pick::number(deployment, "/spec/replicas");
        renew(store, deployment, sets, wanted);
    }
}

fn roll(store: &mut Store, deployment: &Value, sets: &Sets) {
    let wanted = pick::number(deployment, "/spec/replicas");
    let surge = share(deployment, "maxSurge", wanted, 99);
    let mut down = share(deployment, "maxUnavailable", wanted, 0);
    if surge == 0 && down == 0 {
        down = 1;
    }
    let total = sets.sum("/spec/replicas");
    let new = sets.new.as_ref().map_or(0, |set| pick::number(set, "/spec/replicas"));
    let size = if new > wanted { wanted } else { new + (wanted - new).min((wanted + surge - total).max(0)) };
    renew(store, deployment, sets, size);
    let available = sets.new.as_ref().map_or(0, |set| pick::number(set, "/status/availableReplicas"));
    let mut spare = total - (wanted - down) - (new - available).max(0);
    for set in &sets.old {
        let has = pick::number(set, "/spec/replicas");
        let well = pick::number(set, "/status/availableReplicas");
        let cut = (has - well).max(0).min(spare.max(0));
        let more =
            (sets.sum("/status/availableReplicas") - (wanted - down)).max(0).min(spare - cut).min(has - cut).max(0);
        if cut + more > 0 {
            spare -= cut + more;
            scale(store, deployment, set, has - cut - more);
        }
    }
}

/// A number or a share of the replicas; shares of surge round up, of unavailability down.
fn share(deployment: &Value, field: &str, wanted: i64, up: i64) -> i64 {
    match deployment.pointer(&format!("/spec/strategy/rollingUpdate/{field}")) {
        Some(Value::String(text)) => {
            let percent: i64 = text.trim_end_matches('%').parse().unwrap_or(25);
            (wanted * percent + up) / 100
        }
        Some(number) => number.as_i64().unwrap_or_default(),
        None => 0,
    }
}

/// Makes or sizes the ReplicaSet of the template.
fn renew(store: &mut Store, deployment: &Value, sets: &Sets, size: i64) {
    let newest = sets.old.iter().map(|set| revision(set)).max().unwrap_or_default();
    let Some(set) = &sets.new else {
        make(store, deployment, newest + 1, size);
        return;
    };
    let mut number = revision(set);
    if number <= newest {
        // An old template is wanted again: its ReplicaSet becomes the newest.
        number = newest + 1;
        MANAGER.edit(store, &kinds::REPLICA_SET, set, |set| pick::set(set, REVISION, number.to_string()));
        MANAGER.report(store, &kinds::DEPLOYMENT, deployment, |deployment| {
            rollout::found(deployment, pick::name(set));
        });
    }
    if pick::text(deployment, REVISION) != number.to_string() {
        MANAGER.report(store, &kinds::DEPLOYMENT, deployment, |deployment| {
            pick::set(deployment, REVISION, number.to_string());
        });
    }
    scale(store, deployment, set, size);
}

fn revision(set: &Value) -> i64 {
    pick::text(set, REVISION).parse().unwrap_or_default()
}

fn make(store: &mut Store, deployment: &Value, revision: i64, size: i64) {
    let template = &deployment["spec"]["template"];
    let hash = template_hash(template);
    let name = format!("{}-{hash}", pick::name(deployment));
    let wanted = pick::number(deployment, "/spec/replicas");
    let surge = share(deployment, "maxSurge", wanted, 99);
    let mut set = json!({
        "metadata": {
            "name": name, "labels": template["metadata"]["labels"],
            "annotations": {
                "deployment.kubernetes.io/desired-replicas": wanted.to_string(),
                "deployment.kubernetes.io/max-replicas": (wanted + surge).to_string(),
                "deployment.kubernetes.io/revision": revision.to_string(),
            },
            "ownerReferences": actor::owner(&kinds::DEPLOYMENT, deployment),
        },
        "spec": {"replicas": size, "selector": deployment["spec"]["selector"], "template": template},
    });
    for pointer in ["/metadata/labels", "/spec/selector/matchLabels", "/spec/template/metadata/labels"] {
        pick::set(&mut set, &format!("{pointer}/pod-template-hash"), hash.as_str());
    }
    match MANAGER.create(store, &kinds::REPLICA_SET, pick::namespace(deployment), set) {
        Ok(_) => {
            let message = format!("Scaled up replica set {name} from 0 to {size}");
            if size > 0 {
                events::say(store, SOURCE, deployment, (Tone::Normal, "ScalingReplicaSet"), &message);
            }
            MANAGER.report(store, &kinds::DEPLOYMENT, deployment, |deployment| {
                pick::set(deployment, REVISION, revision.to_string());
                rollout::created(deployment, &name);
            });
        }
        Err(refusal) => {
            let message = format!("Failed to create new replica set {name:?}: {}", refusal.message);
            events::say(store, SOURCE, deployment, (Tone::Warning, "ReplicaSetCreateError"), &message);
        }
    }
}

fn scale(store: &mut Store, deployment: &Value, set: &Value, size: i64) {
    let before = pick::number(set, "/spec/replicas");
    if before == size {
        return;
    }
    MANAGER.edit(store, &kinds::REPLICA_SET, set, |set| {
        pick::set(set, "/spec/replicas", size);
        let wanted = pick::number(deployment, "/spec/replicas");
        pick::set(set, DESIRED, wanted.to_string());
    });
    let way = if size > before { "up" } else { "down" };
    let message = format!("Scaled {way} replica set {} from {before} to {size}", pick::name(set));
    events::say(store, SOURCE, deployment, (Tone::Normal, "ScalingReplicaSet"), &message);
}

/// Old empty ReplicaSets beyond the history limit go, oldest first.
fn clean_up(store: &mut Store, deployment: &Value) {
    let mut old = Sets::read(store, deployment).old;
    old.retain(|set| pick::number(set, "/spec/replicas") == 0 && pick::number(set, "/status/replicas") == 0);
    old.sort_by_key(|set| revision(set));
    let limit = usize::try_from(pick::number(deployment, "/spec/revisionHistoryLimit")).unwrap_or_default();
    for set in old.iter().take(old.len().saturating_sub(limit)) {
        super::delete(store, &kinds::REPLICA_SET, set, &json!({}));
    }
}
