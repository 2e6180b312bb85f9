//! The screens, each with its state, what keys do to it, and how it is drawn.

pub mod checks;
pub mod confirm;
pub mod credentials;
pub mod help;
pub(crate) mod matrix;
pub mod outcome;
pub mod preview;
pub mod rollout;
pub mod rotation;
pub mod unlock;
pub mod value;
