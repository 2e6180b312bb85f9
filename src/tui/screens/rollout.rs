//! Step 4, and watching: what is being done, how it is, what the cluster tells, and what is wrong.

mod cause;
pub(crate) mod fold;
mod follow;
pub(crate) mod log;
pub(crate) mod rows;
mod state;
mod tree;
pub(crate) mod update;
pub(crate) mod view;
pub(crate) mod ways;

pub(crate) use cause::remedy;
pub use state::{Containers, Filters, Rollout};
pub(crate) use tree::{pods, stage_words};
pub(crate) use view::NO_MATCH;
