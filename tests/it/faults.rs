//! Tests of faults: what goes wrong on the way to a cluster and at its gate, and how it is said.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod gate;
mod library;
mod rights;
mod rollout;
mod silence;
