//! Probes: a container that runs and is not well. Only Events carry what a probe saw.

use serde_json::Value;

use super::condition::time;
use super::container::Container;
use super::event::Event;
use super::finding::Finding;
use super::scene::Scene;
use super::{Cause, Trouble, crash, say};
use crate::object::Object;

/// A container that is starting is not spoken about for so many seconds.
const QUIET: i64 = 30;

/// Why a running container is not ready.
pub(super) fn finding(container: &Container<'_>, pod: &Object, scene: &Scene<'_>) -> Option<Finding> {
    let since = time(container.running()?, "startedAt");
    if !scene.older(since, QUIET) {
        return None;
    }
    if let Some((probe, told)) = newest(container, pod, scene) {
        let restarts = container.restarts() - scene.memory.restarts_before(pod, container.name);
        let over = probe != "readiness" && restarts >= 2;
        return Some(Finding::after(failing(container, pod, probe, &told), over));
    }
    let probe = ["startup", "readiness"].into_iter().find(|probe| {
        container.spec.get(format!("{probe}Probe")).is_some() && (*probe != "startup" || !container.started())
    })?;
    Some(Finding::waiting(failing(container, pod, probe, "has not succeeded yet")))
}

/// The cause, if the container was killed by a probe rather than by itself.
pub(super) fn killed(container: &Container<'_>, pod: &Object, scene: &Scene<'_>) -> Option<Cause> {
    let by = |event: &Event<'_>| {
        if event.reason() != "Killing" || !mine(container, *event) {
            return None;
        }
        ["liveness", "startup"].into_iter().find(|probe| event.message().contains(&format!("failed {probe} probe")))
    };
    let probe = scene.events(pod).iter().find_map(by)?;
    let told =
        newest(container, pod, scene).filter(|(seen, _)| *seen == probe).map_or_else(String::new, |(_, told)| told);
    Some(failing(container, pod, probe, &told))
}

/// Which probe said what, most recently: "Readiness probe failed: …", "Liveness probe errored: …".
fn newest(container: &Container<'_>, pod: &Object, scene: &Scene<'_>) -> Option<(&'static str, String)> {
    let word = |event: &Event<'_>| {
        let (head, tail) = event.message().split_once(" probe ")?;
        let probe = ["readiness", "liveness", "startup"].into_iter().find(|probe| head.eq_ignore_ascii_case(probe))?;
        Some((probe, told(tail.split_once(": ").map_or("", |(_, told)| told))))
    };
    scene
        .events(pod)
        .iter()
        .filter(|e| matches!(e.reason(), "Unhealthy" | "ProbeError") && mine(container, **e))
        .find_map(word)
}

fn mine(container: &Container<'_>, event: Event<'_>) -> bool {
    event.container().is_none_or(|name| name == container.name)
}

fn failing(container: &Container<'_>, pod: &Object, probe: &'static str, told: &str) -> Cause {
    let name = container.name;
    let what = container.spec.get(format!("{probe}Probe")).map_or_else(String::new, asks);
    let told = if told.is_empty() { "does not succeed" } else { told };
    let cause = Cause::new(Trouble::Probe { probe: probe.to_owned() }, pod.key()).inside(name);
    if probe == "readiness" {
        return cause
            .headline(format!("{name} runs but is not ready"))
            .sentence(format!("The readiness probe{what} {told}; until it succeeds, no traffic reaches {name}."))
            .next(format!("read the log of {name}, and check that the probe asks the right port and path"));
    }
    let headline = match container.restarts() {
        0 => format!("the {probe} probe of {name} does not succeed"),
        _ => format!("{name} is restarted because its {probe} probe does not succeed"),
    };
    cause
        .headline(headline)
        .sentence(format!("The {probe} probe{what} {told}."))
        .also(&crash::restarted(container.restarts()))
        .next(match probe {
            "startup" => {
                format!("read the log of {name}; if it only needs longer, raise failureThreshold of the startup probe")
            }
            _ => format!("check path and port of the probe; if {name} only starts slowly, give it a startup probe"),
        })
}

/// " GET :8080/healthz".
fn asks(probe: &Value) -> String {
    let port = |at: &str| match probe.pointer(at) {
        Some(Value::String(name)) => format!(":{name}"),
        Some(Value::Number(port)) => format!(":{port}"),
        _ => String::new(),
    };
    if let Some(http) = probe.get("httpGet") {
        return format!(" GET {}{}", port("/httpGet/port"), http.get("path").and_then(Value::as_str).unwrap_or("/"));
    }
    if probe.get("tcpSocket").is_some() {
        return format!(" TCP {}", port("/tcpSocket/port"));
    }
    if probe.get("grpc").is_some() {
        return format!(" gRPC {}", port("/grpc/port"));
    }
    let command = probe.pointer("/exec/command").and_then(Value::as_array).into_iter().flatten();
    let command: Vec<&str> = command.filter_map(Value::as_str).collect();
    if command.is_empty() { String::new() } else { format!(" {}", say::cut(&command.join(" "), 60)) }
}

/// What the probe saw, to stand after its name. Texts: `pkg/probe/{http,tcp,exec,grpc}`.
fn told(text: &str) -> String {
    if let Some(code) = text.split_once("statuscode: ").map(|(_, rest)| rest.trim()) {
        return format!("was answered with status {}", say::cut(code, 3).trim_end_matches('…'));
    }
    if say::has(text, &["connection refused"]) {
        return format!("gets connection refused{}", port(text));
    }
    if say::has(text, &["no such host"]) {
        return "asks a host that does not exist".to_owned();
    }
    if say::has(text, &["timed out", "timeout", "deadline exceeded"]) {
        return format!("gets no answer in time{}", port(text));
    }
    match say::calm(text).as_str() {
        "" => String::new(),
        text => format!("says: {text}"),
    }
}

/// " on 5000", from "dial tcp 10.0.0.7:5000:".
fn port(text: &str) -> String {
    let address = text.split_once("dial tcp ").and_then(|(_, rest)| rest.split(' ').next()).unwrap_or("");
    let port = address.trim_end_matches(':').rsplit(':').next().unwrap_or("");
    if !port.is_empty() && port.chars().all(|c| c.is_ascii_digit()) { format!(" on {port}") } else { String::new() }
}
