//! What the cluster knows: objects by kind, one global resource version, and a log of changes for watches.

use std::collections::{BTreeMap, VecDeque};
use std::ops::Bound;
use std::sync::Arc;

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use serde_json::{Value, json};

use super::kinds::Kind;
use super::pick;

/// An object as it was at one moment.
pub(super) type Object = Arc<Value>;

/// Where the count of resource versions begins: as in a cluster that has lived for a while.
const FIRST_VERSION: u64 = 1200;
/// Changes kept per kind for watches that resume.
const REMEMBERED: usize = 20_000;
/// Letters of generated names: without vowels, so that no word comes out (k8s.io/apimachinery `rand`).
const LETTERS: &[u8] = b"bcdfghjklmnpqrstvwxz2456789";

/// Namespace ("" for cluster objects) and name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    pub(super) namespace: String,
    pub(super) name: String,
}

impl Key {
    pub(super) fn new(namespace: &str, name: &str) -> Self {
        Self { namespace: namespace.to_owned(), name: name.to_owned() }
    }

    pub(super) fn of(object: &Value) -> Self {
        Self::new(pick::namespace(object), pick::name(object))
    }
}

/// One change, with the object before and after it.
#[derive(Debug, Clone)]
pub(super) struct Change {
    pub(super) version: u64,
    pub(super) before: Option<Object>,
    /// After the change; for a deletion the last state with the version of the deletion.
    pub(super) object: Object,
    pub(super) deleted: bool,
}

/// The change a watch asks for is no longer remembered.
#[derive(Debug, Clone, Copy)]
pub(super) struct TooOld {
    pub(super) oldest: u64,
}

#[derive(Debug, Default)]
struct Shelf {
    objects: BTreeMap<Key, Object>,
    log: VecDeque<Change>,
    forgotten: u64,
    changed: u64,
}

/// All objects.
#[derive(Debug)]
pub(super) struct Store {
    version: u64,
    shelves: BTreeMap<&'static str, Shelf>,
    dice: StdRng,
}

impl Store {
    pub(super) fn new() -> Self {
        Self { version: FIRST_VERSION, shelves: BTreeMap::new(), dice: StdRng::seed_from_u64(7) }
    }

    /// The version of the newest change of anything.
    pub(super) fn version(&self) -> u64 {
        self.version
    }

    /// The version of the newest change of this kind.
    pub(super) fn changed(&self, kind: &Kind) -> u64 {
        self.shelves.get(kind.plural).map_or(0, |kept| kept.changed)
    }

    pub(super) fn get(&self, kind: &Kind, namespace: &str, name: &str) -> Option<Object> {
        self.shelves.get(kind.plural)?.objects.get(&Key::new(namespace, name)).cloned()
    }

    /// All objects of a kind in key order; an empty namespace means all of them.
    pub(super) fn list(&self, kind: &Kind, namespace: &str) -> Vec<Object> {
        self.list_after(kind, namespace, None)
    }

    /// As [`Store::list`], beginning behind a key.
    pub(super) fn list_after(&self, kind: &Kind, namespace: &str, after: Option<Key>) -> Vec<Object> {
        let Some(kept) = self.shelves.get(kind.plural) else { return Vec::new() };
        let start = after.map_or_else(|| Bound::Included(Key::new(namespace, "")), Bound::Excluded);
        kept.objects
            .range((start, Bound::Unbounded))
            .take_while(|(key, _)| namespace.is_empty() || key.namespace == namespace)
            .map(|(_, object)| Arc::clone(object))
            .collect()
    }

    /// Writes an object under a new resource version.
    pub(super) fn put(&mut self, kind: &Kind, mut object: Value) -> Object {
        self.version += 1;
        pick::set(&mut object, "/metadata/resourceVersion", self.version.to_string());
        let object = Arc::new(object);
        let version = self.version;
        let kept = self.shelves.entry(kind.plural).or_default();
        let before = kept.objects.insert(Key::of(&object), Arc::clone(&object));
        kept.record(Change { version, before, object: Arc::clone(&object), deleted: false });
        object
    }

    /// Removes an object; watches see its last state.
    pub(super) fn remove(&mut self, kind: &Kind, namespace: &str, name: &str) -> Option<Object> {
        let kept = self.shelves.get_mut(kind.plural)?;
        let before = kept.objects.remove(&Key::new(namespace, name))?;
        self.version += 1;
        let mut last = Value::clone(&before);
        pick::set(&mut last, "/metadata/resourceVersion", self.version.to_string());
        let object = Arc::new(last);
        kept.record(Change { version: self.version, before: Some(before), object: Arc::clone(&object), deleted: true });
        Some(object)
    }

    /// Changes of a kind after a version.
    ///
    /// # Errors
    /// When changes after that version have been forgotten.
    pub(super) fn since(&self, kind: &Kind, version: u64) -> Result<Vec<Change>, TooOld> {
        if version < FIRST_VERSION {
            return Err(TooOld { oldest: FIRST_VERSION });
        }
        let Some(kept) = self.shelves.get(kind.plural) else { return Ok(Vec::new()) };
        if version < kept.forgotten {
            return Err(TooOld { oldest: kept.forgotten });
        }
        let start = kept.log.partition_point(|change| change.version <= version);
        Ok(kept.log.range(start..).cloned().collect())
    }

    /// Letters for the end of a generated name.
    pub(super) fn letters(&mut self, count: usize) -> String {
        (0..count).map(|_| char::from(LETTERS[self.dice.random_range(0..LETTERS.len())])).collect()
    }

    /// A number below the limit.
    pub(super) fn below(&mut self, limit: u32) -> u32 {
        self.dice.random_range(0..limit)
    }

    /// A new uid.
    pub(super) fn uid(&mut self) -> String {
        let (a, b): (u64, u64) = (self.dice.random(), self.dice.random());
        let hex = format!("{a:016x}{b:016x}");
        format!("{}-{}-4{}-a{}-{}", &hex[..8], &hex[8..12], &hex[13..16], &hex[17..20], &hex[20..])
    }

    /// Gives a new object its uid and time.
    pub(super) fn christen(&mut self, object: &mut Value, now: &str) {
        let uid = self.uid();
        pick::set(object, "/metadata/uid", json!(uid));
        pick::set(object, "/metadata/creationTimestamp", json!(now));
    }
}

impl Shelf {
    fn record(&mut self, change: Change) {
        self.changed = change.version;
        self.log.push_back(change);
        if self.log.len() > REMEMBERED
            && let Some(gone) = self.log.pop_front()
        {
            self.forgotten = gone.version;
        }
    }
}
