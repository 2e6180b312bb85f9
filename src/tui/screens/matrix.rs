//! Home: environments as columns, facts as rows, the chosen one's story below.

mod facts;
mod story;
pub(crate) use story::pods;
pub(crate) mod update;
pub(crate) mod view;
