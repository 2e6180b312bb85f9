//! Step 5: how it ended, what was done and what was not, and what comes next.

mod facts;
pub(crate) mod update;
pub(crate) mod view;
