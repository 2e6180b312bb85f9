//! What is remembered of a value that was applied: enough to know it again, nothing to read it from.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use jiff::Timestamp;
use rand::TryRng;
use rand::rngs::SysRng;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use subtle::ConstantTimeEq;

use super::{Digest, Secret};

/// A value that was applied, as a digest with a key of its own, and when. It rests beside the value, so that later three
/// sides can be compared: what is here, what the cluster has, and what both had in common.
#[derive(Clone, PartialEq, Eq)]
pub struct Applied {
    key: [u8; 16],
    mark: [u8; 16],
    /// When it was applied.
    pub when: Timestamp,
}

impl Applied {
    /// Remembers a value.
    pub fn of(value: &Secret, when: Timestamp) -> Self {
        let mut key = [0; 16];
        // The operating system's generator does not fail after start; a zero key would only make equal marks equal.
        let _ = SysRng.try_fill_bytes(&mut key);
        Self { mark: mark(&key, value), key, when }
    }

    /// The same, applied at another time.
    #[must_use]
    pub fn at(&self, when: Timestamp) -> Self {
        Self { when, ..self.clone() }
    }

    /// Whether this was the value, told in constant time.
    pub fn is(&self, value: &Secret) -> bool {
        self.mark.ct_eq(&mark(&self.key, value)).into()
    }
}

fn mark(key: &[u8; 16], value: &Secret) -> [u8; 16] {
    let mut whole = [0; 32];
    whole[..16].copy_from_slice(key);
    let digest = Digest::with_key(whole);
    #[expect(clippy::disallowed_methods, reason = "only its keyed digest is kept")]
    value.open(|value| digest.fingerprint(value.as_bytes()).to_bytes())
}

impl fmt::Debug for Applied {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Applied").field("when", &self.when).finish_non_exhaustive()
    }
}

/// As short as it can be, since an item of a keyring is small: `["key and mark in base64", seconds]`.
impl Serialize for Applied {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (STANDARD_NO_PAD.encode([self.key, self.mark].concat()), self.when.as_second()).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Applied {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (text, seconds) = <(String, i64)>::deserialize(deserializer)?;
        let bytes = STANDARD_NO_PAD.decode(text).map_err(|_| D::Error::custom("no mark"))?;
        let (key, mark) = bytes.split_at_checked(16).ok_or_else(|| D::Error::custom("no mark"))?;
        Ok(Self {
            key: key.try_into().map_err(|_| D::Error::custom("no mark"))?,
            mark: mark.try_into().map_err(|_| D::Error::custom("no mark"))?,
            when: Timestamp::from_second(seconds).map_err(|_| D::Error::custom("no time"))?,
        })
    }
}
