//! Builds the tree: every released object with all that grew out of it.

use std::cmp::Reverse;

use super::condition::{text, time};
use super::container::{self, Container, Role};
use super::scene::Scene;
use super::{ContainerState, ContainerView, Health, Node, PodView, Tree, Verdict, exit, replicaset, stage};
use crate::object::{Key, Object, Objects};

/// Owners of owners of owners: no deeper, whatever the references say.
const DEPTH: usize = 6;

/// The tree of the released objects; what is wrong comes first.
pub(super) fn tree(roots: &[Key], scene: &Scene<'_>, objects: &Objects) -> Tree {
    let mut roots: Vec<Node> = roots
        .iter()
        .map(|key| match objects.get(key) {
            Some(object) => node(object, true, scene, DEPTH),
            None => absent(key, scene),
        })
        .collect();
    roots.sort_by_key(|node| Reverse(node.health.verdict.rank()));
    Tree { roots }
}

/// A released object that is not there. A Job may have deleted itself when it was done (`ttlSecondsAfterFinished`).
fn absent(key: &Key, scene: &Scene<'_>) -> Node {
    let health = match scene.memory.job_failed(key) {
        Some(false) => Health::ready("done, and gone as it asked for"),
        Some(true) => Health::new(Verdict::Failed, "failed, and gone as it asked for"),
        None => Health::new(Verdict::Unknown, "is not there"),
    };
    Node { key: key.clone(), health, created: None, current: true, pod: None, children: Vec::new(), more: 0 }
}

fn node(object: &Object, current: bool, scene: &Scene<'_>, depth: usize) -> Node {
    let is_deployment = object.kind() == "Deployment" && object.key().group() == "apps";
    let mut more = scene.memory.more(object);
    let mut below: Vec<(&Object, bool)> = match is_deployment {
        _ if depth == 0 => Vec::new(),
        true => {
            let pods = replicaset::pods(object, scene);
            more = pods.set.map_or(0, |set| scene.memory.more(set));
            let old = pods.old.into_iter().map(|pod| (pod, false));
            pods.new.into_iter().map(|pod| (pod, true)).chain(old).collect()
        }
        false => {
            let children = scene.children(object).into_iter();
            children
                .filter(|o| !matches!(o.kind(), "ControllerRevision" | "EndpointSlice"))
                .map(|o| (o, true))
                .collect()
        }
    };
    below.sort_by(|(a, _), (b, _)| a.key().cmp(b.key()));
    let mut children: Vec<Node> = below
        .into_iter()
        .map(|(child, new)| node(child, current && new && !child.is_deleting(), scene, depth.saturating_sub(1)))
        .collect();
    children.sort_by_key(|child| Reverse((child.current, child.health.verdict.rank())));
    Node {
        key: object.key().clone(),
        health: super::health(object, scene),
        created: object.time("/metadata/creationTimestamp"),
        current,
        pod: (object.kind() == "Pod" && object.key().group().is_empty()).then(|| view(object, scene)),
        children,
        more,
    }
}

fn view(pod: &Object, scene: &Scene<'_>) -> PodView {
    let all = container::all(pod);
    PodView {
        node: pod.text("/spec/nodeName").map(str::to_owned),
        restarts: all.iter().map(Container::restarts).sum(),
        containers: all.iter().filter(|c| c.role != Role::Ephemeral).map(close).collect(),
        stages: stage::all(pod, scene),
    }
}

fn close(container: &Container<'_>) -> ContainerView {
    ContainerView {
        name: container.name.to_owned(),
        init: matches!(container.role, Role::Init | Role::Sidecar),
        image: container.image().to_owned(),
        state: state(container),
        ready: container.ready(),
        restarts: container.restarts(),
    }
}

fn state(container: &Container<'_>) -> ContainerState {
    if let Some(running) = container.running() {
        return ContainerState::Running { since: time(running, "startedAt") };
    }
    if let Some(end) = container.ended() {
        return ContainerState::Ended {
            exit: exit::code(end),
            reason: text(end, "reason").to_owned(),
            since: time(end, "startedAt"),
            until: time(end, "finishedAt"),
        };
    }
    ContainerState::Waiting { reason: container.reason().to_owned() }
}
