//! The passphrase of the vault. It is asked over whatever is shown, and never seen.

pub(crate) mod update;
pub(crate) mod view;

use crate::secret::Typed;

/// The question for the passphrase.
#[derive(Debug, Default)]
pub struct Unlock {
    /// What is typed.
    pub typed: Typed,
    /// Why the last one was not taken.
    pub refusal: Option<String>,
}
