//! A tfvars file into values, environments and credentials, by the module's import map.

use super::load::Module;
use super::manifest::ImportMap;
use crate::document::{Entry, Node, Tree, closest, suggest};
use crate::failure::{Failure, Place, Result};
use crate::project::{Environment, Project, Schema, check_environment_name, read_variables};
use crate::secret::Secret;

/// What a tfvars file said.
#[derive(Debug)]
pub struct Import {
    /// The values of all environments, in the form the schema asks for.
    pub values: Node,
    /// The environments with their own values, in the order of the file.
    pub environments: Vec<(String, Node)>,
    /// The credentials it holds.
    pub secrets: Vec<Imported>,
    /// The variable they stood in.
    pub variable: Option<String>,
    /// Variables that are not the module's.
    pub untouched: Vec<String>,
}

/// One credential out of a tfvars file.
#[derive(Debug)]
pub struct Imported {
    /// The environment.
    pub environment: String,
    /// The credential's name: `pgsql.password`.
    pub field: String,
    /// Its value.
    pub value: Secret,
    /// Where it stood.
    pub place: Place,
}

impl Module {
    /// Reads a `terraform.tfvars` (or `.tfvars.json`).
    ///
    /// # Errors
    /// When the module reads none, the file is not readable as literals, or it says something the module does not know.
    pub fn import(&self, file: &str, text: &str) -> Result<Import> {
        let map = self.import_map()?;
        let root = read_variables(file, text)?;
        let kept = map.secrets.as_deref().and_then(|variable| root.get(variable));
        let mut secrets = Vec::new();
        let mut names = Vec::new();
        for entry in mapping(file, kept)? {
            names.push(entry.key.as_str());
            let mut taker = Taker { file, module: self, map, environment: &entry.key, taken: &mut secrets };
            taker.take(&entry.node, "")?;
        }
        let (mut values, mut environments) = self.split(file, &root, &names)?;
        self.schema.normalise(&mut values);
        for (name, node) in &environments {
            check_environment_name(name).map_err(|failure| failure.at(node.place(file)))?;
        }
        for name in names {
            if environments.iter().all(|(known, _)| known != name) {
                environments.push((name.to_owned(), Node::nothing()));
            }
        }
        for (_, node) in &mut environments {
            self.schema.normalise(node);
        }
        if root.get(&map.values).is_none() && secrets.is_empty() {
            return Err(Failure::input(format!("there is no variable `{}` in this file", map.values))
                .at(Place::file(file))
                .hint(format!("the module {} reads that one", self.name)));
        }
        let ours = |key: &str| key == map.values || Some(key) == map.secrets.as_deref();
        let all = root.entries().unwrap_or_default().iter().map(|entry| entry.key.clone());
        Ok(Import {
            values,
            environments,
            variable: map.secrets.clone().filter(|_| kept.is_some()),
            secrets,
            untouched: all.filter(|key| !ours(key)).collect(),
        })
    }

    /// Which variables are the module's.
    pub(super) fn import_map(&self) -> Result<&ImportMap> {
        self.manifest.import.as_ref().ok_or_else(|| {
            Failure::input(format!("the module {} reads no tfvars file", self.name))
                .hint("write its values into landfall.yaml; `landfall init` begins one")
        })
    }

    /// Tells common values from environments: what the schema does not declare is an environment, if it has one of
    /// these names or says only what the schema knows.
    pub(super) fn split(&self, file: &str, root: &Node, names: &[&str]) -> Result<(Node, Vec<(String, Node)>)> {
        let variable = self.manifest.import.as_ref().and_then(|map| root.get(&map.values));
        let keys = Schema::keys(self.schema.value());
        let (mut common, mut environments) = (Vec::new(), Vec::new());
        for entry in mapping(file, variable)? {
            let declared = |entry: &Entry| keys.contains(&entry.key.as_str());
            let all = |entries: &[Entry]| !entries.is_empty() && entries.iter().all(declared);
            if declared(entry) {
                common.push(entry.clone());
            } else if names.contains(&entry.key.as_str()) || entry.node.entries().is_some_and(all) {
                environments.push((entry.key.clone(), entry.node.clone()));
            } else if let Some(stray) = entry.node.entries().and_then(|inner| {
                // Something else of the right shape: most likely an environment in which one word is misspelt.
                let near = |e: &Entry| declared(e) || closest(&e.key, &keys).is_some();
                inner.iter().find(|e| !declared(e)).filter(|_| inner.iter().any(near))
            }) {
                return Err(Failure::input(format!("`{}` has no setting `{}`", entry.key, stray.key))
                    .at(Place::new(file, stray.line, stray.column))
                    .hint(suggest(&stray.key, &keys)));
            } else {
                let known: Vec<_> = keys.iter().chain(names).copied().collect();
                return Err(Failure::input(format!("`{}` is neither a setting nor an environment", entry.key))
                    .at(Place::new(file, entry.line, entry.column))
                    .hint(suggest(&entry.key, &known)));
            }
        }
        let (line, column) = variable.map_or((1, 1), |node| (node.line, node.column));
        Ok((Node { line, column, tree: Tree::Map(common) }, environments))
    }
}

/// Takes the secrets of one environment.
struct Taker<'a> {
    file: &'a str,
    module: &'a Module,
    map: &'a ImportMap,
    environment: &'a str,
    taken: &'a mut Vec<Imported>,
}

impl Taker<'_> {
    fn take(&mut self, node: &Node, above: &str) -> Result<()> {
        for entry in mapping(self.file, Some(node))? {
            let path = if above.is_empty() { entry.key.clone() } else { format!("{above}.{}", entry.key) };
            let value = match &entry.node.tree {
                Tree::Map(_) => {
                    self.take(&entry.node, &path)?;
                    continue;
                }
                Tree::Null => continue,
                Tree::Text(text) => text.clone(),
                Tree::Number(number) => number.to_string(),
                Tree::Bool(_) | Tree::List(_) => {
                    return Err(
                        Failure::input(format!("the secret `{path}` has to be text")).at(entry.node.place(self.file))
                    );
                }
            };
            let Some(field) = self.map.credentials.get(&path) else {
                let known: Vec<_> = self.map.credentials.keys().map(String::as_str).collect();
                return Err(Failure::input(format!("the module {} knows no secret `{path}`", self.module.name))
                    .at(Place::new(self.file, entry.line, entry.column))
                    .hint(suggest(&path, &known)));
            };
            self.taken.push(Imported {
                environment: self.environment.to_owned(),
                field: field.clone(),
                value: Secret::new(value),
                place: entry.node.place(self.file),
            });
        }
        Ok(())
    }
}

impl Import {
    /// The project these values make; where its environments are to be deployed is still to be said.
    pub fn project(&self, id: &str, module: &str) -> Project {
        let mut project = Project::new(id, module);
        project.values = self.values.clone();
        project.environments = self
            .environments
            .iter()
            .map(|(name, values)| Environment { values: values.clone(), ..Environment::new(name) })
            .collect();
        project
    }
}

fn mapping<'n>(file: &str, node: Option<&'n Node>) -> Result<&'n [Entry]> {
    let Some(node) = node else { return Ok(&[]) };
    node.entries().ok_or_else(|| Failure::input("this has to be a mapping").at(node.place(file)))
}
