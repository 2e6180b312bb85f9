//! The life of one container: image, environment, run, end, and the back-off before the next run.

use std::future::pending;

use serde_json::Value;

use super::Worker;
use super::environ::{self, Environment};
use crate::demo::colour::{self, Role};
use crate::demo::events::Tone;
use crate::demo::pick;
use crate::demo::scenario::Scenario;

/// Seconds between tries to start a container whose environment is incomplete.
const AGAIN: f64 = 3.0;
/// Back-off before the second restart, doubled each time, and its limit (kubelet `containerBackOff`).
const BACK_OFF: u32 = 10;
const LONGEST: u32 = 300;

/// How a run is going to go.
enum Fate {
    /// Prints these lines and serves once the seconds are over.
    Serves(Vec<(f64, String)>, f64),
    /// Prints these lines and exits with the code after the seconds.
    Exits(Vec<(f64, String)>, f64, i64),
}

impl Worker {
    /// Runs a container until it has ended for good; its last exit code.
    pub(super) async fn container(&self, at: usize) -> i64 {
        let (name, init) = {
            let status = self.status();
            (status.containers[at].name.clone(), status.containers[at].init)
        };
        let list = if init { "/spec/initContainers" } else { "/spec/containers" };
        let known = pick::list(&self.pod, list).iter().find(|container| pick::text(container, "/name") == name);
        let container = known.cloned().unwrap_or_default();
        let policy = pick::text(&self.pod, "/spec/restartPolicy");
        loop {
            self.pull(at, &container).await;
            let environment = self.environment(at, &container).await;
            let fate = self.fate(&container, init, &environment);
            let code = self.carry_out(at, &container, fate).await;
            let again = match policy {
                "Never" => false,
                "OnFailure" => code != 0,
                _ => code != 0 || !init,
            };
            if !again {
                return code;
            }
            self.back_off(at, &name).await;
        }
    }

    /// Waits until everything the environment refers to is there.
    async fn environment(&self, at: usize, container: &Value) -> Environment {
        loop {
            match self.cluster.with(|store| environ::read(store, &self.pod, container)) {
                Ok(environment) => return environment,
                Err(why) => {
                    self.say_of(at, (Tone::Warning, "Failed"), &format!("Error: {why}"));
                    self.wait(at, "CreateContainerConfigError", &why);
                    self.cluster.pause(AGAIN).await;
                }
            }
        }
    }

    /// What the scenario has in store for a run.
    fn fate(&self, container: &Value, init: bool, environment: &Environment) -> Fate {
        if self.probes() {
            return Fate::Exits(self.answers(environment), 0.6, 0);
        }
        let image = pick::text(container, "/image");
        let task = init || pick::text(&self.pod, "/spec/restartPolicy") != "Always";
        let first = init || pick::list(&self.pod, "/spec/initContainers").is_empty();
        let startup = self.cluster.scenario.startup();
        match self.cluster.scenario {
            Scenario::CrashLoop if first && self.wrong_password(container) => {
                return Fate::Exits(vec![(0.4, colour::fill(colour::REFUSED, environment))], 0.6, 12);
            }
            Scenario::Flaky if first && self.cluster.story(crate::demo::story::Story::first_start) => {
                return Fate::Exits(vec![(0.4, colour::STUMBLE.to_owned())], 0.6, 1);
            }
            Scenario::Ok
            | Scenario::ImagePull
            | Scenario::CrashLoop
            | Scenario::Hostpath
            | Scenario::PortTaken
            | Scenario::Unschedulable
            | Scenario::Edited
            | Scenario::Slow
            | Scenario::Flaky
            | Scenario::Flawed(_) => {}
        }
        if task {
            Fate::Exits(colour::lines(image, Role::Task, environment, startup), colour::TASK, 0)
        } else {
            Fate::Serves(colour::lines(image, Role::Server, environment, startup), startup)
        }
    }

    /// Whether the Secrets this pod reads still hold what failed first.
    fn wrong_password(&self, container: &Value) -> bool {
        let secrets = environ::secrets(&self.pod);
        let print = self.cluster.with(|store| environ::print(store, &self.pod, &secrets));
        let names: Vec<&str> = secrets.iter().map(String::as_str).collect();
        let whose = format!("{}/{}/{}", pick::namespace(&self.pod), pick::text(container, "/name"), names.join(","));
        self.cluster.story(|story| story.crashes(&whose, print))
    }

    async fn carry_out(&self, at: usize, container: &Value, fate: Fate) -> i64 {
        let name = pick::text(container, "/name");
        let id = self.cluster.with(|store| format!("{}{}", store.uid(), store.uid()).replace('-', ""));
        self.say_of(at, (Tone::Normal, "Created"), &format!("Created container: {name}"));
        self.cluster.pause(0.1).await;
        self.cluster.logs.begin(self.uid(), name);
        self.say_of(at, (Tone::Normal, "Started"), &format!("Started container {name}"));
        self.set(at, |container| container.start(&id));
        let code = match fate {
            Fate::Exits(lines, seconds, code) => {
                let spoken = self.speak(name, lines).await;
                self.cluster.pause((seconds - spoken).max(0.0)).await;
                code
            }
            Fate::Serves(lines, answers) => {
                let speaking = async {
                    self.speak(name, lines).await;
                    pending::<()>().await;
                };
                tokio::select! {
                    () = self.probe(at, container, answers) => 137,
                    () = speaking => 0,
                }
            }
        };
        self.cluster.logs.end(self.uid(), name);
        self.set(at, |container| container.end(code));
        code
    }

    /// Prints lines at their time; the seconds that took.
    async fn speak(&self, name: &str, lines: Vec<(f64, String)>) -> f64 {
        let mut now = 0.0;
        for (seconds, line) in lines {
            self.cluster.pause(seconds - now).await;
            now = seconds;
            self.cluster.logs.print(self.uid(), name, line);
        }
        now
    }

    /// The first restart comes soon; those after it wait, twice as long each time.
    async fn back_off(&self, at: usize, name: &str) {
        let restarts = self.status().containers[at].restarts;
        if restarts == 0 {
            self.cluster.pause(1.0).await;
        } else {
            let seconds = (BACK_OFF << (restarts - 1).min(5)).min(LONGEST);
            let pod = format!("{}_{}({})", pick::name(&self.pod), pick::namespace(&self.pod), self.uid());
            self.set(at, |container| {
                container
                    .back_off(format!("back-off {} restarting failed container={name} pod={pod}", spelled(seconds)));
            });
            let message = format!("Back-off restarting failed container {name} in pod {pod}");
            self.say_of(at, (Tone::Warning, "BackOff"), &message);
            self.cluster.pause(f64::from(seconds)).await;
        }
        // The count rises with the start, not with the end.
        self.status().containers[at].restarts += 1;
    }
}

/// A span as Go prints it: `10s`, `1m20s`, `5m0s`.
fn spelled(seconds: u32) -> String {
    if seconds < 60 { format!("{seconds}s") } else { format!("{}m{}s", seconds / 60, seconds % 60) }
}
