//! A request, read: what it is about, what it wants, and how its body is meant.

use std::collections::BTreeMap;

use http::{HeaderMap, Method, Request, header};
use serde_json::Value;

use super::kinds::{self, Kind, Sub};
use super::managed::Operation;
use super::status::Refusal;
use super::write::{Mode, Unknown, Write};

/// What a path names.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Target {
    Version,
    Health,
    CoreVersions,
    Groups,
    Group(String),
    Resources { group: String, version: String },
    AccessReview,
    RulesReview,
    Collection { kind: &'static Kind, namespace: String },
    Object { kind: &'static Kind, namespace: String, name: String, sub: Option<Sub> },
    Nothing,
}

/// The query of a request.
#[derive(Debug, Clone, Default)]
pub(super) struct Query(BTreeMap<String, String>);

impl Query {
    fn read(query: &str) -> Self {
        Self(form_urlencoded::parse(query.as_bytes()).into_owned().collect())
    }

    /// The value of a parameter, "" if it is not there.
    pub(super) fn text(&self, name: &str) -> &str {
        self.0.get(name).map(String::as_str).unwrap_or_default()
    }

    pub(super) fn number(&self, name: &str) -> Option<u64> {
        self.text(name).parse().ok()
    }

    pub(super) fn flag(&self, name: &str) -> bool {
        matches!(self.text(name), "true" | "1")
    }
}

/// One request.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) method: Method,
    pub(super) path: String,
    pub(super) target: Target,
    pub(super) query: Query,
    pub(super) headers: HeaderMap,
}

impl Asked {
    pub(super) fn read<B>(request: &Request<B>) -> Self {
        let uri = request.uri();
        Self {
            method: request.method().clone(),
            path: uri.path().to_owned(),
            target: target(uri.path()),
            query: Query::read(uri.query().unwrap_or_default()),
            headers: request.headers().clone(),
        }
    }

    fn header(&self, name: header::HeaderName) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    pub(super) fn accept(&self) -> &str {
        self.header(header::ACCEPT)
    }

    pub(super) fn content_type(&self) -> &str {
        self.header(header::CONTENT_TYPE)
    }

    /// The field manager: as asked, else the program's name as the server derives it.
    pub(super) fn manager(&self) -> String {
        let asked = self.query.text("fieldManager");
        if !asked.is_empty() {
            return asked.to_owned();
        }
        let agent = self.header(header::USER_AGENT).split('/').next().unwrap_or_default();
        if agent.is_empty() { "unknown".to_owned() } else { agent.to_owned() }
    }

    pub(super) fn dry(&self) -> bool {
        self.query.text("dryRun") == "All"
    }

    /// The verb of the authorizer.
    pub(super) fn verb(&self) -> &'static str {
        let many = matches!(self.target, Target::Collection { .. });
        match self.method.as_str() {
            "POST" => "create",
            "PUT" => "update",
            "PATCH" => "patch",
            "DELETE" if many => "deletecollection",
            "DELETE" => "delete",
            _ if self.query.flag("watch") => "watch",
            _ if many => "list",
            _ => "get",
        }
    }

    /// The write this request asks for.
    pub(super) fn write(&self, kind: &'static Kind, namespace: &str, name: &str, sub: Option<Sub>) -> Write {
        let applies = self.content_type().starts_with("application/apply-patch");
        Write {
            kind,
            namespace: namespace.to_owned(),
            name: name.to_owned(),
            sub,
            manager: if applies { self.query.text("fieldManager").to_owned() } else { self.manager() },
            operation: if applies { Operation::Apply } else { Operation::Update },
            mode: if self.dry() { Mode::DryRun } else { Mode::Real },
            unknown: if self.query.text("fieldValidation") == "Strict" { Unknown::Strict } else { Unknown::Drop },
            force: self.query.flag("force"),
        }
    }
}

/// Reads a body as JSON, or as YAML where apply sends it so.
pub(super) fn body(bytes: &[u8]) -> Result<Value, Refusal> {
    if bytes.is_empty() {
        return Ok(Value::Null);
    }
    serde_json::from_slice(bytes)
        .or_else(|_| serde_saphyr::from_slice(bytes))
        .map_err(|error| Refusal::bad_request(format!("error decoding the body: {error}")))
}

fn target(path: &str) -> Target {
    let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
    match parts.as_slice() {
        ["version"] => Target::Version,
        ["readyz" | "livez" | "healthz", ..] => Target::Health,
        ["api"] => Target::CoreVersions,
        ["apis"] => Target::Groups,
        ["apis", group] => Target::Group((*group).to_owned()),
        ["api", version] => Target::Resources { group: String::new(), version: (*version).to_owned() },
        ["apis", group, version] => Target::Resources { group: (*group).to_owned(), version: (*version).to_owned() },
        ["apis", "authorization.k8s.io", "v1", "selfsubjectaccessreviews"] => Target::AccessReview,
        ["apis", "authorization.k8s.io", "v1", "selfsubjectrulesreviews"] => Target::RulesReview,
        ["api", version, rest @ ..] => resource("", version, rest),
        ["apis", group, version, rest @ ..] => resource(group, version, rest),
        _ => Target::Nothing,
    }
}

fn resource(group: &str, version: &str, rest: &[&str]) -> Target {
    let (namespace, plural, rest) = match rest {
        ["namespaces", namespace, plural, rest @ ..] if Sub::read(plural).is_none() => (*namespace, *plural, rest),
        [plural, rest @ ..] => ("", *plural, rest),
        [] => return Target::Nothing,
    };
    let Some(kind) = kinds::served(group, version, plural) else { return Target::Nothing };
    if kind.namespaced() == namespace.is_empty() && !(kind.namespaced() && rest.is_empty()) {
        return Target::Nothing;
    }
    match rest {
        [] => Target::Collection { kind, namespace: namespace.to_owned() },
        [name] => Target::Object { kind, namespace: namespace.to_owned(), name: (*name).to_owned(), sub: None },
        [name, sub] => match Sub::read(sub).filter(|sub| kind.has(*sub)) {
            Some(sub) => {
                Target::Object { kind, namespace: namespace.to_owned(), name: (*name).to_owned(), sub: Some(sub) }
            }
            None => Target::Nothing,
        },
        _ => Target::Nothing,
    }
}
