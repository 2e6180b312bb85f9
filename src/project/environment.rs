//! The project and its environments.

use std::path::PathBuf;

use serde_json::{Map, Value};

use super::FILE;
use super::reference::References;
use crate::document::Node;
use crate::failure::{Failure, Result};

/// A project: `landfall.yaml`, read and checked.
#[derive(Debug, Clone)]
pub struct Project {
    /// The folder it lies in; relative paths in it start here.
    pub folder: PathBuf,
    /// Its id: module name and four letters, made once, committed by the team.
    pub id: String,
    /// The module: a built-in name, or a path relative to the folder.
    pub module: String,
    /// Values common to all environments, with their places (of `landfall.yaml` or of the tfvars it points to).
    pub values: Node,
    /// The file that `values` came from, as shown in messages.
    pub values_file: String,
    /// How `values` are laid out.
    pub form: Form,
    /// The file the environments came from (`landfall.yaml`), as shown in messages.
    pub file: String,
    /// The environments, in the order of the file.
    pub environments: Vec<Environment>,
}

/// How the common values are laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// As the module's schema says.
    Plain,
    /// As variables of a tfvars file, with the environments among them; the module's import map tells them apart.
    Variables,
}

/// One environment.
#[derive(Debug, Clone)]
pub struct Environment {
    /// Its name: `dev`.
    pub name: String,
    /// The kubeconfig context it belongs to; none until chosen.
    pub context: Option<String>,
    /// The server URL that context must have; none until first connected.
    pub server: Option<String>,
    /// Its namespace; none means the module's default.
    pub namespace: Option<String>,
    /// Whether applying wants its name typed.
    pub protected: bool,
    /// Its own values, laid over the common ones.
    pub values: Node,
    /// Its credentials that are read at use, in the place of a stored copy.
    pub references: References,
    /// Values set for this run only, laid over everything (`port_external` chosen on the screen).
    pub overrides: Value,
}

impl Environment {
    /// An environment nothing is said of yet. `prod` is protected unless somebody says otherwise.
    pub fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            context: None,
            server: None,
            namespace: None,
            protected: name == "prod",
            values: Node::nothing(),
            references: References::new(),
            overrides: Value::Object(Map::new()),
        }
    }
}

impl Project {
    /// A project nothing is said of yet, to be written with [`super::landfall_yaml`].
    pub fn new(id: &str, module: &str) -> Self {
        Self {
            folder: PathBuf::new(),
            id: id.to_owned(),
            module: module.to_owned(),
            values: Node::nothing(),
            values_file: FILE.to_owned(),
            form: Form::Plain,
            file: FILE.to_owned(),
            environments: Vec::new(),
        }
    }

    /// The environment of a name.
    ///
    /// # Errors
    /// When there is none, naming those there are.
    pub fn environment(&self, name: &str) -> Result<&Environment> {
        self.environments.iter().find(|environment| environment.name == name).ok_or_else(|| {
            let names: Vec<_> = self.environments.iter().map(|e| e.name.as_str()).collect();
            Failure::input(format!("there is no environment {name:?} in this project"))
                .hint(format!("choose one of: {}", names.join(", ")))
        })
    }
}
