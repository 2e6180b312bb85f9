//! What we were told: the project the team commits, its environments and its values.
//!
//! Reads `landfall.yaml` and `terraform.tfvars`; writes `landfall.yaml` once and never again. Knows no module: what the
//! values mean is the module's business.

mod complaint;
mod environment;
mod layer;
mod load;
mod reference;
mod schema;
mod strip;
mod tfvars;
mod write;

pub use environment::{Environment, Form, Project};
pub use layer::{Layer, merge};
pub use load::check_environment_name;
pub use reference::{Reference, References, Source};
pub use schema::Schema;
pub use strip::{Strip, strip_secrets};
pub use tfvars::read_variables;
pub use write::{landfall_yaml, new_id};

/// The name of the file a project is told in.
pub const FILE: &str = "landfall.yaml";
