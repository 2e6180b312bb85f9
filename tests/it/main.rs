//! All tests of landfall in one binary.

mod check;
mod cli;
#[path = "../conformance/suite.rs"]
mod conformance;
mod demo;
mod faults;
mod ground;
mod health;
mod held;
mod ingest;
mod journeys;
mod module;
mod plan;
mod program;
mod project;
mod proxy;
mod pty;
mod rotation;
mod screens;
mod silence;
mod support;
mod sync;
mod vault;
mod walls;
mod wire;
