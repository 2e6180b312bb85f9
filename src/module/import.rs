//! A tfvars file into values, environments and credentials, by the module's import map.

use super::load::Module;
use crate::document::{Entry, Node, Tree, suggest};
use crate::failure::{Failure, Place, Result};
use crate::project::{Schema, read_tfvars, read_tfvars_json};
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
        let map = self.manifest.import.as_ref().ok_or_else(|| {
            Failure::input(format!("the module {} reads no tfvars file", self.name))
                .hint("begin a project with `landfall init`")
        })?;
        let root = if file.ends_with(".json") { read_tfvars_json(file, text) } else { read_tfvars(file, text) }?;
        let kept = map.secrets.as_deref().and_then(|variable| root.get(variable));
        let mut secrets = Vec::new();
        let mut names = Vec::new();
        for entry in mapping(file, kept)? {
            names.push(entry.key.as_str());
            self.take_secrets(file, entry, &entry.node, "", &mut secrets)?;
        }
        let (values, mut environments) = self.split(file, &root, &names)?;
        for name in names {
            if environments.iter().all(|(known, _)| known != name) {
                environments.push((name.to_owned(), Node::nothing()));
            }
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

    fn take_secrets(
        &self,
        file: &str,
        environment: &Entry,
        node: &Node,
        above: &str,
        taken: &mut Vec<Imported>,
    ) -> Result<()> {
        let map = self.manifest.import.as_ref().map(|map| &map.credentials);
        for entry in mapping(file, Some(node))? {
            let path = if above.is_empty() { entry.key.clone() } else { format!("{above}.{}", entry.key) };
            let at = || Place::new(file, entry.line, entry.column);
            let value = match &entry.node.tree {
                Tree::Map(_) => {
                    self.take_secrets(file, environment, &entry.node, &path, taken)?;
                    continue;
                }
                Tree::Null => continue,
                Tree::Text(text) => text.clone(),
                Tree::Number(number) => number.to_string(),
                Tree::Bool(_) | Tree::List(_) => {
                    return Err(Failure::input(format!("the secret `{path}` has to be text")).at(at()));
                }
            };
            let Some(field) = map.and_then(|map| map.get(&path)) else {
                let known: Vec<_> = map.into_iter().flatten().map(|(path, _)| path.as_str()).collect();
                return Err(Failure::input(format!("the module {} knows no secret `{path}`", self.name))
                    .at(at())
                    .hint(suggest(&path, &known)));
            };
            let place = entry.node.place(file);
            taken.push(Imported {
                environment: environment.key.clone(),
                field: field.clone(),
                value: Secret::new(value),
                place,
            });
        }
        Ok(())
    }
}

fn mapping<'n>(file: &str, node: Option<&'n Node>) -> Result<&'n [Entry]> {
    let Some(node) = node else { return Ok(&[]) };
    node.entries().ok_or_else(|| Failure::input("this has to be a mapping").at(node.place(file)))
}
