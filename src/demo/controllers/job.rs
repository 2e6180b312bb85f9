//! Jobs: pods until enough of them have succeeded or too many have failed.

use serde_json::{Value, json};

use super::{Controller, active, count, delete_pod, pod_of, ready};
use crate::demo::actor::{self, MANAGER};
use crate::demo::clock;
use crate::demo::cluster::Cluster;
use crate::demo::events::{self, Source, Tone};
use crate::demo::kinds::{self, Kind};
use crate::demo::pick;
use crate::demo::store::{Object, Store};

const SOURCE: Source<'_> = Source { component: "job-controller", host: "" };

pub(super) struct Jobs;

impl Controller for Jobs {
    const KINDS: &'static [&'static Kind] = &[&kinds::JOB, &kinds::POD, &kinds::SERVICE_ACCOUNT];

    fn sync(&mut self, cluster: &Cluster) -> Option<f64> {
        cluster.with(|store| {
            for job in store.list(&kinds::JOB, "") {
                sync(store, &job);
            }
        });
        None
    }
}

fn finished(job: &Value) -> bool {
    pick::list(job, "/status/conditions").iter().any(|condition| {
        ["Complete", "Failed"].contains(&pick::text(condition, "/type")) && pick::text(condition, "/status") == "True"
    })
}

fn sync(store: &mut Store, job: &Object) {
    if finished(job) || pick::dying(job) {
        return;
    }
    let pods = actor::controlled(store, &kinds::POD, job);
    let phase = |name: &str| pods.iter().filter(|pod| pick::text(pod, "/status/phase") == name).count();
    let size = |field: &str, none: usize| {
        let number = job.pointer(&format!("/spec/{field}")).and_then(Value::as_u64);
        number.and_then(|number| usize::try_from(number).ok()).unwrap_or(none)
    };
    let (succeeded, failed) = (phase("Succeeded"), phase("Failed"));
    let parallel = size("parallelism", 1);
    let wanted = size("completions", parallel);
    let suspended = job.pointer("/spec/suspend") == Some(&json!(true));
    let running: Vec<&Object> = pods.iter().filter(|pod| active(pod)).collect();
    let mut busy = running.len();
    let end = if succeeded >= wanted {
        Some(End::Complete)
    } else if failed > size("backoffLimit", 6) {
        Some(End::Failed)
    } else {
        None
    };
    if suspended || end.is_some() {
        for pod in &running {
            delete_pod(store, pod);
        }
    } else {
        while busy < parallel.min(wanted - succeeded) && make(store, job) {
            busy += 1;
        }
    }
    let told = match end {
        Some(End::Complete) => Some((Tone::Normal, "Completed", "Job completed")),
        Some(End::Failed) => Some((Tone::Warning, "BackoffLimitExceeded", LIMIT)),
        None => None,
    };
    if let Some((tone, reason, message)) = told {
        events::say(store, SOURCE, job, (tone, reason), message);
    }
    let well = running.iter().filter(|pod| ready(pod)).count();
    MANAGER.report(store, &kinds::JOB, job, |job| {
        count(job, "active", if end.is_none() && !suspended { busy } else { 0 });
        count(job, "succeeded", succeeded);
        count(job, "failed", failed);
        pick::set(job, "/status/ready", if end.is_none() { well } else { 0 });
        pick::set(job, "/status/uncountedTerminatedPods", json!({}));
        if !suspended {
            pick::fill(job, "/status/startTime", clock::now());
        }
        conditions(job, end, suspended);
    });
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Complete,
    Failed,
}

const LIMIT: &str = "Job has reached the specified backoff limit";

fn conditions(job: &mut Value, end: Option<End>, suspended: bool) {
    let now = clock::now();
    let mut tell = |kind: &str, reason: &str, message: &str| {
        let condition = json!({"type": kind, "status": "True", "reason": reason, "message": message,
            "lastProbeTime": now});
        actor::condition(job, condition, &now);
    };
    match end {
        Some(End::Complete) => {
            let message = "Reached expected number of succeeded pods";
            tell("SuccessCriteriaMet", "CompletionsReached", message);
            tell("Complete", "CompletionsReached", message);
            pick::set(job, "/status/completionTime", now);
        }
        Some(End::Failed) => {
            tell("FailureTarget", "BackoffLimitExceeded", LIMIT);
            tell("Failed", "BackoffLimitExceeded", LIMIT);
        }
        None if suspended => tell("Suspended", "JobSuspended", "Job suspended"),
        None => {}
    }
}

fn make(store: &mut Store, job: &Value) -> bool {
    let meta = json!({
        "generateName": format!("{}-", pick::name(job)), "ownerReferences": actor::owner(&kinds::JOB, job),
    });
    let pod = pod_of(&job["spec"]["template"], &meta);
    let made = MANAGER.create(store, &kinds::POD, pick::namespace(job), pod);
    let (told, message) = match &made {
        Ok(pod) => ((Tone::Normal, "SuccessfulCreate"), format!("Created pod: {}", pick::name(pod))),
        Err(refusal) => ((Tone::Warning, "FailedCreate"), format!("Error creating: {}", refusal.message)),
    };
    events::say(store, SOURCE, job, told, &message);
    made.is_ok()
}
