//! Following what was released: watches folded into one tree, and a verdict when there is one.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::known::Known;
use super::run::Teller;
use super::{Contact, End, Session, Stop, Told, What};
use crate::cluster::{Cluster, News, Refusal, Resource, Watched, follow};
use crate::failure::Failure;
use crate::health::{Cause, Memory, Tree, Verdict, tree};
use crate::object::{Key, Object};
use crate::release::Release;

/// How long news are gathered before they are judged: what belongs together comes together.
const GATHER: Duration = Duration::from_millis(5);
/// How many times longer than it took judging rests afterwards, so that thousands of pods leave time for everything else.
const REST: u32 = 4;
/// How long it rests at most, however long it took.
const REST_MOST: Duration = Duration::from_millis(250);
/// How often the tree is judged without news, since graces pass and ages grow.
const TICK: Duration = Duration::from_secs(1);
/// How long no contact may last before it ends the operation.
const NO_CONTACT: Duration = Duration::from_mins(5);
/// How long credentials may be refused before that ends it: long enough for a plugin to bring new ones.
const NOT_LET_IN: Duration = Duration::from_secs(10);
/// How long to wait before a kind is looked for again.
const AGAIN: Duration = Duration::from_millis(500);

/// How following ended.
pub(super) struct Found {
    pub(super) end: End,
    pub(super) cause: Option<Cause>,
    pub(super) failure: Option<Failure>,
    pub(super) tree: Arc<Tree>,
}

impl Found {
    pub(super) fn refused(failure: Failure) -> Self {
        let end = if failure.kind == crate::failure::Kind::NoContact { End::NoContact } else { End::Failed };
        Self { end, cause: None, failure: Some(failure), tree: Arc::default() }
    }

    pub(super) fn stopped() -> Self {
        Self { end: End::Stopped, cause: None, failure: None, tree: Arc::default() }
    }
}

/// Follows the objects of a release.
pub(super) struct Follower {
    session: Session,
    cluster: Cluster,
    release: Release,
    roots: Vec<Key>,
    known: Known,
}

/// What is seen of the cluster.
struct Sight {
    /// Kinds that were not told once yet.
    unseen: BTreeSet<String>,
    /// Rung when the pods are known.
    pods_known: Stop,
    /// Since when there is no contact, and why.
    lost: Option<(Instant, Refusal)>,
    /// What was told since it was last passed on.
    fresh: Vec<Told>,
}

impl Sight {
    /// A kind was told for the first time, or will never be.
    fn sees(&mut self, kind: &str) {
        self.unseen.remove(kind);
        if kind == "Pod" {
            self.pods_known.cancel();
        }
    }
}

impl Follower {
    pub(super) fn new(
        session: &Session,
        (cluster, release): (&Cluster, &Release),
        roots: Vec<Key>,
        memory: Memory,
    ) -> Self {
        Self {
            session: session.clone(),
            cluster: cluster.clone(),
            release: release.clone(),
            roots,
            known: Known::new(&release.namespace, memory),
        }
    }

    /// Takes objects as known; what a watch tells later must not be older.
    pub(super) fn know(&mut self, objects: impl IntoIterator<Item = Object>) {
        self.known.know(objects);
    }

    /// Follows until everything is ready, something will not mend itself, time runs out, or it is stopped.
    pub(super) async fn until_well(&mut self, teller: &Teller, stop: &Stop, patience: Duration) -> Found {
        self.go(teller, stop, Some(patience)).await
    }

    /// Follows until stopped.
    pub(super) async fn until_stopped(&mut self, teller: &Teller, stop: &Stop) -> Found {
        self.go(teller, stop, None).await
    }

    async fn go(&mut self, teller: &Teller, stop: &Stop, patience: Option<Duration>) -> Found {
        // Few, since each holds a whole object.
        let (sender, mut news) = mpsc::channel(32);
        let deadline = patience.map(|patience| Instant::now() + patience);
        let mut watches = tokio::select! {
            watches = self.watches(teller) => watches,
            () = stop.cancelled() => {
                teller.tell(What::Stopping).await;
                return Found { tree: self.judge(), ..Found::stopped() };
            }
            () = until(deadline) => return Found { end: End::TimedOut, tree: self.judge(), ..Found::stopped() },
        };
        let unseen: BTreeSet<String> = watches.iter().map(|watched| watched.resource.kind.clone()).collect();
        let pods_known = if patience.is_none() { events_later(&mut watches) } else { Stop::new() };
        follow(&self.cluster, watches, &sender);
        drop(sender);
        // Where nothing has to be seen first, nothing is waited for.
        let mut waits = !unseen.is_empty();
        let mut sight = Sight { unseen, pods_known, lost: None, fresh: Vec::new() };
        // Until when judging leaves time for everything else.
        let mut rested = Instant::now();
        loop {
            let wait = if waits { TICK } else { Duration::ZERO };
            waits = true;
            let wait = deadline.map_or(wait, |deadline| wait.min(deadline.saturating_duration_since(Instant::now())));
            let first = tokio::select! {
                item = news.recv() => item,
                () = tokio::time::sleep(wait) => None,
                () = stop.cancelled() => {
                    teller.tell(What::Stopping).await;
                    return Found { tree: self.judge(), ..Found::stopped() };
                }
            };
            if let Some(item) = first {
                // Taken in as it comes: what waited in the channel would hold the watches up.
                let end = rested.max(Instant::now() + GATHER);
                self.take(item, &mut sight, teller).await;
                while let Ok(Some(item)) = tokio::time::timeout_at(end, news.recv()).await {
                    self.take(item, &mut sight, teller).await;
                }
            }
            let judging = Instant::now();
            self.known.sweep(!sight.unseen.contains("Pod"));
            if !sight.fresh.is_empty() {
                teller.tell(What::Told(std::mem::take(&mut sight.fresh))).await;
            }
            let now = Timestamp::now();
            self.known.memory.observe(&self.known.objects, now);
            let tree = self.judge();
            let health = tree.verdict();
            rested = Instant::now() + (judging.elapsed() * REST).min(REST_MOST);
            teller.tell(What::Seen(Arc::clone(&tree))).await;
            if !teller.is_heard() && patience.is_none() {
                return Found { tree, ..Found::stopped() };
            }
            let Some(deadline) = deadline else { continue };
            let Sight { unseen, lost, .. } = &sight;
            let failure = lost.as_ref().map(|(_, why)| why.failure("follow what was applied", self.cluster.server()));
            let found =
                |end| Found { end, cause: health.cause.clone(), failure: failure.clone(), tree: Arc::clone(&tree) };
            match health.verdict {
                // No verdict before every kind was seen once, while blind, or on objects older than what was applied.
                _ if !unseen.is_empty() || lost.is_some() => {}
                Verdict::Ready if self.known.is_current() => return found(End::Healthy),
                Verdict::Failed => return found(End::Failed),
                Verdict::Ready | Verdict::Progressing | Verdict::Terminating | Verdict::Unknown => {}
            }
            if lost.as_ref().is_some_and(|(since, why)| since.elapsed() > patience_with(why)) {
                return found(End::NoContact);
            }
            if Instant::now() >= deadline {
                return found(End::TimedOut);
            }
        }
    }

    /// Takes one piece of news in.
    async fn take(&mut self, item: News, sight: &mut Sight, teller: &Teller) {
        match item {
            News::Listing { kind } => self.known.listing(kind),
            News::Listed { kind } => {
                sight.sees(&kind);
                self.known.listed(&kind);
            }
            News::Put(object) => sight.fresh.extend(self.known.put(*object)),
            News::Gone(key) => self.known.forget(&key),
            News::Denied { kind, refusal } => {
                sight.sees(&kind);
                tracing::info!(kind, why = refusal.words(), "cannot be followed");
            }
            News::Lost(refusal) => {
                if sight.lost.is_none() {
                    teller.tell(What::Contact(lost_contact(&refusal))).await;
                }
                // The reason may change while it lasts: first no answer, then no way in.
                let since = sight.lost.take().map_or_else(Instant::now, |(since, _)| since);
                sight.lost = Some((since, refusal));
            }
            News::Back => {
                if sight.lost.take().is_some() {
                    teller.tell(What::Contact(Contact::Live)).await;
                }
            }
        }
    }

    fn judge(&self) -> Arc<Tree> {
        let mut tree = tree(&self.roots, &self.known.objects, &self.known.memory, Timestamp::now());
        self.session.explain_all(&self.release, &self.known.objects, &mut tree.roots);
        Arc::new(tree)
    }

    /// What has to be watched: the released kinds that have a state, and what grows out of them.
    async fn watches(&self, teller: &Teller) -> Vec<Watched> {
        let mut kinds: BTreeSet<(&str, &str)> = BTreeSet::new();
        let mut pods = false;
        for key in &self.roots {
            match key.kind.as_str() {
                "Deployment" => kinds.extend([("apps/v1", "Deployment"), ("apps/v1", "ReplicaSet")]),
                "Service" => kinds.extend([("v1", "Service"), ("discovery.k8s.io/v1", "EndpointSlice")]),
                "ConfigMap" | "Secret" | "Namespace" => continue,
                _ => drop(kinds.insert((&key.api, &key.kind))),
            }
            pods |= matches!(
                key.kind.as_str(),
                "Deployment" | "StatefulSet" | "DaemonSet" | "Job" | "CronJob" | "ReplicaSet" | "Pod"
            );
        }
        if pods {
            kinds.extend([("v1", "Pod"), ("v1", "Event")]);
        }
        let mut watches = Vec::new();
        for (api, kind) in kinds {
            if let Some(resource) = self.resource(api, kind, teller).await {
                watches.push(Watched { resource, namespace: Some(self.release.namespace.clone()), after: None });
            }
        }
        watches
    }

    /// A kind as the server serves it; none when it does not. Without contact it is asked until there is.
    async fn resource(&self, api: &str, kind: &str, teller: &Teller) -> Option<Resource> {
        let mut lost = false;
        loop {
            match self.cluster.resource(api, kind).await {
                Ok(resource) => {
                    if lost {
                        teller.tell(What::Contact(Contact::Live)).await;
                    }
                    return Some(resource);
                }
                Err(refusal) if refusal.is_no_contact() => {
                    if !lost {
                        teller.tell(What::Contact(lost_contact(&refusal))).await;
                    }
                    lost = true;
                    tokio::time::sleep(AGAIN).await;
                }
                Err(_) => return None,
            }
        }
    }
}

/// Lets Events wait until the pods are known, for somebody who only watches: what is said in passing about pods that are
/// only counted is not kept, and of thousands of pods it is the most there is.
fn events_later(watches: &mut [Watched]) -> Stop {
    let known = Stop::new();
    if watches.iter().any(|watched| watched.resource.kind == "Pod") {
        let events = watches.iter_mut().filter(|watched| watched.resource.kind == "Event");
        events.for_each(|watched| watched.after = Some(known.clone()));
    }
    known
}

/// Waits for a moment that may never come.
async fn until(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => tokio::time::sleep_until(deadline).await,
        None => std::future::pending().await,
    }
}

/// How long it is worth while to wait for contact.
fn patience_with(refusal: &Refusal) -> Duration {
    if matches!(refusal, Refusal::Unauthorized) { NOT_LET_IN } else { NO_CONTACT }
}

fn lost_contact(refusal: &Refusal) -> Contact {
    Contact::Lost { since: Timestamp::now(), why: refusal.words() }
}
