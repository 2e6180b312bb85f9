//! Writing: server-side apply, for real or as a dry run, and guarded deletion.

use std::collections::BTreeMap;
use std::time::Instant;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, Request as HttpRequest, StatusCode, header};
use jiff::SignedDuration;
use kube::api::{DeleteParams, Patch, PatchParams, PostParams, Preconditions, PropagationPolicy};
use kube::core::Request;
use serde_json::{Map, Value};
use zeroize::Zeroizing;

use super::discover::Resource;
use super::refusal::Refusal;
use super::wire::{Call, Cluster};
use crate::object::{Key, Object, clean};
use crate::secret::Secret;

/// One object to apply.
#[derive(Debug, Clone, Copy)]
pub struct Order<'a> {
    /// The object; in a Secret, the values come from `data`.
    pub object: &'a Object,
    /// The values of a Secret by key.
    pub data: &'a BTreeMap<String, Secret>,
    /// The field manager.
    pub manager: &'a str,
    /// Whether to take fields that others hold.
    pub force: bool,
    /// The uid of the object this was planned against: applying to another one is refused.
    pub uid: Option<&'a str>,
}

/// What the server made of it.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The object as it is, or would be, masked.
    pub object: Object,
    /// What the server warned of (PodSecurity, deprecations), cleaned.
    pub warnings: Vec<String>,
    /// Whether it was created.
    pub created: bool,
    /// How long the server took.
    pub took: SignedDuration,
}

impl Cluster {
    /// Asks the server what applying would do, without doing it. Secret values are replaced by placeholders first.
    ///
    /// # Errors
    /// The server's refusal.
    pub async fn rehearse(&self, order: Order<'_>) -> Result<Answer, Refusal> {
        self.patch(order, true).await
    }

    /// Applies an object.
    ///
    /// # Errors
    /// The server's refusal; for a Secret its text is withheld where it could quote a value.
    pub async fn apply(&self, order: Order<'_>) -> Result<Answer, Refusal> {
        self.patch(order, false).await
    }

    async fn patch(&self, order: Order<'_>, dry_run: bool) -> Result<Answer, Refusal> {
        let key = order.object.key();
        let resource = self.resource_of(key).await?;
        let params =
            PatchParams { dry_run, force: order.force, ..PatchParams::apply(order.manager).validation_strict() };
        let body = body(order, dry_run)?;
        let request = Request::new(resource.path(key.namespace.as_deref()));
        let started = Instant::now();
        let reply = self
            .call(|| {
                let empty = Patch::Apply(Value::Null);
                let made = request.patch(&key.name, &params, &empty);
                Ok(Call::new(made.map(|request| request.map(|_| body.to_vec())))?.within(30))
            })
            .await
            .map_err(|refusal| if dry_run { refusal } else { quiet(refusal, order) })?;
        Ok(Answer {
            object: self.ingest.object(reply.body).map_err(|_| Refusal::garbled())?,
            warnings: warnings(&reply.headers),
            created: reply.status == StatusCode::CREATED,
            took: SignedDuration::try_from(started.elapsed()).unwrap_or_default(),
        })
    }

    /// Writes landfall's own state record as it stands: created when `version` is none, else replaced if it still has
    /// that version. Returns the new version.
    ///
    /// # Errors
    /// [`Refusal::Stale`] when somebody else wrote it meanwhile.
    pub(crate) async fn write_raw(&self, key: &Key, value: &Value, version: Option<&str>) -> Result<String, Refusal> {
        let resource = self.resource_of(key).await?;
        let request = Request::new(resource.path(key.namespace.as_deref()));
        let bytes = Zeroizing::new(serde_json::to_vec(value).map_err(|_| Refusal::garbled())?);
        let params = PostParams::default();
        let reply = self
            .call(|| {
                Call::new(match version {
                    None => request.create(&params, bytes.to_vec()),
                    Some(_) => request.replace(&key.name, &params, bytes.to_vec()),
                })
            })
            .await?;
        Ok(reply.body.pointer("/metadata/resourceVersion").and_then(Value::as_str).unwrap_or_default().to_owned())
    }

    /// Deletes an object if it is still the one with this uid; its dependents follow in the background.
    ///
    /// # Errors
    /// The server's refusal; an object that is already gone is no error.
    pub async fn delete(&self, key: &Key, uid: &str) -> Result<(), Refusal> {
        let resource = self.resource_of(key).await?;
        let params = DeleteParams {
            propagation_policy: Some(PropagationPolicy::Background),
            preconditions: Some(Preconditions { uid: Some(uid.to_owned()), resource_version: None }),
            ..DeleteParams::default()
        };
        let request = Request::new(resource.path(key.namespace.as_deref()));
        match self.call(|| Call::new(request.delete(&key.name, &params))).await {
            Ok(_) | Err(Refusal::Missing) => Ok(()),
            Err(refusal) => Err(refusal),
        }
    }

    /// Sends a review (`authorization.k8s.io`) and returns its answer: the one POST that planning may send.
    pub(super) async fn review(&self, resource: &Resource, body: &Value) -> Result<Value, Refusal> {
        let path = resource.path(None);
        let bytes = serde_json::to_vec(body).map_err(|_| Refusal::garbled())?;
        let reply = self
            .call(|| {
                let request = HttpRequest::post(&path)
                    .header(header::CONTENT_TYPE, "application/json")
                    .body(bytes.clone())
                    .map_err(kube::core::request::Error::BuildRequest);
                Call::new(request)
            })
            .await?;
        Ok(reply.body)
    }
}

/// The bytes to send: the object with the values of a Secret put in (or placeholders), wiped after use.
fn body(order: Order<'_>, dry_run: bool) -> Result<Zeroizing<Vec<u8>>, Refusal> {
    let mut value = order.object.value().clone();
    if let Some(uid) = order.uid
        && let Some(metadata) = value.get_mut("metadata").and_then(Value::as_object_mut)
    {
        metadata.insert("uid".to_owned(), Value::String(uid.to_owned()));
    }
    if order.object.kind() == "Secret" && !order.data.is_empty() {
        let kind = order.object.text("/type").unwrap_or("Opaque");
        let data: Map<String, Value> = order
            .data
            .iter()
            .map(|(key, secret)| {
                let text = if dry_run { STANDARD.encode(placeholder(kind, key)) } else { encoded(secret) };
                (key.clone(), Value::String(text))
            })
            .collect();
        if let Some(map) = value.as_object_mut() {
            map.insert("data".to_owned(), Value::Object(data));
        }
    }
    serde_json::to_vec(&value).map(Zeroizing::new).map_err(|_| Refusal::garbled())
}

#[expect(clippy::disallowed_methods, reason = "the cluster's Secret is where the value belongs")]
fn encoded(secret: &Secret) -> String {
    secret.open(|value| STANDARD.encode(value))
}

/// A value that the server takes for this type of Secret; see the API server's validation of Secret types.
fn placeholder(kind: &str, key: &str) -> &'static str {
    match (kind, key) {
        ("kubernetes.io/dockerconfigjson", ".dockerconfigjson") => r#"{"auths":{}}"#,
        ("kubernetes.io/dockercfg", ".dockercfg") => "{}",
        _ => "placeholder",
    }
}

/// What the server says of a Secret that was sent for real may quote its values, in whatever shape: its text stays here.
/// The dry run of the same Secret carries placeholders, and its text is shown.
fn quiet(refusal: Refusal, order: Order<'_>) -> Refusal {
    if order.data.is_empty() {
        return refusal;
    }
    let withheld = || "its text may quote a value and is withheld; the plan's own shows what it is about".to_owned();
    match refusal {
        Refusal::Invalid { .. } => Refusal::Invalid { message: withheld(), field: None },
        Refusal::Trouble(_) => Refusal::Trouble(withheld()),
        Refusal::Denied(_) => Refusal::Denied(withheld()),
        Refusal::UnknownField(_) => Refusal::UnknownField(withheld()),
        Refusal::Immutable(_) => Refusal::Immutable(withheld()),
        Refusal::Stale(_) => Refusal::Stale(withheld()),
        Refusal::Forbidden(_) => Refusal::Forbidden(withheld()),
        Refusal::NamespaceTerminating(_) => Refusal::NamespaceTerminating(withheld()),
        Refusal::Busy { after, .. } => Refusal::Busy { message: String::new(), after },
        other @ (Refusal::NoContact { .. }
        | Refusal::Unauthorized
        | Refusal::Missing
        | Refusal::NamespaceMissing(_)
        | Refusal::NoSuchKind
        | Refusal::Conflict(_)
        | Refusal::Expired) => other,
    }
}

/// The texts of `Warning` headers: `299 - "text"`.
fn warnings(headers: &HeaderMap) -> Vec<String> {
    headers
        .get_all(header::WARNING)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .filter_map(|value| Some(clean(value.split_once('"')?.1.trim_end_matches('"'))))
        .collect()
}
