//! Step 1: what an environment needs to know and nobody else may.

pub(crate) mod adopt;
mod remarks;
mod state;
pub(crate) mod update;
pub(crate) mod view;

pub use state::{Credentials, Entered, Field, Group, Revealed};
