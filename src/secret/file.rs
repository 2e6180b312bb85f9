//! The vault for machines without a keyring: one file, encrypted with age.
//!
//! `identity.age` holds a key under a passphrase, `vault.age` everything else under that key, so that a save takes no
//! passphrase and no second. Both open with the program `age` too. What is not as it has to be is never written over.

mod body;
mod disk;
mod seal;

use std::fs::File;
use std::path::{Path, PathBuf};

pub use seal::{Opens, Recipient, Seals, WRONG_PASSPHRASE};

pub(super) use body::Items;
pub(super) use seal::{is_sealed, wants_passphrase};

use disk::Disk;
use seal::Identity;

use super::{Credentials, Digest, Health, Item, Secret, Standing, Unlock, Vault, VaultKind, remembered, stored};
use crate::failure::{Failure, Kind, Place, Result};

/// The key, under a passphrase.
const IDENTITY: &str = "identity.age";

/// Everything else, under the key.
const BODY: &str = "vault.age";

/// How costly it is to try a passphrase, as the power of two that scrypt knows: the same as the program `age` takes, half
/// a second and 256 MiB. A fixed one, since a measured one is low where the machine happens to be busy.
pub const WORK: u8 = 18;

/// The encrypted file.
pub struct AgeFile {
    disk: Disk,
    identity: Option<Identity>,
}

impl AgeFile {
    /// The vault in this folder.
    pub fn new(folder: PathBuf) -> Self {
        Self { disk: Disk::new(folder), identity: None }
    }

    /// Whether there is one in this folder.
    pub fn is_there(folder: &Path) -> bool {
        folder.join(IDENTITY).exists() || folder.join(BODY).exists()
    }

    /// Makes an empty one in this folder, under a passphrase; `work` is [`WORK`] wherever it matters.
    ///
    /// # Errors
    /// There is one already, or the folder cannot be written.
    pub fn create(folder: &Path, passphrase: &Secret, work: u8) -> Result<()> {
        let disk = Disk::new(folder.to_owned());
        disk.make()?;
        let _held = disk.hold()?;
        if Self::is_there(folder) {
            return Err(Failure::new(Kind::Blocked, "there is an encrypted file already")
                .at(Place::file(folder.display().to_string()))
                .because("a new key could not open what it holds"));
        }
        let identity = Identity::generate();
        let locked = identity.lock(passphrase, work)?;
        // The vault first: a key without a vault would be taken for one that lost it.
        disk.write(BODY, &identity.seal(&Items::default().to_text()?)?)?;
        disk.write(IDENTITY, &locked)
    }

    /// Puts the key of the one in this folder under another passphrase; `work` is [`WORK`] wherever it matters. What the
    /// kernel remembered is forgotten.
    ///
    /// # Errors
    /// The current passphrase is another one, or the folder cannot be written: the current one still holds then.
    pub fn change_passphrase(folder: &Path, current: &Secret, next: &Secret, work: u8) -> Result<()> {
        let mut file = Self::new(folder.to_owned());
        let _held = file.disk.hold()?;
        let (_, identity) = file.unlocked(current)?;
        let locked = identity.lock(next, work)?;
        file.lock()?;
        file.disk.write(IDENTITY, &locked)
    }

    /// The locked key and what the passphrase makes of it, proved on what the vault holds.
    fn unlocked(&self, passphrase: &Secret) -> Result<(Vec<u8>, Identity)> {
        let place = || Place::file(self.disk.path(IDENTITY).display().to_string());
        let Some(locked) = self.disk.read(IDENTITY)? else {
            return Err(self.open().err().unwrap_or_else(|| Failure::new(Kind::Vault, "the key of the vault is gone")));
        };
        let identity = Identity::unlock(&locked, passphrase)
            .map_err(|failure| if failure.what == WRONG_PASSPHRASE { failure } else { failure.at(place()) })?;
        self.body(&identity)?;
        Ok((locked, identity))
    }

    /// The key of the vault, if it is unlocked: here, or for all programs of this person for a while.
    fn key(&self) -> Result<Option<Identity>> {
        if let Some(identity) = &self.identity {
            return Ok(Some(identity.clone()));
        }
        let Some(locked) = self.disk.read(IDENTITY)? else { return Ok(None) };
        Ok(remembered::recall(&name(&locked)).and_then(|text| Identity::from_secret(&text)))
    }

    fn open(&self) -> Result<Identity> {
        self.key()?.ok_or_else(|| match self.health() {
            Health::Ready | Health::Locked { .. } => Failure::new(Kind::Vault, "the vault is locked").hint(UNLOCK),
            Health::Unavailable { why, cure } => {
                Failure::new(Kind::Vault, "the vault cannot be used").because(why).hint(cure)
            }
        })
    }

    fn body(&self, identity: &Identity) -> Result<Items> {
        let place = || Place::file(self.disk.path(BODY).display().to_string());
        let Some(sealed) = self.disk.read(BODY)? else {
            return Err(Failure::new(Kind::Vault, "what the vault held is gone")
                .at(place())
                .because("the file is not there")
                .hint(RESTORE));
        };
        let damaged = || {
            Failure::new(Kind::Vault, "the vault cannot be read")
                .at(place())
                .because("the file is damaged, or belongs to another key")
                .hint("nothing was written over it")
                .hint(RESTORE)
        };
        let text = identity.unseal(&sealed).ok_or_else(damaged)?;
        Items::from_text(&text).map_err(|failure| Failure { place: Some(place()), ..failure }.hint(RESTORE))
    }

    fn change(&self, change: impl FnOnce(&mut Items)) -> Result<()> {
        let identity = self.open()?;
        let mut items = self.body(&identity)?;
        change(&mut items);
        self.disk.write(BODY, &identity.seal(&items.to_text()?)?)
    }

    fn health(&self) -> Health {
        let unavailable = |failure: Failure| Health::Unavailable {
            why: failure.to_string(),
            cure: failure.hints.first().cloned().unwrap_or_default(),
        };
        if let Err(failure) = self.disk.check() {
            return unavailable(failure);
        }
        let (identity, body) = (self.disk.path(IDENTITY).exists(), self.disk.path(BODY).exists());
        match (identity, body) {
            (false, false) => Health::Unavailable {
                why: "the encrypted file is not set up on this machine yet".to_owned(),
                cure: "set it up with: landfall vault use file".to_owned(),
            },
            (false, true) | (true, false) => Health::Unavailable {
                why: format!("{} is missing", self.disk.path(if identity { BODY } else { IDENTITY }).display()),
                cure: RESTORE.to_owned(),
            },
            (true, true) => match self.key() {
                Ok(Some(_)) => Health::Ready,
                Ok(None) => Health::Locked { cure: UNLOCK.to_owned() },
                Err(failure) => unavailable(failure),
            },
        }
    }
}

const UNLOCK: &str = "unlock it with: landfall vault unlock";

const RESTORE: &str = "put both files back from a backup; or move them away and begin anew: landfall vault use file";

/// What the unlocked key of this vault is called in the kernel: another key is called otherwise.
fn name(locked: &[u8]) -> String {
    // The file is no secret; a digest only gives it a short name.
    Digest::with_key([0; 32]).hex(locked)
}

impl Vault for AgeFile {
    fn standing(&mut self) -> Standing {
        Standing { kind: VaultKind::File, name: "encrypted file".to_owned(), health: self.health(), writable: true }
    }

    fn read(&mut self, item: &Item) -> Result<Credentials> {
        let identity = self.open()?;
        match self.body(&identity)?.get(&item.name()) {
            Some(text) => stored::read(item, text),
            None => Ok(Credentials::new()),
        }
    }

    fn write(&mut self, item: &Item, credentials: &Credentials) -> Result<()> {
        let text = stored::write(item, credentials)?;
        self.change(|items| items.put(item.name(), text))
    }

    fn remove(&mut self, item: &Item) -> Result<()> {
        self.change(|items| items.remove(&item.name()))
    }

    fn hold(&mut self) -> Result<Option<File>> {
        self.disk.hold().map(Some)
    }

    fn items(&mut self, _: &[Item]) -> Result<Vec<Item>> {
        let identity = self.open()?;
        Ok(self.body(&identity)?.names())
    }

    fn unlock(&mut self, how: Unlock) -> Result<()> {
        let (locked, identity) = self.unlocked(&how.passphrase)?;
        if let Some(period) = how.remember {
            remembered::remember(&name(&locked), &identity.to_secret(), period)?;
        }
        self.identity = Some(identity);
        Ok(())
    }

    fn lock(&mut self) -> Result<()> {
        self.identity = None;
        match self.disk.read(IDENTITY)? {
            Some(locked) => remembered::forget(&name(&locked)),
            None => Ok(()),
        }
    }
}
