//! Reading and writing the state record. Every writing names the version it replaces, so nobody overwrites anybody.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::names::Release;
use super::state::State;
use crate::cluster::{Cluster, Refusal};

/// The type of the Secret that holds a state record.
const TYPE: &str = "landfall.dev/state.v1";

/// A state record as it was read, with the version the server gave it.
#[derive(Debug, Clone)]
pub struct Record {
    /// What it says.
    pub state: State,
    /// Its version.
    pub version: String,
}

impl Record {
    /// The record of a release, if there is one.
    ///
    /// # Errors
    /// When the server cannot be asked or does not allow it, or the record cannot be read.
    pub async fn read(cluster: &Cluster, release: &Release) -> Result<Option<Self>, Refusal> {
        let Some(value) = cluster.get_raw(&release.record()).await? else { return Ok(None) };
        let text = |pointer: &str| value.pointer(pointer).and_then(Value::as_str);
        let broken = || Refusal::Trouble(format!("its state record {} cannot be read", release.record()));
        let data = text("/data/state").and_then(|data| STANDARD.decode(data).ok()).ok_or_else(broken)?;
        let state: State = serde_json::from_slice(&data).map_err(|_| broken())?;
        let version = text("/metadata/resourceVersion").unwrap_or_default().to_owned();
        Ok(Some(Self { state, version }))
    }

    /// Writes a state in the place of the version given, or as the first; returns the record.
    ///
    /// # Errors
    /// [`Refusal::Stale`] when somebody else wrote it meanwhile.
    pub async fn write(
        cluster: &Cluster,
        release: &Release,
        state: State,
        version: Option<&str>,
    ) -> Result<Self, Refusal> {
        let key = release.record();
        let data =
            serde_json::to_vec(&state).map_err(|_| Refusal::Trouble("the state cannot be written".to_owned()))?;
        let labels: serde_json::Map<String, Value> =
            release.labels().into_iter().map(|(name, value)| (name.to_owned(), json!(value))).collect();
        let value = json!({
            "apiVersion": "v1",
            "kind": "Secret",
            "type": TYPE,
            "metadata": {
                "name": key.name,
                "namespace": key.namespace,
                "labels": labels,
                "resourceVersion": version,
            },
            "data": {"state": STANDARD.encode(data)},
        });
        let version = cluster.write_raw(&key, &value, version).await?;
        Ok(Self { state, version })
    }
}
