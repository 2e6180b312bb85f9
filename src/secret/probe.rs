//! Whether the Secret Service of this session can be used, found out without ever opening a prompt.

use secret_service::blocking::{Item, SecretService};
use secret_service::{EncryptionType, Error};
use zbus::blocking::Connection;
use zbus::blocking::fdo::DBusProxy;

use super::Health;

/// The name a Secret Service has on the bus.
const SERVICE: &str = "org.freedesktop.secrets";

/// What was found. The keyring that takes new items is the default collection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Probe {
    /// No session bus.
    NoSessionBus,
    /// Nobody offers the service on the bus.
    NoSecretService,
    /// The service is offered but does not answer as it should.
    Broken,
    /// There is no default collection.
    NoDefaultCollection,
    /// The default collection, by name, is locked.
    Locked(String),
    /// The default collection, by name, can be used.
    Ready(String),
}

/// Looks. May start the service's daemon, which may block for as long as the bus lets it.
pub(super) fn probe() -> Probe {
    let Ok(bus) = Connection::session() else { return Probe::NoSessionBus };
    match offered(&bus) {
        Ok(true) => {}
        Ok(false) => return Probe::NoSecretService,
        Err(_) => return Probe::Broken,
    }
    // No secret travels here, so the session needs no encryption.
    match SecretService::connect_with_existing(EncryptionType::Plain, bus) {
        Ok(service) => collection(&service),
        Err(_) => Probe::Broken,
    }
}

/// The user names of the items a service has there, as far as they are unlocked; asks nobody to unlock the others.
pub(super) fn users(of: &str) -> Option<Vec<String>> {
    let service = SecretService::connect(EncryptionType::Plain).ok()?;
    let found = service.search_items([("service", of)].into()).ok()?;
    let user = |item: &Item<'_>| item.get_attributes().ok()?.remove("username");
    Some(found.unlocked.iter().filter_map(user).collect())
}

fn offered(bus: &Connection) -> zbus::Result<bool> {
    let bus = DBusProxy::new(bus)?;
    if bus.name_has_owner(SERVICE.try_into()?)? {
        return Ok(true);
    }
    Ok(bus.list_activatable_names()?.iter().any(|name| name.as_str() == SERVICE))
}

fn collection(service: &SecretService<'_>) -> Probe {
    let collection = match service.get_default_collection() {
        Ok(collection) => collection,
        Err(Error::NoResult) => return Probe::NoDefaultCollection,
        Err(_) => return Probe::Broken,
    };
    let name = collection.collection_path.rsplit('/').next().unwrap_or_default().to_owned();
    match collection.is_locked() {
        Ok(true) => Probe::Locked(name),
        Ok(false) => Probe::Ready(name),
        Err(_) => Probe::Broken,
    }
}

impl Probe {
    /// The name of the keyring for the status line.
    pub(super) fn name(&self) -> String {
        match self {
            Self::Ready(name) | Self::Locked(name) => format!("keyring {name}"),
            Self::NoSessionBus | Self::NoSecretService | Self::Broken | Self::NoDefaultCollection => {
                "keyring".to_owned()
            }
        }
    }

    /// What that means, and its cure.
    pub(super) fn health(&self) -> Health {
        let unavailable = |why: &str, cure: &str| Health::Unavailable { why: why.to_owned(), cure: cure.to_owned() };
        match self {
            Self::NoSessionBus => unavailable(
                "this session has no D-Bus session bus, so no keyring can be reached",
                "log in on a desktop, or start landfall under dbus-run-session with a keyring daemon",
            ),
            Self::NoSecretService => unavailable(
                "no keyring service is installed for this session",
                "install one, such as gnome-keyring, KWallet or KeePassXC with its Secret Service turned on",
            ),
            Self::Broken => unavailable(
                "the keyring service was started but does not answer as it should",
                "restart it, for example with: gnome-keyring-daemon --replace --components=secrets",
            ),
            Self::NoDefaultCollection => unavailable(
                "the keyring service has no default keyring to store in",
                "create one in Passwords and Keys and set it as default, or log out and in again on the desktop",
            ),
            Self::Locked(_) => Health::Locked {
                cure: "unlock it on the desktop, in Passwords and Keys, or with: secret-tool search --unlock service landfall"
                    .to_owned(),
            },
            Self::Ready(_) => Health::Ready,
        }
    }
}
