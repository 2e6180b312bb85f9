//! Tests of silence: canaries go through the whole program, and only the Secrets meant to hold them may say them.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod cluster;
mod ears;
mod inside;
mod reports;
mod rotation;
mod screens;
mod walk;
