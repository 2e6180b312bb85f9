//! The key of an unlocked vault, remembered by the kernel for a while, for programs of the same person.
//!
//! It is a convenience and no vault: it is gone after its time, with the person's last session, and at every restart.

use std::time::Duration;

use super::Secret;
use crate::failure::Result;

/// Remembers a key under a name for so long.
///
/// # Errors
/// The system keeps no keys for programs.
pub(super) fn remember(name: &str, key: &Secret, period: Duration) -> Result<()> {
    kernel::remember(&described(name), key, period)
}

/// The key of a name, if it is remembered.
pub(super) fn recall(name: &str) -> Option<Secret> {
    kernel::recall(&described(name))
}

/// Forgets the key of a name, if it is remembered.
///
/// # Errors
/// The system does not let go of it.
pub(super) fn forget(name: &str) -> Result<()> {
    kernel::forget(&described(name))
}

fn described(name: &str) -> String {
    format!("landfall:{name}")
}

#[cfg(target_os = "linux")]
mod kernel {
    use std::time::Duration;

    use linux_keyutils::{Key, KeyError, KeyPermissionsBuilder, KeyRing, KeyRingIdentifier, Permission};
    use zeroize::Zeroizing;

    use super::super::Secret;
    use crate::failure::{Failure, Kind, Result};

    /// The most a key may hold, in bytes.
    const ROOM: usize = 512;

    pub(super) fn remember(name: &str, key: &Secret, period: Duration) -> Result<()> {
        #[expect(clippy::disallowed_methods, reason = "the kernel keeps the key for a while, as the person asked")]
        let kept = key.open(|text| with_ring(|ring| keep(ring, name, text.as_bytes(), period)));
        kept.map_err(refused)
    }

    pub(super) fn recall(name: &str) -> Option<Secret> {
        let text = with_ring(|ring| {
            let mut text = Zeroizing::new([0_u8; ROOM]);
            let length = ring.search(name)?.read(&mut *text)?;
            Ok((text, length))
        });
        let (text, length) = text.ok()?;
        std::str::from_utf8(text.get(..length)?).ok().map(Secret::new)
    }

    pub(super) fn forget(name: &str) -> Result<()> {
        match with_ring(|ring| ring.search(name)?.invalidate()) {
            Ok(()) | Err(KeyError::KeyDoesNotExist | KeyError::KeyExpired | KeyError::KeyRevoked) => Ok(()),
            Err(error) => Err(refused(error)),
        }
    }

    /// Keys lie in the person's own keyring, where every session of theirs finds them.
    fn keep(ring: KeyRing, name: &str, text: &[u8], period: Duration) -> std::result::Result<(), KeyError> {
        let key = ring.add_key(name, text)?;
        limit(key, period).inspect_err(|_| {
            // A key without its limit would stay for as long as the person is here.
            let _ = key.invalidate();
        })
    }

    fn limit(key: Key, period: Duration) -> std::result::Result<(), KeyError> {
        let seconds = usize::try_from(period.as_secs()).unwrap_or(usize::MAX).max(1);
        key.set_timeout(seconds)?;
        // A session that does not possess the person's keyring may still read and drop what lies in it.
        let all = KeyPermissionsBuilder::builder().posessor(Permission::ALL).user(Permission::ALL).build();
        key.set_perms(all)
    }

    /// Does something with the person's keyring. A process without a session of its own (a service, a container, a
    /// pipeline) is refused the first time; it joins one that has the keyring in it.
    fn with_ring<R>(act: impl Fn(KeyRing) -> std::result::Result<R, KeyError>) -> std::result::Result<R, KeyError> {
        let ring = KeyRing::from_special_id(KeyRingIdentifier::User, true)?;
        match act(ring) {
            Err(KeyError::AccessDenied | KeyError::PermissionDenied) => {
                let session = KeyRing::from_special_id(KeyRingIdentifier::Session, true)?;
                session.link_keyring(ring)?;
                act(ring)
            }
            done => done,
        }
    }

    fn refused(error: KeyError) -> Failure {
        let failure = Failure::new(Kind::Vault, "the kernel does not remember the key");
        match error {
            KeyError::QuotaExceeded => failure.because("this user keeps as many keys there as are allowed"),
            KeyError::AccessDenied | KeyError::PermissionDenied => failure.because("this session may not keep keys"),
            KeyError::OperationNotSupported => failure.because("this system keeps no keys for programs"),
            _ => failure.because("the system refuses"),
        }
        .hint("without it the passphrase is asked, or read from LANDFALL_VAULT_PASSPHRASE_FD, each time")
    }
}

#[cfg(not(target_os = "linux"))]
mod kernel {
    use std::time::Duration;

    use super::super::Secret;
    use crate::failure::{Failure, Kind, Result};

    pub(super) fn remember(_: &str, _: &Secret, _: Duration) -> Result<()> {
        Err(Failure::new(Kind::Vault, "this system keeps no keys for programs")
            .hint("the passphrase is asked, or read from LANDFALL_VAULT_PASSPHRASE_FD, each time"))
    }

    pub(super) fn recall(_: &str) -> Option<Secret> {
        None
    }

    pub(super) fn forget(_: &str) -> Result<()> {
        Ok(())
    }
}
