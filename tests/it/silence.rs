//! Tests of silence: canaries go through the whole program, and only the Secrets meant to hold them may say them.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod checks;
mod cluster;
mod ears;
mod inside;
mod process;
mod reports;
mod rotation;
mod screens;
mod vaults;
mod walk;

pub(crate) use ears::said;
