//! What an expression can name.

use minijinja::Value as Word;
use minijinja::value::Serde;
use serde_json::{Map, Value, json};

use super::load::Module;
use crate::project::{Environment, Project};
use crate::secret::Credentials;

/// What the templates are filled with: one environment, its settled values and its credentials.
#[derive(Debug, Clone, Copy)]
pub struct Scene<'a> {
    /// The environment's name.
    pub environment: &'a str,
    /// The namespace its objects live in.
    pub namespace: &'a str,
    /// Whether it is protected.
    pub protected: bool,
    /// The project's id.
    pub project: &'a str,
    /// Its values, settled.
    pub values: &'a Value,
    /// Its credentials and the shared ones.
    pub credentials: &'a Credentials,
}

impl Module {
    /// The scene of one environment.
    pub fn scene<'a>(
        &'a self,
        project: &'a Project,
        environment: &'a Environment,
        values: &'a Value,
        credentials: &'a Credentials,
    ) -> Scene<'a> {
        Scene {
            environment: &environment.name,
            namespace: self.namespace_of(environment),
            protected: environment.protected,
            project: &project.id,
            values,
            credentials,
        }
    }

    /// The namespace of an environment: its own, or the module's.
    pub fn namespace_of<'a>(&'a self, environment: &'a Environment) -> &'a str {
        environment.namespace.as_deref().unwrap_or(&self.namespace)
    }

    /// The names every expression may use.
    pub(super) fn names(&self, scene: &Scene<'_>) -> Map<String, Value> {
        let mut names = Map::new();
        names.insert("environment".to_owned(), about(scene.environment, scene.namespace, scene.protected));
        names.insert("values".to_owned(), scene.values.clone());
        names.insert("project".to_owned(), json!({ "id": scene.project }));
        names.insert("module".to_owned(), json!({ "name": self.name, "version": self.version }));
        names
    }
}

/// What `environment.*` says.
pub(super) fn about(name: &str, namespace: &str, protected: bool) -> Value {
    json!({ "name": name, "namespace": namespace, "protected": protected })
}

/// Names as the engine takes them.
pub(super) fn words(names: &Map<String, Value>) -> Word {
    Word::from(Serde(names))
}
