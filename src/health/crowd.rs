//! Pods that are well, beyond those that anybody reads one by one: they are only counted.
//!
//! A workload with thousands of pods would otherwise fill memory and screens with the same line. A pod that is no longer
//! well is told anew by its watch, in full, and is kept.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::condition;
use super::event::Event;
use crate::object::{Key, Object};

/// How many well pods of one owner are kept.
const KEPT: usize = 20;

/// The pods that are there, by name: which are kept, and which are only counted.
#[derive(Debug, Clone, Default)]
pub(super) struct Crowd {
    pods: HashMap<Box<str>, Place>,
    owners: BTreeMap<Arc<str>, Count>,
}

/// What is done with a pod; those that are well belong to the uid of their owner.
#[derive(Debug, Clone)]
enum Place {
    /// It is kept, since it is not well or nobody's.
    Other,
    /// It is well, and kept.
    Kept(Arc<str>),
    /// It is well, and only counted.
    Counted(Arc<str>),
}

/// How many well pods of an owner there are.
#[derive(Debug, Clone, Copy, Default)]
struct Count {
    kept: usize,
    counted: usize,
}

impl Crowd {
    /// Whether an object has to be kept: all but pods that are well among many, and what is said of those in passing.
    pub(super) fn keeps(&mut self, object: &Object) -> bool {
        if object.kind() != "Pod" || !object.key().group().is_empty() {
            return !self.passes_over(object);
        }
        let name = object.name();
        let well = condition::is(object, "Ready") && !object.is_deleting();
        let owner = object.controller_uid().filter(|_| well);
        let was_kept = matches!((self.pods.get(name), owner), (Some(Place::Kept(of)), Some(owner)) if **of == *owner);
        if was_kept {
            return true;
        }
        self.forget(name);
        let Some(owner) = owner else {
            self.pods.insert(name.into(), Place::Other);
            return true;
        };
        let owner = self.owners.get_key_value(owner).map_or_else(|| owner.into(), |(owner, _)| Arc::clone(owner));
        let count = self.owners.entry(Arc::clone(&owner)).or_default();
        let keeps = count.kept < KEPT;
        *(if keeps { &mut count.kept } else { &mut count.counted }) += 1;
        self.pods.insert(name.into(), if keeps { Place::Kept(owner) } else { Place::Counted(owner) });
        keeps
    }

    /// Whether something is an Event that warns of nothing, about a pod that is only counted.
    pub(super) fn passes_over(&self, object: &Object) -> bool {
        object.text("/type") == Some("Normal")
            && pod_of(object).is_some_and(|name| matches!(self.pods.get(name), Some(Place::Counted(_))))
    }

    /// Whether something is an Event about a pod that is not there: gone, or not told of yet.
    pub(super) fn is_of_nobody(&self, object: &Object) -> bool {
        pod_of(object).is_some_and(|name| !self.pods.contains_key(name))
    }

    /// A pod is gone.
    pub(super) fn forget(&mut self, name: &str) {
        let (owner, is_kept) = match self.pods.remove(name) {
            Some(Place::Kept(owner)) => (owner, true),
            Some(Place::Counted(owner)) => (owner, false),
            Some(Place::Other) | None => return,
        };
        if let Some(count) = self.owners.get_mut(&owner) {
            *(if is_kept { &mut count.kept } else { &mut count.counted }) -= 1;
            if count.kept + count.counted == 0 {
                self.owners.remove(&owner);
            }
        }
    }

    /// How many pods of an owner are only counted.
    pub(super) fn of(&self, owner: &str) -> usize {
        self.owners.get(owner).map_or(0, |count| count.counted)
    }

    /// The pods that are only counted.
    pub(super) fn counted(&self, namespace: &str) -> impl Iterator<Item = Key> {
        let counted = self.pods.iter().filter(|(_, place)| matches!(place, Place::Counted(_)));
        counted.map(move |(name, _)| Key::new("v1", "Pod", Some(namespace), name))
    }
}

/// The name of the pod that an Event is about.
fn pod_of(object: &Object) -> Option<&str> {
    let about = Event::of(object)?.about()?;
    (condition::text(about, "kind") == "Pod").then(|| condition::text(about, "name"))
}
