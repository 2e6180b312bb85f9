//! All given objects, indexed once, so that each can be judged in the light of the others.

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::condition::text;
use super::event::Event;
use super::{Memory, claim};
use crate::object::{Key, Object};

/// How one object points at another: by uid where it has one, otherwise by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Tie<'a> {
    Uid(&'a str),
    Name(&'a str, Option<&'a str>, &'a str),
}

/// The given objects with their ties.
pub(super) struct Scene<'a> {
    pub(super) now: Timestamp,
    pub(super) memory: &'a Memory,
    named: HashMap<(&'a str, Option<&'a str>, &'a str), &'a Object>,
    kinds: HashMap<(&'a str, Option<&'a str>), Vec<&'a Object>>,
    owned: HashMap<Tie<'a>, Vec<&'a Object>>,
    events: HashMap<Tie<'a>, Vec<Event<'a>>>,
    /// Pods by namespace and one label.
    labelled: HashMap<(Option<&'a str>, &'a str, &'a str), Vec<&'a Object>>,
    /// Claims that a given pod uses, by namespace and name.
    used: HashSet<(Option<&'a str>, &'a str)>,
    promised: HashSet<&'a Key>,
}

impl<'a> Scene<'a> {
    /// Indexes the objects, in one pass.
    pub(super) fn new(objects: impl Iterator<Item = &'a Object>, memory: &'a Memory, now: Timestamp) -> Self {
        let mut scene = Self {
            now,
            memory,
            named: HashMap::new(),
            kinds: HashMap::new(),
            owned: HashMap::new(),
            events: HashMap::new(),
            labelled: HashMap::new(),
            used: HashSet::new(),
            promised: HashSet::new(),
        };
        objects.for_each(|object| scene.put(object));
        scene.events.values_mut().for_each(|events| events.sort_by_key(|event| Reverse(event.last())));
        scene
    }

    /// The same, knowing which objects the release holds, whether they were given or not.
    pub(super) fn promising(mut self, roots: &'a [Key]) -> Self {
        self.promised.extend(roots);
        self
    }

    fn put(&mut self, object: &'a Object) {
        if let Some(event) = Event::of(object) {
            if let Some(tie) = event.about().and_then(tie) {
                self.events.entry(tie).or_default().push(event);
            }
            return;
        }
        let name = (object.kind(), object.namespace(), object.name());
        // a kind of the core group wins over a namesake of another group (Service)
        if object.key().group().is_empty() || !self.named.contains_key(&name) {
            self.named.insert(name, object);
        }
        self.kinds.entry((object.kind(), object.namespace())).or_default().push(object);
        let owners = object.list("/metadata/ownerReferences").iter();
        let controller = owners.into_iter().find(|o| o.get("controller").and_then(Value::as_bool) == Some(true));
        if let Some(owner) = controller {
            let tie = match tie(owner) {
                Some(Tie::Name(kind, _, name)) => Some(Tie::Name(kind, object.namespace(), name)),
                tie => tie,
            };
            if let Some(tie) = tie {
                self.owned.entry(tie).or_default().push(object);
            }
        }
        if object.kind() == "Pod" {
            self.used.extend(claim::names(object).map(|name| (object.namespace(), name)));
            for (name, value) in object.at("/metadata/labels").and_then(Value::as_object).into_iter().flatten() {
                if let Some(value) = value.as_str() {
                    self.labelled.entry((object.namespace(), name, value)).or_default().push(object);
                }
            }
        }
    }

    /// The object of a kind with a name.
    pub(super) fn find(&self, kind: &str, namespace: Option<&str>, name: &str) -> Option<&'a Object> {
        self.named.get(&(kind, namespace, name)).copied()
    }

    /// Whether an object is there, or is promised by the release.
    pub(super) fn knows(&self, kind: &str, namespace: Option<&str>, name: &str) -> bool {
        self.find(kind, namespace, name).is_some()
            || self.promised.iter().any(|k| k.kind == kind && k.namespace.as_deref() == namespace && k.name == name)
    }

    /// Whether a given pod uses this claim.
    pub(super) fn is_used(&self, claim: &Object) -> bool {
        self.used.contains(&(claim.namespace(), claim.name()))
    }

    /// All given objects of a kind in a namespace.
    pub(super) fn of_kind<'s>(&'s self, kind: &'s str, namespace: Option<&'s str>) -> &'s [&'a Object] {
        self.kinds.get(&(kind, namespace)).map_or(&[], Vec::as_slice)
    }

    /// What an object controls.
    pub(super) fn children(&self, owner: &Object) -> Vec<&'a Object> {
        tied(&self.owned, owner)
    }

    /// What was said about an object, newest first.
    pub(super) fn events(&self, object: &Object) -> Vec<Event<'a>> {
        tied(&self.events, object)
    }

    /// The newest Event about an object with one of these reasons.
    pub(super) fn newest(&self, object: &Object, reasons: &[&str]) -> Option<Event<'a>> {
        self.events(object).into_iter().find(|event| reasons.contains(&event.reason()))
    }

    /// The pods in a namespace that carry all these labels.
    pub(super) fn pods_with(&self, namespace: Option<&str>, labels: &Value) -> Vec<&'a Object> {
        let wanted: Vec<(&str, &str)> = labels
            .as_object()
            .into_iter()
            .flatten()
            .filter_map(|(name, value)| Some((name.as_str(), value.as_str()?)))
            .collect();
        let lists = wanted.iter().map(|(name, value)| {
            self.labelled.get(&(namespace, *name, *value)).map_or(&[] as &[&Object], Vec::as_slice)
        });
        let shortest = lists.min_by_key(|list| list.len()).unwrap_or(&[]);
        let fits = |pod: &&&Object| wanted.iter().all(|(name, value)| pod.label(name) == Some(value));
        shortest.iter().filter(fits).copied().collect()
    }

    /// How long ago that was, not counting the time before this deploy.
    pub(super) fn age(&self, since: Option<Timestamp>) -> Option<SignedDuration> {
        let since = since.max(self.memory.started().filter(|_| since.is_some()))?;
        Some(self.now.duration_since(since))
    }

    /// Whether it was longer ago than so many seconds, not counting the time before this deploy.
    pub(super) fn older(&self, since: Option<Timestamp>, seconds: i64) -> bool {
        self.age(since).is_some_and(|age| age.as_secs() > seconds)
    }
}

fn tie(reference: &Value) -> Option<Tie<'_>> {
    let name = text(reference, "name");
    match text(reference, "uid") {
        "" if name.is_empty() => None,
        "" => Some(Tie::Name(text(reference, "kind"), reference.get("namespace").and_then(Value::as_str), name)),
        uid => Some(Tie::Uid(uid)),
    }
}

fn tied<T: Copy>(index: &HashMap<Tie<'_>, Vec<T>>, object: &Object) -> Vec<T> {
    let by_uid = object.uid().and_then(|uid| index.get(&Tie::Uid(uid)));
    let by_name = index.get(&Tie::Name(object.kind(), object.namespace(), object.name()));
    by_uid.into_iter().chain(by_name).flatten().copied().collect()
}
