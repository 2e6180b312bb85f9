//! The conditions of a Deployment, as its controller sets them (kubernetes `deployment/progress.go`).

use serde_json::{Value, json};

use crate::demo::actor;
use crate::demo::clock;
use crate::demo::pick;

/// What a pass had to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Told {
    /// Everything is there.
    Complete,
    /// Something moved since the last pass.
    Progress,
    /// Nothing moved yet.
    Waiting,
    /// The deadline has passed.
    Late,
}

/// Fills the conditions of `next`, whose counts are set, from the state before.
pub(super) fn tell(before: &Value, next: &mut Value, set: Option<&Value>, late: bool) -> Told {
    available(next);
    replica_failure(next, set);
    let name = set.map_or_else(|| pick::name(before), pick::name).to_owned();
    let (status, reason) = current(before);
    let replicas = pick::number(next, "/status/replicas");
    let updated = pick::number(next, "/status/updatedReplicas");
    // Once a rollout is complete the controller does not estimate again until there is a new ReplicaSet.
    if reason == "NewReplicaSetAvailable" && replicas == updated {
        return Told::Complete;
    }
    let wanted = pick::number(next, "/spec/replicas");
    let complete =
        [replicas, updated, pick::number(next, "/status/availableReplicas")].iter().all(|count| *count == wanted);
    if complete && set.is_some() {
        progressing(
            next,
            "True",
            "NewReplicaSetAvailable",
            &format!("ReplicaSet {name:?} has successfully progressed."),
        );
        return Told::Complete;
    }
    if reason == "DeploymentPaused" {
        progressing(next, "Unknown", "DeploymentResumed", "Deployment is resumed");
        return Told::Progress;
    }
    if moved(before, next) {
        progressing(next, "True", "ReplicaSetUpdated", &format!("ReplicaSet {name:?} is progressing."));
        return Told::Progress;
    }
    if status == "False" && reason == "ProgressDeadlineExceeded" {
        return Told::Late;
    }
    if late && !reason.is_empty() {
        let message = format!("ReplicaSet {name:?} has timed out progressing.");
        progressing(next, "False", "ProgressDeadlineExceeded", &message);
        return Told::Late;
    }
    Told::Waiting
}

/// Fills what a pass may say that only sizes: whether enough is available, and whether it rests.
pub(super) fn tell_size(next: &mut Value) -> Told {
    available(next);
    let paused = next.pointer("/spec/paused") == Some(&json!(true));
    if paused && !["DeploymentPaused", "ProgressDeadlineExceeded"].contains(&current(next).1) {
        progressing(next, "Unknown", "DeploymentPaused", "Deployment is paused");
    }
    Told::Waiting
}

/// Says that a ReplicaSet was made.
pub(super) fn created(deployment: &mut Value, name: &str) {
    progressing(deployment, "True", "NewReplicaSetCreated", &format!("Created new replica set {name:?}"));
}

/// Says that a ReplicaSet of this template was there already.
pub(super) fn found(deployment: &mut Value, name: &str) {
    progressing(deployment, "True", "FoundNewReplicaSet", &format!("Found new replica set {name:?}"));
}

fn current(deployment: &Value) -> (&str, &str) {
    pick::list(deployment, "/status/conditions")
        .iter()
        .find(|condition| pick::text(condition, "/type") == "Progressing")
        .map(|condition| (pick::text(condition, "/status"), pick::text(condition, "/reason")))
        .unwrap_or_default()
}

/// More new, ready or available pods, or fewer old ones.
fn moved(before: &Value, next: &Value) -> bool {
    let more = |field: &str| {
        pick::number(next, &format!("/status/{field}")) > pick::number(before, &format!("/status/{field}"))
    };
    let old =
        |status: &Value| pick::number(status, "/status/replicas") - pick::number(status, "/status/updatedReplicas");
    more("updatedReplicas") || more("readyReplicas") || more("availableReplicas") || old(next) < old(before)
}

fn progressing(deployment: &mut Value, status: &str, reason: &str, message: &str) {
    let now = clock::now();
    let condition = json!({
        "type": "Progressing", "status": status, "reason": reason, "message": message, "lastUpdateTime": now,
    });
    actor::condition(deployment, condition, &now);
}

fn available(deployment: &mut Value) {
    let wanted = pick::number(deployment, "/spec/replicas");
    let least = wanted - unavailable_allowed(deployment, wanted);
    let well = pick::number(deployment, "/status/availableReplicas") >= least;
    let (status, reason, message) = if well {
        ("True", "MinimumReplicasAvailable", "Deployment has minimum availability.")
    } else {
        ("False", "MinimumReplicasUnavailable", "Deployment does not have minimum availability.")
    };
    let now = clock::now();
    let same = pick::list(deployment, "/status/conditions")
        .iter()
        .any(|condition| pick::text(condition, "/type") == "Available" && pick::text(condition, "/status") == status);
    if !same {
        let condition = json!({
            "type": "Available", "status": status, "reason": reason, "message": message, "lastUpdateTime": now,
        });
        actor::condition(deployment, condition, &now);
    }
}

fn unavailable_allowed(deployment: &Value, wanted: i64) -> i64 {
    match deployment.pointer("/spec/strategy/rollingUpdate/maxUnavailable") {
        Some(Value::String(text)) => wanted * text.trim_end_matches('%').parse::<i64>().unwrap_or(25) / 100,
        Some(number) => number.as_i64().unwrap_or_default(),
        None => 0,
    }
}

/// A ReplicaSet that cannot make pods tells its Deployment.
fn replica_failure(deployment: &mut Value, set: Option<&Value>) {
    let failure = set
        .into_iter()
        .flat_map(|set| pick::list(set, "/status/conditions"))
        .find(|condition| pick::text(condition, "/type") == "ReplicaFailure")
        .cloned();
    match failure {
        Some(mut failure) => {
            let now = clock::now();
            let time = failure["lastTransitionTime"].clone();
            pick::set(&mut failure, "/lastUpdateTime", time);
            actor::condition(deployment, failure, &now);
        }
        None => {
            if let Some(conditions) = deployment.pointer_mut("/status/conditions").and_then(Value::as_array_mut) {
                conditions.retain(|condition| pick::text(condition, "/type") != "ReplicaFailure");
            }
        }
    }
}
