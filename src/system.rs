//! What is not the cluster: a database role, an account behind HTTP, a registry, what was deployed. One knock at a time.
//!
//! A system is told a new value and asked whether a login works; what it says comes back as one word and, where it is
//! safe, a sentence. Nothing here decides what comes next, and bodies of answers are never kept: they may quote values.

mod account;
mod line;
mod postgres;
mod reply;
mod web;

pub use account::{Sending, send};
pub use line::Encryption;
pub use postgres::{Role, statement, verifier};
pub use reply::Reply;
pub use web::{Answered, Web, basic, sealed};
