//! `CronJobs`: ready as soon as they are there; a run that did not succeed is a remark.

use super::scene::Scene;
use super::{Health, Verdict, job, say};
use crate::object::Object;

/// Ready unless suspended; says how the last run went.
pub(super) fn health(cron: &Object, scene: &Scene<'_>) -> Health {
    if cron.is("/spec/suspend") {
        return Health::progressing("suspended");
    }
    let last = scene.children(cron).into_iter().max_by_key(|job| job.time("/metadata/creationTimestamp"));
    let ago = |at: &str| cron.time(at).map(|time| format!("{} ago", say::span(scene.now.duration_since(time))));
    if let Some(last) = last {
        let health = job::health(last, scene);
        if health.verdict == Verdict::Failed {
            return Health::ready("the last run failed").because(health.cause);
        }
    }
    match (ago("/status/lastSuccessfulTime"), ago("/status/lastScheduleTime")) {
        (Some(well), _) => Health::ready(format!("last success {well}")),
        (None, Some(run)) => Health::ready(format!("last run {run}")),
        (None, None) => Health::ready("has not run yet"),
    }
}
