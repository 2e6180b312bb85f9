//! The keyring of the operating system. The only file that names the keyring crates.
//!
//! One item per environment, since some keyrings ask the person for every item. Their errors can print secrets, so what
//! leaves this file is a failure with a fixed sentence. Nothing here prompts on purpose: a locked keyring is an answer.

use keyring_core::api::CredentialStoreApi;
use keyring_core::{Entry, Error};
use zeroize::Zeroizing;

#[cfg(target_os = "macos")]
use apple_native_keyring_store::keychain::Store;
#[cfg(windows)]
use windows_native_keyring_store::Store;
#[cfg(target_os = "linux")]
use zbus_secret_service_keyring_store::Store;

use super::keeper::{ELSEWHERE, INSTEAD};
#[cfg(target_os = "linux")]
use super::probe::{probe, users};
use super::{Credentials, Health, Item, Standing, Vault, VaultKind, stored};
use crate::failure::{Failure, Kind, Result};

/// The service all items are stored under.
const SERVICE: &str = "landfall";

/// The keyring of the operating system. It is opened anew for every request, which takes some milliseconds and outlives
/// a restart of its daemon.
#[derive(Debug, Default)]
pub struct Keyring;

impl Keyring {
    fn ready(&mut self) -> Result<()> {
        match self.standing().health {
            Health::Ready => Ok(()),
            Health::Locked { cure } => Err(elsewhere(Failure::new(Kind::Vault, "the keyring is locked").hint(cure))),
            Health::Unavailable { why, cure } => {
                Err(elsewhere(Failure::new(Kind::Vault, "the keyring cannot be used").because(why).hint(cure)))
            }
        }
    }

    fn entry(&mut self, item: &Item) -> Result<Entry> {
        self.ready()?;
        let store = Store::new().map_err(|error| refused(item, &error))?;
        store.build(SERVICE, &item.name(), modifiers().as_ref()).map_err(|error| refused(item, &error))
    }
}

impl Vault for Keyring {
    #[cfg(target_os = "linux")]
    fn standing(&mut self) -> Standing {
        let found = probe();
        Standing { kind: VaultKind::Keyring, name: found.name(), health: found.health(), writable: true }
    }

    #[cfg(not(target_os = "linux"))]
    fn standing(&mut self) -> Standing {
        Standing { kind: VaultKind::Keyring, name: "keyring".to_owned(), health: Health::Ready, writable: true }
    }

    fn read(&mut self, item: &Item) -> Result<Credentials> {
        match self.entry(item)?.get_secret().map(Zeroizing::new) {
            Ok(text) => stored::read(item, &text),
            Err(Error::NoEntry) => Ok(Credentials::new()),
            Err(error) => Err(refused(item, &error)),
        }
    }

    fn write(&mut self, item: &Item, credentials: &Credentials) -> Result<()> {
        let text = stored::write(item, credentials)?;
        self.entry(item)?.set_secret(&text).map_err(|error| refused(item, &error))
    }

    fn remove(&mut self, item: &Item) -> Result<()> {
        match self.entry(item)?.delete_credential() {
            Ok(()) | Err(Error::NoEntry) => Ok(()),
            Err(error) => Err(refused(item, &error)),
        }
    }

    #[cfg(target_os = "linux")]
    fn items(&mut self, known: &[Item]) -> Result<Vec<Item>> {
        self.ready()?;
        Ok(found(known))
    }
}

/// Those that may be asked for by name come first; the service tells of the others.
#[cfg(target_os = "linux")]
fn found(known: &[Item]) -> Vec<Item> {
    let names = users(SERVICE).unwrap_or_default();
    let known = known.iter().filter(|item| names.contains(&item.name())).cloned();
    let mut found: Vec<Item> = known.collect();
    for item in names.iter().filter_map(|name| Item::named(name)) {
        if !found.contains(&item) {
            found.push(item);
        }
    }
    found
}

/// On Windows an item would otherwise roam with the person's profile to other machines.
fn modifiers() -> Option<std::collections::HashMap<&'static str, &'static str>> {
    cfg!(windows).then(|| [("persistence", "Local")].into())
}

/// Turns an error of the keyring into a failure and leaves its payload behind, which may be the secret itself.
fn refused(item: &Item, error: &Error) -> Failure {
    let name = item.name();
    let failure = Failure::new(Kind::Vault, format!("the keyring does not give access to the item {name}"));
    match error {
        Error::NoStorageAccess(_) => failure.because("it is locked, or its question was dismissed").hint(unlock()),
        Error::PlatformFailure(_) if cfg!(target_os = "macos") => {
            failure.because("it is locked, or this session may not ask").hint(unlock())
        }
        Error::PlatformFailure(_) => {
            failure.because("its service reported an error").hint("look into the service's log")
        }
        Error::Ambiguous(_) => failure
            .because(format!("more than one item answers to service {SERVICE} and user name {name}"))
            .hint("delete the one that is wrong in the keyring's own program"),
        Error::TooLong(..) => failure.because("the keyring takes no value of this size"),
        Error::BadEncoding(_) | Error::BadDataFormat(..) | Error::BadStoreFormat(_) => failure
            .because("what it holds is damaged")
            .hint("delete the item in the keyring's own program and enter it again"),
        Error::Invalid(..) | Error::NotSupportedByStore(_) => failure.because("the keyring does not take such an item"),
        Error::NoEntry | Error::NoDefaultStore => failure.because("it is gone"),
        // The crate may add more of them.
        _ => failure.because("it reported an error of a new kind"),
    }
    .hint(ELSEWHERE)
}

/// The ways out of a keyring that is not ready. None of them is ever taken by itself.
fn elsewhere(failure: Failure) -> Failure {
    failure.hint(ELSEWHERE).hint(INSTEAD)
}

const fn unlock() -> &'static str {
    if cfg!(target_os = "macos") {
        "unlock it with: security unlock-keychain"
    } else if cfg!(windows) {
        "log in on the desktop; a network logon has no credentials of its own"
    } else {
        "unlock it on the desktop and answer its question"
    }
}
