//! Error answers: the `Status` bodies of an API server, with its reasons, causes and texts.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::kinds::Kind;
use super::pick;

/// Why one field was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CauseReason {
    Invalid,
    Required,
    Duplicate,
    NotSupported,
    NotFound,
    Forbidden,
    TooLong,
    ManagerConflict,
    NamespaceTerminating,
}

impl CauseReason {
    const fn word(self) -> &'static str {
        match self {
            Self::Invalid => "FieldValueInvalid",
            Self::Required => "FieldValueRequired",
            Self::Duplicate => "FieldValueDuplicate",
            Self::NotSupported => "FieldValueNotSupported",
            Self::NotFound => "FieldValueNotFound",
            Self::Forbidden => "FieldValueForbidden",
            Self::TooLong => "FieldValueTooLong",
            Self::ManagerConflict => "FieldManagerConflict",
            Self::NamespaceTerminating => "NamespaceTerminating",
        }
    }
}

/// One entry of `details.causes`.
#[derive(Debug, Clone)]
pub(super) struct Cause {
    pub(super) reason: CauseReason,
    pub(super) field: String,
    pub(super) message: String,
}

impl Cause {
    pub(super) fn invalid(field: impl Into<String>, value: &Value, text: &str) -> Self {
        let message = format!("Invalid value: {value}: {text}");
        Self { reason: CauseReason::Invalid, field: field.into(), message }
    }

    pub(super) fn required(field: impl Into<String>, text: &str) -> Self {
        let message = if text.is_empty() { "Required value".to_owned() } else { format!("Required value: {text}") };
        Self { reason: CauseReason::Required, field: field.into(), message }
    }

    pub(super) fn duplicate(field: impl Into<String>, value: &Value) -> Self {
        Self { reason: CauseReason::Duplicate, field: field.into(), message: format!("Duplicate value: {value}") }
    }

    pub(super) fn unsupported(field: impl Into<String>, value: &Value, known: &[&str]) -> Self {
        let known: Vec<String> = known.iter().map(|word| format!("{word:?}")).collect();
        let message = format!("Unsupported value: {value}: supported values: {}", known.join(", "));
        Self { reason: CauseReason::NotSupported, field: field.into(), message }
    }

    pub(super) fn not_found(field: impl Into<String>, value: &Value) -> Self {
        Self { reason: CauseReason::NotFound, field: field.into(), message: format!("Not found: {value}") }
    }

    pub(super) fn forbidden(field: impl Into<String>, text: &str) -> Self {
        Self { reason: CauseReason::Forbidden, field: field.into(), message: format!("Forbidden: {text}") }
    }

    pub(super) fn too_long(field: impl Into<String>, limit: usize) -> Self {
        let message = format!("Too long: may not be more than {limit} bytes");
        Self { reason: CauseReason::TooLong, field: field.into(), message }
    }
}

/// An answer other than success.
#[derive(Debug, Clone)]
pub(super) struct Refusal {
    pub(super) code: u16,
    reason: &'static str,
    pub(super) message: String,
    details: Map<String, Value>,
    pub(super) retry_after: Option<u32>,
    /// Served as plain text, as the router of a real server does for a path it does not know.
    pub(super) plain: bool,
}

impl Refusal {
    fn new(code: u16, reason: &'static str, message: impl Into<String>) -> Self {
        Self { code, reason, message: message.into(), details: Map::new(), retry_after: None, plain: false }
    }

    fn about(mut self, kind: &Kind, name: &str) -> Self {
        self.details.insert("name".to_owned(), json!(name));
        if !kind.group.is_empty() {
            self.details.insert("group".to_owned(), json!(kind.group));
        }
        self.details.insert("kind".to_owned(), json!(kind.plural));
        self
    }

    fn caused_by(mut self, causes: &[Cause]) -> Self {
        let causes: Vec<Value> = causes
            .iter()
            .map(|cause| json!({"reason": cause.reason.word(), "message": cause.message, "field": cause.field}))
            .collect();
        self.details.insert("causes".to_owned(), Value::Array(causes));
        self
    }

    pub(super) fn page() -> Self {
        Self { plain: true, ..Self::new(404, "", "404 page not found\n") }
    }

    pub(super) fn not_found(kind: &Kind, name: &str) -> Self {
        Self::new(404, "NotFound", format!("{} {name:?} not found", kind.resource())).about(kind, name)
    }

    pub(super) fn already_exists(kind: &Kind, name: &str) -> Self {
        Self::new(409, "AlreadyExists", format!("{} {name:?} already exists", kind.resource())).about(kind, name)
    }

    /// 409 without a field manager in it: an optimistic lock or a precondition that does not hold.
    pub(super) fn conflict(kind: &Kind, name: &str, why: &str) -> Self {
        let message = format!("Operation cannot be fulfilled on {} {name:?}: {why}", kind.resource());
        Self::new(409, "Conflict", message).about(kind, name)
    }

    pub(super) fn stale(kind: &Kind, name: &str) -> Self {
        let why = "the object has been modified; please apply your changes to the latest version and try again";
        Self::conflict(kind, name, why)
    }

    /// 409 of server-side apply; the causes name the managers (apimachinery `managedfields/internal/conflict.go`).
    pub(super) fn managers(causes: &[Cause]) -> Self {
        let message = match causes {
            [one] => format!("Apply failed with 1 conflict: {}: {}", one.message, one.field),
            many => {
                let mut by_manager: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
                for cause in many {
                    by_manager.entry(&cause.message).or_default().push(&cause.field);
                }
                let parts: Vec<String> = by_manager
                    .into_iter()
                    .map(|(text, fields)| {
                        let text = text.replacen("conflict", "conflicts", 1);
                        format!("{text}:\n- {}", fields.join("\n- "))
                    })
                    .collect();
                format!("Apply failed with {} conflicts: {}", many.len(), parts.join("\n"))
            }
        };
        Self::new(409, "Conflict", message).caused_by(causes)
    }

    pub(super) fn invalid(kind: &Kind, name: &str, causes: &[Cause]) -> Self {
        let texts: Vec<String> = causes.iter().map(|cause| format!("{}: {}", cause.field, cause.message)).collect();
        let joined = match texts.as_slice() {
            [one] => one.clone(),
            many => format!("[{}]", many.join(", ")),
        };
        let message = format!("{} {name:?} is invalid: {joined}", kind.qualified());
        let mut refusal = Self::new(422, "Invalid", message).about(kind, name);
        refusal.details.insert("kind".to_owned(), json!(kind.name));
        refusal.caused_by(causes)
    }

    /// 422 for the query of a request rather than its body.
    pub(super) fn options(field: &str, why: &str) -> Self {
        let message = format!("PatchOptions.meta.k8s.io \"\" is invalid: {field}: {why}");
        let mut refusal = Self::new(422, "Invalid", message);
        refusal.details.insert("group".to_owned(), json!("meta.k8s.io"));
        refusal.details.insert("kind".to_owned(), json!("PatchOptions"));
        refusal.caused_by(&[Cause { reason: CauseReason::Required, field: field.to_owned(), message: why.to_owned() }])
    }

    /// 422 for a streaming list that does not say how old it may be.
    pub(super) fn initial_events() -> Self {
        let why = "Forbidden: resourceVersionMatch is required when sendInitialEvents is set";
        let message = format!("ListOptions.meta.k8s.io \"\" is invalid: resourceVersionMatch: {why}");
        let mut refusal = Self::new(422, "Invalid", message);
        refusal.details.insert("group".to_owned(), json!("meta.k8s.io"));
        refusal.details.insert("kind".to_owned(), json!("ListOptions"));
        refusal
    }

    /// 403 by the authorizer.
    pub(super) fn forbidden(kind: &Kind, name: &str, why: &str) -> Self {
        let message = if name.is_empty() {
            format!("{} is forbidden: {why}", kind.resource())
        } else {
            format!("{} {name:?} is forbidden: {why}", kind.resource())
        };
        Self::new(403, "Forbidden", message).about(kind, name)
    }

    pub(super) fn terminating(kind: &Kind, name: &str, namespace: &str) -> Self {
        let why = format!("unable to create new content in namespace {namespace} because it is being terminated");
        Self::forbidden(kind, name, &why).caused_by(&[Cause {
            reason: CauseReason::NamespaceTerminating,
            field: "metadata.namespace".to_owned(),
            message: format!("namespace {namespace} is being terminated"),
        }])
    }

    pub(super) fn bad_request(message: impl Into<String>) -> Self {
        Self::new(400, "BadRequest", message)
    }

    /// 500 without a reason: an apply body whose values do not fit the type.
    pub(super) fn unconvertible(kind: &Kind, body: &Value, why: &str) -> Self {
        let version = format!("{}/{}", kind.group, kind.version);
        let (at, name) = (format!("{}/{}", pick::namespace(body), pick::name(body)), kind.name);
        let message = format!(
            "failed to convert new object ({at}; {version}, Kind={name}) to proper version: unable to convert \
             unstructured object to {version}, Kind={name}: error decoding from json: {why}"
        );
        Self::new(500, "", message)
    }

    /// 500 without a reason: an apply body that does not fit the schema.
    pub(super) fn typed_patch(kind: &Kind, namespace: &str, name: &str, why: &str) -> Self {
        let at = if namespace.is_empty() { format!("/{name}") } else { format!("{namespace}/{name}") };
        let version = kind.api_version();
        let message = format!("failed to create typed patch object ({at}; {version}, Kind={}): {why}", kind.name);
        Self::new(500, "", message)
    }

    pub(super) fn expired(message: impl Into<String>) -> Self {
        Self::new(410, "Expired", message)
    }

    pub(super) fn method() -> Self {
        Self::new(405, "MethodNotAllowed", "the server does not allow this method on the requested resource")
    }

    pub(super) fn media_type() -> Self {
        let known = "application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml";
        let message =
            format!("the body of the request was in an unknown format - accepted media types include: {known}");
        Self::new(415, "UnsupportedMediaType", message)
    }

    pub(super) fn unavailable() -> Self {
        let message = "the server is currently unable to handle the request";
        Self { retry_after: Some(1), ..Self::new(503, "ServiceUnavailable", message) }
    }

    pub(super) fn too_many() -> Self {
        let message = "Too many requests, please try again later.";
        Self { retry_after: Some(1), ..Self::new(429, "TooManyRequests", message) }
    }

    /// The `Status` object.
    pub(super) fn body(&self) -> Value {
        let mut body = json!({
            "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure",
            "message": self.message, "code": self.code,
        });
        if !self.reason.is_empty() {
            body["reason"] = json!(self.reason);
        }
        let mut details = self.details.clone();
        if let Some(seconds) = self.retry_after {
            details.insert("retryAfterSeconds".to_owned(), json!(seconds));
        }
        if !details.is_empty() {
            body["details"] = Value::Object(details);
        }
        body
    }
}
