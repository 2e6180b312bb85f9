//! Deployments.

use jiff::SignedDuration;
use serde_json::Value;

use super::condition::{get, refused, text, time};
use super::doom::Outlook;
use super::replicaset::{self, Pods};
use super::scene::Scene;
use super::{Health, Verdict, deleting, progress, refusal};
use crate::object::Object;

/// Ready when every replica is of the newest version and available and no old one is left.
pub(super) fn health(deployment: &Object, scene: &Scene<'_>) -> Health {
    let count = Count::of(deployment);
    if deployment.is("/spec/paused") {
        return Health::progressing(format!("paused, {}", count.said()));
    }
    if count.is_reached() && refused(deployment, "Available").is_none() {
        return Health::ready(if count.wanted == 0 { "scaled to 0".to_owned() } else { count.said_ready() });
    }
    let pods = replicaset::pods(deployment, scene);
    if let Some(health) = replica_failure(deployment, &pods, scene) {
        return health;
    }
    let outlook = Outlook::of(&pods.new, scene);
    let reason = count.waiting(deployment);
    if let Some(still) = timed_out(deployment, scene) {
        return Health::new(Verdict::Failed, reason).because(Some(progress::deadline(deployment, &outlook, still)));
    }
    let verdict = if outlook.is_lost(spare(deployment, &count)) { Verdict::Failed } else { Verdict::Progressing };
    let cause = outlook.cause().or_else(|| pods.old.iter().find_map(|pod| deleting::stuck(pod, scene)));
    Health::new(verdict, reason).because(cause)
}

/// Wanted and there, as the controller counts.
struct Count {
    wanted: i64,
    all: i64,
    new: i64,
    available: i64,
    ready: i64,
}

impl Count {
    fn of(deployment: &Object) -> Self {
        let number = |field: &str| deployment.number(&format!("/status/{field}")).unwrap_or(0);
        Self {
            // the live number: an autoscaler may own it
            wanted: deployment.number("/spec/replicas").unwrap_or(1),
            all: number("replicas"),
            new: number("updatedReplicas"),
            available: number("availableReplicas"),
            ready: number("readyReplicas"),
        }
    }

    /// The rule of `kubectl rollout status`.
    fn is_reached(&self) -> bool {
        self.new >= self.wanted && self.all <= self.new && self.available >= self.new
    }

    fn said(&self) -> String {
        format!("{}/{} available, new {}, old {}", self.available, self.wanted, self.new, (self.all - self.new).max(0))
    }

    fn said_ready(&self) -> String {
        format!("{}/{} available", self.available, self.wanted)
    }

    fn waiting(&self, deployment: &Object) -> String {
        let least = deployment.number("/spec/minReadySeconds").unwrap_or(0);
        let ripening =
            least > 0 && self.ready >= self.wanted && self.new >= self.wanted && self.available < self.wanted;
        let more = if ripening { format!(", must stay ready for {least} s") } else { String::new() };
        let stopping = deployment.number("/status/terminatingReplicas").unwrap_or(0);
        let stopping = if stopping > 0 { format!(", {stopping} still stopping") } else { String::new() };
        format!("{}{stopping}{more}", self.said())
    }
}

/// `ReplicaFailure`, unless it is the saying of the version before.
fn replica_failure(deployment: &Object, pods: &Pods<'_>, scene: &Scene<'_>) -> Option<Health> {
    let of_progress = refused(deployment, "Progressing").filter(|c| text(c, "reason") == "ReplicaSetCreateError");
    let condition = get(deployment, "ReplicaFailure").filter(|c| text(c, "status") == "True").or(of_progress)?;
    // the controller also hands on what an old ReplicaSet says
    let of_old = text(condition, "type") == "ReplicaFailure"
        && pods.set.is_some_and(|set| get(set, "ReplicaFailure").is_none_or(|c| text(c, "status") != "True"));
    if of_old || scene.memory.is_stale(deployment, condition) {
        return None;
    }
    let since = time(condition, "lastTransitionTime");
    let mut finding = refusal::finding(text(condition, "message"), deployment, since, scene);
    // an old pod that is about to go may make room
    if pods.old.iter().any(|pod| pod.is_deleting()) {
        finding.doomed = false;
        finding.cause.fatal = false;
    }
    Some(finding.health(Count::of(deployment).said()))
}

/// How long there was no progress, if that was too long: by the controller's clock or by our own.
fn timed_out(deployment: &Object, scene: &Scene<'_>) -> Option<SignedDuration> {
    let over = refused(deployment, "Progressing")
        .filter(|c| text(c, "reason") == "ProgressDeadlineExceeded" && !scene.memory.is_stale(deployment, c));
    let limit = deployment.number("/spec/progressDeadlineSeconds").unwrap_or(600).max(0);
    over.map(|_| SignedDuration::from_secs(limit)).or_else(|| progress::standstill(deployment, scene))
}

/// How many new pods may be lost before the rollout cannot go on: surge and unavailable together, while old ones are left.
fn spare(deployment: &Object, count: &Count) -> Option<i64> {
    if deployment.text("/spec/strategy/type") == Some("Recreate") || count.all <= count.new {
        return None;
    }
    let part = |field: &str, up: bool| {
        let given = deployment.at(&format!("/spec/strategy/rollingUpdate/{field}"));
        given.map_or_else(|| portion(25, count.wanted, up), |given| share(given, count.wanted, up))
    };
    Some((part("maxSurge", true) + part("maxUnavailable", false)).max(1))
}

/// A number, or so many percent of the whole.
pub(super) fn share(given: &Value, of: i64, up: bool) -> i64 {
    match given.as_str().and_then(|text| text.trim_end_matches('%').parse().ok()) {
        Some(percent) => portion(percent, of, up),
        None => given.as_i64().unwrap_or(1),
    }
}

/// So many percent; surge is rounded up, unavailable down.
fn portion(percent: i64, of: i64, up: bool) -> i64 {
    percent.saturating_mul(of).saturating_add(if up { 99 } else { 0 }) / 100
}
