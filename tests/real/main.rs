//! Tests over a real control plane: the conformance suite as it runs over the demo cluster, the main job, and faults.
//!
//! A plain `cargo test` leaves this binary out. `tests/run` begins a control plane and runs it; by hand:
//! `tests/control-plane/up DIR && LANDFALL_CONTROL_PLANE=DIR cargo test --test real`.
#![cfg(unix)]
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod audit;
mod checks;
#[path = "../conformance/suite.rs"]
mod conformance;
#[path = "../it/silence/ears.rs"]
mod ears;
mod faults;
mod ground;
mod journeys;
#[path = "../it/pty/person.rs"]
#[expect(dead_code, reason = "it can do more than these tests need")]
mod person;
mod plane;
#[path = "../it/program.rs"]
#[expect(dead_code, reason = "it can do more than these tests need")]
mod program;
#[path = "../it/proxy.rs"]
mod proxy;
mod scaled;
mod screens;
#[path = "../it/vault/session.rs"]
#[expect(dead_code, reason = "it can do more than these tests need")]
mod session;
mod site;
#[path = "../it/support.rs"]
#[expect(dead_code, reason = "it can do more than these tests need")]
mod support;
#[path = "../it/pty/walk.rs"]
#[expect(dead_code, reason = "it can do more than these tests need")]
mod walk;
#[path = "../it/wire.rs"]
#[expect(dead_code, reason = "it can do more than these tests need")]
mod wire;
