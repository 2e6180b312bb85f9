//! Pods without a node. Text: the scheduler's "0/3 nodes are available: 1 node(s) …, 2 Insufficient memory.".

use super::condition::{get, text, time};
use super::finding::Finding;
use super::scene::Scene;
use super::{Cause, Trouble, claim, container, say};
use crate::object::Object;

/// Why no node takes the pod.
pub(super) fn finding(pod: &Object, scene: &Scene<'_>) -> Option<Finding> {
    if pod.text("/spec/nodeName").is_some() {
        return None;
    }
    let condition = get(pod, "PodScheduled").filter(|condition| text(condition, "status") != "True");
    let gates: Vec<&str> = pod.list("/spec/schedulingGates").iter().map(|gate| text(gate, "name")).collect();
    if condition.is_some_and(|c| text(c, "reason") == "SchedulingGated") || !gates.is_empty() {
        let which = if gates.is_empty() { String::new() } else { format!(" {}", say::list(&gates)) };
        return Some(Finding::waiting(
            Cause::new(Trouble::Unschedulable { resource: None }, pod.key())
                .headline("the pod is held back")
                .sentence(format!("It waits for its scheduling gate{which} to be lifted."))
                .next(format!("see who lifts the gate{which}")),
        ));
    }
    let event = scene.newest(pod, &["FailedScheduling"]);
    let told = match condition.map_or("", |condition| text(condition, "message")) {
        "" => event?.message(),
        told => told,
    };
    let claims = say::has(told, &["persistentvolumeclaim"]);
    if let Some(finding) = claims.then(|| claim::of_pod(pod, scene)).flatten() {
        return Some(finding);
    }
    let since = condition
        .and_then(|condition| time(condition, "lastTransitionTime"))
        .or_else(|| pod.time("/metadata/creationTimestamp"));
    let up = scene.newest(pod, &["TriggeredScaleUp"]).and_then(super::event::Event::last);
    let not = scene.newest(pod, &["NotTriggerScaleUp"]).and_then(super::event::Event::last);
    let cause = cause(pod, told);
    if up.is_some() && up >= not {
        let cause = cause.also("The autoscaler is adding a node.");
        return Some(Finding::after(cause, scene.older(up, 600)));
    }
    if not.is_some() {
        return Some(Finding::after(cause.also("The autoscaler will not add a node for it."), true));
    }
    Some(Finding::after(cause, scene.older(since, 120)))
}

fn cause(pod: &Object, told: &str) -> Cause {
    let mut reasons = read(told);
    reasons.sort_by_key(|(n, _)| std::cmp::Reverse(*n));
    let short = reasons.iter().find_map(|(_, why)| match why {
        Why::Lacks(resource) => Some(resource.clone()),
        Why::Other(_) | Why::Tainted(_) => None,
    });
    let taint = reasons.iter().find_map(|(_, why)| match why {
        Why::Tainted(taint) => Some(taint.clone()),
        Why::Other(_) | Why::Lacks(_) => None,
    });
    let sentence = if reasons.is_empty() {
        format!("The scheduler says: {}.", say::calm(told))
    } else {
        let said: Vec<String> = reasons.iter().map(|(n, why)| why.said(*n, pod)).collect();
        format!("No node fits: {}.", said.join(", "))
    };
    let next = match (&short, taint) {
        (Some(resource), _) => format!("lower the pod's request for {resource}, free some on a node, or add a node"),
        (None, Some(taint)) if !taint.starts_with("node.kubernetes.io/") => {
            format!(
                "let the pod tolerate{}, or add a node without it",
                if taint.is_empty() { " the taint".to_owned() } else { format!(" the taint {taint}") }
            )
        }
        (None, Some(_)) => "bring the node back into service".to_owned(),
        (None, None) => "change what the pod asks of a node, or add a node that fits".to_owned(),
    };
    let headline = match reasons.first() {
        Some((_, Why::Lacks(resource))) => format!("no node has enough {resource}"),
        Some((_, Why::Tainted(_) | Why::Other(_))) | None => "no node fits the pod".to_owned(),
    };
    Cause::new(Trouble::Unschedulable { resource: short }, pod.key()).headline(headline).sentence(sentence).next(next)
}

/// Why some nodes do not fit.
enum Why {
    Lacks(String),
    Tainted(String),
    Other(String),
}

/// The counted reasons, without what is said about preemption.
fn read(told: &str) -> Vec<(i64, Why)> {
    let Some((_, reasons)) = told.split_once(" nodes are available: ") else { return Vec::new() };
    let reasons = reasons.split("preemption:").next().unwrap_or("").trim().trim_end_matches('.');
    let counted = |part: &str| {
        let (n, why) = part.trim().split_once(' ')?;
        Some((n.parse().ok()?, sort(why.trim().trim_end_matches('.'))))
    };
    reasons.split(", ").filter_map(counted).collect()
}

fn sort(why: &str) -> Why {
    if let Some(resource) = why.strip_prefix("Insufficient ") {
        return Why::Lacks(resource.to_owned());
    }
    if why.contains("taint") {
        let taint = say::between(why, "{", "}").unwrap_or("").replace(": ", "=");
        return Why::Tainted(taint.trim_end_matches(['=', ':', ' ']).to_owned());
    }
    Why::Other(why.trim_start_matches("node(s) ").to_owned())
}

impl Why {
    fn said(&self, n: i64, pod: &Object) -> String {
        let one = n == 1;
        match self {
            Self::Lacks(resource) => {
                let needs =
                    needs(pod, resource).map_or_else(String::new, |needs| format!(" (the pod asks for {needs})"));
                format!("{n} {} {resource}{needs}", if one { "lacks" } else { "lack" })
            }
            Self::Tainted(taint) => tainted(n, taint),
            Self::Other(why) => other(n, why),
        }
    }
}

fn tainted(n: i64, taint: &str) -> String {
    let is = if n == 1 { "is" } else { "are" };
    match taint.split('=').next().unwrap_or("") {
        "node.kubernetes.io/not-ready" => format!("{n} {is} not ready"),
        "node.kubernetes.io/unreachable" => format!("{n} cannot be reached"),
        "node.kubernetes.io/unschedulable" => format!("{n} {is} cordoned"),
        "node.kubernetes.io/disk-pressure" => format!("{n} {is} short of disk"),
        "node.kubernetes.io/memory-pressure" => format!("{n} {is} short of memory"),
        "node-role.kubernetes.io/control-plane" | "node-role.kubernetes.io/master" => {
            format!("{n} {is} kept for the control plane")
        }
        "" => format!("{n} {} a taint the pod does not tolerate", if n == 1 { "has" } else { "have" }),
        _ => format!("{n} {} taint {taint}, which the pod does not tolerate", if n == 1 { "has" } else { "have" }),
    }
}

fn other(n: i64, why: &str) -> String {
    let (s, is, has) = if n == 1 { ("s", "is", "has") } else { ("", "are", "have") };
    let does = if n == 1 { "does" } else { "do" };
    let marks: [(&str, String); 9] = [
        ("node affinity/selector", format!("{n} {does} not match the pod's node selector")),
        ("node selector", format!("{n} {does} not match the pod's node selector")),
        ("free ports", format!("on {n} the host port is taken")),
        ("pod anti-affinity", format!("{n} hold{s} a pod that it must not share a node with")),
        ("topology spread", format!("{n} would break the spread the pod asks for")),
        ("were unschedulable", format!("{n} {is} cordoned")),
        ("Too many pods", format!("{n} {has} no room for another pod")),
        ("volume node affinity", format!("on {n} the pod's volume cannot be reached")),
        ("available persistent volumes", format!("{n} {has} no volume to bind")),
    ];
    let found = marks.into_iter().find(|(mark, _)| why.contains(mark));
    found.map_or_else(|| format!("{n}: {}", say::calm(why)), |(_, said)| said)
}

/// What the containers ask of a resource: "8Gi", "8Gi + 1Gi".
fn needs(pod: &Object, resource: &str) -> Option<String> {
    let asked = |container: &container::Container<'_>| {
        let amount = container.spec.get("resources")?.get("requests")?.get(resource)?;
        amount.as_str().map(str::to_owned).or_else(|| amount.as_number().map(ToString::to_string))
    };
    let lasting = |c: &container::Container<'_>| matches!(c.role, container::Role::Main | container::Role::Sidecar);
    let all: Vec<String> = container::all(pod).iter().filter(|c| lasting(c)).filter_map(asked).collect();
    (!all.is_empty()).then(|| all.join(" + "))
}
