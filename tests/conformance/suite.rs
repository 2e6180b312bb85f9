//! What landfall counts on in a Kubernetes API server: one suite, run over the demo cluster and over a real control plane.
//!
//! Both test binaries include these files as they are; each brings its own `crate::ground`, which hands out a cluster
//! and a namespace that no other test uses. What passes on the demo cluster and fails on the real one is a bug in
//! `src/demo`.
//!
//! Not asked of the real one, because there is no kubelet behind it (kwok plays nodes and pods): the logs of containers,
//! the texts of image pulls, mounts and probes, and the scenarios of the demo; see `tests/it/demo`.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod apply;
pub(crate) mod asking;
mod defaulting;
mod errors;
mod leaving;
mod ownership;
mod reading;
mod rights;
pub(crate) mod rollout;
mod troubles;
mod validation;
pub(crate) mod watching;
mod workloads;
