//! ReplicaSets: as many pods as asked.

use serde_json::{Value, json};

use super::{Controller, active, count, delete_pod, pod_of, ready};
use crate::demo::actor::{self, MANAGER};
use crate::demo::clock;
use crate::demo::cluster::Cluster;
use crate::demo::events::{self, Source, Tone};
use crate::demo::kinds::{self, Kind};
use crate::demo::pick;
use crate::demo::store::{Object, Store};

const SOURCE: Source<'_> = Source { component: "replicaset-controller", host: "" };

pub(super) struct ReplicaSets;

impl Controller for ReplicaSets {
    const KINDS: &'static [&'static Kind] = &[&kinds::REPLICA_SET, &kinds::POD, &kinds::SERVICE_ACCOUNT];
    const DELAY: f64 = 0.1;

    fn sync(&mut self, cluster: &Cluster) -> Option<f64> {
        cluster.with(|store| {
            for set in store.list(&kinds::REPLICA_SET, "") {
                sync(store, &set);
            }
        });
        None
    }
}

fn sync(store: &mut Store, set: &Object) {
    let mut pods = actor::controlled(store, &kinds::POD, set);
    pods.retain(|pod| active(pod));
    let wanted = usize::try_from(pick::number(set, "/spec/replicas")).unwrap_or_default();
    let mut refused = None;
    if !pick::dying(set) {
        for _ in pods.len()..wanted {
            match make(store, set) {
                Ok(pod) => pods.push(pod),
                Err(why) => {
                    refused = Some(why);
                    break;
                }
            }
        }
        // Pods that are not ready go first, then the youngest.
        pods.sort_by_key(|pod| !ready(pod));
        for pod in pods.split_off(wanted.min(pods.len())) {
            delete_pod(store, &pod);
            let message = format!("Deleted pod: {}", pick::name(&pod));
            events::say(store, SOURCE, set, (Tone::Normal, "SuccessfulDelete"), &message);
        }
    }
    report(store, set, &pods, refused);
}

fn make(store: &mut Store, set: &Value) -> Result<Object, String> {
    let meta = json!({
        "generateName": format!("{}-", pick::name(set)), "ownerReferences": actor::owner(&kinds::REPLICA_SET, set),
    });
    let pod = pod_of(&set["spec"]["template"], &meta);
    match MANAGER.create(store, &kinds::POD, pick::namespace(set), pod) {
        Ok(pod) => {
            let message = format!("Created pod: {}", pick::name(&pod));
            events::say(store, SOURCE, set, (Tone::Normal, "SuccessfulCreate"), &message);
            Ok(pod)
        }
        Err(refusal) => {
            let message = format!("Error creating: {}", refusal.message);
            events::say(store, SOURCE, set, (Tone::Warning, "FailedCreate"), &message);
            Err(refusal.message)
        }
    }
}

fn report(store: &mut Store, set: &Value, pods: &[Object], refused: Option<String>) {
    let well = pods.iter().filter(|pod| ready(pod)).count();
    MANAGER.report(store, &kinds::REPLICA_SET, set, |set| {
        pick::set(set, "/status/replicas", pods.len());
        count(set, "fullyLabeledReplicas", pods.len());
        count(set, "readyReplicas", well);
        count(set, "availableReplicas", well);
        let generation = pick::number(set, "/metadata/generation");
        pick::set(set, "/status/observedGeneration", generation);
        match refused {
            Some(why) => {
                let failure =
                    json!({"type": "ReplicaFailure", "status": "True", "reason": "FailedCreate", "message": why});
                actor::condition(set, failure, &clock::now());
            }
            None => drop(pick::take(set, "/status/conditions")),
        }
    });
}
