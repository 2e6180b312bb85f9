//! DaemonSets: one pod on every node.

use serde_json::{Value, json};

use super::{Controller, active, count, delete_pod, pod_of, ready, template_hash};
use crate::demo::actor::{self, MANAGER};
use crate::demo::cluster::Cluster;
use crate::demo::events::{self, Source, Tone};
use crate::demo::kinds::{self, Kind};
use crate::demo::pick;
use crate::demo::store::{Object, Store};

const SOURCE: Source<'_> = Source { component: "daemonset-controller", host: "" };
const REVISION: &str = "controller-revision-hash";

pub(super) struct DaemonSets;

impl Controller for DaemonSets {
    const KINDS: &'static [&'static Kind] = &[&kinds::DAEMON_SET, &kinds::POD, &kinds::NODE, &kinds::SERVICE_ACCOUNT];

    fn sync(&mut self, cluster: &Cluster) -> Option<f64> {
        cluster.with(|store| {
            for set in store.list(&kinds::DAEMON_SET, "") {
                sync(store, &set);
            }
        });
        None
    }
}

/// The node a daemon's pod is for, whether it is there yet or not.
fn node_of(pod: &Value) -> &str {
    let term = "/spec/affinity/nodeAffinity/requiredDuringSchedulingIgnoredDuringExecution/nodeSelectorTerms/0";
    pick::text(pod, &format!("{term}/matchFields/0/values/0"))
}

fn sync(store: &mut Store, set: &Object) {
    let selector = pick::map(set, "/spec/template/spec/nodeSelector").cloned().unwrap_or_default();
    let mut nodes = store.list(&kinds::NODE, "");
    nodes.retain(|node| selector.iter().all(|(key, value)| node["metadata"]["labels"].get(key) == Some(value)));
    let hash = template_hash(&set["spec"]["template"]);
    let stale = |pod: &Value| pick::text(pod, &format!("/metadata/labels/{REVISION}")) != hash;
    let pods = actor::controlled(store, &kinds::POD, set);
    if !pick::dying(set) {
        for node in &nodes {
            if !pods.iter().any(|pod| node_of(pod) == pick::name(node)) {
                make(store, set, pick::name(node), &hash);
            }
        }
        let settled = pods.iter().all(|pod| active(pod) && ready(pod));
        let rolling = pick::text(set, "/spec/updateStrategy/type") == "RollingUpdate";
        if let Some(old) =
            pods.iter().find(|pod| stale(pod) && active(pod)).filter(|pod| rolling && (settled || !ready(pod)))
        {
            delete_pod(store, old);
        }
        for pod in pods.iter().filter(|pod| !pick::dying(pod) && !active(pod)) {
            delete_pod(store, pod);
        }
    }
    let pods = actor::controlled(store, &kinds::POD, set);
    let well = pods.iter().filter(|pod| active(pod) && ready(pod)).count();
    let fresh = pods.iter().filter(|pod| active(pod) && !stale(pod)).count();
    MANAGER.report(store, &kinds::DAEMON_SET, set, |set| {
        pick::set(set, "/status/desiredNumberScheduled", nodes.len());
        pick::set(set, "/status/currentNumberScheduled", pods.iter().filter(|pod| active(pod)).count());
        pick::set(set, "/status/numberReady", well);
        count(set, "numberAvailable", well);
        count(set, "numberUnavailable", nodes.len().saturating_sub(well));
        count(set, "updatedNumberScheduled", fresh);
        let generation = pick::number(set, "/metadata/generation");
        pick::set(set, "/status/observedGeneration", generation);
    });
}

fn make(store: &mut Store, set: &Value, node: &str, hash: &str) {
    let meta = json!({
        "generateName": format!("{}-", pick::name(set)), "ownerReferences": actor::owner(&kinds::DAEMON_SET, set),
        "labels": {REVISION: hash, "pod-template-generation": "1"},
    });
    let mut pod = pod_of(&set["spec"]["template"], &meta);
    let field = json!({"key": "metadata.name", "operator": "In", "values": [node]});
    let terms = json!({"nodeSelectorTerms": [{"matchFields": [field]}]});
    pick::set(&mut pod, "/spec/affinity/nodeAffinity/requiredDuringSchedulingIgnoredDuringExecution", terms);
    let (told, message) = match MANAGER.create(store, &kinds::POD, pick::namespace(set), pod) {
        Ok(pod) => ((Tone::Normal, "SuccessfulCreate"), format!("Created pod: {}", pick::name(&pod))),
        Err(refusal) => ((Tone::Warning, "FailedCreate"), format!("Error creating: {}", refusal.message)),
    };
    events::say(store, SOURCE, set, told, &message);
}
