//! All tests of landfall in one binary.

mod cli;
mod demo;
mod faults;
mod health;
mod ingest;
mod journeys;
mod module;
mod plan;
mod program;
mod project;
mod pty;
mod rotation;
mod screens;
mod silence;
mod support;
mod sync;
mod vault;
mod walls;
mod wire;
