//! When a workload is lost, and when it only has one bad pod among good ones.

use super::condition::is;
use super::event::Event;
use super::finding::Finding;
use super::scene::Scene;
use super::{Cause, pod, refusal, say};
use crate::object::Object;

/// What the pods that count let expect: those of the newest version, neither deleted nor already replaced.
#[derive(Debug, Default)]
pub(super) struct Outlook {
    /// The worst of them.
    pub(super) worst: Option<Finding>,
    /// How many show the same as the worst.
    same: i64,
    pub(super) doomed: i64,
    pub(super) ready: i64,
    pub(super) total: i64,
    /// Whether one of them began more than 30 s ago.
    settled: bool,
}

impl Outlook {
    /// Looks at the pods of the newest version.
    pub(super) fn of(pods: &[&Object], scene: &Scene<'_>) -> Self {
        let active: Vec<&Object> = pods.iter().copied().filter(|pod| pod::is_active(pod)).collect();
        let mut outlook = Self::default();
        let mut findings = Vec::new();
        for pod in &active {
            outlook.total += 1;
            outlook.ready += i64::from(is(pod, "Ready"));
            outlook.settled |= scene.older(pod::scheduled(pod), 30);
            if let Some(finding) = pod::finding(pod, scene) {
                outlook.doomed += i64::from(finding.doomed);
                findings.push(finding);
            }
        }
        if active.is_empty() {
            // all were evicted or ended: their controller makes new ones
            let gone = pods.iter().filter(|pod| !pod.is_deleting()).filter_map(|pod| pod::finding(pod, scene));
            findings.extend(gone.map(|finding| Finding::waiting(finding.cause)).take(1));
        }
        let worst = Finding::worst(findings.iter().cloned());
        let same = |f: &&Finding| worst.as_ref().is_some_and(|worst| worst.cause.headline == f.cause.headline);
        outlook.same = i64::try_from(findings.iter().filter(same).count()).unwrap_or(i64::MAX);
        outlook.worst = worst;
        outlook
    }

    /// Whether waiting is over: every pod is lost, or as many as the strategy may spare, or the first ones show what no
    /// waiting cures and none got ready.
    pub(super) fn is_lost(&self, spare: Option<i64>) -> bool {
        let fatal = self.worst.as_ref().is_some_and(|worst| worst.doomed && worst.cause.fatal);
        (self.total > 0 && self.doomed == self.total)
            || (self.doomed > 0 && spare.is_some_and(|spare| self.doomed >= spare.max(1)))
            || (fatal && self.ready == 0 && self.settled)
    }

    /// The worst cause, saying for how many pods it holds.
    pub(super) fn cause(&self) -> Option<Cause> {
        let cause = self.worst.clone()?.cause;
        Some(match self.total {
            0 | 1 => cause,
            total if self.same == total => {
                cause.also(&format!("It is the same with all {}.", say::count(total, "pod")))
            }
            total => cause.also(&format!("This holds for {} of {}.", self.same, say::count(total, "pod"))),
        })
    }
}

/// Why the pods of an object cannot be created, when its controller says so and has not succeeded since.
pub(super) fn uncreated(owner: &Object, scene: &Scene<'_>) -> Option<Finding> {
    let failed = scene.newest(owner, &["FailedCreate"])?;
    let created = scene.newest(owner, &["SuccessfulCreate"]).and_then(Event::last);
    let open = created.is_none() || created < failed.last();
    open.then(|| refusal::finding(failed.message(), owner, failed.first(), scene))
}
