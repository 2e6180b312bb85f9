//! The values of an environment, laid over one another and checked.

use serde_json::Value;

use super::load::Module;
use super::pen::Pen;
use super::scene::{about, words};
use crate::document::Node;
use crate::failure::{Place, Result};
use crate::project::{Environment, Form, Layer, Project, merge};

impl Module {
    /// The values of an environment: the schema's defaults, the module's, the project's common ones, the environment's
    /// own, and those of this run, each laid over the one before.
    ///
    /// # Errors
    /// When there is no such environment, or values are not what the schema allows, with their place and a remedy.
    pub fn settle(&self, project: &Project, environment: &str) -> Result<Value> {
        let environment = project.environment(environment)?;
        let (common, own) = self.told_by(project, &environment.name)?;
        let mut layers = vec![
            Layer { file: &project.file, node: &environment.values },
            Layer { file: &project.values_file, node: &own },
            Layer { file: &project.values_file, node: &common },
        ];
        let mut values = self.schema.defaults();
        merge(&mut values, &self.defaults(environment)?);
        for layer in layers.iter().rev() {
            merge(&mut values, &layer.node.to_value());
        }
        merge(&mut values, &environment.overrides);
        let mut node = Node::from_value(&values);
        self.schema.normalise(&mut node);
        let values = node.to_value();
        layers.extend(self.told.1.get("defaults").map(|node| Layer { file: &self.told.0, node }));
        self.schema.check(&values, &layers)?;
        Ok(values)
    }

    /// The common values of a project, and those of one environment that stand in the same file.
    fn told_by(&self, project: &Project, environment: &str) -> Result<(Node, Node)> {
        match project.form {
            Form::Plain => Ok((project.values.clone(), Node::nothing())),
            Form::Variables => {
                self.import_map().map_err(|failure| failure.at(Place::file(&project.values_file)))?;
                let names: Vec<_> = project.environments.iter().map(|e| e.name.as_str()).collect();
                let (common, own) = self.split(&project.values_file, &project.values, &names)?;
                let own = own.into_iter().find(|(name, _)| name == environment);
                Ok((common, own.map_or_else(Node::nothing, |(_, node)| node)))
            }
        }
    }

    /// The module's own defaults for an environment.
    fn defaults(&self, environment: &Environment) -> Result<Value> {
        let Some(node) = self.told.1.get("defaults") else { return Ok(Value::Object(serde_json::Map::new())) };
        let mut names = serde_json::Map::new();
        let namespace = self.namespace_of(environment);
        names.insert("environment".to_owned(), about(&environment.name, namespace, environment.protected));
        let written = Pen::new(&self.speech, &self.told.0, words(&names)).write(node, "")?;
        Ok(written.unwrap_or_default())
    }
}
