//! One container of a pod: what it is doing, and what is wrong with it.

use serde_json::Value;

use super::condition::text;
use super::finding::Finding;
use super::scene::Scene;
use super::{config, crash, image, probe};
use crate::object::Object;

/// What a container is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// Runs to its end before the others start.
    Init,
    /// An init container that keeps running.
    Sidecar,
    /// One of the pod's own.
    Main,
    /// Put in later for debugging; the pod does not need it.
    Ephemeral,
}

/// One container: what was asked for and what is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Container<'a> {
    pub(super) name: &'a str,
    pub(super) role: Role,
    pub(super) spec: &'a Value,
    status: &'a Value,
}

const LISTS: [(Role, &str, &str); 3] = [
    (Role::Init, "/spec/initContainers", "/status/initContainerStatuses"),
    (Role::Main, "/spec/containers", "/status/containerStatuses"),
    (Role::Ephemeral, "/spec/ephemeralContainers", "/status/ephemeralContainerStatuses"),
];

/// All containers of a pod, in the order in which they start.
pub(super) fn all(pod: &Object) -> Vec<Container<'_>> {
    let mut all = Vec::new();
    for (role, specs, statuses) in LISTS {
        let (specs, statuses) = (pod.list(specs), pod.list(statuses));
        for spec in specs {
            let name = text(spec, "name");
            let status = statuses.iter().find(|status| text(status, "name") == name).unwrap_or(&Value::Null);
            let stays = role == Role::Init && text(spec, "restartPolicy") == "Always";
            all.push(Container { name, role: if stays { Role::Sidecar } else { role }, spec, status });
        }
        let unasked = statuses.iter().filter(|status| !specs.iter().any(|s| text(s, "name") == text(status, "name")));
        all.extend(unasked.map(|status| Container { name: text(status, "name"), role, spec: &Value::Null, status }));
    }
    all
}

impl<'a> Container<'a> {
    /// The image that was asked for.
    pub(super) fn image(&self) -> &'a str {
        match text(self.spec, "image") {
            "" => text(self.status, "image"),
            image => image,
        }
    }

    pub(super) fn restarts(&self) -> i64 {
        self.status.get("restartCount").and_then(Value::as_i64).unwrap_or(0)
    }

    pub(super) fn ready(&self) -> bool {
        self.status.get("ready").and_then(Value::as_bool).unwrap_or(false)
    }

    /// Whether its startup probe has passed.
    pub(super) fn started(&self) -> bool {
        self.status.get("started").and_then(Value::as_bool).unwrap_or(false)
    }

    pub(super) fn waiting(&self) -> Option<&'a Value> {
        self.status.pointer("/state/waiting")
    }

    pub(super) fn running(&self) -> Option<&'a Value> {
        self.status.pointer("/state/running")
    }

    pub(super) fn ended(&self) -> Option<&'a Value> {
        self.status.pointer("/state/terminated")
    }

    /// How the run before this one ended.
    pub(super) fn ended_before(&self) -> Option<&'a Value> {
        self.status.pointer("/lastState/terminated")
    }

    /// The word of the kubelet for why it does not run.
    pub(super) fn reason(&self) -> &'a str {
        self.waiting().or_else(|| self.ended()).map_or("", |state| text(state, "reason"))
    }

    /// Whether it does what it is there for.
    pub(super) fn is_fine(&self, pod: &Object) -> bool {
        let done = self.ended().is_some_and(|end| end.get("exitCode").and_then(Value::as_i64) == Some(0));
        match self.role {
            Role::Init => done,
            Role::Sidecar => self.running().is_some() && self.started(),
            // where containers may end, one that ended well has done its work
            Role::Main => {
                self.ready() || (done && pod.text("/spec/restartPolicy").is_some_and(|policy| policy != "Always"))
            }
            Role::Ephemeral => true,
        }
    }

    /// Whether it is started again when it ends.
    pub(super) fn restarted(&self, pod: &Object) -> bool {
        let policy = match text(self.spec, "restartPolicy") {
            "" => pod.text("/spec/restartPolicy").unwrap_or("Always"),
            own => own,
        };
        policy != "Never"
    }

    /// What is wrong with it. Reason words: kubelet, `pkg/kubelet/images/types.go` and `kuberuntime`.
    pub(super) fn finding(&self, pod: &Object, scene: &Scene<'_>) -> Option<Finding> {
        if self.is_fine(pod) {
            return None;
        }
        match self.waiting().map_or("", |waiting| text(waiting, "reason")) {
            "ErrImagePull"
            | "ImagePullBackOff"
            | "InvalidImageName"
            | "ErrImageNeverPull"
            | "ImageInspectError"
            | "RegistryUnavailable"
            | "SignatureValidationFailed" => Some(image::finding(self, pod, scene)),
            "CrashLoopBackOff" => Some(crash::finding(self, pod, scene)),
            "CreateContainerConfigError" => Some(config::finding(self, pod, scene)),
            reason if reason.ends_with("Error") => Some(config::creation(self, pod, scene)),
            _ if self.ended().is_some() || self.flaps(scene) => Some(crash::finding(self, pod, scene)),
            _ => probe::finding(self, pod, scene),
        }
    }

    /// Whether it runs, but only since its last crash a moment ago, and not for the first time.
    fn flaps(&self, scene: &Scene<'_>) -> bool {
        let since = self.running().and_then(|running| super::condition::time(running, "startedAt"));
        self.restarts() >= 2 && self.ended_before().is_some() && since.is_some() && !scene.older(since, 60)
    }
}
