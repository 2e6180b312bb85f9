//! Tests of demo that are about this cluster alone; what it has in common with a real one is asked by the conformance
//! suite.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod kubelet;
mod running;
mod scenarios;
