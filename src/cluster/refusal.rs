//! Why the server, or the way to it, said no. Texts are cleaned; the shapes are those of `metav1.Status`.

use std::time::Duration;

use http::{HeaderMap, StatusCode, header};
use serde_json::Value;

use super::contact::contact;
use super::status::classify;
use crate::failure::{Failure, Kind};

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
    pub fn transport(error: &kube::Error) -> Self {
        let (why, tried) = contact(error);
        Self::NoContact { why: why.to_owned(), tried }
    }

    /// A refusal from an answer's status code and its body, a `metav1.Status`; a body that is none says nothing.
    pub fn of(status: u16, body: &Value) -> Self {
        classify(status, body, None)
    }

    pub(super) fn read(status: StatusCode, headers: &HeaderMap, bytes: &[u8]) -> Self {
        let body: Value = serde_json::from_slice(bytes).unwrap_or(Value::Null);
        let after = headers
            .get(header::RETRY_AFTER)
            .and_then(|value| value.to_str().ok()?.parse().ok())
            .map(Duration::from_secs);
        classify(status.as_u16(), &body, after)
    }

    /// A refusal from a `Status` body, as it also arrives inside a watch.
    pub(super) fn classify(status: StatusCode, body: &Value, after: Option<Duration>) -> Self {
        classify(status.as_u16(), body, after)
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

    /// Whether another client may help: its token is no longer accepted, or its connections may be dead.
    pub(super) const fn lies_at_the_line(&self) -> bool {
        matches!(self, Self::Unauthorized | Self::NoContact { tried: Tried::Deadline, .. })
    }

    /// Whether the cluster did not answer at all.
    pub const fn is_no_contact(&self) -> bool {
        matches!(self, Self::NoContact { .. } | Self::Busy { .. })
    }

    /// The refusal in one clause.
    pub fn words(&self) -> String {
        match self {
            Self::NoContact { why, .. } => why.clone(),
            Self::Unauthorized => "the cluster does not accept the credentials of this context".to_owned(),
            Self::NamespaceTerminating(_) => "the namespace is being deleted".to_owned(),
            Self::Stale(_) => "it was changed or made anew meanwhile".to_owned(),
            Self::Busy { message, .. } if message.is_empty() => "the server is busy".to_owned(),
            Self::Forbidden(message)
            | Self::Immutable(message)
            | Self::UnknownField(message)
            | Self::Denied(message)
            | Self::Trouble(message)
            | Self::Busy { message, .. }
            | Self::Invalid { message, .. } => message.clone(),
            Self::Missing => "it is not there".to_owned(),
            Self::NamespaceMissing(name) => format!("namespace {name} is not there"),
            Self::NoSuchKind => {
                "the cluster has no such kind; its CustomResourceDefinition is not installed".to_owned()
            }
            Self::Conflict(held) => {
                let names: Vec<_> = held
                    .iter()
                    .map(|h| format!("{} is held by {}", h.field.trim_start_matches('.'), h.manager))
                    .collect();
                names.join(", ")
            }
            Self::Expired => "the history that was asked for is gone".to_owned(),
        }
    }

    /// The refusal as a failure of doing something, said with a plain verb: "list Deployments in mlflow".
    pub fn failure(&self, doing: &str, server: &str) -> Failure {
        let (kind, hint) = match self {
            Self::NoContact { tried, .. } => {
                let hint = match tried {
                    Tried::Connection | Tried::Deadline => {
                        "check that the cluster runs and that this machine reaches it: VPN, proxy, firewall"
                    }
                    Tried::Setup => "check server, certificate and user of this context in the kubeconfig",
                };
                return Failure::new(Kind::NoContact, format!("{server} does not answer"))
                    .because(self.words())
                    .hint(hint);
            }
            Self::Busy { .. } => (Kind::NoContact, "try again in a moment"),
            Self::Unauthorized => {
                (Kind::Blocked, "sign in again, or renew the credentials of this context in the kubeconfig")
            }
            Self::Forbidden(_) => {
                return Failure::new(Kind::Blocked, format!("you may not {doing}"))
                    .because(self.words())
                    .hint("ask an administrator for this right, or use another context");
            }
            Self::NamespaceTerminating(_) => (Kind::Blocked, "wait until the namespace is gone, then run this again"),
            Self::NamespaceMissing(_) => (Kind::Failed, "make the namespace, then run this again"),
            Self::NoSuchKind => (Kind::Failed, "install the CustomResourceDefinition, then run this again"),
            Self::Conflict(_) => (Kind::Blocked, "plan again, and keep or take over what others hold"),
            Self::Denied(_) => (Kind::Blocked, "meet the rule, or ask whoever made it"),
            Self::Missing | Self::Stale(_) | Self::Expired => (Kind::Failed, "run this again"),
            Self::Immutable(_) => (Kind::Failed, "plan again: it has to be deleted and made anew"),
            Self::Invalid { .. } | Self::UnknownField(_) => {
                (Kind::Failed, "change the value or the template it comes from, then plan again")
            }
            Self::Trouble(_) => (Kind::Failed, "run this again; if it stays, look at the API server's log"),
        };
        Failure::new(kind, format!("it was not possible to {doing}")).because(self.words()).hint(hint)
    }
}
