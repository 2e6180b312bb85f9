//! The kubelets: one task per pod that has a node, from its volumes to its last container and its end.

mod answer;
mod container;
mod environ;
mod image;
mod probe;
mod report;
mod volumes;

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures::future::join_all;
use serde_json::{Value, json};

use super::actor::KUBELET;
use super::cluster::Cluster;
use super::delete;
use super::events::{self, Source, Tone};
use super::kinds;
use super::pick;
use super::seed::NODES;
use super::store::Object;

use report::{Container, State, Status};

/// Starts the kubelets of all nodes.
pub(super) fn start(cluster: &Arc<Cluster>) {
    let shared = Arc::clone(cluster);
    cluster.spawn(async move {
        let mut news = shared.news();
        let mut known = BTreeSet::new();
        let mut address = 1;
        loop {
            news.borrow_and_update();
            for pod in shared.with(|store| store.list(&kinds::POD, "")) {
                if !pick::text(&pod, "/spec/nodeName").is_empty() && known.insert(pick::uid(&pod).to_owned()) {
                    address += 1;
                    let worker = Arc::new(Worker::new(&shared, &pod, address));
                    shared.spawn(worker.run());
                }
            }
            if news.changed().await.is_err() {
                return;
            }
        }
    });
}

/// What one kubelet knows of one pod.
struct Worker {
    cluster: Arc<Cluster>,
    pod: Object,
    node: String,
    host: String,
    address: String,
    status: Mutex<Status>,
}

impl Worker {
    fn new(cluster: &Arc<Cluster>, pod: &Object, number: u32) -> Self {
        let node = pick::text(pod, "/spec/nodeName").to_owned();
        let at = NODES.iter().position(|(name, _)| *name == node).unwrap_or_default();
        Self {
            cluster: Arc::clone(cluster),
            pod: Object::clone(pod),
            host: NODES[at].1.to_owned(),
            address: format!("10.244.{}.{number}", at + 1),
            node,
            status: Mutex::new(Status::new(pod)),
        }
    }

    fn uid(&self) -> &str {
        pick::uid(&self.pod)
    }

    fn status(&self) -> MutexGuard<'_, Status> {
        self.status.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The pod as it is now, unless another one bears its name.
    fn live(&self) -> Option<Object> {
        let pod = self.cluster.with(|store| store.get(&kinds::POD, pick::namespace(&self.pod), pick::name(&self.pod)));
        pod.filter(|pod| pick::uid(pod) == self.uid())
    }

    /// Lives until the pod is deleted, then ends it.
    async fn run(self: Arc<Self>) {
        tokio::select! {
            () = self.live_on() => self.condemned().await,
            () = self.condemned() => {}
        }
        self.stop().await;
    }

    /// Resolves when the pod is to go.
    async fn condemned(&self) {
        let mut news = self.cluster.news();
        loop {
            news.borrow_and_update();
            if self.live().is_none_or(|pod| pick::dying(&pod)) || news.changed().await.is_err() {
                return;
            }
        }
    }

    async fn live_on(&self) {
        self.cluster.pause(0.2).await;
        self.publish();
        self.mount().await;
        self.cluster.pause(0.2).await;
        self.status().address = Some(self.address.clone());
        self.publish();
        let count = self.status().containers.len();
        let first = self.status().containers.iter().position(|container| !container.init).unwrap_or(count);
        for at in 0..first {
            if self.container(at).await != 0 {
                // Only a pod that may not restart gets here: it has failed.
                return self.publish();
            }
        }
        join_all((first..count).map(|at| self.container(at))).await;
        self.publish();
    }

    /// Ends the containers within their grace and removes the pod.
    async fn stop(&self) {
        if let Some(pod) = self.live() {
            let grace = pick::number(&pod, "/metadata/deletionGracePeriodSeconds");
            let running: Vec<(usize, String)> = {
                let status = self.status();
                let running = status.containers.iter().enumerate().filter(|(_, container)| container.runs());
                running.map(|(at, container)| (at, container.name.clone())).collect()
            };
            for (at, name) in &running {
                self.say_of(*at, (Tone::Normal, "Killing"), &format!("Stopping container {name}"));
                self.cluster.logs.print(self.uid(), name, super::colour::FAREWELL.to_owned());
            }
            self.cluster.pause(if grace > 1 { 1.0 } else { 0.1 }).await;
            for (at, name) in &running {
                self.status().containers[*at].end(0);
                self.cluster.logs.end(self.uid(), name);
            }
            self.publish();
            self.cluster.pause(0.2).await;
            self.remove();
        }
        self.cluster.logs.forget(self.uid());
    }

    /// The last word of a kubelet: delete, now.
    fn remove(&self) {
        let Some(pod) = self.live() else { return };
        self.cluster.with(|store| {
            let write = KUBELET.deletion(&kinds::POD, &pod);
            // Somebody else may have removed it in this moment.
            drop(delete::delete(store, &write, &json!({"gracePeriodSeconds": 0})));
        });
    }

    /// Says something about the pod.
    fn say(&self, told: (Tone, &str), message: &str) {
        let source = Source { component: "kubelet", host: &self.node };
        self.cluster.with(|store| events::say(store, source, &self.pod, told, message));
    }

    /// Says something about one of its containers.
    fn say_of(&self, at: usize, told: (Tone, &str), message: &str) {
        let field = {
            let status = self.status();
            let container = &status.containers[at];
            let list = if container.init { "initContainers" } else { "containers" };
            format!("spec.{list}{{{}}}", container.name)
        };
        let source = Source { component: "kubelet", host: &self.node };
        self.cluster.with(|store| events::say_of(store, source, (&self.pod, &field), told, message));
    }

    /// Changes one container's record and tells the server.
    fn set(&self, at: usize, change: impl FnOnce(&mut Container)) {
        change(&mut self.status().containers[at]);
        self.publish();
    }

    fn wait(&self, at: usize, reason: &str, message: &str) {
        let state = State::Waiting { reason: reason.to_owned(), message: message.to_owned() };
        self.set(at, |container| container.state = state);
    }

    /// Writes the status of the pod.
    fn publish(&self) {
        let Some(pod) = self.live() else { return };
        let status = self.status();
        self.cluster.with(|store| {
            KUBELET.report(store, &kinds::POD, &pod, |pod: &mut Value| status.write(pod, &self.host));
        });
    }
}
