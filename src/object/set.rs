//! Objects by identity, in a steady order.

use std::collections::BTreeMap;

use super::{Key, Object};

/// Objects, one per identity.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Objects(BTreeMap<Key, Object>);

impl Objects {
    /// Adds or replaces an object.
    pub fn put(&mut self, object: Object) {
        self.0.insert(object.key().clone(), object);
    }

    /// Takes an object away.
    pub fn remove(&mut self, key: &Key) -> Option<Object> {
        self.0.remove(key)
    }

    /// The object of an identity.
    pub fn get(&self, key: &Key) -> Option<&Object> {
        self.0.get(key)
    }

    /// All objects.
    pub fn iter(&self) -> impl Iterator<Item = &Object> {
        self.0.values()
    }

    /// All objects of a kind.
    pub fn of_kind<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a Object> {
        self.iter().filter(move |object| object.kind() == kind)
    }

    /// The object of a kind with a name in a namespace.
    pub fn find(&self, kind: &str, namespace: Option<&str>, name: &str) -> Option<&Object> {
        self.iter().find(|o| o.kind() == kind && o.namespace() == namespace && o.name() == name)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl IntoIterator for Objects {
    type Item = Object;
    type IntoIter = std::collections::btree_map::IntoValues<Key, Object>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_values()
    }
}

impl FromIterator<Object> for Objects {
    fn from_iter<I: IntoIterator<Item = Object>>(objects: I) -> Self {
        let mut set = Self::default();
        objects.into_iter().for_each(|object| set.put(object));
        set
    }
}
