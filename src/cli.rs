//! Door one: the command line. Arguments in, reports out.
//!
//! It calls `deploy` and contains no use case. Only `report` prints; a prompt appears only on a terminal.

mod args;
mod ask;
mod choose;
mod journal;
mod report;
mod setup;
mod verb;

pub use args::{Args, Door, Output, Verb};
pub use journal::journal;
pub use report::complain;
pub use setup::{Cluster, begin, own_settings};
pub use verb::run;
