//! All tests of landfall in one binary.

mod cli;
mod demo;
mod health;
mod ingest;
mod journeys;
mod module;
mod plan;
mod project;
mod pty;
mod screens;
mod silence;
mod support;
mod vault;
mod walls;
