//! Step 2: will it work? What only reads runs by itself; what needs a pod waits for a yes; nobody has to wait for either.

mod rows;
mod state;
pub(crate) mod update;
pub(crate) mod view;

pub(crate) use rows::{Sentences, lines};
pub use state::Checks;
