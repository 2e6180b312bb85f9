//! Pods.

use jiff::Timestamp;

use super::condition::{get, is, refused, text, time};
use super::container::{self, Container, Role};
use super::finding::Finding;
use super::scene::Scene;
use super::{Cause, Health, Trouble, Verdict, crash, mount, sandbox, say, schedule};
use crate::object::Object;

/// Ready, done, on its way, or what keeps it.
pub(super) fn health(pod: &Object, scene: &Scene<'_>) -> Health {
    match phase(pod) {
        "Succeeded" => return Health::ready("completed"),
        "Unknown" => return Health::new(Verdict::Unknown, format!("no contact with {}", node(pod))),
        _ => {}
    }
    if is(pod, "Ready") {
        return Health::ready(format!("{} ready", ready_of(pod)));
    }
    match finding(pod, scene) {
        Some(finding) => finding.health(doing(pod, scene)),
        None => Health::progressing(doing(pod, scene)),
    }
}

pub(super) fn phase(pod: &Object) -> &str {
    pod.text("/status/phase").unwrap_or("")
}

/// Whether it counts among the pods that a controller still works with.
pub(super) fn is_active(pod: &Object) -> bool {
    !pod.is_deleting() && !matches!(phase(pod), "Failed" | "Succeeded")
}

/// "node worker-1", or "the node" while there is none.
pub(super) fn node(pod: &Object) -> String {
    pod.text("/spec/nodeName").map_or_else(|| "the node".to_owned(), |node| format!("node {node}"))
}

/// When its start began: scheduled, otherwise created.
pub(super) fn scheduled(pod: &Object) -> Option<Timestamp> {
    get(pod, "PodScheduled")
        .filter(|condition| text(condition, "status") == "True")
        .and_then(|condition| time(condition, "lastTransitionTime"))
        .or_else(|| pod.time("/metadata/creationTimestamp"))
}

/// What is wrong with a pod that is not ready.
pub(super) fn finding(pod: &Object, scene: &Scene<'_>) -> Option<Finding> {
    let mut finding = found(pod, scene)?;
    let lasting = finding.cause.fatal || matches!(finding.cause.trouble, Trouble::RegistryRefused { .. });
    if finding.doomed && lasting && is_untried(pod, scene) {
        finding.doomed = false;
        finding.cause.fatal = false;
    }
    Some(finding)
}

/// Whether a pod from before this deploy may show what the deploy has cured: the kubelet tries again after up to five
/// minutes, and until it has, what it says is old.
fn is_untried(pod: &Object, scene: &Scene<'_>) -> bool {
    let Some(start) = scene.memory.started() else { return false };
    let older = pod.time("/metadata/creationTimestamp").is_some_and(|made| made < start);
    if !older || scene.older(Some(start), 330) {
        return false;
    }
    let tried = |event: &super::event::Event<'_>| {
        let said = matches!(event.reason(), "Failed" | "FailedMount" | "FailedAttachVolume" | "FailedMapVolume");
        said && event.message() != "Error: ImagePullBackOff" && event.last() >= Some(start)
    };
    !scene.events(pod).iter().any(tried)
}

fn found(pod: &Object, scene: &Scene<'_>) -> Option<Finding> {
    if is(pod, "Ready") || pod.is_deleting() {
        return None;
    }
    match phase(pod) {
        "Succeeded" | "Unknown" => return None,
        "Failed" => return Some(failed(pod, scene)),
        _ => {}
    }
    if let Some(finding) = schedule::finding(pod, scene) {
        return Some(finding);
    }
    let all = container::all(pod);
    let worst = Finding::worst(all.iter().filter_map(|container| container.finding(pod, scene)));
    let unstarted = |c: &Container<'_>| c.role != Role::Ephemeral && c.running().is_none() && c.ended().is_none();
    worst
        .or_else(|| all.iter().all(unstarted).then(|| mount::finding(pod, scene)).flatten())
        .or_else(|| all.iter().all(unstarted).then(|| sandbox::finding(pod, scene)).flatten())
        .or_else(|| gate(pod))
        .or_else(|| node_down(pod, scene))
}

/// A pod that ended badly and is not started again.
fn failed(pod: &Object, scene: &Scene<'_>) -> Finding {
    let reason = pod.text("/status/reason").unwrap_or("");
    let told = pod.text("/status/message").unwrap_or("");
    let lost = is(pod, "DisruptionTarget")
        || matches!(reason, "Evicted" | "NodeLost" | "Shutdown" | "NodeShutdown" | "Terminated");
    if !lost && let Some(container) = container::all(pod).iter().find(|c| ended_badly(c)) {
        return Finding { doomed: true, ..crash::finding(container, pod, scene) };
    }
    let node = node(pod);
    let cause = if lost {
        let why = ["memory", "ephemeral-storage", "disk", "inode", "pid"]
            .iter()
            .find(|what| say::has(told, &[&format!("resource: {what}"), &format!("{what} pressure")]))
            .map_or_else(|| say::calm(told), |what| format!("{node} was low on {what}"));
        let why = if why.is_empty() { format!("{node} gave it up") } else { why };
        Cause::new(Trouble::Evicted, pod.key())
            .headline(format!("the pod was evicted from {node}"))
            .sentence(format!("It was evicted: {why}."))
            .next(match pod.controller_uid() {
                Some(_) => "nothing to do: its controller makes a new one; give it requests if it happens again",
                None => "create the pod again; nothing does that for you",
            })
    } else {
        let told = if told.is_empty() { reason } else { told };
        let said = if told.is_empty() {
            "The node does not say why.".to_owned()
        } else {
            format!("The node says: {}.", say::calm(told))
        };
        Cause::new(Trouble::Other, pod.key())
            .headline("the pod ended with an error")
            .sentence(said)
            .next("read the log of its containers")
    };
    Finding { cause, doomed: true }
}

fn ended_badly(container: &Container<'_>) -> bool {
    container.ended().is_some_and(|end| super::exit::code(end) != 0)
}

/// A condition of its own that a pod waits for (`readinessGates`).
fn gate(pod: &Object) -> Option<Finding> {
    let open = |gate: &&serde_json::Value| !is(pod, text(gate, "conditionType"));
    let ready = refused(pod, "Ready").is_some_and(|ready| text(ready, "reason") == "ReadinessGatesNotReady");
    let name = text(pod.list("/spec/readinessGates").iter().find(open).filter(|_| ready)?, "conditionType");
    Some(Finding::waiting(
        Cause::new(Trouble::Other, pod.key())
            .headline(format!("the pod waits for its readiness gate {name}"))
            .sentence(format!("Its containers are ready; whoever sets {name} has not done so."))
            .next(format!("check the controller that sets {name}")),
    ))
}

/// A node that does not report: its pods are replaced elsewhere after about five minutes.
fn node_down(pod: &Object, scene: &Scene<'_>) -> Option<Finding> {
    let name = pod.text("/spec/nodeName")?;
    get(scene.find("Node", None, name)?, "Ready").filter(|ready| text(ready, "status") != "True")?;
    Some(Finding::waiting(
        Cause::new(Trouble::Evicted, pod.key())
            .headline(format!("node {name} is not ready"))
            .sentence(format!("Node {name} does not report; most pods are replaced elsewhere after about 5 minutes."))
            .next(format!("check that node {name} is up")),
    ))
}

fn ready_of(pod: &Object) -> String {
    let all = container::all(pod);
    let main = all.iter().filter(|c| matches!(c.role, Role::Main | Role::Sidecar));
    let (ready, total) = main.fold((0, 0), |(ready, total), c| (ready + usize::from(c.ready()), total + 1));
    format!("{ready}/{total}")
}

/// What it is doing, in a few words: "init: `ImagePullBackOff`", "mlflow starting, not ready".
fn doing(pod: &Object, scene: &Scene<'_>) -> String {
    if phase(pod) == "Failed" {
        return pod.text("/status/reason").unwrap_or("ended with an error").to_owned();
    }
    if pod.text("/spec/nodeName").is_none() && !is(pod, "PodScheduled") {
        return "waiting for a node".to_owned();
    }
    let all = container::all(pod);
    let Some(first) = all.iter().find(|c| !c.is_fine(pod)) else { return format!("{} ready", ready_of(pod)) };
    if first.running().is_some() {
        return match first.role {
            Role::Init => format!("{} running", first.name),
            Role::Sidecar | Role::Main | Role::Ephemeral => format!("{} starting, not ready", first.name),
        };
    }
    match first.reason() {
        "" | "ContainerCreating" | "PodInitializing" if super::stage::pulling(pod, scene).is_some() => {
            format!("pulling {}", first.image())
        }
        "" | "ContainerCreating" | "PodInitializing" => format!("{} being created", first.name),
        reason => format!("{}: {reason}", first.name),
    }
}
