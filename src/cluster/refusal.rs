//! Why the server, or the way to it, said no. Texts are cleaned; the shapes are those of `metav1.Status`.

use std::time::Duration;

use http::{HeaderMap, StatusCode, header};
use serde_json::Value;

use crate::failure::{Failure, Kind};
use crate::object::clean;

/// A field that another manager holds, from the causes of a 409.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// The field as the server writes it: `.spec.replicas`.
    pub field: String,
    /// Who holds it.
    pub manager: String,
}

/// Why there was no contact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tried {
    /// The connection was refused, reset, or ended too early; it may work in a moment.
    Connection,
    /// The deadline passed.
    Deadline,
    /// It will not work without a change: name, certificate, credentials plugin.
    Setup,
}

impl Tried {
    pub(super) const fn is_transient(self) -> bool {
        matches!(self, Self::Connection)
    }
}

/// Why a call was not answered as asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// No answer.
    NoContact {
        /// Why, as one clause.
        why: String,
        /// What was tried.
        tried: Tried,
    },
    /// The credentials of the kubeconfig are not accepted.
    Unauthorized,
    /// The user may not do it.
    Forbidden(String),
    /// The object is not there.
    Missing,
    /// The namespace is not there.
    NamespaceMissing(String),
    /// The namespace is being deleted.
    NamespaceTerminating(String),
    /// The server has no such kind.
    NoSuchKind,
    /// Others hold fields.
    Conflict(Vec<Held>),
    /// The object changed or was replaced meanwhile.
    Stale(String),
    /// A field that cannot change would have to.
    Immutable(String),
    /// The object is not valid; the first cause's field as the server writes it.
    Invalid {
        /// What is wrong.
        message: String,
        /// The field.
        field: Option<String>,
    },
    /// The object has a field the kind does not have, or a key twice.
    UnknownField(String),
    /// An admission rule (quota, policy, webhook) denies it.
    Denied(String),
    /// The server asks to come back.
    Busy {
        /// What it said.
        message: String,
        /// When to come back.
        after: Option<Duration>,
    },
    /// The history that was asked for is gone (410): list again.
    Expired,
    /// The server ran into trouble of its own.
    Trouble(String),
}

impl Refusal {
    pub(super) fn late(deadline: Duration) -> Self {
        Self::NoContact { why: format!("no answer within {} s", deadline.as_secs()), tried: Tried::Deadline }
    }

    pub(super) fn garbled() -> Self {
        Self::Trouble("the answer is not the JSON that Kubernetes speaks".to_owned())
    }

    pub(super) fn broken(error: &dyn std::error::Error) -> Self {
        let _ = error;
        Self::NoContact { why: "the connection ended in the middle of an answer".to_owned(), tried: Tried::Connection }
    }

    /// A refusal from what the client library says. Its texts may hold commands and tokens of credential plugins, so
    /// only what is recognised goes on.
    pub(super) fn transport(error: &kube::Error) -> Self {
        let mut texts = vec![error.to_string()];
        let mut source = std::error::Error::source(error);
        while let Some(inner) = source {
            texts.push(inner.to_string());
            source = inner.source();
        }
        let all = texts.join(" | ").to_lowercase();
        let (why, tried) = CONTACT
            .iter()
            .find(|(sign, _, _)| all.contains(sign))
            .map_or(("the connection did not come about", Tried::Connection), |(_, why, tried)| (why, *tried));
        Self::NoContact { why: why.to_owned(), tried }
    }

    pub(super) fn read(status: StatusCode, headers: &HeaderMap, bytes: &[u8]) -> Self {
        let body: Value = serde_json::from_slice(bytes).unwrap_or(Value::Null);
        let after = headers
            .get(header::RETRY_AFTER)
            .and_then(|value| value.to_str().ok()?.parse().ok())
            .map(Duration::from_secs);
        Self::classify(status, &body, after)
    }

    /// A refusal from a `Status` body, as it also arrives inside a watch.
    pub(super) fn classify(status: StatusCode, body: &Value, after: Option<Duration>) -> Self {
        let text = |pointer: &str| body.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
        let message = clean(text("/message"));
        let reason = text("/reason");
        let causes = body.pointer("/details/causes").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        let cause = |name: &str| causes.iter().any(|cause| cause.get("reason").and_then(Value::as_str) == Some(name));
        match status.as_u16() {
            401 => Self::Unauthorized,
            403 if cause("NamespaceTerminating") => Self::NamespaceTerminating(message),
            403 if message.contains("exceeded quota")
                || message.contains("admission webhook")
                || message.contains("ValidatingAdmissionPolicy")
                || message.contains("violates PodSecurity") =>
            {
                Self::Denied(message)
            }
            403 => Self::Forbidden(message),
            404 if text("/details/kind") == "namespaces" => Self::NamespaceMissing(clean(text("/details/name"))),
            404 if reason == "NotFound" && !text("/details/name").is_empty() => Self::Missing,
            404 => Self::NoSuchKind,
            409 => {
                let held = held(causes);
                if held.is_empty() { Self::Stale(message) } else { Self::Conflict(held) }
            }
            410 => Self::Expired,
            422 if IMMUTABLE.iter().any(|sign| message.contains(sign)) => Self::Immutable(message),
            400 | 422 => Self::Invalid {
                field: causes.first().and_then(|cause| cause.get("field")?.as_str()).map(clean),
                message,
            },
            413 => Self::Invalid { message: "the object is larger than the server takes".to_owned(), field: None },
            429 | 503 | 504 | 502 => Self::Busy { message, after },
            500 if message.contains("field not declared in schema")
                || message.contains("duplicate entries for key") =>
            {
                Self::UnknownField(message)
            }
            500 if message.contains("failed calling webhook") => Self::Busy { message, after },
            _ => Self::Trouble(if message.is_empty() { format!("it answered {status}") } else { message }),
        }
    }

    /// Whether the same call may work in a moment.
    pub(super) fn may_pass(&self) -> bool {
        match self {
            Self::Busy { .. } => true,
            Self::NoContact { tried, .. } => tried.is_transient(),
            Self::Unauthorized
            | Self::Forbidden(_)
            | Self::Missing
            | Self::NamespaceMissing(_)
            | Self::NamespaceTerminating(_)
            | Self::NoSuchKind
            | Self::Conflict(_)
            | Self::Stale(_)
            | Self::Immutable(_)
            | Self::Invalid { .. }
            | Self::UnknownField(_)
            | Self::Denied(_)
            | Self::Expired
            | Self::Trouble(_) => false,
        }
    }

    /// Whether the cluster did not answer at all.
    pub const fn is_no_contact(&self) -> bool {
        matches!(self, Self::NoContact { .. } | Self::Busy { .. })
    }

    /// The refusal in one clause.
    pub fn words(&self) -> String {
        match self {
            Self::NoContact { why, .. } => why.clone(),
            Self::Unauthorized => "the cluster does not accept the credentials of this context (401)".to_owned(),
            Self::Forbidden(message)
            | Self::NamespaceTerminating(message)
            | Self::Stale(message)
            | Self::Immutable(message)
            | Self::UnknownField(message)
            | Self::Denied(message)
            | Self::Trouble(message)
            | Self::Invalid { message, .. } => message.clone(),
            Self::Missing => "it is not there".to_owned(),
            Self::NamespaceMissing(name) => format!("namespace {name} is not there"),
            Self::NoSuchKind => {
                "the cluster has no such kind; its CustomResourceDefinition is not installed".to_owned()
            }
            Self::Conflict(held) => {
                let names: Vec<_> = held.iter().map(|h| format!("{} is held by {}", h.field, h.manager)).collect();
                names.join(", ")
            }
            Self::Busy { message, .. } if message.is_empty() => "the server is busy".to_owned(),
            Self::Busy { message, .. } => format!("the server is busy: {message}"),
            Self::Expired => "the history is gone; list again".to_owned(),
        }
    }

    /// The refusal as a failure of doing something ("list Deployments in mlflow").
    pub fn failure(&self, doing: &str, server: &str) -> Failure {
        let failure = |kind, what: String| Failure::new(kind, what).because(self.words());
        match self {
            Self::NoContact { tried, .. } => {
                let failure = failure(Kind::NoContact, format!("{server} does not answer"));
                match tried {
                    Tried::Connection | Tried::Deadline => failure
                        .hint("check that the cluster runs and that this machine reaches it: VPN, proxy, firewall"),
                    Tried::Setup => {
                        failure.hint("check server, certificate and user of this context in the kubeconfig")
                    }
                }
            }
            Self::Busy { .. } => {
                failure(Kind::NoContact, format!("{server} is too busy to {doing}")).hint("try again in a moment")
            }
            Self::Unauthorized => failure(Kind::Blocked, format!("{server} does not let you {doing}"))
                .hint("sign in again, or renew the credentials of this context in the kubeconfig"),
            Self::Forbidden(_) => failure(Kind::Blocked, format!("you may not {doing}"))
                .hint("ask an administrator for this right, or use another context"),
            Self::NamespaceTerminating(_) => failure(Kind::Blocked, format!("it is not possible to {doing} now"))
                .hint("wait until the namespace is gone, then run this again"),
            Self::Missing
            | Self::NamespaceMissing(_)
            | Self::NoSuchKind
            | Self::Conflict(_)
            | Self::Stale(_)
            | Self::Immutable(_)
            | Self::Invalid { .. }
            | Self::UnknownField(_)
            | Self::Denied(_)
            | Self::Expired
            | Self::Trouble(_) => failure(Kind::Failed, format!("the cluster did not {doing}")),
        }
    }
}

/// Signs inside the error texts of hyper, rustls and the credential plugins, with what they mean.
const CONTACT: [(&str, &str, Tried); 16] = [
    ("connection refused", "the connection was refused", Tried::Connection),
    ("connection reset", "the connection was reset", Tried::Connection),
    ("broken pipe", "the connection was closed", Tried::Connection),
    ("connection closed", "the connection was closed", Tried::Connection),
    ("unexpected eof", "the connection was closed", Tried::Connection),
    ("dns error", "the server's name cannot be resolved", Tried::Setup),
    ("failed to lookup address", "the server's name cannot be resolved", Tried::Setup),
    ("expired", "a certificate has expired", Tried::Setup),
    ("unsupportedcertversion", "the client certificate is of the old X.509 version 1", Tried::Setup),
    ("unknownissuer", "the server's certificate is signed by an authority this context does not know", Tried::Setup),
    ("notvalidforname", "the server's certificate is for another name", Tried::Setup),
    ("certificate", "the server's certificate is not accepted", Tried::Setup),
    ("auth exec", "the credential plugin of this context did not give a token", Tried::Setup),
    ("auth", "the credentials of this context cannot be used", Tried::Setup),
    ("timed out", "the connection did not come about in time", Tried::Deadline),
    ("network is unreachable", "the network is unreachable", Tried::Setup),
];

/// What the API server writes when a field cannot change (apimachinery validation and the kinds' strategies).
const IMMUTABLE: [&str; 6] = [
    "field is immutable",
    "may not change once set",
    "cannot change roleRef",
    "are forbidden",
    "is immutable after creation",
    "updates to statefulset spec",
];

/// The managers in the causes of a 409; a manager's name is only inside the message (`conflict with "NAME" using …`).
fn held(causes: &[Value]) -> Vec<Held> {
    causes
        .iter()
        .filter(|cause| cause.get("reason").and_then(Value::as_str) == Some("FieldManagerConflict"))
        .map(|cause| {
            let text = |name: &str| cause.get(name).and_then(Value::as_str).unwrap_or_default();
            let manager = text("message").split('"').nth(1).unwrap_or("another manager");
            Held { field: clean(text("field")), manager: clean(manager) }
        })
        .collect()
}
