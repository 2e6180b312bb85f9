//! Step 3: what would change, why pods would restart, and what forbids it. Nothing is written yet.

mod detail;
mod state;
mod summary;
pub(crate) mod update;
pub(crate) mod view;

pub use state::{Preview, Shows};
pub(crate) use summary::confirm_sentence;
