//! Reading: one object, or all of a kind.

use kube::api::ListParams;
use kube::core::Request;
use serde_json::Value;

use super::discover::Resource;
use super::refusal::Refusal;
use super::wire::{Call, Cluster};
use crate::object::{Key, Object};

/// Objects per page of a list that is kept whole.
const PAGE: u32 = 500;
/// Objects per page where most may be let go again.
const SHORT_PAGE: u32 = 50;

/// Which part of an object is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cut {
    /// All of it.
    Whole,
    /// Without field managers and annotations.
    Slim,
}

/// A list that is read page by page.
pub(super) struct Pages<'a> {
    resource: &'a Resource,
    namespace: Option<&'a str>,
    selector: &'a str,
    cut: Cut,
    /// Where the next page begins; empty for the first, none after the last.
    go_on: Option<String>,
    /// The version the list was made at, once a page was read.
    pub(super) version: String,
}

impl<'a> Pages<'a> {
    pub(super) fn new(resource: &'a Resource, namespace: Option<&'a str>, selector: &'a str, cut: Cut) -> Self {
        Self { resource, namespace, selector, cut, go_on: Some(String::new()), version: String::new() }
    }
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
        let mut pages = Pages::new(resource, namespace, selector, Cut::Whole);
        let mut objects = Vec::new();
        while let Some(page) = self.turn(&mut pages).await? {
            objects.extend(page);
        }
        Ok(objects)
    }

    /// The objects of a kind in a namespace that somebody wants to keep, without what only a plan needs. No more than a
    /// page of the others is held at any time.
    ///
    /// # Errors
    /// When the server cannot be asked or does not allow it.
    pub async fn list_kept(
        &self,
        resource: &Resource,
        namespace: &str,
        mut keeps: impl FnMut(&Object) -> bool + Send,
    ) -> Result<Vec<Object>, Refusal> {
        let mut pages = Pages::new(resource, Some(namespace), "", Cut::Slim);
        let mut objects = Vec::new();
        while let Some(page) = self.turn(&mut pages).await? {
            objects.extend(page.into_iter().filter(|object| keeps(object)));
        }
        Ok(objects)
    }

    /// The next page of a list; none after the last.
    pub(super) async fn turn(&self, pages: &mut Pages<'_>) -> Result<Option<Vec<Object>>, Refusal> {
        let Some(go_on) = pages.go_on.take() else { return Ok(None) };
        let limit = match pages.cut {
            Cut::Whole => PAGE,
            Cut::Slim => SHORT_PAGE,
        };
        let mut params = ListParams::default().limit(limit).labels(pages.selector);
        if !go_on.is_empty() {
            params = params.continue_token(&go_on);
        }
        let resource = pages.resource;
        let request = Request::new(resource.path(pages.namespace));
        let lean = pages.cut == Cut::Slim;
        let mut reply = self.call(|| Ok(Call::new(request.list(&params))?.within(15).lean(lean))).await?;
        let items = match reply.body.get_mut("items").map(Value::take) {
            Some(Value::Array(items)) => items,
            _ => Vec::new(),
        };
        let text = |pointer: &str| reply.body.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
        pages.go_on = Some(text("/metadata/continue")).filter(|go_on| !go_on.is_empty());
        pages.version = text("/metadata/resourceVersion");
        let mut objects = Vec::with_capacity(items.len());
        for mut item in items {
            // Items of a list carry no kind of their own.
            if let Some(map) = item.as_object_mut() {
                map.insert("apiVersion".to_owned(), Value::String(resource.api.clone()));
                map.insert("kind".to_owned(), Value::String(resource.kind.clone()));
            }
            objects.push(self.take(item, pages.cut)?);
        }
        Ok(Some(objects))
    }

    pub(super) fn take(&self, value: Value, cut: Cut) -> Result<Object, Refusal> {
        match cut {
            Cut::Whole => self.ingest.object(value),
            Cut::Slim => self.ingest.slim(value),
        }
        .map_err(|_| Refusal::garbled())
    }
}
