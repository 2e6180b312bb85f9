//! ReplicaSets, bare ones and those of a Deployment.

use serde_json::Value;

use super::condition::{get, text, time};
use super::doom::Outlook;
use super::scene::Scene;
use super::{Health, Verdict, progress, refusal};
use crate::object::Object;

/// The label by which a Deployment tells its versions apart.
const HASH: &str = "pod-template-hash";

/// A Deployment's pods, by version.
#[derive(Debug, Default)]
pub(super) struct Pods<'a> {
    /// The present version's ReplicaSet, if it was given.
    pub(super) set: Option<&'a Object>,
    pub(super) new: Vec<&'a Object>,
    pub(super) old: Vec<&'a Object>,
}

/// The pods of a Deployment. Without its ReplicaSets, its selector and the newest pod's template hash tell them apart.
pub(super) fn pods<'a>(deployment: &Object, scene: &Scene<'a>) -> Pods<'a> {
    let mut pods = Pods::default();
    let sets: Vec<&Object> = scene.children(deployment).into_iter().filter(|set| set.kind() == "ReplicaSet").collect();
    if sets.is_empty() {
        let labels = deployment.at("/spec/selector/matchLabels").unwrap_or(&Value::Null);
        let all = scene.pods_with(deployment.namespace(), labels);
        let newest =
            all.iter().max_by_key(|pod| pod.time("/metadata/creationTimestamp")).and_then(|pod| pod.label(HASH));
        (pods.new, pods.old) = all.into_iter().partition(|pod| pod.label(HASH) == newest);
        return pods;
    }
    pods.set = newest(deployment, &sets);
    for set in &sets {
        let made = scene.children(set).into_iter().filter(|pod| pod.kind() == "Pod");
        if pods.set.is_some_and(|newest| newest.key() == set.key()) {
            pods.new.extend(made);
        } else {
            pods.old.extend(made);
        }
    }
    pods
}

/// The ReplicaSet of a Deployment's present version; none while it is not made yet.
fn newest<'a>(deployment: &Object, sets: &[&'a Object]) -> Option<&'a Object> {
    let newest = sets.iter().copied().max_by_key(|set| (revision(set), set.time("/metadata/creationTimestamp")))?;
    let is_present = revision(deployment) <= revision(newest) || revision(newest).is_none();
    (is_present && has_template(newest, deployment)).then_some(newest)
}

/// Whether a ReplicaSet is of the template that its Deployment has now, as the controller compares them
/// (`EqualIgnoreHash`). While pods of the version before are still being taken away, the strategy Recreate has nothing
/// else to tell that by. What was given without its template says nothing against it.
fn has_template(set: &Object, deployment: &Object) -> bool {
    let (Some(made), Some(wanted)) = (set.at("/spec/template"), deployment.at("/spec/template")) else { return true };
    equal_but(made, wanted, &["metadata", "labels", HASH])
}

/// Whether two values are equal but for what one of them has at the end of this way.
fn equal_but(left: &Value, right: &Value, way: &[&str]) -> bool {
    let (Some(left), Some(right), [next, rest @ ..]) = (left.as_object(), right.as_object(), way) else {
        return left == right;
    };
    let others = |(name, _): &(&String, &Value)| name != next;
    let deeper = match (left.get(*next), right.get(*next)) {
        _ if rest.is_empty() => true,
        (Some(left), Some(right)) => equal_but(left, right, rest),
        (left, right) => left == right,
    };
    deeper && left.iter().filter(others).eq(right.iter().filter(others))
}

fn revision(object: &Object) -> Option<i64> {
    object.annotation("deployment.kubernetes.io/revision")?.parse().ok()
}

/// Ready when all replicas are there, labelled, ready and available.
pub(super) fn health(set: &Object, scene: &Scene<'_>) -> Health {
    let number = |field: &str| set.number(&format!("/status/{field}")).unwrap_or(0);
    let wanted = set.number("/spec/replicas").unwrap_or(1);
    let reason = format!("{}/{wanted} available", number("availableReplicas"));
    let refused = get(set, "ReplicaFailure").filter(|c| text(c, "status") == "True" && !scene.memory.is_stale(set, c));
    if let Some(condition) = refused {
        let since = time(condition, "lastTransitionTime");
        return refusal::finding(text(condition, "message"), set, since, scene).health(reason);
    }
    let least =
        ["replicas", "fullyLabeledReplicas", "readyReplicas", "availableReplicas"].map(number).into_iter().min();
    if least.unwrap_or(0) >= wanted && number("replicas") == wanted {
        return Health::ready(if wanted == 0 { "scaled to 0".to_owned() } else { reason });
    }
    let outlook = Outlook::of(&scene.children(set), scene);
    if let Some(still) = progress::standstill(set, scene) {
        return Health::new(Verdict::Failed, reason).because(Some(progress::deadline(set, &outlook, still)));
    }
    let verdict = if outlook.is_lost(None) { Verdict::Failed } else { Verdict::Progressing };
    Health::new(verdict, reason).because(outlook.cause())
}
