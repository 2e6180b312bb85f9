//! Tests of demo: what a Kubernetes API server promises, asked of the cluster in a box.
//!
//! Everything goes through a `kube::Client` that a function hands out, in namespaces of its own, so that the same
//! questions can be asked of a real server. Only `scenarios` and `running` are about this cluster alone.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod apply;
mod asking;
mod defaulting;
mod errors;
mod ownership;
mod reading;
mod rollout;
mod running;
mod scenarios;
mod validation;
mod watching;
