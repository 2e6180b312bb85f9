//! Which log is followed: the one somebody chose, else the one that matters most now.

use super::Rollout;
use crate::deploy::LogOf;
use crate::health::{ContainerState, Node, Trouble, Verdict};

/// Every container whose log could be followed, pods of the newest revision first.
pub(super) fn choices(rollout: &Rollout) -> Vec<LogOf> {
    let mut pods = Vec::new();
    collect(&rollout.progress.tree.roots, &mut pods);
    pods.sort_by_key(|pod| !pod.current);
    pods.iter()
        .flat_map(|node| {
            node.pod.iter().flat_map(|pod| &pod.containers).map(|container| LogOf {
                pod: node.key.name.clone(),
                container: container.name.clone(),
                previous: false,
            })
        })
        .collect()
}

fn collect<'n>(nodes: &'n [Node], pods: &mut Vec<&'n Node>) {
    for node in nodes {
        if node.pod.is_some() {
            pods.push(node);
        }
        collect(&node.children, pods);
    }
}

/// The log that matters most: of a container that crashed (its last words), else of one that runs and is not ready.
pub(super) fn best(rollout: &Rollout) -> Option<LogOf> {
    let mut pods = Vec::new();
    collect(&rollout.progress.tree.roots, &mut pods);
    let crashed =
        pods.iter().find_map(|node| {
            let cause = node.health.cause.as_ref()?;
            let container = cause.container.clone()?;
            let known = node.pod.as_ref()?.containers.iter().find(|known| known.name == container)?;
            let previous = matches!(known.state, ContainerState::Waiting { .. }) && known.restarts > 0;
            matches!(cause.trouble, Trouble::Crash { .. } | Trouble::OutOfMemory | Trouble::Probe { .. })
                .then(|| LogOf { pod: node.key.name.clone(), container, previous })
        });
    crashed.or_else(|| {
        let young = pods.iter().filter(|node| node.current && node.health.verdict != Verdict::Ready);
        young.chain(pods.iter().filter(|node| node.current)).find_map(|node| {
            let containers = &node.pod.as_ref()?.containers;
            let running = containers.iter().rev().find(|c| matches!(c.state, ContainerState::Running { .. }))?;
            Some(LogOf { pod: node.key.name.clone(), container: running.name.clone(), previous: false })
        })
    })
}
