//! The controllers. Each waits for changes of the kinds it looks at, takes a moment, and brings the cluster one step
//! nearer to what is asked; nothing but the store tells them anything.

mod claims;
mod colleague;
mod daemonset;
mod deployment;
mod endpoints;
mod garbage;
mod job;
mod namespaces;
mod replicaset;
mod rollout;
mod scheduler;
mod statefulset;

use std::sync::Arc;

use super::cluster::Cluster;
use super::kinds::{self, Kind};
use super::kubelet;
use super::pick;
use super::scenario::Scenario;
use super::store::{Object, Store};
use serde_json::{Value, json};

/// One control loop.
trait Controller: Send + 'static {
    /// Kinds whose changes it looks at.
    const KINDS: &'static [&'static Kind];
    /// Seconds from a change until it acts.
    const DELAY: f64 = 0.15;

    /// Looks at everything once. Seconds after which to look again without a change.
    fn sync(&mut self, cluster: &Cluster) -> Option<f64>;
}

/// Starts all of them.
pub(super) fn start(cluster: &Arc<Cluster>) {
    run(cluster, deployment::Deployments::default());
    run(cluster, replicaset::ReplicaSets);
    run(cluster, statefulset::StatefulSets);
    run(cluster, daemonset::DaemonSets);
    run(cluster, job::Jobs);
    run(cluster, scheduler::Scheduler);
    run(cluster, endpoints::Slices);
    run(cluster, garbage::Garbage);
    run(cluster, namespaces::Namespaces);
    run(cluster, claims::Claims);
    if cluster.scenario == Scenario::Edited {
        run(cluster, colleague::Colleague::default());
    }
    kubelet::start(cluster);
}

fn run<C: Controller>(cluster: &Arc<Cluster>, mut controller: C) {
    let shared = Arc::clone(cluster);
    cluster.spawn(async move {
        let mut news = shared.news();
        let mut seen = 0;
        let mut again = None;
        loop {
            news.borrow_and_update();
            if shared.changed(C::KINDS) == seen {
                let due = async {
                    match again {
                        Some(seconds) => shared.pause(seconds).await,
                        None => std::future::pending().await,
                    }
                };
                tokio::select! {
                    changed = news.changed() => {
                        if changed.is_err() {
                            return;
                        }
                        continue;
                    }
                    () = due => {}
                }
            }
            shared.pause(C::DELAY).await;
            seen = shared.changed(C::KINDS);
            again = controller.sync(&shared);
        }
    });
}

/// A pod from a workload's template.
fn pod_of(template: &Value, meta: &Value) -> Value {
    let mut pod = json!({"metadata": meta, "spec": template["spec"]});
    for field in ["labels", "annotations"] {
        let given = template.pointer(&format!("/metadata/{field}")).and_then(Value::as_object);
        for (key, value) in given.into_iter().flatten() {
            pick::fill(&mut pod, &format!("/metadata/{field}/{}", key.replace('/', "~1")), value.clone());
        }
    }
    pod
}

/// Whether a pod still counts: not going away and not ended.
fn active(pod: &Value) -> bool {
    !pick::dying(pod) && !["Succeeded", "Failed"].contains(&pick::text(pod, "/status/phase"))
}

/// Whether a pod's condition Ready is true.
fn ready(pod: &Value) -> bool {
    pick::list(pod, "/status/conditions")
        .iter()
        .any(|condition| pick::text(condition, "/type") == "Ready" && pick::text(condition, "/status") == "True")
}

/// A number that is left out where it is zero, as Go's `omitempty` does.
fn count(status: &mut Value, field: &str, number: usize) {
    if number == 0 {
        pick::take(status, &format!("/status/{field}"));
    } else {
        pick::set(status, &format!("/status/{field}"), number);
    }
}

/// A short hash of a template in the letters of generated names (`SafeEncodeString` of a 32 bit sum).
fn template_hash(template: &Value) -> String {
    use std::hash::{DefaultHasher, Hash as _, Hasher as _};
    const LETTERS: &[u8] = b"bcdfghjklmnpqrstvwxz2456789";
    let mut hasher = DefaultHasher::new();
    template.to_string().hash(&mut hasher);
    let digits = (hasher.finish() & 0xffff_ffff).to_string();
    digits.bytes().map(|digit| char::from(LETTERS[usize::from(digit) % LETTERS.len()])).collect()
}

/// Deletes a pod the way a controller does.
fn delete_pod(store: &mut Store, pod: &Object) {
    delete(store, &kinds::POD, pod, &json!({}));
}

fn delete(store: &mut Store, kind: &'static Kind, object: &Value, options: &Value) {
    let write = super::actor::MANAGER.deletion(kind, object);
    // Gone already is as good.
    drop(super::delete::delete(store, &write, options));
}
