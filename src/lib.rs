//! landfall brings an environment up on Kubernetes by hand: credentials, preview, apply, live rollout.
//!
//! The rooms, in the order in which data walks through them (ARCHITECTURE.md says who may import whom):
//!
//! - [`failure`] is the only thing a person ever sees go wrong; [`document`] reads text with the place of every word.
//! - [`project`] is what we were told, [`object`] one Kubernetes object as data, [`secret`] what must not be seen.
//! - [`module`] turns words into objects, [`cluster`] is the only wire, and [`demo`] a cluster in a box behind the same
//!   client.
//! - [`system`] is where credentials are known besides the cluster.
//! - [`plan`] compares desired with live and [`health`] judges; both are pure. [`release`] is what is
//!   there and [`check`] whether it will work.
//! - [`deploy`] holds the use cases. [`cli`] and [`tui`] are the two doors and call nothing else.

pub mod check;
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
pub mod system;
#[cfg(feature = "tui")]
pub mod tui;
