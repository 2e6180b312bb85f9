//! What stands in an object where a secret value was.

use std::fmt;

/// A stand-in for a secret value: equal values have equal fingerprints within one run, and nothing else can be told.
///
/// It is kept inside an object's data as text (`●` and 32 hex digits), so that objects with secrets are compared like
/// any others; what is shown is its number among those of the same view (`●1`).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint([u8; 16]);

/// The character every fingerprint text starts with.
const MARK: char = '●';

impl Fingerprint {
    /// A fingerprint from the first bytes of a keyed digest.
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// The bytes it was made from.
    pub const fn to_bytes(self) -> [u8; 16] {
        self.0
    }

    /// The fingerprint in a text that is nothing but one.
    pub fn parse(text: &str) -> Option<Self> {
        let hex = text.strip_prefix(MARK)?;
        if hex.len() != 32 || !hex.bytes().all(|b| b.is_ascii_hexdigit()) {
            return None;
        }
        let mut bytes = [0; 16];
        for (at, byte) in bytes.iter_mut().enumerate() {
            *byte = u8::from_str_radix(hex.get(at * 2..at * 2 + 2)?, 16).ok()?;
        }
        Some(Self(bytes))
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{MARK}")?;
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
