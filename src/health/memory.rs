//! What was seen before. One look at a cluster cannot tell an old condition from a new one, nor motion from standstill.

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};

use super::crowd::Crowd;
use super::progress::{self, Mark};
use super::scene::Scene;
use crate::object::{Key, Object, Objects};

/// How often progress is noted at most.
const NOTED_EVERY: SignedDuration = SignedDuration::from_millis(250);

/// What was seen before: lets stale conditions be recognised and clocks of no progress run.
#[derive(Debug, Clone, Default)]
pub struct Memory {
    started: Option<Timestamp>,
    /// Conditions that stood in the answer to the apply, by object, condition type, reason and time.
    stale: HashMap<Key, Vec<[String; 3]>>,
    progress: HashMap<Key, (Mark, Timestamp)>,
    /// When progress was noted last.
    noted: Option<Timestamp>,
    /// Restarts that pods had before this deploy, by pod uid and container.
    restarts: HashMap<(String, String), i64>,
    /// Jobs that were seen and delete themselves when they are done, with whether they had failed.
    jobs: HashMap<Key, bool>,
    crowd: Crowd,
}

impl Memory {
    /// The memory of a deploy that started now.
    ///
    /// Objects carry whole seconds (`metav1.Time`): what is made in the second of the start is not from before.
    pub fn new(started: Timestamp) -> Self {
        let second = Timestamp::from_second(started.as_second()).unwrap_or(started);
        Self { started: Some(second), ..Self::default() }
    }

    /// Notes what an object said of itself in the answer to its apply: the same words later are old ones.
    ///
    /// The Deployment controller leaves `ProgressDeadlineExceeded` and `ReplicaFailure` of the version before in place for
    /// up to a second, already with the new observedGeneration.
    pub fn remember_applied(&mut self, object: &Object) {
        let conditions = object.list("/status/conditions").iter().filter_map(super::condition::print);
        self.stale.insert(object.key().clone(), conditions.collect());
    }

    /// Notes the progress of every workload, and what pods of before look like when they are seen first.
    pub fn observe(&mut self, objects: &Objects, now: Timestamp) {
        // Its clocks count minutes, and looking at every workload costs as much as judging it.
        if self.noted.is_none_or(|noted| now.duration_since(noted).abs() >= NOTED_EVERY) {
            self.noted = Some(now);
            self.note_progress(objects, now);
        }
        objects.of_kind("Pod").for_each(|pod| self.note_restarts(pod));
        objects.of_kind("Job").for_each(|job| self.note_job(job));
    }

    fn note_progress(&mut self, objects: &Objects, now: Timestamp) {
        let mut marks = Vec::new();
        {
            let scene = Scene::new(objects.iter(), self, now);
            for object in objects.iter() {
                if let Some(mark) = progress::mark(object, &scene) {
                    marks.push((object.key().clone(), mark));
                }
            }
        }
        for (key, mark) in marks {
            let moved = match self.progress.get_mut(&key) {
                Some((seen, _)) => seen.absorb(&mark),
                None => true,
            };
            if moved {
                self.progress.entry(key).or_insert((mark, now)).1 = now;
            }
        }
    }

    /// Whether an object that was read has to be kept: a pod that is well among many of its owner is only counted.
    pub fn keeps(&mut self, object: &Object) -> bool {
        self.crowd.keeps(object)
    }

    /// Whether nothing is lost when this is forgotten: what is said in passing about a pod that is only counted.
    pub fn passes_over(&self, object: &Object) -> bool {
        self.crowd.passes_over(object)
    }

    /// Whether this is an Event about a pod that is not there: gone, or not told of yet.
    pub fn is_of_nobody(&self, object: &Object) -> bool {
        self.crowd.is_of_nobody(object)
    }

    /// A pod is gone.
    pub fn forget(&mut self, key: &Key) {
        if key.kind == "Pod" {
            self.crowd.forget(&key.name);
        }
    }

    /// The pods in a namespace that are only counted.
    pub fn counted(&self, namespace: &str) -> impl Iterator<Item = Key> {
        self.crowd.counted(namespace)
    }

    /// How many pods of an owner are only counted.
    pub(super) fn more(&self, owner: &Object) -> usize {
        owner.uid().map_or(0, |uid| self.crowd.of(uid))
    }

    fn note_restarts(&mut self, pod: &Object) {
        let before =
            self.started.zip(pod.time("/metadata/creationTimestamp")).is_some_and(|(start, made)| made < start);
        let Some(uid) = pod.uid().filter(|_| before) else { return };
        for container in super::container::all(pod) {
            let place = (uid.to_owned(), container.name.to_owned());
            self.restarts.entry(place).or_insert_with(|| container.restarts());
        }
    }

    fn note_job(&mut self, job: &Object) {
        if job.number("/spec/ttlSecondsAfterFinished").is_some() {
            self.jobs.insert(job.key().clone(), super::condition::is(job, "Failed"));
        }
    }

    /// When this deploy started.
    pub(super) fn started(&self) -> Option<Timestamp> {
        self.started
    }

    /// Whether a condition is one that stood there before the apply.
    pub(super) fn is_stale(&self, object: &Object, condition: &serde_json::Value) -> bool {
        let print = super::condition::print(condition);
        print.is_some_and(|print| self.stale.get(object.key()).is_some_and(|seen| seen.contains(&print)))
    }

    /// How long a workload has not moved.
    pub(super) fn standstill(&self, key: &Key, now: Timestamp) -> Option<SignedDuration> {
        self.progress.get(key).map(|(_, since)| now.duration_since(*since))
    }

    /// Restarts of a container before this deploy.
    pub(super) fn restarts_before(&self, pod: &Object, container: &str) -> i64 {
        let place = pod.uid().map(|uid| (uid.to_owned(), container.to_owned()));
        place.and_then(|place| self.restarts.get(&place).copied()).unwrap_or(0)
    }

    /// Whether a Job that is gone was seen, and had failed.
    pub(super) fn job_failed(&self, key: &Key) -> Option<bool> {
        self.jobs.get(key).copied()
    }
}
