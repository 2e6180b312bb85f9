//! `credentials.schema.json`: which credentials a module asks for. Objects are groups; the order of the file holds.

use super::credential::{CredentialField, CredentialGroup, Recipe};
use crate::document::{Entry, Node, Tree, read_one, suggest};
use crate::failure::{Failure, Result};

const ROOT: &[&str] = &["$schema", "title", "description", "type", "properties", "additionalProperties"];
const GROUP: &[&str] = &["title", "description", "type", "properties", "additionalProperties", "x-shared"];
const FIELD: &[&str] = &[
    "title",
    "description",
    "type",
    "writeOnly",
    "default",
    "minLength",
    "pattern",
    "x-shared",
    "x-generate",
    "x-keep",
    "x-leftovers",
];

/// Reads the credentials schema of a module.
///
/// # Errors
/// A keyword that means nothing here, a field without a title, or a default for a value that is masked.
pub(super) fn read(file: &str, text: &str) -> Result<Vec<CredentialGroup>> {
    let root = read_one(file, text)?;
    let reader = Reader { file };
    reader.known(&root, ROOT)?;
    reader.properties(&root)?.iter().map(|entry| reader.group(entry)).collect()
}

struct Reader<'a> {
    file: &'a str,
}

impl Reader<'_> {
    fn group(&self, entry: &Entry) -> Result<CredentialGroup> {
        let node = &entry.node;
        self.known(node, GROUP)?;
        let shared = is(node, "x-shared");
        let fields = self.properties(node)?.iter().map(|field| self.field(&entry.key, shared, field));
        Ok(CredentialGroup { title: self.title(node)?, shared, fields: fields.collect::<Result<_>>()? })
    }

    fn field(&self, group: &str, shared: bool, entry: &Entry) -> Result<CredentialField> {
        let node = &entry.node;
        self.known(node, FIELD)?;
        let generate = node.get("x-generate");
        let field = CredentialField {
            name: format!("{group}.{}", entry.key),
            title: self.title(node)?,
            help: text(node, "description").unwrap_or_default(),
            masked: is(node, "writeOnly"),
            shared: shared || is(node, "x-shared"),
            default: text(node, "default"),
            minimum: number(node, "minLength").unwrap_or(0),
            pattern: text(node, "pattern"),
            leftovers: texts(node, "x-leftovers"),
            recipe: generate.map(|node| Recipe { length: number(node, "length").unwrap_or(32) }),
            unasked: generate.and_then(|node| node.get("ask")).is_some_and(|node| node.tree == Tree::Bool(false)),
            keep: is(node, "x-keep"),
        };
        if field.masked && field.default.is_some() {
            return Err(Failure::input(format!("`{}` is masked and has a default", field.name))
                .at(node.place(self.file))
                .because("a value everybody can read in the module is not secret")
                .hint("take the default out, or `writeOnly`"));
        }
        if field.minimum > field.recipe.map_or(usize::MAX, |recipe| recipe.length) {
            return Err(Failure::input(format!("`{}` would be generated too short", field.name))
                .at(node.place(self.file))
                .hint("raise `length` of `x-generate`"));
        }
        Ok(field)
    }

    fn properties<'n>(&self, node: &'n Node) -> Result<&'n [Entry]> {
        let properties = node.get("properties").and_then(Node::entries).filter(|entries| !entries.is_empty());
        properties.ok_or_else(|| Failure::input("a group of credentials needs `properties`").at(node.place(self.file)))
    }

    fn title(&self, node: &Node) -> Result<String> {
        text(node, "title")
            .ok_or_else(|| Failure::input("a credential or group needs a `title`").at(node.place(self.file)))
    }

    fn known(&self, node: &Node, keys: &[&str]) -> Result<()> {
        let unknown = node.entries().unwrap_or_default().iter().find(|entry| !keys.contains(&entry.key.as_str()));
        match unknown {
            None => Ok(()),
            Some(entry) => Err(Failure::input(format!("`{}` means nothing in a credentials schema", entry.key))
                .at(crate::failure::Place::new(self.file, entry.line, entry.column))
                .hint(suggest(&entry.key, keys))),
        }
    }
}

fn is(node: &Node, key: &str) -> bool {
    node.get(key).is_some_and(|node| node.tree == Tree::Bool(true))
}

fn text(node: &Node, key: &str) -> Option<String> {
    node.get(key)?.text().map(str::to_owned)
}

fn texts(node: &Node, key: &str) -> Vec<String> {
    match node.get(key).map(|node| &node.tree) {
        Some(Tree::List(nodes)) => nodes.iter().filter_map(Node::text).map(str::to_owned).collect(),
        _ => Vec::new(),
    }
}

fn number(node: &Node, key: &str) -> Option<usize> {
    match &node.get(key)?.tree {
        Tree::Number(number) => number.as_u64().and_then(|number| usize::try_from(number).ok()),
        _ => None,
    }
}
