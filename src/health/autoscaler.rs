//! `HorizontalPodAutoscalers`: what they cannot do is a remark, never a failure.

use super::condition::{refused, text, time};
use super::scene::Scene;
use super::{Cause, Health, Trouble, say};
use crate::object::Object;

/// Metrics are missing for so many seconds after every deploy.
const GRACE: i64 = 120;

/// Ready when it can read its metrics and scale; says what keeps it from that.
pub(super) fn health(scaler: &Object, scene: &Scene<'_>) -> Health {
    let current = scaler.number("/status/currentReplicas").unwrap_or(0);
    let condition = refused(scaler, "AbleToScale").or_else(|| refused(scaler, "ScalingActive"));
    let Some(condition) = condition else { return Health::ready(say::count(current, "replica")) };
    let reason = text(condition, "reason");
    if reason == "ScalingDisabled" {
        return Health::ready("off, its target is scaled to 0");
    }
    if !scene.older(time(condition, "lastTransitionTime"), GRACE) {
        return Health::progressing("waiting for its first metrics");
    }
    let target = scaler.text("/spec/scaleTargetRef/name").unwrap_or("its target");
    let cause = Cause::new(Trouble::Other, scaler.key());
    let cause = match reason {
        "FailedGetScale" | "FailedUpdateScale" => cause
            .headline(format!("{} cannot scale {target}", scaler.name()))
            .next(format!("check that {target} exists and is of the kind the autoscaler names")),
        _ => cause
            .headline(format!("{} gets no metrics", scaler.name()))
            .next("check that the metrics server runs, and that the pods request what is measured"),
    };
    let cause = cause.sentence(format!("The autoscaler says: {}.", say::calm(text(condition, "message"))));
    Health::ready("does not scale").because(Some(cause))
}
