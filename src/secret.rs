//! What must not be seen: credential values, where they rest, and what may be said about them.
//!
//! A [`Secret`] has no way to be printed, compared by eye, or serialised by accident. The [`Keeper`] owns the vault on
//! a thread of its own; everyone else asks it. Only `keyring.rs` knows the keyring crates. Nothing here ever falls
//! back from one vault to another.

mod value;
mod vault;

pub use value::{Credential, Credentials, Digest, Secret};
pub use vault::{Health, Item, Standing, Vault, VaultKind};
