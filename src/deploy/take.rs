//! What is taken over from others who hold it: nothing, single fields, whole objects, or all.

use std::collections::{BTreeMap, BTreeSet};

use crate::object::Key;

/// What is taken over from others who hold it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum TakeOver {
    /// Nothing.
    #[default]
    Nothing,
    /// All that is held.
    Everything,
    /// Of these objects these fields, as the server writes them.
    These(BTreeMap<Key, Fields>),
}

/// Which fields of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fields {
    /// All that others hold.
    All,
    /// These, as the server writes them.
    Some(BTreeSet<String>),
}

impl TakeOver {
    /// Whether a field of an object is taken over.
    pub fn takes(&self, key: &Key, field: &str) -> bool {
        match self {
            Self::Nothing => false,
            Self::Everything => true,
            Self::These(objects) => match objects.get(key) {
                None => false,
                Some(Fields::All) => true,
                Some(Fields::Some(fields)) => fields.contains(field),
            },
        }
    }

    /// Whether anything of an object is taken over.
    pub fn touches(&self, key: &Key) -> bool {
        match self {
            Self::Nothing => false,
            Self::Everything => true,
            Self::These(objects) => objects.contains_key(key),
        }
    }

    /// Takes an object over, or leaves it to its holders again.
    pub fn turn_object(&mut self, key: &Key) {
        let mut objects = self.objects();
        if objects.remove(key).is_none() {
            objects.insert(key.clone(), Fields::All);
        }
        *self = Self::of(objects);
    }

    /// Takes a field over, or leaves it to its holder again.
    pub fn turn_field(&mut self, key: &Key, field: &str) {
        let mut objects = self.objects();
        let mut fields = match objects.remove(key) {
            Some(Fields::Some(fields)) => fields,
            Some(Fields::All) | None => BTreeSet::new(),
        };
        if !fields.remove(field) {
            fields.insert(field.to_owned());
        }
        if !fields.is_empty() {
            objects.insert(key.clone(), Fields::Some(fields));
        }
        *self = Self::of(objects);
    }

    /// The objects of which something is taken over; none when it is everything or nothing.
    pub fn keys(&self) -> impl Iterator<Item = &Key> {
        let objects = match self {
            Self::These(objects) => Some(objects),
            Self::Nothing | Self::Everything => None,
        };
        objects.into_iter().flat_map(BTreeMap::keys)
    }

    fn objects(&self) -> BTreeMap<Key, Fields> {
        match self {
            Self::These(objects) => objects.clone(),
            Self::Nothing | Self::Everything => BTreeMap::new(),
        }
    }

    fn of(objects: BTreeMap<Key, Fields>) -> Self {
        if objects.is_empty() { Self::Nothing } else { Self::These(objects) }
    }
}
