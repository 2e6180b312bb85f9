//! Encryption. The only file that names the age crate; what comes out of its errors is a fixed sentence.

use std::fmt;
use std::io::{Read, Write};
use std::iter::once;
use std::str::FromStr;

use age::armor::{ArmoredReader, ArmoredWriter, Format};
use age::{DecryptError, Decryptor, Encryptor, scrypt, x25519};
use secrecy::ExposeSecret;
use zeroize::Zeroizing;

use super::super::Secret;
use crate::failure::{Failure, Kind, Result};

/// The most work that is done for a passphrase somebody else chose the cost of: eight times our own, 4 GiB.
const MOST_WORK: u8 = 22;

/// What is said of a passphrase that is another one.
pub const WRONG_PASSPHRASE: &str = "this is not the passphrase";

/// The key of a vault.
#[derive(Clone)]
pub(super) struct Identity(x25519::Identity);

impl Identity {
    pub(super) fn generate() -> Self {
        Self(x25519::Identity::generate())
    }

    /// The key under a passphrase, as text that can be printed and kept.
    pub(super) fn lock(&self, passphrase: &Secret, work: u8) -> Result<Vec<u8>> {
        let text = self.0.to_string();
        let mut lines = Zeroizing::new(Vec::with_capacity(256));
        // As age-keygen writes it, so that other programs read it.
        let written = writeln!(lines, "# public key: {}\n{}", self.0.to_public(), text.expose_secret());
        written.map_err(|_| unsealed())?;
        let mut recipient = scrypt::Recipient::new(passphrase.to_secret_string());
        recipient.set_work_factor(work);
        seal(&recipient, &lines, Format::AsciiArmor)
    }

    /// The key out of its file.
    ///
    /// # Errors
    /// The passphrase is another one, or the file is no such file.
    pub(super) fn unlock(locked: &[u8], passphrase: &Secret) -> Result<Self> {
        let mut way = scrypt::Identity::new(passphrase.to_secret_string());
        way.set_max_work_factor(MOST_WORK);
        let text = unseal(&way, locked).map_err(Wrong::passphrase)?;
        let text = std::str::from_utf8(&text).unwrap_or_default();
        let key = text.lines().find(|line| line.starts_with("AGE-SECRET-KEY-"));
        let key = key.and_then(|line| x25519::Identity::from_str(line.trim()).ok());
        key.map(Self).ok_or_else(|| Failure::new(Kind::Vault, "the key of the vault cannot be read").because(DAMAGED))
    }

    pub(super) fn to_secret(&self) -> Secret {
        Secret::from(self.0.to_string())
    }

    pub(super) fn from_secret(text: &Secret) -> Option<Self> {
        #[expect(clippy::disallowed_methods, reason = "a key that was remembered becomes a key again")]
        text.open(|text| x25519::Identity::from_str(text).ok()).map(Self)
    }

    pub(super) fn seal(&self, text: &[u8]) -> Result<Vec<u8>> {
        seal(&self.0.to_public(), text, Format::Binary)
    }

    /// What was sealed for this key; none where it was not, or is damaged.
    pub(super) fn unseal(&self, sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        unseal(&self.0, sealed).ok()
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Identity(••••••••)")
    }
}

/// Somebody who can open what is sealed for them: `age1…`.
#[derive(Debug, Clone)]
pub struct Recipient(x25519::Recipient);

impl FromStr for Recipient {
    type Err = Failure;

    fn from_str(text: &str) -> Result<Self> {
        x25519::Recipient::from_str(text.trim()).map(Self).map_err(|_| {
            Failure::input("this is no recipient of age")
                .hint("it begins with age1; whoever shall open the file makes one with: age-keygen")
        })
    }
}

/// Who can open a file that leaves the vault.
#[derive(Debug)]
pub enum Seals {
    /// Whoever knows the passphrase; how costly it is to try one.
    Passphrase(Secret, u8),
    /// Whoever has the key.
    Recipient(Recipient),
}

impl Seals {
    /// The text as a file that can be printed and sent.
    pub(in super::super) fn seal(&self, text: &[u8]) -> Result<Vec<u8>> {
        match self {
            Self::Passphrase(passphrase, work) => {
                let mut recipient = scrypt::Recipient::new(passphrase.to_secret_string());
                recipient.set_work_factor(*work);
                seal(&recipient, text, Format::AsciiArmor)
            }
            Self::Recipient(Recipient(recipient)) => seal(recipient, text, Format::AsciiArmor),
        }
    }
}

/// What opens a file that comes into the vault.
#[derive(Debug)]
pub enum Opens {
    /// A passphrase.
    Passphrase(Secret),
    /// The text of a file with a key, as age-keygen writes it.
    Key(Secret),
}

impl Opens {
    /// The text of a sealed file.
    ///
    /// # Errors
    /// It is opened otherwise, or damaged.
    pub(in super::super) fn unseal(&self, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>> {
        match self {
            Self::Passphrase(passphrase) => {
                let mut way = scrypt::Identity::new(passphrase.to_secret_string());
                way.set_max_work_factor(MOST_WORK);
                unseal(&way, sealed).map_err(Wrong::passphrase)
            }
            Self::Key(text) => {
                #[expect(clippy::disallowed_methods, reason = "the text of a key becomes a key")]
                let key = text.open(|text| {
                    let line = text.lines().find(|line| line.trim_start().starts_with("AGE-SECRET-KEY-"))?;
                    x25519::Identity::from_str(line.trim()).ok()
                });
                let key = key.ok_or_else(|| {
                    Failure::input("there is no key of age in this file")
                        .hint("age-keygen writes one, on a line that begins with AGE-SECRET-KEY-")
                })?;
                unseal(&key, sealed).map_err(Wrong::key)
            }
        }
    }
}

/// Whether a file is sealed, as age writes it.
pub(in super::super) fn is_sealed(bytes: &[u8]) -> bool {
    let start = bytes.trim_ascii_start();
    start.starts_with(b"age-encryption.org/") || start.starts_with(b"-----BEGIN AGE ENCRYPTED FILE-----")
}

/// Whether a sealed file wants a passphrase.
pub(in super::super) fn wants_passphrase(bytes: &[u8]) -> bool {
    Decryptor::new_buffered(ArmoredReader::new(bytes)).is_ok_and(|file| file.is_scrypt())
}

fn seal(recipient: &dyn age::Recipient, text: &[u8], format: Format) -> Result<Vec<u8>> {
    let encryptor = Encryptor::with_recipients(once(recipient)).map_err(|_| unsealed())?;
    let mut sealed = Vec::with_capacity(text.len() * 2 + 1024);
    let write = || -> std::io::Result<()> {
        let mut writer = encryptor.wrap_output(ArmoredWriter::wrap_output(&mut sealed, format)?)?;
        writer.write_all(text)?;
        writer.finish()?.finish()?;
        Ok(())
    };
    write().map_err(|_| unsealed())?;
    Ok(sealed)
}

fn unseal(way: &dyn age::Identity, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, Wrong> {
    let file = Decryptor::new_buffered(ArmoredReader::new(sealed)).map_err(|error| Wrong::of(&error))?;
    let mut reader = file.decrypt(once(way)).map_err(|error| Wrong::of(&error))?;
    // Never longer than what it came out of, so that the buffer does not grow and leave copies behind.
    let mut text = Zeroizing::new(Vec::with_capacity(sealed.len() + 64));
    reader.read_to_end(&mut text).map_err(|_| Wrong::File)?;
    Ok(text)
}

fn unsealed() -> Failure {
    Failure::new(Kind::Vault, "nothing could be encrypted").because("the system gives no random bytes")
}

const DAMAGED: &str = "the file is damaged, or no file of age";

/// Why something was not unsealed.
enum Wrong {
    /// It is opened with something else.
    Way,
    /// It is no such file, or damaged.
    File,
    /// Trying would take this machine too long.
    Work,
}

impl Wrong {
    fn of(error: &DecryptError) -> Self {
        match error {
            DecryptError::DecryptionFailed | DecryptError::KeyDecryptionFailed | DecryptError::NoMatchingKeys => {
                Self::Way
            }
            DecryptError::ExcessiveWork { .. } => Self::Work,
            // An invalid header, a wrong sum, an early end; the crate may add more of them.
            _ => Self::File,
        }
    }

    fn passphrase(self) -> Failure {
        match self {
            Self::Way => Failure::new(Kind::Vault, WRONG_PASSPHRASE).because("it opens nothing here"),
            Self::File | Self::Work => self.key(),
        }
    }

    fn key(self) -> Failure {
        let failure = Failure::new(Kind::Vault, "this file cannot be opened");
        match self {
            Self::Way => failure.because("it was encrypted for another key"),
            Self::File => failure.because(DAMAGED),
            Self::Work => failure.because("trying its passphrase would take this machine hours"),
        }
    }
}
