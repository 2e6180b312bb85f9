//! A pod whose sandbox or network cannot be made. Only Events carry the text.

use super::finding::Finding;
use super::scene::Scene;
use super::{Cause, Trouble, pod, say};
use crate::object::Object;

/// Why the pod has no network.
pub(super) fn finding(pod: &Object, scene: &Scene<'_>) -> Option<Finding> {
    let event = scene.newest(pod, &["FailedCreatePodSandBox", "NetworkNotReady", "FailedPodSandBoxStatus"])?;
    if super::condition::is(pod, "PodReadyToStartContainers") {
        return None;
    }
    let node = pod::node(pod);
    let plugin = say::between(event.message(), "plugin type=\"", "\"").map(str::to_owned);
    let by = plugin.as_ref().map_or_else(String::new, |plugin| format!(" (network plugin {plugin})"));
    let why = event.message().split_once("desc = ").map_or(event.message(), |(_, why)| why);
    let cause = Cause::new(Trouble::Sandbox, pod.key())
        .headline(format!("{node} cannot make the pod's network{by}"))
        .sentence(format!("{node} says: {}.", say::calm(why)))
        .next(match plugin {
            Some(plugin) => format!("check that the pods of {plugin} run on {node}"),
            None => format!("check the container runtime and the network plugin on {node}"),
        });
    Some(Finding::after(cause, scene.older(pod::scheduled(pod), 180)))
}
