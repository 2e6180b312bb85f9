//! The vault that forgets: credentials live in memory and are wiped at exit.

use std::collections::BTreeMap;

use super::{Credentials, Health, Item, Standing, Vault, VaultKind};
use crate::failure::Result;

/// Memory only; gone at exit.
#[derive(Debug, Default)]
pub struct Memory(BTreeMap<Item, Credentials>);

impl Vault for Memory {
    fn standing(&mut self) -> Standing {
        Standing { kind: VaultKind::Memory, name: "memory only".to_owned(), health: Health::Ready, writable: true }
    }

    fn read(&mut self, item: &Item) -> Result<Credentials> {
        Ok(self.0.get(item).cloned().unwrap_or_default())
    }

    fn write(&mut self, item: &Item, credentials: &Credentials) -> Result<()> {
        self.0.insert(item.clone(), credentials.clone());
        Ok(())
    }

    fn remove(&mut self, item: &Item) -> Result<()> {
        self.0.remove(item);
        Ok(())
    }
}
