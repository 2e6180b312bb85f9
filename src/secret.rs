//! What must not be seen: credential values, where they rest, and what may be said about them.
//!
//! A [`Secret`] has no way to be printed, compared by eye, or serialised by accident. The [`Keeper`] owns the vault on
//! a thread of its own; everyone else asks it. Only `keyring.rs` knows the keyring crates. Nothing here ever falls
//! back from one vault to another.

mod applied;
mod environ;
mod fetch;
mod file;
mod generate;
mod json;
mod keeper;
mod keyring;
mod memory;
mod parcel;
mod policy;
#[cfg(target_os = "linux")]
mod probe;
mod process;
mod remembered;
mod stdin;
mod stored;
mod turn;
mod typed;
mod value;
mod vault;

pub use applied::Applied;
pub use environ::{Environ, is_credential, note_variable, variable};
pub use fetch::{Fetch, descriptor};
pub use file::{AgeFile, Opens, Recipient, Seals, WORK, WRONG_PASSPHRASE};
pub use generate::{LENGTH, generate};
pub use keeper::{INSTEAD, Keeper};
pub use keyring::Keyring;
pub use memory::Memory;
pub use parcel::{Parcel, Wants};
pub use policy::{Judge, Level, Opinion, Pattern, Rule};
pub use process::harden;
pub use stdin::Stdin;
pub use turn::{Stage, Turn};
pub use typed::{Refusal, Typed};
pub use value::{Credential, Credentials, Digest, Secret};
pub use vault::{Health, Item, Known, Standing, Unlock, Vault, VaultKind};
