//! Defaults of workloads.

use serde_json::{Value, json};

use super::pod;
use crate::demo::pick;

fn template(object: &mut Value, at: &str) {
    if let Some(spec) = object.pointer_mut(&format!("{at}/spec")) {
        pod::spec(spec);
    }
}

pub(super) fn deployment(object: &mut Value) {
    pick::fill(object, "/spec/replicas", 1);
    pick::fill(object, "/spec/revisionHistoryLimit", 10);
    pick::fill(object, "/spec/progressDeadlineSeconds", 600);
    pick::fill(object, "/spec/strategy/type", "RollingUpdate");
    if pick::text(object, "/spec/strategy/type") == "RollingUpdate" {
        pick::fill(object, "/spec/strategy/rollingUpdate/maxSurge", "25%");
        pick::fill(object, "/spec/strategy/rollingUpdate/maxUnavailable", "25%");
    }
    template(object, "/spec/template");
    pick::fill(object, "/status", json!({}));
}

pub(super) fn replica_set(object: &mut Value) {
    pick::fill(object, "/spec/replicas", 1);
    template(object, "/spec/template");
    pick::fill(object, "/status/replicas", 0);
}

pub(super) fn stateful_set(object: &mut Value) {
    pick::fill(object, "/spec/replicas", 1);
    pick::fill(object, "/spec/revisionHistoryLimit", 10);
    pick::fill(object, "/spec/podManagementPolicy", "OrderedReady");
    pick::fill(object, "/spec/updateStrategy/type", "RollingUpdate");
    if pick::text(object, "/spec/updateStrategy/type") == "RollingUpdate" {
        pick::fill(object, "/spec/updateStrategy/rollingUpdate/partition", 0);
    }
    pick::fill(
        object,
        "/spec/persistentVolumeClaimRetentionPolicy",
        json!({"whenDeleted": "Retain", "whenScaled": "Retain"}),
    );
    template(object, "/spec/template");
    for claim in object.pointer_mut("/spec/volumeClaimTemplates").and_then(Value::as_array_mut).into_iter().flatten() {
        pick::fill(claim, "/apiVersion", "v1");
        pick::fill(claim, "/kind", "PersistentVolumeClaim");
        pick::fill(claim, "/spec/volumeMode", "Filesystem");
        pick::fill(claim, "/status/phase", "Pending");
    }
    pick::fill(object, "/status/replicas", 0);
    pick::fill(object, "/status/availableReplicas", 0);
}

pub(super) fn daemon_set(object: &mut Value) {
    pick::fill(object, "/spec/revisionHistoryLimit", 10);
    pick::fill(object, "/spec/updateStrategy/type", "RollingUpdate");
    if pick::text(object, "/spec/updateStrategy/type") == "RollingUpdate" {
        pick::fill(object, "/spec/updateStrategy/rollingUpdate/maxSurge", 0);
        pick::fill(object, "/spec/updateStrategy/rollingUpdate/maxUnavailable", 1);
    }
    template(object, "/spec/template");
    for count in ["currentNumberScheduled", "numberMisscheduled", "desiredNumberScheduled", "numberReady"] {
        pick::fill(object, &format!("/status/{count}"), 0);
    }
}

pub(super) fn job(object: &mut Value) {
    if !pick::has(object, "/spec/completions") && !pick::has(object, "/spec/parallelism") {
        pick::fill(object, "/spec/completions", 1);
    }
    pick::fill(object, "/spec/parallelism", 1);
    pick::fill(object, "/spec/backoffLimit", 6);
    pick::fill(object, "/spec/completionMode", "NonIndexed");
    pick::fill(object, "/spec/suspend", false);
    pick::fill(object, "/spec/manualSelector", false);
    pick::fill(object, "/spec/podReplacementPolicy", "TerminatingOrFailed");
    template(object, "/spec/template");
    select_own_pods(object);
    pick::fill(object, "/status", json!({}));
}

/// Selector and labels are generated from the uid, unless the author brings his own (batch/job strategy).
fn select_own_pods(object: &mut Value) {
    let own = object.pointer("/spec/manualSelector") == Some(&json!(true)) || pick::has(object, "/spec/selector");
    let (uid, name) = (pick::uid(object).to_owned(), pick::name(object).to_owned());
    if own || uid.is_empty() {
        return;
    }
    pick::set(object, "/spec/selector", json!({"matchLabels": {"batch.kubernetes.io/controller-uid": uid}}));
    for (label, value) in [
        ("batch.kubernetes.io~1controller-uid", &uid),
        ("controller-uid", &uid),
        ("batch.kubernetes.io~1job-name", &name),
        ("job-name", &name),
    ] {
        pick::set(object, &format!("/spec/template/metadata/labels/{label}"), value.as_str());
    }
}

pub(super) fn cron_job(object: &mut Value) {
    pick::fill(object, "/spec/concurrencyPolicy", "Allow");
    pick::fill(object, "/spec/suspend", false);
    pick::fill(object, "/spec/successfulJobsHistoryLimit", 3);
    pick::fill(object, "/spec/failedJobsHistoryLimit", 1);
    // The template of a CronJob gets the pod defaults only; the Job gets its own when it is made.
    template(object, "/spec/jobTemplate/spec/template");
    pick::fill(object, "/status", json!({}));
}
