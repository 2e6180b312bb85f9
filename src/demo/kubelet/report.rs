//! The status of a pod as its kubelet reports it.

use serde_json::{Value, json};

use crate::demo::actor;
use crate::demo::clock;
use crate::demo::pick;

/// How a container ended.
#[derive(Debug, Clone)]
pub(super) struct Ended {
    code: i64,
    started: String,
    finished: String,
    id: String,
}

/// Where a container is.
#[derive(Debug, Clone)]
pub(super) enum State {
    Waiting { reason: String, message: String },
    Running { since: String },
    Ended(Ended),
}

/// One container.
#[derive(Debug, Clone)]
pub(super) struct Container {
    pub(super) name: String,
    pub(super) image: String,
    pub(super) init: bool,
    pub(super) state: State,
    last: Option<Ended>,
    pub(super) restarts: u32,
    pub(super) ready: bool,
    /// Its startup probe has succeeded.
    pub(super) started: bool,
    id: String,
}

/// All of a pod.
#[derive(Debug)]
pub(super) struct Status {
    pub(super) containers: Vec<Container>,
    pub(super) address: Option<String>,
    since: String,
    restarting: bool,
}

impl Container {
    fn new(spec: &Value, init: bool, reason: &str) -> Self {
        Self {
            name: pick::text(spec, "/name").to_owned(),
            image: pick::text(spec, "/image").to_owned(),
            init,
            state: State::Waiting { reason: reason.to_owned(), message: String::new() },
            last: None,
            restarts: 0,
            ready: false,
            started: false,
            id: String::new(),
        }
    }

    pub(super) fn runs(&self) -> bool {
        matches!(self.state, State::Running { .. })
    }

    /// Begins to run; what ended before is its last state.
    pub(super) fn start(&mut self, id: &str) {
        self.keep_last();
        self.id = format!("containerd://{id}");
        self.state = State::Running { since: clock::now() };
        self.ready = false;
        self.started = false;
    }

    /// Ends with this exit code.
    pub(super) fn end(&mut self, code: i64) {
        let started = match &self.state {
            State::Running { since } => since.clone(),
            State::Waiting { .. } | State::Ended(_) => clock::now(),
        };
        self.state = State::Ended(Ended { code, started, finished: clock::now(), id: self.id.clone() });
        self.ready = self.init && code == 0;
        self.started = false;
    }

    /// Waits for its next start.
    pub(super) fn back_off(&mut self, message: String) {
        self.keep_last();
        self.state = State::Waiting { reason: "CrashLoopBackOff".to_owned(), message };
    }

    fn keep_last(&mut self) {
        if let State::Ended(ended) = &self.state {
            self.last = Some(ended.clone());
        }
    }

    fn code(&self) -> Option<i64> {
        match &self.state {
            State::Ended(ended) => Some(ended.code),
            State::Waiting { .. } | State::Running { .. } => None,
        }
    }

    fn write(&self) -> Value {
        let state = match &self.state {
            State::Waiting { reason, message } if message.is_empty() => json!({"waiting": {"reason": reason}}),
            State::Waiting { reason, message } => json!({"waiting": {"reason": reason, "message": message}}),
            State::Running { since } => json!({"running": {"startedAt": since}}),
            State::Ended(ended) => json!({"terminated": ended.write()}),
        };
        let last = self.last.as_ref().map_or_else(|| json!({}), |ended| json!({"terminated": ended.write()}));
        let mut status = json!({
            "name": self.name, "state": state, "lastState": last, "ready": self.ready, "restartCount": self.restarts,
            "image": self.image, "imageID": "", "started": self.started,
        });
        if !self.id.is_empty() {
            status["containerID"] = json!(self.id);
            let repository = self.image.rsplit_once(':').map_or(self.image.as_str(), |(repository, _)| repository);
            let digest = "5c1f0f4a6d0d8a2f3a7e9b1c4d6e8f0a5c1f0f4a6d0d8a2f3a7e9b1c4d6e8f0a";
            status["imageID"] = json!(format!("{repository}@sha256:{digest}"));
        }
        status
    }
}

impl Ended {
    fn write(&self) -> Value {
        json!({
            "exitCode": self.code, "reason": if self.code == 0 { "Completed" } else { "Error" },
            "startedAt": self.started, "finishedAt": self.finished, "containerID": self.id,
        })
    }
}

impl Status {
    pub(super) fn new(pod: &Value) -> Self {
        let init = pick::list(pod, "/spec/initContainers");
        let reason = if init.is_empty() { "ContainerCreating" } else { "PodInitializing" };
        let init = init.iter().map(|spec| Container::new(spec, true, reason));
        let main = pick::list(pod, "/spec/containers").iter().map(|spec| Container::new(spec, false, reason));
        let restarting = pick::text(pod, "/spec/restartPolicy") == "Always";
        Self { containers: init.chain(main).collect(), address: None, since: clock::now(), restarting }
    }

    fn of(&self, init: bool) -> impl Iterator<Item = &Container> {
        self.containers.iter().filter(move |container| container.init == init)
    }

    /// The phase (kubelet `getPhase`).
    fn phase(&self) -> &'static str {
        let initialised = self.of(true).all(|container| container.code() == Some(0));
        let init_failed = self.of(true).any(|container| container.code().is_some_and(|code| code != 0));
        let ended = self.of(false).all(|container| container.code().is_some());
        let begun = self.of(false).all(|container| container.restarts > 0 || !container.id.is_empty());
        if !initialised {
            if init_failed && !self.restarting { "Failed" } else { "Pending" }
        } else if ended && !self.restarting {
            if self.of(false).all(|container| container.code() == Some(0)) { "Succeeded" } else { "Failed" }
        } else if begun {
            "Running"
        } else {
            "Pending"
        }
    }

    /// Writes it into the pod.
    pub(super) fn write(&self, pod: &mut Value, host: &str) {
        let phase = self.phase();
        pick::set(pod, "/status/phase", phase);
        pick::set(pod, "/status/hostIP", host);
        pick::set(pod, "/status/hostIPs", json!([{"ip": host}]));
        pick::set(pod, "/status/startTime", self.since.as_str());
        if let Some(address) = &self.address {
            pick::set(pod, "/status/podIP", address.as_str());
            pick::set(pod, "/status/podIPs", json!([{"ip": address}]));
        }
        let generation = pick::number(pod, "/metadata/generation");
        pick::set(pod, "/status/observedGeneration", generation);
        for (list, init) in [("initContainerStatuses", true), ("containerStatuses", false)] {
            let statuses: Vec<Value> = self.of(init).map(Container::write).collect();
            if !statuses.is_empty() {
                pick::set(pod, &format!("/status/{list}"), statuses);
            }
        }
        self.conditions(pod, phase);
    }

    fn conditions(&self, pod: &mut Value, phase: &str) {
        let now = clock::now();
        let mut tell = |kind: &str, open: &[&str], (reason, text): (&str, &str)| {
            let mut condition = json!({"type": kind, "lastProbeTime": null});
            if phase == "Succeeded" && kind != "PodReadyToStartContainers" {
                condition["status"] = json!(if kind == "Initialized" { "True" } else { "False" });
                condition["reason"] = json!("PodCompleted");
            } else if open.is_empty() {
                condition["status"] = json!("True");
            } else {
                condition["status"] = json!("False");
                condition["reason"] = json!(reason);
                condition["message"] = json!(format!("containers with {text} status: [{}]", open.join(" ")));
            }
            if kind == "PodReadyToStartContainers" {
                let there = self.address.is_some() && !["Succeeded", "Failed"].contains(&phase);
                condition =
                    json!({"type": kind, "lastProbeTime": null, "status": if there { "True" } else { "False" }});
            }
            actor::condition(pod, condition, &now);
        };
        let incomplete: Vec<&str> = self
            .of(true)
            .filter(|container| container.code() != Some(0))
            .map(|container| container.name.as_str())
            .collect();
        let unready: Vec<&str> =
            self.of(false).filter(|container| !container.ready).map(|container| container.name.as_str()).collect();
        tell("PodReadyToStartContainers", &[], ("", ""));
        tell("Initialized", &incomplete, ("ContainersNotInitialized", "incomplete"));
        tell("Ready", &unready, ("ContainersNotReady", "unready"));
        tell("ContainersReady", &unready, ("ContainersNotReady", "unready"));
    }
}
