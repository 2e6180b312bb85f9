//! `module.yaml`: what a module says of itself.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::rotate::Rotations;
use crate::document::{Node, read_one};
use crate::failure::{Failure, Result};
use crate::project::{Layer, Schema};

const SCHEMA: &str = include_str!("../../assets/defaults/module.schema.json");

/// What `module.yaml` says.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct Manifest {
    pub(super) name: String,
    pub(super) title: String,
    pub(super) description: String,
    pub(super) version: String,
    pub(super) namespace: String,
    #[serde(default)]
    pub(super) cluster_scoped: Vec<String>,
    #[serde(default)]
    pub(super) rows: Vec<Line>,
    pub(super) open: Option<Open>,
    /// Read from the document itself, for its places.
    #[serde(default, rename = "defaults")]
    pub(super) _defaults: Value,
    #[serde(default)]
    pub(super) unique: Vec<Rule>,
    #[serde(default)]
    pub(super) exits: BTreeMap<String, BTreeMap<i32, Exit>>,
    pub(super) import: Option<ImportMap>,
    #[serde(default)]
    pub(super) rotate: Rotations,
    #[serde(default)]
    pub(super) requires: Vec<Need>,
    #[serde(default)]
    pub(super) notes: Vec<String>,
}

/// A row of the matrix of environments.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Line {
    pub(super) title: String,
    pub(super) value: String,
}

/// How to open what was deployed.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Open {
    pub(super) url: String,
    pub(super) login: Option<String>,
}

/// What no two environments may have in common.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Rule {
    pub(super) title: String,
    pub(super) value: String,
    pub(super) at: String,
    pub(super) level: Level,
    pub(super) within: Within,
    pub(super) why: String,
    pub(super) remedy: String,
}

/// How grave it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// It cannot work.
    Block,
    /// It works, and is probably not meant.
    Warn,
}

/// Where two environments can get in each other's way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Within {
    /// Only in the same cluster.
    Cluster,
    /// Wherever they are.
    Everywhere,
}

/// What an exit code of a container means.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exit {
    /// A short clause: "PostgreSQL refused the login".
    pub headline: String,
    /// What happened, as one or two sentences.
    pub sentence: String,
    /// What to do next, as one sentence.
    pub next: String,
    /// The credentials that may be wrong.
    #[serde(default)]
    pub credentials: Vec<String>,
}

/// Which variables of a tfvars file are the module's.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ImportMap {
    /// The variable with the values.
    pub(super) values: String,
    /// The variable with the secrets.
    pub(super) secrets: Option<String>,
    /// Which secret of an environment is which credential, by dotted path.
    #[serde(default)]
    pub(super) credentials: BTreeMap<String, String>,
}

/// What has to be there before anything is deployed.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Need {
    pub(super) title: String,
    pub(super) why: String,
    #[serde(default)]
    pub(super) commands: Vec<String>,
}

impl Manifest {
    /// Reads `module.yaml`; the document comes along for its places.
    pub(super) fn read(file: &str, text: &str) -> Result<(Self, Node)> {
        let node = read_one(file, text)?;
        let value = node.to_value();
        Schema::parse("module.schema.json", SCHEMA)?.check(&value, &[Layer { file, node: &node }])?;
        let manifest = serde_json::from_value(value).map_err(|error| {
            Failure::input("this module.yaml cannot be read").at(node.place(file)).because(error.to_string())
        })?;
        Ok((manifest, node))
    }
}
