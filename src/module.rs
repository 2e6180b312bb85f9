//! Words into objects: a module is data (schemas, templates, checks) and this room turns it into Kubernetes objects.
//!
//! Templates are parsed as YAML first and evaluated string by string afterwards, so no value can break a document.
//! Credentials are reachable only inside Secrets, and what comes out never mixes objects with secret values. The engine
//! names nothing that belongs to one module: images, ports and exit codes are the module's data.

mod ask;
mod asking;
mod checks;
mod credential;
mod expression;
mod facts;
mod import;
mod load;
mod manifest;
mod pen;
mod place;
mod reach;
mod render;
mod rendered;
mod rotate;
mod scene;
mod seal;
mod settle;
mod source;
mod survey;
mod template;

pub use asking::{Call, Changing, Gate, Probing, Ways};
pub use checks::{Check, Local, Room};
pub use credential::{CredentialField, CredentialGroup, Recipe};
pub use facts::{Facts, Requirement, Row};
pub use import::{Import, Imported};
pub use load::Module;
pub use manifest::{Exit, Level};
pub use place::{Place, Shape};
pub use rendered::{Rendered, SecretData};
pub use rotate::{Change, Database, Knock, Rotation, Turning};
pub use scene::Scene;
pub use survey::Clash;
