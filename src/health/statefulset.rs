//! StatefulSets. They have no condition that could say failed: their pods have to.

use super::condition::is;
use super::doom::{self, Outlook};
use super::finding::Finding;
use super::scene::Scene;
use super::{Cause, Health, Trouble, Verdict, pod, progress};
use crate::object::Object;

const REVISION: &str = "controller-revision-hash";

/// Ready when all replicas are, and those outside the partition are of the newest version.
pub(super) fn health(set: &Object, scene: &Scene<'_>) -> Health {
    let number = |field: &str| set.number(&format!("/status/{field}")).unwrap_or(0);
    let wanted = set.number("/spec/replicas").unwrap_or(1);
    let by_hand = set.text("/spec/updateStrategy/type") == Some("OnDelete");
    let partition = set.number("/spec/updateStrategy/rollingUpdate/partition").unwrap_or(0);
    let due = if by_hand { 0 } else { (wanted - partition).max(0) };
    let ready = number("readyReplicas") >= wanted
        && number("replicas") <= wanted
        && (by_hand || number("updatedReplicas") >= due.min(wanted))
        && (by_hand || partition > 0 || !differs(set))
        && set.number("/status/availableReplicas").is_none_or(|available| available >= wanted);
    if ready {
        let old = wanted - number("updatedReplicas");
        return Health::ready(match wanted {
            0 => "scaled to 0".to_owned(),
            _ if by_hand && differs(set) && old > 0 => {
                format!("{wanted}/{wanted} ready; delete pods by hand to update {old} of them")
            }
            _ => format!("{wanted}/{wanted} ready"),
        });
    }
    let pods: Vec<&Object> = scene.children(set).into_iter().filter(|pod| pod.kind() == "Pod").collect();
    let reason = reason(set, &pods, wanted);
    let missing = i64::try_from(pods.len()).unwrap_or(i64::MAX) < wanted;
    if let Some(finding) = missing.then(|| doom::uncreated(set, scene)).flatten() {
        return finding.health(reason);
    }
    let ordered = set.text("/spec/podManagementPolicy") != Some("Parallel");
    if let Some(finding) = (ordered && !by_hand).then(|| blocked(set, &pods, scene)).flatten() {
        return finding.health(reason);
    }
    let current: Vec<&Object> = pods.iter().copied().filter(|pod| by_hand || is_new(set, pod)).collect();
    let outlook = Outlook::of(&current, scene);
    if let Some(still) = progress::standstill(set, scene) {
        return Health::new(Verdict::Failed, reason).because(Some(progress::deadline(set, &outlook, still)));
    }
    // in order, the next pod waits for the one before it
    let lost = outlook.is_lost(if ordered { Some(1) } else { None });
    Health::new(if lost { Verdict::Failed } else { Verdict::Progressing }, reason).because(outlook.cause())
}

fn differs(set: &Object) -> bool {
    let revision = |field: &str| set.text(&format!("/status/{field}")).filter(|revision| !revision.is_empty());
    revision("updateRevision").zip(revision("currentRevision")).is_some_and(|(update, current)| update != current)
}

fn is_new(set: &Object, pod: &Object) -> bool {
    match (set.text("/status/updateRevision"), pod.label(REVISION)) {
        (Some(update), Some(revision)) => update == revision,
        _ => true,
    }
}

fn ordinal(pod: &Object) -> i64 {
    pod.name().rsplit('-').next().and_then(|ordinal| ordinal.parse().ok()).unwrap_or(0)
}

/// A broken pod of the version before: the ordered rollout waits for it and never replaces it.
fn blocked(set: &Object, pods: &[&Object], scene: &Scene<'_>) -> Option<Finding> {
    let partition = set.number("/spec/updateStrategy/rollingUpdate/partition").unwrap_or(0);
    let old = pods.iter().filter(|pod| pod::is_active(pod) && !is_new(set, pod) && ordinal(pod) >= partition);
    let (pod, finding) =
        old.filter_map(|pod| Some((pod, pod::finding(pod, scene)?))).find(|(_, finding)| finding.doomed)?;
    let cause = Cause::new(Trouble::Other, pod.key())
        .headline(format!("the broken pod {} keeps the new version out", pod.name()))
        .sentence(format!(
            "{} still is of the version before and not well ({}); {} replaces it only once it is ready.",
            pod.name(),
            finding.cause.headline,
            set.name()
        ))
        .next(format!("delete pod {}; it comes back in the new version", pod.name()));
    Some(Finding::fatal(cause))
}

/// "2/3 ready, updated 1, waiting for db-1".
fn reason(set: &Object, pods: &[&Object], wanted: i64) -> String {
    let number = |field: &str| set.number(&format!("/status/{field}")).unwrap_or(0);
    let waits = pods.iter().filter(|pod| pod.is_deleting() || !is(pod, "Ready")).max_by_key(|pod| ordinal(pod));
    let waits = waits.map_or_else(String::new, |pod| format!(", waiting for {}", pod.name()));
    let least = set.number("/spec/minReadySeconds").filter(|_| number("readyReplicas") > number("availableReplicas"));
    let ripening = least.map_or_else(String::new, |least| format!(", must stay ready for {least} s"));
    format!("{}/{wanted} ready, updated {}{waits}{ripening}", number("readyReplicas"), number("updatedReplicas"))
}
