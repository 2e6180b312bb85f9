//! `checks.yaml`: what a module wants looked at before or after it is deployed, as data.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use crate::document::{Node, read_one};
use crate::failure::{Failure, Result};
use crate::project::{Layer, Schema};

const SCHEMA: &str = include_str!("../../assets/defaults/checks.schema.json");

/// What `checks.yaml` says.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    checks: Vec<Check>,
}

/// One check that a module declares. Texts are expressions as in `module.yaml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Check {
    /// Its name: `database`.
    pub check: String,
    /// Its title: "PostgreSQL".
    pub title: String,
    /// Whether it looks at what is deployed, and is run only when it is asked for.
    #[serde(default)]
    pub after: bool,
    /// Whether going on while it fails would lose data.
    #[serde(default)]
    pub loses: bool,
    /// The probe that answers it.
    pub probe: Option<String>,
    /// What mends it, by the name of its template.
    pub setup: Option<String>,
    /// Directories that this machine can look at where it is the node.
    pub(super) local: Option<Local>,
    /// Sorts of trouble with the probe itself that answer it: `host-path`.
    #[serde(default)]
    pub trouble: Vec<String>,
    pub(super) next: Option<String>,
    #[serde(default)]
    pub(super) commands: Vec<String>,
    #[serde(default)]
    pub(super) credentials: Vec<String>,
    pub(super) changes: Option<Changes>,
    #[serde(default)]
    pub(super) same: String,
    #[serde(default)]
    pub(super) says: String,
    pub(super) calls: Option<Calls>,
    #[serde(default)]
    pub(super) reasons: BTreeMap<String, Reason>,
}

/// Directories of the node, as they have to be.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Local {
    /// Their paths.
    pub directories: Vec<String>,
    /// Whom they have to belong to: `1000:1000`.
    pub owner: Option<String>,
    /// Their mode: `755`.
    pub mode: Option<String>,
    /// The room there has to be; nothing else is looked at then.
    pub room: Option<Room>,
}

/// The room there has to be, in GiB.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Room {
    /// Less is worth a look.
    pub warn: f64,
    /// Less will not do.
    pub fail: f64,
}

/// A field that warns when it is about to change.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct Changes {
    pub(super) api_version: String,
    pub(super) kind: String,
    pub(super) name: String,
    pub(super) at: String,
}

/// HTTP calls, one after the other.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Calls {
    pub(super) base: String,
    pub(super) user: Option<String>,
    pub(super) password: Option<String>,
    pub(super) steps: Vec<Step>,
}

/// One call.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Step {
    pub(super) says: String,
    pub(super) get: Option<String>,
    pub(super) post: Option<String>,
    pub(super) put: Option<String>,
    pub(super) patch: Option<String>,
    pub(super) delete: Option<String>,
    #[serde(default = "yes")]
    pub(super) signed: bool,
    #[serde(default = "well")]
    pub(super) status: u16,
    pub(super) json: Option<Value>,
    pub(super) text: Option<String>,
    #[serde(default)]
    pub(super) headers: BTreeMap<String, String>,
    pub(super) body: Option<String>,
    #[serde(default)]
    pub(super) take: BTreeMap<String, String>,
    pub(super) reason: Option<String>,
    #[serde(default)]
    pub(super) tidy: bool,
}

fn yes() -> bool {
    true
}

fn well() -> u16 {
    200
}

/// What to do for one reason.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Reason {
    pub(super) next: String,
    #[serde(default)]
    pub(super) commands: Vec<String>,
    #[serde(default)]
    pub(super) credentials: Vec<String>,
}

/// Reads `checks.yaml`; the document comes along for its places.
///
/// # Errors
/// When it is not of the form its schema says.
pub(super) fn read(file: &str, text: &str) -> Result<(Vec<Check>, Node)> {
    let node = read_one(file, text)?;
    let value = node.to_value();
    Schema::parse("checks.schema.json", SCHEMA)?.check(&value, &[Layer { file, node: &node }])?;
    let file: File = serde_json::from_value(value).map_err(|error| {
        Failure::input("this checks.yaml cannot be read").at(node.place(file)).because(error.to_string())
    })?;
    Ok((file.checks, node))
}

impl Check {
    /// Whether this machine can answer it without a pod, where it is the node.
    pub fn is_local(&self) -> bool {
        self.local.is_some()
    }

    /// Every credential it names, with the pointer of the place below the check.
    pub(super) fn credentials(&self) -> Vec<(&str, String)> {
        let list = |names: &'_ [String], below: &str| -> Vec<String> {
            (0..names.len()).map(|at| format!("{below}/credentials/{at}")).collect()
        };
        let mut found: Vec<(&str, String)> = Vec::new();
        found.extend(self.credentials.iter().map(String::as_str).zip(list(&self.credentials, "")));
        for (name, reason) in &self.reasons {
            let places = list(&reason.credentials, &format!("/reasons/{name}"));
            found.extend(reason.credentials.iter().map(String::as_str).zip(places));
        }
        if let Some(calls) = &self.calls {
            found.extend(calls.user.as_deref().map(|name| (name, "/calls/user".to_owned())));
            found.extend(calls.password.as_deref().map(|name| (name, "/calls/password".to_owned())));
        }
        found
    }
}
