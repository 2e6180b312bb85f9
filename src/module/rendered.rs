//! What a module's templates became.

use std::collections::BTreeMap;

use crate::failure::Place;
use crate::object::Object;
use crate::secret::Secret;

/// The values of one Secret by key. Only the wire opens them.
pub type SecretData = BTreeMap<String, Secret>;

/// One object out of a template.
#[derive(Debug, Clone)]
pub struct Rendered {
    /// The object; in a Secret, `data` holds fingerprints where values belong.
    pub object: Object,
    /// The values of a Secret (decoded, not base64), by key; empty for every other kind.
    pub data: SecretData,
    /// Which credentials went into which key of a Secret.
    pub fields: BTreeMap<String, Vec<String>>,
    /// Which value a field came from, by JSON pointer (`/spec/ports/0/nodePort` → `port_external`), where the template
    /// says nothing but that value.
    pub sources: BTreeMap<String, String>,
    /// Whether other environments use the same object (`x-shared`).
    pub shared: bool,
    /// Where the template stands.
    pub place: Place,
}
