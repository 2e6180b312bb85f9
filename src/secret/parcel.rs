//! Everything a vault holds as one text, to take it elsewhere. Sealed with age, or not at all where a person insists.

use zeroize::Zeroizing;

use super::file::{Items, is_sealed, wants_passphrase};
use super::{Credentials, Item, Opens, Seals, stored};
use crate::failure::{Failure, Kind, Result};

/// Credentials of several items on their way.
#[derive(Debug, Default)]
pub struct Parcel(pub Vec<(Item, Credentials)>);

/// What it takes to open a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wants {
    /// Nothing: it is not sealed.
    Nothing,
    /// A passphrase.
    Passphrase,
    /// A key.
    Key,
}

impl Wants {
    /// What it takes to open this file.
    pub fn of(bytes: &[u8]) -> Self {
        match (is_sealed(bytes), wants_passphrase(bytes)) {
            (false, _) => Self::Nothing,
            (true, true) => Self::Passphrase,
            (true, false) => Self::Key,
        }
    }
}

impl Parcel {
    /// The file that only those can open who are named.
    ///
    /// # Errors
    /// It is too much for one item, or nothing can be encrypted.
    pub fn sealed(&self, seals: &Seals) -> Result<Vec<u8>> {
        seals.seal(&self.plain()?)
    }

    /// The text itself, on one line.
    ///
    /// # Errors
    /// It is too much for one item.
    pub fn plain(&self) -> Result<Zeroizing<Vec<u8>>> {
        let mut items = Items::default();
        for (item, credentials) in &self.0 {
            items.put(item.name(), stored::write(item, credentials)?);
        }
        items.to_text()
    }

    /// What a file holds.
    ///
    /// # Errors
    /// It is opened otherwise, damaged, or holds something else.
    pub fn open(bytes: &[u8], opens: Option<&Opens>) -> Result<Self> {
        match opens {
            Some(opens) => Self::read(&opens.unseal(bytes)?),
            None => Self::read(bytes),
        }
    }

    fn read(text: &[u8]) -> Result<Self> {
        let items = Items::from_text(text).map_err(|failure| Failure {
            kind: Kind::Input,
            ..failure.hint("it takes what `landfall vault export` wrote; a terraform.tfvars goes to: landfall import")
        })?;
        let read = |item: Item| {
            let credentials = stored::read(&item, items.get(&item.name()).unwrap_or_default())?;
            Ok((item, credentials))
        };
        items.names().into_iter().map(read).collect::<Result<_>>().map(Self)
    }
}
