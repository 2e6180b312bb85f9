//! Reading objects: one, or a list in pages.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::kinds::Kind;
use super::pick;
use super::request::Query;
use super::select::Selector;
use super::status::Refusal;
use super::store::{Key, Object, Store};

/// How much of each object is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shown {
    Whole,
    /// `PartialObjectMetadata`.
    Metadata,
}

impl Shown {
    /// As the client accepts it.
    pub(super) fn of(accept: &str) -> Self {
        if accept.contains("as=PartialObjectMetadata") { Self::Metadata } else { Self::Whole }
    }

    /// One object as it is sent.
    pub(super) fn object(self, object: &Value) -> Value {
        match self {
            Self::Whole => object.clone(),
            Self::Metadata => json!({
                "kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1", "metadata": object["metadata"],
            }),
        }
    }
}

/// A list, in the page the query asks for.
///
/// # Errors
/// 400 for an unreadable selector or token.
pub(super) fn list(store: &Store, kind: &Kind, namespace: &str, query: &Query, shown: Shown) -> Result<Value, Refusal> {
    let selector = Selector::read(kind, query.text("labelSelector"), query.text("fieldSelector"))?;
    let after = match query.text("continue") {
        "" => None,
        token => Some(read_token(token)?),
    };
    let mut found: Vec<Object> = store.list_after(kind, namespace, after);
    found.retain(|object| selector.matches(object));
    let limit = query.number("limit").and_then(|limit| usize::try_from(limit).ok()).filter(|limit| *limit > 0);
    let page = limit.map_or(found.len(), |limit| limit.min(found.len()));
    let mut metadata = json!({"resourceVersion": store.version().to_string()});
    if page < found.len() {
        metadata["continue"] = json!(token(&Key::of(&found[page - 1])));
        metadata["remainingItemCount"] = json!(found.len() - page);
    }
    // Items of a list do not repeat what they are; the list says it.
    let items: Vec<Value> = found[..page]
        .iter()
        .map(|object| {
            let mut item = shown.object(object);
            if shown == Shown::Whole {
                pick::take(&mut item, "/kind");
                pick::take(&mut item, "/apiVersion");
            }
            item
        })
        .collect();
    let (name, version) = match shown {
        Shown::Whole => (format!("{}List", kind.name), kind.api_version()),
        Shown::Metadata => ("PartialObjectMetadataList".to_owned(), "meta.k8s.io/v1".to_owned()),
    };
    Ok(json!({"kind": name, "apiVersion": version, "metadata": metadata, "items": items}))
}

fn token(key: &Key) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(format!("{}/{}", key.namespace, key.name))
}

fn read_token(token: &str) -> Result<Key, Refusal> {
    let decoded = BASE64_URL_SAFE_NO_PAD.decode(token).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    let key = decoded.as_deref().and_then(|text| text.split_once('/'));
    key.map(|(namespace, name)| Key::new(namespace, name))
        .ok_or_else(|| Refusal::bad_request("continue key is not valid: encoded continue token is not valid"))
}
