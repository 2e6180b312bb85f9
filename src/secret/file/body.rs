//! What the encrypted file holds: items by name, each a text of its own that nobody looks into here.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use zeroize::Zeroizing;

use super::super::{Item, json};
use crate::failure::{Failure, Kind, Result};

/// The version of the text this program writes.
const VERSION: u32 = 1;

/// What places call it.
const NAME: &str = "the encrypted text";

/// Items by name.
#[derive(Default)]
pub(in super::super) struct Items(BTreeMap<String, Zeroizing<Vec<u8>>>);

// Borrowed throughout: the values stand in the buffers that wipe themselves, and nowhere else.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Text<'t> {
    v: u32,
    #[serde(borrow)]
    items: BTreeMap<String, &'t RawValue>,
}

#[derive(Deserialize)]
struct Version {
    v: u32,
}

impl Items {
    /// Reads a text.
    ///
    /// # Errors
    /// It is not such a text, or one of a later version.
    pub(in super::super) fn from_text(text: &[u8]) -> Result<Self> {
        let Version { v } = json::parse(text, NAME, Kind::Vault)?;
        if v != VERSION {
            return Err(Failure::new(Kind::Vault, "the vault cannot be read")
                .because("another version of landfall wrote it")
                .hint("use the latest landfall"));
        }
        let Text { items, .. } = json::parse(text, NAME, Kind::Vault)?;
        Ok(Self(items.into_iter().map(|(name, raw)| (name, Zeroizing::new(raw.get().as_bytes().to_vec()))).collect()))
    }

    /// The text, on one line.
    ///
    /// # Errors
    /// An item is no JSON.
    pub(in super::super) fn to_text(&self) -> Result<Zeroizing<Vec<u8>>> {
        let broken = |name: &str| Failure::new(Kind::Vault, format!("the item {name} cannot be stored"));
        let mut items = BTreeMap::new();
        for (name, text) in &self.0 {
            let raw: &RawValue = serde_json::from_slice(text).map_err(|_| broken(name))?;
            items.insert(name.clone(), raw);
        }
        // Reserved at once: a buffer that grows leaves copies behind. A name takes at most six times its length.
        let room = self.0.iter().map(|(name, text)| name.len() * 6 + text.len() + 4).sum::<usize>() + 64;
        let mut text = Zeroizing::new(Vec::with_capacity(room));
        serde_json::to_writer(&mut *text, &Text { v: VERSION, items }).map_err(|_| broken("list"))?;
        Ok(text)
    }

    /// The text of an item.
    pub(in super::super) fn get(&self, name: &str) -> Option<&[u8]> {
        self.0.get(name).map(|text| text.as_slice())
    }

    /// Puts an item in.
    pub(in super::super) fn put(&mut self, name: String, text: Zeroizing<Vec<u8>>) {
        self.0.insert(name, text);
    }

    /// Removes an item, if there.
    pub(in super::super) fn remove(&mut self, name: &str) {
        self.0.remove(name);
    }

    /// The items there are; a name that is none is left out.
    pub(in super::super) fn names(&self) -> Vec<Item> {
        self.0.keys().filter_map(|name| Item::named(name)).collect()
    }
}
