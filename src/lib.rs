//! landfall brings an environment up on Kubernetes by hand.

pub mod cli;
pub mod cluster;
pub mod demo;
pub mod deploy;
pub mod document;
pub mod failure;
pub mod health;
pub mod module;
pub mod object;
pub mod plan;
pub mod project;
pub mod release;
pub mod secret;
#[cfg(feature = "tui")]
pub mod tui;
