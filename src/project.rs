//! What we were told: the project the team commits, its environments and its values.
//!
//! Reads `landfall.yaml` and `terraform.tfvars`; writes `landfall.yaml` once and never again. Knows no module: what the
//! values mean is the module's business.

mod environment;

pub use environment::{Environment, Project};
