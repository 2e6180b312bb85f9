//! What is known of the objects that are followed: as it is told, and without what tells nothing any more.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;

use super::Told;
use crate::health::Memory;
use crate::object::{Key, Object, Objects};

/// How long an Event about a pod that is not there is kept: the pod may be told of later than what is said about it.
const OF_NOBODY: Duration = Duration::from_secs(2);

/// What is known of the followed objects.
pub(super) struct Known {
    pub(super) memory: Memory,
    pub(super) objects: Objects,
    namespace: String,
    applied: BTreeMap<Key, i64>,
    /// How often each thing was told, by a hash of it: of thousands of pods there are many thousands.
    told: BTreeMap<u64, i64>,
    since: Timestamp,
    /// Of kinds that are being told anew: what was known and has not been told again yet.
    untold: BTreeMap<String, BTreeSet<Key>>,
    /// Events about pods that are not there, and since when they are.
    of_nobody: BTreeMap<Key, Instant>,
}

impl Known {
    /// Nothing yet; what was seen before is in the memory.
    pub(super) fn new(namespace: &str, memory: Memory) -> Self {
        Self {
            memory,
            objects: Objects::default(),
            namespace: namespace.to_owned(),
            applied: BTreeMap::new(),
            told: BTreeMap::new(),
            since: Timestamp::now(),
            untold: BTreeMap::new(),
            of_nobody: BTreeMap::new(),
        }
    }

    /// Takes objects as known; what a watch tells later must not be older.
    pub(super) fn know(&mut self, objects: impl IntoIterator<Item = Object>) {
        for object in objects {
            if let Some(generation) = object.number("/metadata/generation") {
                self.applied.insert(object.key().clone(), generation);
            }
            self.objects.put(object);
        }
    }

    /// Whether no object is older than what was applied.
    pub(super) fn is_current(&self) -> bool {
        self.applied.iter().all(|(key, generation)| {
            self.objects
                .get(key)
                .and_then(|object| object.number("/metadata/generation"))
                .is_none_or(|g| g >= *generation)
        })
    }

    /// All objects of a kind are told anew; what is not told again is gone.
    pub(super) fn listing(&mut self, kind: String) {
        let namespace = &self.namespace;
        let known =
            self.objects.of_kind(&kind).map(Object::key).filter(|key| key.namespace.as_ref() == Some(namespace));
        let mut untold: BTreeSet<Key> = known.cloned().collect();
        if kind == "Pod" {
            untold.extend(self.memory.counted(namespace));
        }
        self.untold.insert(kind, untold);
    }

    /// All of a kind were told.
    pub(super) fn listed(&mut self, kind: &str) {
        for key in self.untold.remove(kind).unwrap_or_default() {
            self.forget(&key);
        }
    }

    /// An object is gone.
    pub(super) fn forget(&mut self, key: &Key) {
        self.objects.remove(key);
        self.memory.forget(key);
    }

    /// Forgets what was said in passing about pods that are only counted by now, and about pods that are gone.
    pub(super) fn sweep(&mut self, pods_known: bool) {
        let (now, mut passed, mut of_nobody) = (Instant::now(), Vec::new(), BTreeMap::new());
        for event in self.objects.of_kind("Event") {
            let key = event.key();
            if self.memory.passes_over(event) {
                passed.push(key.clone());
            } else if pods_known && self.memory.is_of_nobody(event) {
                let since = self.of_nobody.get(key).copied().unwrap_or(now);
                if now - since > OF_NOBODY {
                    passed.push(key.clone());
                } else {
                    of_nobody.insert(key.clone(), since);
                }
            }
        }
        self.of_nobody = of_nobody;
        for key in passed {
            self.objects.remove(&key);
        }
    }

    /// An object is new or changed; what an Event tells, if it is new or counted up.
    pub(super) fn put(&mut self, object: Object) -> Option<Told> {
        let generation = |object: &Object| object.number("/metadata/generation").unwrap_or(0);
        let key = object.key();
        if let Some(untold) = self.untold.get_mut(object.kind()) {
            untold.remove(key);
        }
        if self.applied.get(key).is_some_and(|applied| generation(&object) < *applied) {
            return None;
        }
        let told = if object.kind() == "Event" { Told::of(&object).filter(|told| self.is_news(told)) } else { None };
        if self.memory.keeps(&object) {
            self.objects.put(object);
        } else {
            self.objects.remove(object.key());
        }
        told
    }

    fn is_news(&mut self, told: &Told) -> bool {
        if told.last < self.since - SignedDuration::from_secs(5) {
            return false;
        }
        let mut hasher = DefaultHasher::new();
        (&told.object, &told.reason, &told.message).hash(&mut hasher);
        let seen = self.told.entry(hasher.finish()).or_insert(0);
        std::mem::replace(seen, told.count.max(*seen)) < told.count
    }
}
