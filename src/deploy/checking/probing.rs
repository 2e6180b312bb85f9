//! Checks that a short-lived pod answers: made from the module's template, and gone afterwards.

use std::sync::PoisonError;

use jiff::Timestamp;

use super::Pods;
use super::builtin::unasked;
use super::ground::Ground;
use crate::check::{
    Answer, End, Errand, Finding, MARK, Mend, Order, Probe, Remedy, Spoken, Teller, Verdict, leftovers,
};
use crate::cluster::{Cluster, Refusal};
use crate::deploy::{Session, Stop};
use crate::failure::{Failure, Kind, Result};
use crate::module::{Check, Probing, Scene, Ways};

/// One run in the cluster, for as long as it lives: what an earlier one left is told from it by its letters.
pub(super) struct Busy {
    session: Session,
    pub(super) run: String,
}

impl Busy {
    pub(super) fn begin(session: &Session) -> Self {
        let run: String = (0..8).map(|_| char::from(rand::random_range(b'a'..=b'z'))).collect();
        session.inner.busy.lock().unwrap_or_else(PoisonError::into_inner).push(run.clone());
        Self { session: session.clone(), run }
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.session.inner.busy.lock().unwrap_or_else(PoisonError::into_inner).retain(|run| *run != self.run);
    }
}

impl Ground {
    /// Runs a probe and sums up what it said to each of its checks.
    pub(super) async fn probe(
        &self,
        probe: &str,
        checks: Vec<String>,
        (teller, stop): (&Teller, &Stop),
    ) -> Vec<(String, Option<Finding>)> {
        let spoken = match self.prepared(&checks, stop).await {
            Ok(cluster) => self.speak((probe, &cluster), &checks, (teller, stop)).await,
            Err(finding) => Err(*finding),
        };
        let each = checks.iter().filter_map(|name| Some((name, self.declared(name)?)));
        each.map(|(name, check)| {
            let finding = match &spoken {
                Ok(spoken) => self.sum(check, spoken),
                Err(finding) => finding.clone(),
            };
            (name.clone(), Some(finding))
        })
        .collect()
    }

    /// What this machine can tell without a pod: only if it is itself the one node that runs the pods.
    pub(super) async fn local(&self, check: &Check) -> Option<Finding> {
        let of = self.session.inner.module.local(check, &self.scene()).ok()??;
        let (_, machine) = self.session.inner.who.rsplit_once('@')?;
        if !self.is_node(machine).await {
            return None;
        }
        let (finding, reason) = crate::check::local(&of);
        Some(if finding.verdict == Verdict::Ok { finding } else { self.with_ways(finding, check, reason.as_deref()) })
    }

    /// Whether a pod can be made at all, with what earlier runs left cleared away.
    async fn prepared(&self, checks: &[String], stop: &Stop) -> std::result::Result<Cluster, Box<Finding>> {
        if stop.is_cancelled() {
            return Err(Box::new(Finding::unknown("it was stopped").next("run it again")));
        }
        if let Some(missing) = &self.missing {
            return Err(Box::new(Finding::of(Verdict::Unknown, missing)));
        }
        let cluster = self.cluster().await.map_err(Box::new)?;
        let name = self.probe_namespace().to_owned();
        match self.namespace(&cluster).await {
            Ok(None) => Err(Box::new(self.homeless(&name, checks))),
            // Whoever may not look at namespaces may still work in one.
            Ok(Some(_)) | Err(Refusal::Forbidden(_)) => {
                sweep(&self.session, &cluster, (&self.release.project, &name)).await;
                Ok(cluster)
            }
            Err(refusal) => Err(Box::new(unasked(&refusal, &cluster, "look at the namespace"))),
        }
    }

    /// The finding where there is no namespace for a pod yet.
    fn homeless(&self, name: &str, checks: &[String]) -> Finding {
        let finding = Finding::unknown(format!("namespace {name} does not exist yet"));
        if matches!(self.asking.pods, Pods::In(_)) {
            return finding.next("name a namespace that is there: --probe-in NAMESPACE");
        }
        let environment = &self.environment.name;
        finding
            .next(format!(
                "make it first, or probe from another one: landfall check {environment} --only {} --probe-in NAMESPACE",
                checks.join(",")
            ))
            .mend(Mend {
                label: format!("make the namespace {name}"),
                says: vec![format!("namespace {name} is created, and nothing else")],
                errand: Errand::Namespace(name.to_owned()),
            })
    }

    async fn speak(
        &self,
        (probe, cluster): (&str, &Cluster),
        checks: &[String],
        (teller, stop): (&Teller, &Stop),
    ) -> std::result::Result<Spoken, Finding> {
        let busy = Busy::begin(&self.session);
        let name = format!("landfall-check-{}-{}", self.environment.name, busy.run);
        let scene = Scene { namespace: self.probe_namespace(), ..self.scene() };
        let probing = Probing { probe, name: &name, checks };
        let objects = self.session.inner.module.probe(&scene, probing, &self.session.inner.digest);
        let objects = objects.map_err(|failure| Finding::of(Verdict::Unknown, &failure))?;
        let (labels, manager, scrub) = (self.release.labels(), self.release.manager(), self.scrub());
        let order = Order {
            probe,
            run: &busy.run,
            objects: &objects,
            labels: &labels,
            who: &self.session.inner.who,
            manager: &manager,
            patience: self.asking.patience,
            scrub: &scrub,
        };
        Ok(Probe::new(cluster, order).run(checks, teller, stop).await)
    }

    /// What a probe said to one check.
    fn sum(&self, check: &Check, spoken: &Spoken) -> Finding {
        let own: Vec<&Answer> = spoken.answers.iter().filter(|answer| answer.check == check.check).collect();
        let (mut finding, reason) = match (Answer::sum(&own), &spoken.end) {
            (Some(found), _) => found,
            (None, End::Stuck(cause)) if check.trouble.iter().any(|word| word == cause.trouble.word()) => {
                let finding =
                    Finding::fail(cause.headline.clone()).because(cause.sentence.clone()).next(cause.next.clone());
                (finding, Some(cause.trouble.word().to_owned()))
            }
            (None, End::Refused(refusal))
                if is_admission(refusal) && check.trouble.iter().any(|word| word == "admission") =>
            {
                (
                    Finding::fail(format!("the cluster does not take the pod: {}", refusal.words())),
                    Some("admission".to_owned()),
                )
            }
            (None, end) => return silent(end, spoken),
        };
        finding.evidence.extend(spoken.node.as_ref().map(|node| format!("told by a pod on node {node}")));
        finding.loses = check.loses;
        if finding.verdict == Verdict::Ok {
            return finding;
        }
        self.with_ways(finding, check, reason.as_deref())
    }

    /// A finding with the ways out that the module knows.
    pub(super) fn with_ways(&self, mut finding: Finding, check: &Check, reason: Option<&str>) -> Finding {
        // A way out that cannot be said is only not offered.
        let ways = self.session.inner.module.ways(check, reason, &self.scene()).unwrap_or_default();
        let Ways { next, commands, credentials } = ways;
        finding.next = next.or(finding.next);
        if let Some(first) = credentials.first() {
            let title = self.session.field(first).map(|field| field.title.to_lowercase()).unwrap_or_default();
            finding =
                finding.remedy(Remedy::Credentials { fields: credentials, label: format!("enter another {title}") });
        }
        if !commands.is_empty() {
            let setup = check.setup.clone();
            finding =
                finding.remedy(Remedy::Commands { lines: commands.clone(), label: "copy the commands".to_owned() });
            if let Some(setup) = setup {
                finding = finding.mend(Mend {
                    label: "set it up on the node for you".to_owned(),
                    says: std::iter::once("a Job does this as root, on the node that runs the pods:".to_owned())
                        .chain(commands)
                        .collect(),
                    errand: Errand::Setup(setup),
                });
            }
        }
        finding
    }
}

fn is_admission(refusal: &Refusal) -> bool {
    matches!(refusal, Refusal::Denied(_))
}

/// The finding of a check that its probe did not answer.
fn silent(end: &End, spoken: &Spoken) -> Finding {
    match end {
        End::Ran(0) => Finding::unknown("the probe ended and said nothing of it").seen(spoken.words.clone()),
        End::Ran(exit) => Finding::unknown(format!("the probe broke down (exit code {exit})")).seen(spoken.words.clone()),
        End::Stuck(cause) => Finding::unknown(format!("the probe cannot start: {}", cause.headline))
            .because(cause.sentence.clone())
            .next(cause.next.clone()),
        End::Late(doing) => Finding::unknown(format!("its time was over while it was {doing}"))
            .next("run it again: a node goes on pulling what it has begun; or give it longer with --timeout"),
        End::Refused(refusal) => Finding::unknown("the probe could not be made").because(refusal.words()).next(
            "see the checks of permissions, PodSecurity and quota; or probe from another namespace: --probe-in NAMESPACE",
        ),
        End::Stopped => Finding::unknown("it was stopped").next("run it again"),
    }
}

/// Removes what runs that were ended left in a namespace; what may not be looked for stays.
async fn sweep(session: &Session, cluster: &Cluster, (project, namespace): (&str, &str)) {
    let busy = session.inner.busy.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let selector = format!("{MARK},landfall.dev/project={project}");
    // Jobs before their pods, or they would make new ones.
    for (api, kind) in [("batch/v1", "Job"), ("v1", "Pod"), ("v1", "Secret")] {
        let Ok(resource) = cluster.resource(api, kind).await else { continue };
        let Ok(found) = cluster.list(&resource, Some(namespace), &selector).await else { continue };
        for object in leftovers(&found, &session.inner.who, &busy, Timestamp::now()) {
            if let Some(uid) = object.uid() {
                let _ = cluster.delete(object.key(), uid).await;
            }
        }
    }
}

impl Session {
    /// What came of a setup, as a sentence or as what went wrong.
    pub(super) fn told(spoken: &Spoken) -> Result<String> {
        let words = spoken.words.last().cloned();
        match &spoken.end {
            End::Ran(0) => Ok(words.unwrap_or_else(|| "it is set up".to_owned())),
            other => {
                let finding = silent(other, spoken);
                let failure = Failure::new(Kind::Failed, "it could not be set up")
                    .because(finding.evidence.last().cloned().unwrap_or(finding.headline));
                Err(match finding.next {
                    Some(next) => failure.hint(next),
                    None => failure,
                })
            }
        }
    }
}
