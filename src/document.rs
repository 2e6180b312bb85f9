//! Text, as data with places: YAML and JSON files in which every node knows its line and column.
//!
//! Reading and writing only. What the data means is for the rooms above. Error texts never quote the file, since
//! what is read here may hold secrets.

mod closest;
mod node;
mod read;
mod write;

pub use closest::{closest, suggest};
pub use node::{Entry, Node, Tree};
pub use read::{read, read_one};
pub use write::to_yaml;
