//! Is it well? A verdict on any Kubernetes object, its cause in one sentence, and the next step.
//!
//! Pure: objects and a clock in, verdicts out. Objects given together explain each other. Nothing is fetched, nothing is
//! painted. Rules and texts follow the sources named at each of them.

mod cause;
mod tree;
mod verdict;

pub use cause::{Cause, Trouble};
pub use tree::{ContainerState, ContainerView, Node, PodView, Stage, Tree};
pub use verdict::{Health, Verdict};
