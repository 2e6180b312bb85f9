//! Words into objects: a module is data (schemas, templates, checks) and this room turns it into Kubernetes objects.
//!
//! Templates are parsed as YAML first and evaluated string by string afterwards, so no value can break a document.
//! Credentials are reachable only inside Secrets, and what comes out never mixes objects with secret values.

mod credential;
mod rendered;

pub use credential::{CredentialField, CredentialGroup, Recipe};
pub use rendered::{Rendered, SecretData};
