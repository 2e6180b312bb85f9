//! Reading: one object, or all of a kind.

use kube::api::ListParams;
use kube::core::Request;
use serde_json::Value;

use super::discover::Resource;
use super::refusal::Refusal;
use super::wire::{Call, Cluster};
use crate::object::{Key, Object};

/// Objects per page.
const PAGE: u32 = 500;

/// Which part of an object is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cut {
    /// All of it.
    Whole,
    /// Without field managers and annotations.
    Slim,
}

impl Cluster {
    /// One object, or none.
    ///
    /// # Errors
    /// When the server cannot be asked or does not allow it.
    pub async fn get(&self, key: &Key) -> Result<Option<Object>, Refusal> {
        match self.get_raw(key).await? {
            Some(value) => self.ingest.object(value).map(Some).map_err(|_| Refusal::garbled()),
            None => Ok(None),
        }
    }

    /// One object as it stands, unmasked: only for landfall's own state record.
    pub(crate) async fn get_raw(&self, key: &Key) -> Result<Option<Value>, Refusal> {
        let resource = self.resource_of(key).await?;
        let path = resource.object_path(key.namespace.as_deref(), &key.name);
        match self.call(|| Call::get(&path)).await {
            Ok(reply) => Ok(Some(reply.body)),
            Err(Refusal::Missing | Refusal::NamespaceMissing(_)) => Ok(None),
            Err(refusal) => Err(refusal),
        }
    }

    /// All objects of a kind, in a namespace or everywhere, that match a label selector (empty: all).
    ///
    /// # Errors
    /// When the server cannot be asked or does not allow it.
    pub async fn list(
        &self,
        resource: &Resource,
        namespace: Option<&str>,
        selector: &str,
    ) -> Result<Vec<Object>, Refusal> {
        Ok(self.pages(resource, namespace, selector, Cut::Whole).await?.0)
    }

    /// All objects of a kind and the version the list was made at.
    pub(super) async fn pages(
        &self,
        resource: &Resource,
        namespace: Option<&str>,
        selector: &str,
        cut: Cut,
    ) -> Result<(Vec<Object>, String), Refusal> {
        let mut objects = Vec::new();
        let mut go_on = String::new();
        loop {
            let mut params = ListParams::default().limit(PAGE).labels(selector);
            if !go_on.is_empty() {
                params = params.continue_token(&go_on);
            }
            let request = Request::new(resource.path(namespace));
            let mut reply = self.call(|| Ok(Call::new(request.list(&params))?.within(15))).await?;
            let items = reply.body.get_mut("items").map(Value::take);
            for mut item in items.as_ref().and_then(Value::as_array).cloned().unwrap_or_default() {
                // Items of a list carry no kind of their own.
                if let Some(map) = item.as_object_mut() {
                    map.insert("apiVersion".to_owned(), Value::String(resource.api.clone()));
                    map.insert("kind".to_owned(), Value::String(resource.kind.clone()));
                }
                objects.push(self.take(item, cut)?);
            }
            let text = |pointer: &str| reply.body.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
            text("/metadata/continue").clone_into(&mut go_on);
            if go_on.is_empty() {
                return Ok((objects, text("/metadata/resourceVersion").to_owned()));
            }
        }
    }

    pub(super) fn take(&self, value: Value, cut: Cut) -> Result<Object, Refusal> {
        match cut {
            Cut::Whole => self.ingest.object(value),
            Cut::Slim => self.ingest.slim(value),
        }
        .map_err(|_| Refusal::garbled())
    }
}
