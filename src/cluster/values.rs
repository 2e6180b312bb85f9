//! The one way by which secret values leave a cluster: a Secret with its values, to compare them with what the vault has
//! and to take them over. Everything else that reads objects sees fingerprints.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use zeroize::Zeroizing;

use super::refusal::Refusal;
use super::wire::Cluster;
use crate::object::{Key, Object};
use crate::secret::Secret;

/// A Secret of the cluster and its values.
#[derive(Debug)]
pub struct Opened {
    /// The object, masked as always.
    pub object: Object,
    /// Its values by key; none where one is not text.
    pub values: BTreeMap<String, Option<Secret>>,
}

impl Cluster {
    /// A Secret with its values, or none. Every call names its reason to the linter.
    ///
    /// # Errors
    /// When the server cannot be asked or does not allow it.
    pub async fn open_secret(&self, key: &Key) -> Result<Option<Opened>, Refusal> {
        let Some(raw) = self.get_raw(key).await? else { return Ok(None) };
        let data = raw.get("data").and_then(Value::as_object).into_iter().flatten();
        let values = data.map(|(name, value)| (name.clone(), text(value))).collect();
        let object = self.ingest.object(raw).map_err(|_| Refusal::garbled())?;
        Ok(Some(Opened { object, values }))
    }
}

/// The text behind a value in base64, if it is text.
fn text(value: &Value) -> Option<Secret> {
    let bytes = Zeroizing::new(STANDARD.decode(value.as_str()?).ok()?);
    std::str::from_utf8(&bytes).ok().map(Secret::new)
}
