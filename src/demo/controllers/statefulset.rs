//! StatefulSets: pods by number, made upwards and renewed downwards, each after its neighbour is ready.

use serde_json::{Value, json};

use super::{Controller, active, count, delete_pod, pod_of, ready, template_hash};
use crate::demo::actor::{self, MANAGER};
use crate::demo::cluster::Cluster;
use crate::demo::events::{self, Source, Tone};
use crate::demo::kinds::{self, Kind};
use crate::demo::pick;
use crate::demo::store::{Object, Store};

const SOURCE: Source<'_> = Source { component: "statefulset-controller", host: "" };
const REVISION: &str = "controller-revision-hash";

pub(super) struct StatefulSets;

impl Controller for StatefulSets {
    const KINDS: &'static [&'static Kind] = &[&kinds::STATEFUL_SET, &kinds::POD, &kinds::SERVICE_ACCOUNT];

    fn sync(&mut self, cluster: &Cluster) -> Option<f64> {
        cluster.with(|store| {
            for set in store.list(&kinds::STATEFUL_SET, "") {
                sync(store, &set);
            }
        });
        None
    }
}

/// The revision of the template as the set names it.
fn revision(set: &Value) -> String {
    format!("{}-{}", pick::name(set), template_hash(&set["spec"]["template"]))
}

fn ordinal(pod: &Value) -> usize {
    pick::name(pod).rsplit('-').next().and_then(|text| text.parse().ok()).unwrap_or_default()
}

fn sync(store: &mut Store, set: &Object) {
    let wanted = usize::try_from(pick::number(set, "/spec/replicas")).unwrap_or_default();
    if !pick::dying(set) {
        step(store, set, wanted);
    }
    report(store, set, wanted);
}

/// One step: the first thing that is not as it should be.
fn step(store: &mut Store, set: &Value, wanted: usize) {
    let pods = actor::controlled(store, &kinds::POD, set);
    let ordered = pick::text(set, "/spec/podManagementPolicy") != "Parallel";
    for at in 0..wanted {
        match pods.iter().find(|pod| ordinal(pod) == at) {
            None => {
                make(store, set, at);
                if ordered {
                    return;
                }
            }
            Some(pod) if !pick::dying(pod) && !active(pod) => {
                delete_pod(store, pod);
                return;
            }
            Some(pod) if ordered && !ready(pod) => return,
            Some(_) => {}
        }
    }
    if let Some(last) = pods.iter().filter(|pod| ordinal(pod) >= wanted && active(pod)).max_by_key(|pod| ordinal(pod)) {
        delete_pod(store, last);
        return;
    }
    if pick::text(set, "/spec/updateStrategy/type") != "RollingUpdate" {
        return;
    }
    let partition = pick::number(set, "/spec/updateStrategy/rollingUpdate/partition");
    let target = revision(set);
    let stale = |pod: &&Object| {
        pick::text(pod, &format!("/metadata/labels/{REVISION}")) != target
            && i64::try_from(ordinal(pod)).is_ok_and(|at| at >= partition)
    };
    let settled = pods.iter().all(|pod| active(pod) && ready(pod));
    if settled && let Some(pod) = pods.iter().filter(stale).max_by_key(|pod| ordinal(pod)) {
        delete_pod(store, pod);
    }
}

fn make(store: &mut Store, set: &Value, at: usize) {
    let name = format!("{}-{at}", pick::name(set));
    let meta = json!({
        "name": name, "ownerReferences": actor::owner(&kinds::STATEFUL_SET, set),
        "labels": {
            REVISION: revision(set), "statefulset.kubernetes.io/pod-name": name,
            "apps.kubernetes.io/pod-index": at.to_string(),
        },
    });
    let mut pod = pod_of(&set["spec"]["template"], &meta);
    pick::set(&mut pod, "/spec/hostname", name.as_str());
    pick::set(&mut pod, "/spec/subdomain", pick::text(set, "/spec/serviceName"));
    let mut volumes = pick::list(&pod, "/spec/volumes").to_vec();
    for template in pick::list(set, "/spec/volumeClaimTemplates") {
        let claim = format!("{}-{name}", pick::name(template));
        let body = json!({"metadata": {"name": claim, "labels": set["spec"]["selector"]["matchLabels"]},
            "spec": template["spec"]});
        // A claim that is there already is used again.
        drop(MANAGER.create(store, &kinds::CLAIM, pick::namespace(set), body));
        volumes.push(json!({"name": pick::name(template), "persistentVolumeClaim": {"claimName": claim}}));
    }
    if !volumes.is_empty() {
        pick::set(&mut pod, "/spec/volumes", volumes);
    }
    let (told, message) = match MANAGER.create(store, &kinds::POD, pick::namespace(set), pod) {
        Ok(_) => (
            (Tone::Normal, "SuccessfulCreate"),
            format!("create Pod {name} in StatefulSet {} successful", pick::name(set)),
        ),
        Err(refusal) => (
            (Tone::Warning, "FailedCreate"),
            format!("create Pod {name} in StatefulSet {} failed error: {}", pick::name(set), refusal.message),
        ),
    };
    events::say(store, SOURCE, set, told, &message);
}

fn report(store: &mut Store, set: &Value, wanted: usize) {
    let pods = actor::controlled(store, &kinds::POD, set);
    let target = revision(set);
    let well = pods.iter().filter(|pod| active(pod) && ready(pod)).count();
    let fresh = pods.iter().filter(|pod| pick::text(pod, &format!("/metadata/labels/{REVISION}")) == target).count();
    MANAGER.report(store, &kinds::STATEFUL_SET, set, |set| {
        let before = pick::text(set, "/status/currentRevision").to_owned();
        let done = before.is_empty() || (fresh == wanted && well == wanted && pods.len() == wanted);
        pick::set(set, "/status/replicas", pods.len());
        pick::set(set, "/status/availableReplicas", well);
        count(set, "readyReplicas", well);
        count(set, "updatedReplicas", fresh);
        count(set, "currentReplicas", if done { fresh } else { pods.len() - fresh });
        pick::set(set, "/status/currentRevision", if done { target.clone() } else { before });
        pick::set(set, "/status/updateRevision", target.as_str());
        pick::set(set, "/status/collisionCount", 0);
        let generation = pick::number(set, "/metadata/generation");
        pick::set(set, "/status/observedGeneration", generation);
    });
}
