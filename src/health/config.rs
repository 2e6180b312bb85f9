//! A container that cannot be created: its settings, its user, its command, its hooks.

use serde_json::Value;

use super::condition::text;
use super::container::Container;
use super::finding::Finding;
use super::missing::Lack;
use super::scene::Scene;
use super::{Cause, Trouble, mount, say};
use crate::object::Object;

/// `CreateContainerConfigError`. Texts: kubelet, `kuberuntime/security_context_others.go` and `kubelet_pods.go`.
pub(super) fn finding(container: &Container<'_>, pod: &Object, scene: &Scene<'_>) -> Finding {
    let told = text(container.waiting().unwrap_or(&Value::Null), "message");
    let name = container.name;
    if mount::is_transient(told) {
        return Finding::waiting(mount::transient(pod));
    }
    if let Some(lack) = Lack::read(told, None) {
        let mut finding = lack.finding(pod, name, scene);
        finding.cause.container = Some(name.to_owned());
        return finding;
    }
    let cause = Cause::new(Trouble::Container, pod.key()).inside(name);
    if say::has(told, &["image will run as root", "breaks non-root policy"]) {
        return Finding::fatal(
            cause
                .headline(format!("{name} would run as root, which the pod forbids"))
                .sentence("The image runs as root, and the pod says runAsNonRoot.")
                .next(format!("set runAsUser for {name}, or use an image with its own user")),
        );
    }
    if say::has(told, &["non-numeric user"]) {
        let user = say::between(told, "(", ")").map_or_else(String::new, |user| format!(" ({user})"));
        return Finding::fatal(
            cause
                .headline(format!("nobody can tell whether {name} would run as root"))
                .sentence(format!(
                    "The image names its user by name{user}; with runAsNonRoot the pod needs to know its number."
                ))
                .next(format!("set runAsUser for {name} to the number of that user")),
        );
    }
    let over = scene.older(super::pod::scheduled(pod), 60);
    Finding::after(
        cause
            .headline(format!("{name} cannot be created with these settings"))
            .sentence(said(told))
            .next(format!("correct the settings of {name} that the node names")),
        over,
    )
}

/// `CreateContainerError`, `RunContainerError` and the hooks.
pub(super) fn creation(container: &Container<'_>, pod: &Object, scene: &Scene<'_>) -> Finding {
    let waiting = container.waiting().unwrap_or(&Value::Null);
    let (reason, told, name) = (text(waiting, "reason"), text(waiting, "message"), container.name);
    let cause = Cause::new(Trouble::Container, pod.key()).inside(name);
    let over = scene.older(super::pod::scheduled(pod), 60);
    let hook = match reason {
        "PostStartHookError" => Some(("postStart", "FailedPostStartHook")),
        "PreStartHookError" | "PreStopHookError" => Some(("preStop", "FailedPreStopHook")),
        _ => None,
    };
    if let Some((hook, event)) = hook {
        let told = scene.newest(pod, &[event]).map_or(told, |event| event.message());
        return Finding::after(
            cause
                .headline(format!("the {hook} hook of {name} fails"))
                .sentence(said(told))
                .next(format!("correct the {hook} hook of {name}")),
            over || container.restarts() >= 2,
        );
    }
    let (headline, next) = if say::has(told, &["exec format error"]) {
        (format!("{name} is built for another CPU architecture"), "use an image built for the node's CPU".to_owned())
    } else if say::has(told, &["no such file", "executable file not found"]) {
        (format!("the command of {name} does not exist in the image"), format!("correct the command of {name}"))
    } else if say::has(told, &["permission denied"]) {
        (format!("the command of {name} may not be executed"), format!("make the command of {name} executable"))
    } else if say::has(told, &["is reserved for", "already in use"]) {
        (
            format!("the name of {name} is still taken on the node"),
            "wait: the node is clearing up the run before".to_owned(),
        )
    } else {
        (format!("{name} cannot be started"), format!("correct what the node names, then start {name} again"))
    };
    Finding::after(cause.headline(headline).sentence(said(told)).next(next), over)
}

fn said(told: &str) -> String {
    match say::calm(told).as_str() {
        "" => "The node does not say why.".to_owned(),
        told => format!("The node says: {told}."),
    }
}
