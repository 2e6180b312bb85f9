//! Whether a workload moves. Its own clock is needed: StatefulSets and DaemonSets have none, and the Deployment controller
//! stops counting once a rollout was complete, so that a scale-up without room would be waited for for ever.

use jiff::SignedDuration;

use super::container::Role;
use super::doom::Outlook;
use super::scene::Scene;
use super::{Cause, Trouble, Verdict, container, pod, say, stage};
use crate::object::Object;

/// The shortest time without progress that is called a standstill, in seconds.
const PATIENCE: i64 = 600;

/// How far a workload has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mark {
    generation: i64,
    /// The best values so far: going back and forth is no progress.
    best: [i64; 8],
    pulling: bool,
    /// Whether it has arrived: then its clock does not run.
    done: bool,
}

impl Mark {
    /// Takes in a newer mark and tells whether the workload has moved. A running pull counts as motion.
    pub(super) fn absorb(&mut self, newer: &Self) -> bool {
        if newer.generation != self.generation || newer.done || self.done {
            *self = newer.clone();
            return true;
        }
        let mut moved = newer.pulling;
        for (best, new) in self.best.iter_mut().zip(newer.best) {
            moved |= new > *best;
            *best = new.max(*best);
        }
        moved
    }
}

/// How far a workload has come; none for other kinds.
pub(super) fn mark(object: &Object, scene: &Scene<'_>) -> Option<Mark> {
    let number = |field: &str| object.number(&format!("/status/{field}")).unwrap_or(0);
    let pods = pods(object, scene)?;
    let mut best = [0; 8];
    best[0] = number("observedGeneration");
    best[1] = number("updatedReplicas") + number("updatedNumberScheduled");
    best[2] = number("readyReplicas") + number("numberReady");
    best[3] = number("availableReplicas") + number("numberAvailable");
    best[4] = -(number("replicas") - number("updatedReplicas"));
    let mut pulling = false;
    for pod in pods.iter().filter(|pod| pod::is_active(pod)) {
        best[5] += i64::from(pod.text("/spec/nodeName").is_some());
        for container in container::all(pod).iter().filter(|c| c.role != Role::Ephemeral && c.restarts() == 0) {
            best[6] += i64::from(container.running().is_some() || container.ended().is_some());
            best[7] += i64::from(container.is_fine(pod));
        }
        pulling |= stage::pulling(pod, scene).is_some_and(|since| !scene.older(Some(since), 1800));
    }
    let done = super::health(object, scene).verdict == Verdict::Ready;
    Some(Mark { generation: object.number("/metadata/generation").unwrap_or(0), best, pulling, done })
}

fn pods<'a>(object: &Object, scene: &Scene<'a>) -> Option<Vec<&'a Object>> {
    if object.key().group() != "apps" {
        return None;
    }
    match object.kind() {
        "Deployment" => Some(super::replicaset::pods(object, scene).new),
        "StatefulSet" | "DaemonSet" | "ReplicaSet" => Some(scene.children(object)),
        _ => None,
    }
}

/// How long a workload has stood still, if that is too long.
pub(super) fn standstill(object: &Object, scene: &Scene<'_>) -> Option<SignedDuration> {
    let limit = object.number("/spec/progressDeadlineSeconds").unwrap_or(PATIENCE).max(PATIENCE);
    scene.memory.standstill(object.key(), scene.now).filter(|still| still.as_secs() > limit)
}

/// The cause of a rollout that ran out of time: the pods' own if they show one.
pub(super) fn deadline(object: &Object, outlook: &Outlook, still: SignedDuration) -> Cause {
    let headline = format!("{} made no progress for {}", object.name(), say::span(still));
    if let Some(cause) = outlook.cause() {
        return cause.also(&format!("{headline}."));
    }
    let sentence = match (outlook.ready, outlook.total) {
        (_, 0) => "It has no new pod yet.".to_owned(),
        (0, 1) => "Its new pod is not ready.".to_owned(),
        (0, total) => format!("None of its {} is ready.", say::count(total, "new pod")),
        (ready, total) => format!("Ready are {ready} of its {}.", say::count(total, "new pod")),
    };
    Cause::new(Trouble::Deadline, object.key())
        .headline(headline)
        .sentence(sentence)
        .next("see what its pods wait for; if this version is at fault, go back to the one before")
}
