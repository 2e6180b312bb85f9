//! `landfall.yaml` into a project.

use std::io;
use std::path::{Path, PathBuf};

use serde_json::json;

use super::FILE;
use super::environment::{Environment, Form, Project};
use super::layer::Layer;
use super::reference::{self, References};
use super::schema::Schema;
use super::tfvars::read_variables;
use crate::document::{Entry, Node, Tree, read_one};
use crate::failure::{Failure, Result};

const SCHEMA: &str = include_str!("../../assets/defaults/landfall.schema.json");

impl Project {
    /// The nearest folder with a `landfall.yaml`, from `start` upward.
    ///
    /// # Errors
    /// When there is none.
    pub fn find(start: &Path) -> Result<PathBuf> {
        let found = start.ancestors().find(|folder| folder.join(FILE).is_file());
        found.map(Path::to_owned).ok_or_else(|| {
            Failure::input(format!("there is no {FILE} in {} or above it", start.display()))
                .hint("begin a project: landfall import terraform.tfvars, or landfall init")
                .hint("or name its folder: --project DIR")
                .hint("or try it without a cluster: landfall demo")
        })
    }

    /// Reads the project of a folder.
    ///
    /// # Errors
    /// When a file is missing, unreadable or says something it may not, with its place.
    pub fn load(folder: &Path) -> Result<Self> {
        let path = folder.join(FILE);
        let read = |path: &Path| std::fs::read_to_string(path);
        let text = read(&path).map_err(|error| Failure::unreadable(shown(&path), &error))?;
        Self::parse(&shown(&path), &text, folder, &read)
    }

    /// Takes the text of a `landfall.yaml`; further files it names are read with `read`.
    ///
    /// # Errors
    /// As [`Project::load`].
    pub fn parse(file: &str, text: &str, folder: &Path, read: &dyn Fn(&Path) -> io::Result<String>) -> Result<Self> {
        let root = read_one(file, text)?;
        Schema::parse("landfall.schema.json", SCHEMA)?.check(&root.to_value(), &[Layer { file, node: &root }])?;
        let (values, values_file, form) = match root.get("values") {
            Some(Node { tree: Tree::Text(named), .. }) => {
                let path = folder.join(named);
                let shown = shown(&path);
                let text = read(&path).map_err(|error| {
                    let at = root.nearest("/values").place(file);
                    let failure = Failure::unreadable(shown.clone(), &error);
                    Failure { what: format!("{shown} cannot be read"), ..failure }
                        .at(at)
                        .hint("correct `values`, or write the values here")
                })?;
                (variables(&shown, &text)?, shown, Form::Variables)
            }
            Some(node) if node.tree != Tree::Null => (node.clone(), file.to_owned(), Form::Plain),
            _ => (Node::nothing(), file.to_owned(), Form::Plain),
        };
        let common = reference::read(file, root.get("credentials"), &References::new())?;
        let environments = root.get("environments").and_then(Node::entries).unwrap_or_default();
        let environments = environments.iter().map(|entry| {
            let references = reference::read(file, entry.node.get("credentials"), &common)?;
            Ok(Environment { references, ..environment(entry) })
        });
        Ok(Self {
            folder: folder.to_owned(),
            id: words(&root, "id").unwrap_or_default(),
            module: words(&root, "module").unwrap_or_default(),
            values,
            values_file,
            form,
            file: file.to_owned(),
            environments: environments.collect::<Result<_>>()?,
        })
    }
}

/// Checks what somebody wants to call an environment.
///
/// # Errors
/// When landfall.yaml would not take it.
pub fn check_environment_name(name: &str) -> Result<()> {
    let blank = json!({ "version": 1, "id": "a", "module": "a", "environments": { name: null } });
    Schema::parse("landfall.schema.json", SCHEMA)?.check(&blank, &[])
}

fn environment(entry: &Entry) -> Environment {
    let Entry { key, node, .. } = entry;
    let blank = Environment::new(key);
    Environment {
        context: words(node, "context"),
        server: words(node, "server"),
        namespace: words(node, "namespace"),
        protected: match node.get("protected").map(|node| &node.tree) {
            Some(Tree::Bool(yes)) => *yes,
            _ => blank.protected,
        },
        // What is missing is missing here: a complaint about it points to the environment.
        values: node.get("values").filter(|node| node.tree != Tree::Null).cloned().unwrap_or(Node {
            line: entry.line,
            column: entry.column,
            ..blank.values
        }),
        ..blank
    }
}

/// The variables of a tfvars file, without those that hold secrets (`…_secrets`): a project keeps no secret.
fn variables(file: &str, text: &str) -> Result<Node> {
    let mut node = read_variables(file, text)?;
    if let Tree::Map(entries) = &mut node.tree {
        entries.retain(|entry| !entry.key.ends_with("_secrets"));
    }
    Ok(node)
}

fn words(node: &Node, key: &str) -> Option<String> {
    node.get(key)?.text().map(str::to_owned)
}

fn shown(path: &Path) -> String {
    path.strip_prefix("./").unwrap_or(path).display().to_string()
}
