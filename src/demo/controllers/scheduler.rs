//! The scheduler: a node for every pod, or the reason why there is none.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::Controller;
use crate::demo::actor::{self, SCHEDULER};
use crate::demo::clock;
use crate::demo::cluster::Cluster;
use crate::demo::events::{self, Source, Tone};
use crate::demo::kinds::{self, Kind};
use crate::demo::pick;
use crate::demo::quantity;
use crate::demo::store::{Object, Store};

const SOURCE: Source<'_> = Source { component: "default-scheduler", host: "" };

pub(super) struct Scheduler;

impl Controller for Scheduler {
    const KINDS: &'static [&'static Kind] = &[&kinds::POD, &kinds::NODE, &kinds::CLAIM];
    const DELAY: f64 = 0.1;

    fn sync(&mut self, cluster: &Cluster) -> Option<f64> {
        cluster.with(|store| {
            for pod in store.list(&kinds::POD, "") {
                if pick::text(&pod, "/spec/nodeName").is_empty() && !pick::dying(&pod) {
                    place(store, &pod);
                }
            }
        });
        None
    }
}

/// What is left on a node.
struct Room {
    name: String,
    memory: i128,
    cpu: i128,
}

fn rooms(store: &Store) -> Vec<(Object, Room)> {
    let pods = store.list(&kinds::POD, "");
    store
        .list(&kinds::NODE, "")
        .into_iter()
        .map(|node| {
            let name = pick::name(&node).to_owned();
            let here = || pods.iter().filter(|pod| pick::text(pod, "/spec/nodeName") == name && busy(pod));
            let memory = quantity::units(pick::text(&node, "/status/allocatable/memory"))
                - here().map(|pod| quantity::memory(&pod["spec"])).sum::<i128>();
            let cpu = quantity::milli(pick::text(&node, "/status/allocatable/cpu")).unwrap_or_default()
                - here().map(|pod| quantity::cpu(&pod["spec"])).sum::<i128>();
            (node, Room { name, memory, cpu })
        })
        .collect()
}

/// A pod that goes away still holds its memory until it has ended.
fn busy(pod: &Value) -> bool {
    !["Succeeded", "Failed"].contains(&pick::text(pod, "/status/phase"))
}

fn place(store: &mut Store, pod: &Object) {
    let (memory, cpu) = (quantity::memory(&pod["spec"]), quantity::cpu(&pod["spec"]));
    let nodes = rooms(store);
    let mut against: BTreeMap<String, usize> = BTreeMap::new();
    let mut best: Option<&Room> = None;
    if let Some(claim) = missing_claim(store, pod) {
        return refuse(store, pod, nodes.len(), &format!("persistentvolumeclaim {claim:?} not found"), false);
    }
    for (node, room) in &nodes {
        if !fits(pod, node) {
            *against.entry("node(s) didn't match Pod's node affinity/selector".to_owned()).or_default() += 1;
        } else if cpu > room.cpu {
            *against.entry("Insufficient cpu".to_owned()).or_default() += 1;
        } else if memory > room.memory {
            *against.entry("Insufficient memory".to_owned()).or_default() += 1;
        } else if best.is_none_or(|best| room.memory > best.memory) {
            best = Some(room);
        }
    }
    if let Some(room) = best {
        return bind(store, pod, &room.name);
    }
    let mut reasons: Vec<String> = against.iter().map(|(why, count)| format!("{count} {why}")).collect();
    reasons.sort();
    let helps = against.keys().any(|why| why.starts_with("Insufficient"));
    refuse(store, pod, nodes.len(), &reasons.join(", "), helps);
}

fn missing_claim(store: &Store, pod: &Value) -> Option<String> {
    pick::list(pod, "/spec/volumes")
        .iter()
        .map(|volume| pick::text(volume, "/persistentVolumeClaim/claimName"))
        .find(|claim| !claim.is_empty() && store.get(&kinds::CLAIM, pick::namespace(pod), claim).is_none())
        .map(str::to_owned)
}

fn fits(pod: &Value, node: &Value) -> bool {
    let labels = &node["metadata"]["labels"];
    let selected = pick::map(pod, "/spec/nodeSelector")
        .is_none_or(|selector| selector.iter().all(|(key, value)| labels.get(key) == Some(value)));
    let terms = "/spec/affinity/nodeAffinity/requiredDuringSchedulingIgnoredDuringExecution/nodeSelectorTerms";
    let terms = pick::list(pod, terms);
    let affine = terms.is_empty() || terms.iter().any(|term| term_fits(term, node));
    selected && affine && node.pointer("/spec/unschedulable") != Some(&json!(true))
}

fn term_fits(term: &Value, node: &Value) -> bool {
    let labels = crate::demo::select::Selector::of(term).matches(node);
    let fields = pick::list(term, "/matchFields")
        .iter()
        .all(|field| pick::list(field, "/values").iter().any(|value| value.as_str() == Some(pick::name(node))));
    labels && fields
}

/// Binding is neither an update of the spec nor of the status: no generation, no owner of a field.
fn bind(store: &mut Store, pod: &Object, node: &str) {
    let mut bound = Value::clone(pod);
    pick::set(&mut bound, "/spec/nodeName", node);
    let scheduled = json!({"type": "PodScheduled", "status": "True", "lastProbeTime": null});
    actor::condition(&mut bound, scheduled, &clock::now());
    store.put(&kinds::POD, bound);
    let message = format!("Successfully assigned {}/{} to {node}", pick::namespace(pod), pick::name(pod));
    events::say(store, SOURCE, pod, (Tone::Normal, "Scheduled"), &message);
}

fn refuse(store: &mut Store, pod: &Object, nodes: usize, reasons: &str, preempting: bool) {
    let head = format!("0/{nodes} nodes are available: {reasons}.");
    let tail = if preempting {
        "No preemption victims found for incoming pod"
    } else {
        "Preemption is not helpful for scheduling"
    };
    let message = format!("{head} preemption: 0/{nodes} nodes are available: {nodes} {tail}.");
    let said =
        pick::list(pod, "/status/conditions").iter().any(|condition| pick::text(condition, "/message") == message);
    if said {
        return;
    }
    SCHEDULER.report(store, &kinds::POD, pod, |pod| {
        let condition = json!({"type": "PodScheduled", "status": "False", "lastProbeTime": null,
            "reason": "Unschedulable", "message": message});
        actor::condition(pod, condition, &clock::now());
    });
    events::say(store, SOURCE, pod, (Tone::Warning, "FailedScheduling"), &message);
}
