//! Jobs.

use serde_json::Value;

use super::condition::{get, is, text};
use super::doom::{self, Outlook};
use super::scene::Scene;
use super::{Cause, Health, Trouble, Verdict, container, exit, pod, say};
use crate::object::Object;

/// Ready when complete; a running Job is not.
pub(super) fn health(job: &Object, scene: &Scene<'_>) -> Health {
    let reason = reason(job);
    if is(job, "Complete") {
        return Health::ready(format!("complete, {reason}"));
    }
    // FailureTarget comes first, while pods still end
    let failed = ["Failed", "FailureTarget"].into_iter().find(|kind| is(job, kind)).and_then(|kind| get(job, kind));
    if let Some(condition) = failed {
        return Health::new(Verdict::Failed, reason).because(Some(cause(job, condition, scene)));
    }
    if is(job, "Suspended") || job.is("/spec/suspend") {
        return Health::progressing("suspended");
    }
    let pods: Vec<&Object> = scene.children(job);
    if let Some(finding) = pods.is_empty().then(|| doom::uncreated(job, scene)).flatten() {
        return finding.health(reason);
    }
    let outlook = Outlook::of(&pods, scene);
    // a Job counts its crashes itself
    let counted = |cause: &Cause| {
        matches!(cause.trouble, Trouble::Crash { .. } | Trouble::OutOfMemory | Trouble::Probe { .. } | Trouble::Evicted)
    };
    let cause = outlook.cause();
    let lost = outlook.is_lost(None) && !cause.as_ref().is_some_and(counted);
    Health::new(if lost { Verdict::Failed } else { Verdict::Progressing }, reason).because(cause)
}

/// "1 active, 0/1 done, 2 failed".
fn reason(job: &Object) -> String {
    let number = |field: &str| job.number(&format!("/status/{field}")).unwrap_or(0);
    let wanted = job.number("/spec/completions").or_else(|| job.number("/spec/parallelism")).unwrap_or(1);
    let mut said = format!("{}/{wanted} done", number("succeeded"));
    for (n, word) in [(number("active"), "active"), (number("failed"), "failed")] {
        if n > 0 {
            said = format!("{said}, {n} {word}");
        }
    }
    said
}

fn cause(job: &Object, condition: &Value, scene: &Scene<'_>) -> Cause {
    let name = job.name();
    let tries = job.number("/status/failed").unwrap_or(0).max(1);
    let what = match text(condition, "reason") {
        "BackoffLimitExceeded" => {
            let limit = job.number("/spec/backoffLimit").unwrap_or(6).saturating_add(1);
            format!("Job {name} failed {tries} of {limit} tries.")
        }
        "DeadlineExceeded" => match job.number("/spec/activeDeadlineSeconds") {
            Some(limit) => format!("Job {name} ran longer than the {limit} s it may take."),
            None => format!("Job {name} ran longer than it may."),
        },
        "PodFailurePolicy" => format!("A pod of Job {name} ended in a way that its failure policy does not forgive."),
        "MaxFailedIndexesExceeded" | "FailedIndexes" => format!("Too many indexes of Job {name} did not succeed."),
        _ => format!("Job {name} did not succeed: {}.", say::calm(text(condition, "message"))),
    };
    let mut cause = Cause::new(Trouble::Job, job.key()).headline(format!("Job {name} failed")).sentence(what);
    cause.fatal = true;
    match last_failed(job, scene) {
        Some((pod, container, end)) => {
            let words = exit::words(end);
            let last = if words.is_empty() { String::new() } else { format!("Last line: {words}") };
            cause.object = pod.key().clone();
            cause
                .inside(container)
                .also(&format!("{container} {}.", exit::meaning(end)))
                .also(&last)
                .next(format!("read the log of pod {}, correct what it names, and run the Job again", pod.name()))
        }
        None => cause.next("read the log of its last pod, correct what it names, and run the Job again"),
    }
}

/// The container that ended badly last.
fn last_failed<'a>(job: &Object, scene: &Scene<'a>) -> Option<(&'a Object, &'a str, &'a Value)> {
    let mut pods = scene.children(job);
    pods.sort_by_key(|pod| std::cmp::Reverse(pod.time("/metadata/creationTimestamp")));
    pods.into_iter().filter(|pod| pod::phase(pod) != "Succeeded").find_map(|pod| {
        let ended = |c: &container::Container<'a>| {
            let end = c.ended().or_else(|| c.ended_before())?;
            (exit::code(end) != 0).then_some((c.name, end))
        };
        container::all(pod).iter().find_map(ended).map(|(name, end)| (pod, name, end))
    })
}
