//! DaemonSets.

use super::condition::{get, is, text};
use super::doom::{self, Outlook};
use super::scene::Scene;
use super::{Health, Verdict, pod, progress, say};
use crate::object::Object;

/// Ready when every node that should have a pod has one of the newest version, available. A node that is down does not
/// keep it from being ready: it is named.
pub(super) fn health(set: &Object, scene: &Scene<'_>) -> Health {
    let number = |field: &str| set.number(&format!("/status/{field}")).unwrap_or(0);
    let (wanted, available, updated) =
        (number("desiredNumberScheduled"), number("numberAvailable"), number("updatedNumberScheduled"));
    if wanted == 0 {
        return Health::ready("no node matches it");
    }
    let by_hand = set.text("/spec/updateStrategy/type") == Some("OnDelete");
    let nodes = format!("{available} of {}", say::count(wanted, "node"));
    if available >= wanted && (updated >= wanted || by_hand) {
        return Health::ready(match wanted - updated {
            old @ 1.. => format!("{nodes}; delete pods by hand to update {old} of them"),
            _ => nodes,
        });
    }
    let pods: Vec<&Object> = scene.children(set).into_iter().filter(|pod| pod.kind() == "Pod").collect();
    let down = down(&pods, scene);
    let short = usize::try_from(wanted - available.min(updated)).unwrap_or(0);
    if !down.is_empty() && down.len() >= short {
        let are = if down.len() == 1 { "is" } else { "are" };
        return Health::ready(format!("{nodes}; {} {are} not ready", say::list(&down)));
    }
    let reason = format!("{nodes}, updated {updated}");
    let missing = i64::try_from(pods.len()).unwrap_or(i64::MAX) < wanted;
    if let Some(finding) = missing.then(|| doom::uncreated(set, scene)).flatten() {
        return finding.health(reason);
    }
    let current: Vec<&Object> = newest(set, &pods, updated >= wanted || by_hand);
    let outlook = Outlook::of(&current, scene);
    let cause = outlook.cause().map(|cause| cause.also(&where_doomed(&current, scene)));
    if let Some(still) = progress::standstill(set, scene) {
        return Health::new(Verdict::Failed, reason).because(Some(progress::deadline(set, &outlook, still)));
    }
    let spare = match set.at("/spec/updateStrategy/rollingUpdate/maxUnavailable") {
        Some(share) => super::deployment::share(share, wanted, true),
        None => 1,
    };
    let lost = outlook.is_lost((updated < wanted).then_some(spare));
    Health::new(if lost { Verdict::Failed } else { Verdict::Progressing }, reason).because(cause)
}

/// Nodes of its pods that are not ready themselves.
fn down(pods: &[&Object], scene: &Scene<'_>) -> Vec<String> {
    let is_down = |pod: &&&Object| {
        let node = pod.text("/spec/nodeName").and_then(|name| scene.find("Node", None, name));
        node.is_some_and(|node| get(node, "Ready").is_some_and(|ready| text(ready, "status") != "True"))
            || pod.text("/status/reason") == Some("NodeLost")
    };
    pods.iter().filter(is_down).map(|pod| pod::node(pod)).collect()
}

/// The pods of the newest version.
fn newest<'a>(set: &Object, pods: &[&'a Object], all: bool) -> Vec<&'a Object> {
    if all {
        return pods.to_vec();
    }
    let template = set.annotation("deprecated.daemonset.template.generation");
    if template.is_some() && pods.iter().any(|pod| pod.label("pod-template-generation") == template) {
        return pods.iter().copied().filter(|pod| pod.label("pod-template-generation") == template).collect();
    }
    let hash = |pod: &Object| pod.label("controller-revision-hash").map(str::to_owned);
    let newest = pods.iter().max_by_key(|pod| pod.time("/metadata/creationTimestamp")).and_then(|pod| hash(pod));
    pods.iter().copied().filter(|pod| hash(pod) == newest).collect()
}

/// "Nodes: n1 and n2.", when it is not all of them.
fn where_doomed(pods: &[&Object], scene: &Scene<'_>) -> String {
    let bad = |pod: &&&Object| pod::is_active(pod) && !is(pod, "Ready") && pod::finding(pod, scene).is_some();
    let mut nodes: Vec<&str> = pods.iter().filter(bad).filter_map(|pod| pod.text("/spec/nodeName")).collect();
    nodes.sort_unstable();
    match nodes.as_slice() {
        [] => String::new(),
        [one] => format!("It is on node {one}."),
        [.., _] if nodes.len() > 5 => format!("Nodes: {} and {} more.", nodes[..5].join(", "), nodes.len() - 5),
        many => format!("Nodes: {}.", say::list(many)),
    }
}
