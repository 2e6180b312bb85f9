//! What landfall has put into an environment: one state record per release, kept as a Secret of its own type.
//!
//! The record says which objects belong to the release, who applied it when, how it ended, and holds the key of the
//! release's digests. It holds no credential.

mod names;
mod state;
mod store;

pub use names::{CONFIG, Release, SHARED_MANAGER};
pub use state::{Entry, Past, State, Status};
pub use store::Record;
