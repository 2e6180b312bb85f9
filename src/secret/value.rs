//! A value that cannot be shown.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};
use std::sync::Arc;

use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use rand::TryRng;
use rand::rngs::SysRng;
use secrecy::{ExposeSecret, SecretBox, SecretString};
use sha2::Sha256;
use subtle::ConstantTimeEq;

use super::{Applied, Turn};
use crate::object::Fingerprint;

/// A value that cannot be shown. It is wiped when dropped.
#[derive(Clone)]
pub struct Secret(SecretString);

impl Secret {
    /// Takes a value in; the text is moved and wiped with the secret.
    pub fn new(value: impl Into<String>) -> Self {
        let mut value: String = value.into();
        value.shrink_to_fit();
        Self(SecretString::from(value))
    }

    /// Lends the value to a closure. Every call names its reason to the linter.
    pub fn open<R>(&self, with: impl FnOnce(&str) -> R) -> R {
        with(self.0.expose_secret())
    }

    /// The same for a library that takes such a type.
    pub(super) fn to_secret_string(&self) -> SecretString {
        self.0.clone()
    }

    /// Whether there is no value in it; an empty value counts as not set.
    pub fn is_empty(&self) -> bool {
        self.0.expose_secret().is_empty()
    }

    /// Whether both hold the same value, told in constant time.
    pub fn same(&self, other: &Self) -> bool {
        self.0.expose_secret().as_bytes().ct_eq(other.0.expose_secret().as_bytes()).into()
    }
}

impl From<SecretString> for Secret {
    fn from(value: SecretString) -> Self {
        Self(value)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(••••••••)")
    }
}

/// One credential as it rests in a vault.
#[derive(Debug, Clone)]
pub struct Credential {
    /// The value.
    pub value: Secret,
    /// When it was set.
    pub set: Timestamp,
    /// What was last applied of it, by environment.
    pub applied: BTreeMap<String, Applied>,
    /// Its rotation, if one is under way.
    pub turn: Option<Turn>,
}

impl Credential {
    /// A value that nothing is remembered of yet.
    pub fn new(value: Secret, set: Timestamp) -> Self {
        Self { value, set, applied: BTreeMap::new(), turn: None }
    }
}

/// Credentials by field name (`mlflow.password`).
pub type Credentials = BTreeMap<String, Credential>;

/// A keyed digest (HMAC-SHA-256) whose key lives in this process only, or in the release's state record.
#[derive(Clone)]
pub struct Digest(Arc<SecretBox<[u8; 32]>>);

impl Digest {
    /// A digest with a fresh random key.
    pub fn random() -> Self {
        Self(Arc::new(SecretBox::init_with_mut(|key: &mut [u8; 32]| {
            // The operating system's generator does not fail after start; a zero key would only merge runs.
            let _ = SysRng.try_fill_bytes(key);
        })))
    }

    /// A digest with a known key.
    pub fn with_key(key: [u8; 32]) -> Self {
        Self(Arc::new(SecretBox::new(Box::new(key))))
    }

    /// Lends the key to a closure, to store it.
    pub fn open_key<R>(&self, with: impl FnOnce(&[u8; 32]) -> R) -> R {
        with(self.0.expose_secret())
    }

    /// The full digest of some bytes, as hex.
    pub fn hex(&self, bytes: &[u8]) -> String {
        self.bytes(bytes).iter().fold(String::new(), |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}");
            hex
        })
    }

    /// The fingerprint of some bytes.
    pub fn fingerprint(&self, bytes: &[u8]) -> Fingerprint {
        let mut first = [0; 16];
        first.copy_from_slice(&self.bytes(bytes)[..16]);
        Fingerprint::from_bytes(first)
    }

    fn bytes(&self, bytes: &[u8]) -> [u8; 32] {
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(self.0.expose_secret()) else {
            return [0; 32]; // HMAC takes keys of any length
        };
        mac.update(bytes);
        mac.finalize().into_bytes().into()
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Digest")
    }
}
