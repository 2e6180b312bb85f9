//! Step 3, and watching: what is being done, how it is, what the cluster tells, and what is wrong.

mod cause;
mod follow;
mod rows;
mod state;
mod tree;
pub(crate) mod update;
pub(crate) mod view;

pub(crate) use cause::remedy;
pub use state::{Containers, Rollout};
pub(crate) use tree::{pods, stage_words};
