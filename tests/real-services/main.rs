//! The module proved against real services: PostgreSQL, an S3 server that checks signatures, and MLflow itself.
//!
//! What landfall applies to a cluster is read back from it and started the way a kubelet starts it. `tests/real-services/run`
//! starts the services and this; a plain `cargo test` leaves it out.

mod failing;
mod ground;
mod house;
mod kubelet;
mod node;
mod rotation;
mod sandbox;
mod smoke;
mod walk;
mod web;

#[expect(dead_code, reason = "shared with the other tests, which need more of it")]
#[path = "../it/program.rs"]
mod program;
#[expect(dead_code, reason = "shared with the other tests, which need more of it")]
#[path = "../it/support.rs"]
mod support;
