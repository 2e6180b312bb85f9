//! Which kinds the server has and how their addresses are written: one request per API version, kept for the session.

use std::sync::Arc;

use serde_json::Value;

use super::refusal::Refusal;
use super::wire::{Call, Cluster};
use crate::object::Key;

/// One kind as the server serves it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resource {
    /// API version: `apps/v1`.
    pub api: String,
    /// Kind: `Deployment`.
    pub kind: String,
    /// The plural in addresses: `deployments`.
    pub plural: String,
    /// Whether its objects live in namespaces.
    pub namespaced: bool,
}

impl Resource {
    /// The address of all objects, in a namespace or everywhere.
    pub fn path(&self, namespace: Option<&str>) -> String {
        let base = if self.api.contains('/') { "/apis/" } else { "/api/" };
        match namespace.filter(|_| self.namespaced) {
            Some(namespace) => format!("{base}{}/namespaces/{namespace}/{}", self.api, self.plural),
            None => format!("{base}{}/{}", self.api, self.plural),
        }
    }

    /// The address of one object.
    pub fn object_path(&self, namespace: Option<&str>, name: &str) -> String {
        format!("{}/{name}", self.path(namespace))
    }

    /// The API group; empty for the core group.
    pub fn group(&self) -> &str {
        self.api.split_once('/').map_or("", |(group, _)| group)
    }
}

impl Cluster {
    /// The resource behind an API version and kind.
    ///
    /// # Errors
    /// [`Refusal::NoSuchKind`] when the server does not have it.
    pub async fn resource(&self, api: &str, kind: &str) -> Result<Resource, Refusal> {
        if (api, kind) == ("v1", "Secret") {
            // Every server has it; who reads a state record first does not have to wait for anything else.
            return Ok(Resource {
                api: api.to_owned(),
                kind: kind.to_owned(),
                plural: "secrets".to_owned(),
                namespaced: true,
            });
        }
        let resources = self.resources(api).await?;
        resources.iter().find(|resource| resource.kind == kind).cloned().ok_or(Refusal::NoSuchKind)
    }

    /// Asks for the kinds of some API versions ahead, all at once. What goes wrong is said where they are needed.
    pub async fn learn_all(&self, apis: impl IntoIterator<Item = &str>) {
        let _ = futures::future::join_all(apis.into_iter().map(|api| self.resources(api))).await;
    }

    /// The resource of an object's identity.
    ///
    /// # Errors
    /// As [`Cluster::resource`].
    pub async fn resource_of(&self, key: &Key) -> Result<Resource, Refusal> {
        self.resource(&key.api, &key.kind).await
    }

    async fn resources(&self, api: &str) -> Result<Arc<Vec<Resource>>, Refusal> {
        let known = self.known.lock().ok().and_then(|known| known.get(api).cloned());
        match known {
            Some(resources) => Ok(resources),
            None => self.learn(api).await,
        }
    }

    async fn learn(&self, api: &str) -> Result<Arc<Vec<Resource>>, Refusal> {
        let base = if api.contains('/') { "/apis/" } else { "/api/" };
        let reply = self.call(|| Call::get(&format!("{base}{api}"))).await?;
        let list = reply.body.get("resources").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        let resources: Vec<_> = list
            .iter()
            .filter_map(|item| {
                let text = |name: &str| item.get(name).and_then(Value::as_str);
                let plural = text("name").filter(|name| !name.contains('/'))?;
                Some(Resource {
                    api: api.to_owned(),
                    kind: text("kind")?.to_owned(),
                    plural: plural.to_owned(),
                    namespaced: item.get("namespaced").and_then(Value::as_bool)?,
                })
            })
            .collect();
        let resources = Arc::new(resources);
        if let Ok(mut known) = self.known.lock() {
            known.insert(api.to_owned(), Arc::clone(&resources));
        }
        Ok(resources)
    }
}
