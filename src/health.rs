//! Is it well? A verdict on any Kubernetes object, its cause in one sentence, and the next step.
//!
//! Pure: objects and a clock in, verdicts out. Objects given together explain each other. Nothing is fetched, nothing is
//! painted. Rules and texts follow the sources named at each of them.

mod apiservice;
mod autoscaler;
mod budget;
mod cause;
mod claim;
mod condition;
mod config;
mod container;
mod crash;
mod cronjob;
mod crowd;
mod daemonset;
mod definition;
mod deleting;
mod deployment;
mod doom;
mod event;
mod exit;
mod finding;
mod grow;
mod image;
mod ingress;
mod job;
mod memory;
mod missing;
mod mount;
mod namespace;
mod other;
mod pod;
mod preamble;
mod probe;
mod progress;
mod quota;
mod refusal;
mod replicaset;
mod sandbox;
mod say;
mod scene;
mod schedule;
mod service;
mod stage;
mod statefulset;
mod tree;
mod verdict;

pub use cause::{Cause, Trouble};
pub use memory::Memory;
pub use tree::{ContainerState, ContainerView, Node, PodView, Stage, Tree};
pub use verdict::{Health, Verdict};

use jiff::Timestamp;

use crate::object::{Key, Object, Objects};
use scene::Scene;

/// Verdicts on objects given together, in their order; Events explain the others and get none themselves.
pub fn judge(objects: &[Object], now: Timestamp) -> Vec<(Key, Health)> {
    let memory = Memory::default();
    let scene = Scene::new(objects.iter(), &memory, now);
    let judged = objects.iter().filter(|object| event::Event::of(object).is_none());
    judged.map(|object| (object.key().clone(), health(object, &scene))).collect()
}

/// The released objects `roots` with all that grew out of them, judged in the light of what was seen before.
pub fn tree(roots: &[Key], objects: &Objects, memory: &Memory, now: Timestamp) -> Tree {
    let scene = Scene::new(objects.iter(), memory, now).promising(roots);
    grow::tree(roots, &scene, objects)
}

/// The verdict on one object, by the rule of its kind.
fn health(object: &Object, scene: &Scene<'_>) -> Health {
    if let Some(health) = preamble::health(object, scene) {
        return health;
    }
    match (object.key().group(), object.kind()) {
        ("apps", "Deployment") => deployment::health(object, scene),
        ("apps", "ReplicaSet") => replicaset::health(object, scene),
        ("apps", "StatefulSet") => statefulset::health(object, scene),
        ("apps", "DaemonSet") => daemonset::health(object, scene),
        ("batch", "Job") => job::health(object, scene),
        ("batch", "CronJob") => cronjob::health(object, scene),
        ("", "Pod") => pod::health(object, scene),
        ("", "Service") => service::health(object, scene),
        ("", "PersistentVolumeClaim") => claim::health(object, scene),
        ("", "Namespace") => namespace::health(object),
        ("networking.k8s.io", "Ingress") => ingress::health(object, scene),
        ("apiextensions.k8s.io", "CustomResourceDefinition") => definition::health(object),
        ("autoscaling", "HorizontalPodAutoscaler") => autoscaler::health(object, scene),
        ("policy", "PodDisruptionBudget") => budget::health(object),
        ("apiregistration.k8s.io", "APIService") => apiservice::health(object, scene),
        _ => other::health(object),
    }
}
