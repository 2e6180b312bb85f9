//! Whether there is a node for the pods, and whether it is known which one where they need directories of its own.

use serde_json::Value;

use super::Finding;
use crate::object::Object;
use crate::object::quantity::units;

/// What the pods of a workload want of a node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// The workload: `Deployment mlflow-dev`.
    pub workload: String,
    /// Their node selector.
    pub selector: Vec<(String, String)>,
    /// The directories of the node they mount.
    pub directories: Vec<String>,
    /// The memory one of them asks for, in bytes.
    pub memory: i128,
}

/// The nodes that take the pods of a workload now, by name and host name.
pub fn candidates(wanted: &Wanted, nodes: &[Object]) -> Vec<[String; 2]> {
    let fits = nodes.iter().filter(|node| is_selected(node, &wanted.selector) && is_ready(node));
    fits.map(|node| [node.name(), node.label("kubernetes.io/hostname").unwrap_or(node.name())].map(str::to_owned))
        .collect()
}

/// What the nodes of a cluster come to for pods that want this of them.
pub fn nodes(wanted: &[Wanted], nodes: &[Object]) -> Finding {
    let mut said = Vec::new();
    for want in wanted {
        let selected: Vec<&Object> = nodes.iter().filter(|node| is_selected(node, &want.selector)).collect();
        let ready: Vec<&str> = selected.iter().filter(|node| is_ready(node)).map(|node| node.name()).collect();
        let asked: Vec<String> = want.selector.iter().map(|(key, value)| format!("{key}={value}")).collect();
        let asked = asked.join(",");
        match (selected.as_slice(), ready.as_slice()) {
            ([], _) if !want.selector.is_empty() => {
                return Finding::fail(format!("no node has {asked}, which {} asks for", want.workload))
                    .seen(nodes.iter().map(|node| format!("node {}", node.name())))
                    .next("name a node that is there: kubectl get nodes --show-labels");
            }
            ([], _) => return Finding::fail("the cluster has no node").next("add one, or look why it is gone"),
            (_, []) => {
                return Finding::fail(format!("no node takes pods of {} now", want.workload))
                    .seen(selected.iter().map(|node| format!("node {}: {}", node.name(), state(node))))
                    .next("look at the nodes: kubectl describe nodes");
            }
            (_, _) if !selected.iter().any(|node| is_ready(node) && room(node) >= want.memory) => {
                let mebibytes = |bytes: i128| format!("{} MiB", bytes >> 20);
                let offer = |node: &&Object| format!("node {} offers {}", node.name(), mebibytes(room(node)));
                let asked = mebibytes(want.memory);
                return Finding::fail(format!("no node is large enough for {}, which asks for {asked}", want.workload))
                    .seen(selected.iter().filter(|node| is_ready(node)).map(offer))
                    .next("ask for less memory by a value of the module, or add a larger node");
            }
            (_, [_, _, ..]) if !want.directories.is_empty() => {
                return Finding::warn(format!(
                    "{} may run on any of {} nodes, and needs directories of one of them",
                    want.workload,
                    ready.len()
                ))
                .seen(ready.iter().map(|name| format!("node {name}")))
                .seen(want.directories.iter().map(|path| format!("directory {path}")))
                .next("bind it to the node that has them by a value of the module, or make them on each node");
            }
            (_, names) => said.push(format!("{} runs on {}", want.workload, list(names))),
        }
    }
    if said.is_empty() {
        return Finding::ok("nothing of it runs on a node");
    }
    Finding::ok(said.join(", "))
}

fn list(names: &[&str]) -> String {
    match names {
        [one] => (*one).to_owned(),
        more => format!("one of {} nodes", more.len()),
    }
}

fn is_selected(node: &Object, selector: &[(String, String)]) -> bool {
    selector.iter().all(|(key, value)| node.label(key) == Some(value))
}

/// The memory a node has for pods, in bytes; one that does not say counts as large enough.
fn room(node: &Object) -> i128 {
    node.text("/status/allocatable/memory").map_or(i128::MAX, units)
}

fn is_ready(node: &Object) -> bool {
    state(node) == "ready"
}

/// A node that is not ready, closed (`kubectl cordon`) or tainted takes no ordinary pods.
fn state(node: &Object) -> String {
    if node.is("/spec/unschedulable") {
        return "closed to new pods".to_owned();
    }
    let text = |value: &Value, name: &str| value.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let closed = |taint: &&Value| matches!(text(taint, "effect").as_str(), "NoSchedule" | "NoExecute");
    if let Some(taint) = node.list("/spec/taints").iter().find(closed) {
        return format!("tainted with {}", text(taint, "key"));
    }
    let conditions = node.list("/status/conditions");
    match conditions.iter().find(|condition| text(condition, "type") == "Ready") {
        Some(condition) if text(condition, "status") == "True" => "ready".to_owned(),
        Some(condition) => format!("not ready: {}", text(condition, "message")),
        None => "ready".to_owned(),
    }
}
