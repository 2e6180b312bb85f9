//! What the state record says.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::object::Key;
use crate::secret::Digest;

/// How the last revision ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// It is being applied, or whoever applied it did not get to the end.
    Pending,
    /// Everything became ready.
    Healthy,
    /// Something was wrong.
    Failed,
    /// The operator stopped it.
    Stopped,
}

/// One object of the release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// API version.
    pub api: String,
    /// Kind.
    pub kind: String,
    /// Namespace.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// Name.
    pub name: String,
    /// The uid it had when it was applied; none before that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uid: Option<String>,
}

impl Entry {
    /// An entry for an object.
    pub fn new(key: &Key, uid: Option<&str>) -> Self {
        Self {
            api: key.api.clone(),
            kind: key.kind.clone(),
            namespace: key.namespace.clone(),
            name: key.name.clone(),
            uid: uid.map(str::to_owned),
        }
    }

    /// Which object it is.
    pub fn key(&self) -> Key {
        Key::new(&self.api, &self.kind, self.namespace.as_deref(), &self.name)
    }
}

/// A revision that is over, as a later record remembers it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Past {
    /// Its number.
    pub revision: u64,
    /// How it ended.
    pub status: Status,
    /// Who applied it.
    pub who: String,
    /// When it began.
    pub when: Timestamp,
    /// How long it took until ready, in milliseconds; none unless it became ready.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub took: Option<i64>,
    /// Whether it brought new pods.
    #[serde(default)]
    pub restarted: bool,
    /// The outcome's headline.
    pub headline: String,
}

/// How many revisions a record remembers beside its own.
const REMEMBERED: usize = 4;

/// What the state record says.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct State {
    /// The shape of this record.
    pub schema: u32,
    /// The number of the revision, from 1.
    pub revision: u64,
    /// How it ended.
    pub status: Status,
    /// Who applied it: "ann@laptop".
    pub who: String,
    /// When it began.
    pub when: Timestamp,
    /// How long it took until ready, in milliseconds; none unless it became ready.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub took: Option<i64>,
    /// Whether it brought new pods.
    #[serde(default)]
    pub restarted: bool,
    /// The outcome's headline.
    pub headline: String,
    /// The revisions before it, newest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub past: Vec<Past>,
    /// The objects: until it ended all that may be there, afterwards those that are.
    pub objects: Vec<Entry>,
    /// The key of the release's digests.
    #[serde(with = "key")]
    pub key: Digest,
}

impl State {
    /// This revision and those before it, newest first.
    pub fn history(&self) -> Vec<Past> {
        let own = Past {
            revision: self.revision,
            status: self.status,
            who: self.who.clone(),
            when: self.when,
            took: self.took,
            restarted: self.restarted,
            headline: self.headline.clone(),
        };
        std::iter::once(own).chain(self.past.iter().cloned()).collect()
    }

    /// What the record of the next revision remembers.
    pub fn remembered(&self) -> Vec<Past> {
        let mut past = self.history();
        past.truncate(REMEMBERED);
        past
    }

    /// How long the newest revision took that became ready with new pods.
    pub fn measured(&self) -> Option<SignedDuration> {
        let took = self.history().into_iter().filter(|past| past.restarted).find_map(|past| past.took)?;
        Some(SignedDuration::from_millis(took))
    }
}

/// The record's key as base64.
mod key {
    use super::{Digest, Engine, STANDARD};
    use serde::{Deserialize, Deserializer, Serializer, de::Error};
    use zeroize::Zeroizing;

    pub(super) fn serialize<S: Serializer>(digest: &Digest, to: S) -> Result<S::Ok, S::Error> {
        let text = digest.open_key(|key| Zeroizing::new(STANDARD.encode(key)));
        to.serialize_str(&text)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Digest, D::Error> {
        let text = Zeroizing::new(String::deserialize(from)?);
        let bytes = Zeroizing::new(STANDARD.decode(text.as_bytes()).map_err(|_| D::Error::custom("no key"))?);
        let key: [u8; 32] = bytes.as_slice().try_into().map_err(|_| D::Error::custom("no key"))?;
        Ok(Digest::with_key(key))
    }
}
