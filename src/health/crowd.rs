//! Pods that are well, beyond those that anybody reads one by one: they are only counted.
//!
//! A workload with thousands of pods would otherwise fill memory and screens with the same line. A pod that is no longer
//! well is told anew by its watch, in full, and is kept.

use std::collections::{BTreeMap, BTreeSet};

use super::condition;
use super::event::Event;
use crate::object::{Key, Object};

/// How many well pods of one owner are kept.
const KEPT: usize = 20;

/// Which well pods are kept, and which are only counted, by the uid of their owner.
#[derive(Debug, Clone, Default)]
pub(super) struct Crowd {
    kept: BTreeMap<Box<str>, BTreeSet<Box<str>>>,
    counted: BTreeMap<Box<str>, BTreeSet<Box<str>>>,
    /// All other pods that are there; they are kept.
    others: BTreeSet<Box<str>>,
}

impl Crowd {
    /// Whether an object has to be kept: all but pods that are well among many, and what is said of those in passing.
    pub(super) fn keeps(&mut self, object: &Object) -> bool {
        if object.kind() != "Pod" || !object.key().group().is_empty() {
            return !self.passes_over(object);
        }
        let name = object.name();
        let well = condition::is(object, "Ready") && !object.is_deleting();
        let Some(owner) = object.controller_uid().filter(|_| well) else {
            self.forget(name);
            self.others.insert(name.into());
            return true;
        };
        self.others.remove(name);
        let kept = self.kept.entry(owner.into()).or_default();
        if kept.len() < KEPT || kept.contains(name) {
            kept.insert(name.into());
            if let Some(names) = self.counted.get_mut(owner) {
                names.remove(name);
            }
            return true;
        }
        self.counted.entry(owner.into()).or_default().insert(name.into());
        false
    }

    /// Whether something is an Event that warns of nothing, about a pod that is only counted.
    pub(super) fn passes_over(&self, object: &Object) -> bool {
        object.text("/type") == Some("Normal")
            && pod_of(object).is_some_and(|name| self.counted.values().any(|names| names.contains(name)))
    }

    /// Whether something is an Event about a pod that is not there: gone, or not told of yet.
    pub(super) fn is_of_nobody(&self, object: &Object) -> bool {
        let is_there = |name| {
            let mut grown = self.kept.values().chain(self.counted.values());
            self.others.contains(name) || grown.any(|names| names.contains(name))
        };
        pod_of(object).is_some_and(|name| !is_there(name))
    }

    /// A pod is gone, or no longer well.
    pub(super) fn forget(&mut self, name: &str) {
        self.others.remove(name);
        for names in self.kept.values_mut().chain(self.counted.values_mut()) {
            names.remove(name);
        }
    }

    /// How many pods of an owner are only counted.
    pub(super) fn of(&self, owner: &str) -> usize {
        self.counted.get(owner).map_or(0, BTreeSet::len)
    }

    /// The pods that are only counted.
    pub(super) fn counted(&self, namespace: &str) -> impl Iterator<Item = Key> {
        self.counted.values().flatten().map(move |name| Key::new("v1", "Pod", Some(namespace), name))
    }
}

/// The name of the pod that an Event is about.
fn pod_of(object: &Object) -> Option<&str> {
    let about = Event::of(object)?.about()?;
    (condition::text(about, "kind") == "Pod").then(|| condition::text(about, "name"))
}
