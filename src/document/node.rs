//! One node of a document.

use serde_json::{Map, Number, Value};

use crate::failure::Place;

/// A node with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// Line, from 1.
    pub line: usize,
    /// Column, from 1.
    pub column: usize,
    /// What stands there.
    pub tree: Tree,
}

/// What stands at a node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tree {
    /// Nothing, or `~`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// An integer or a float.
    Number(Number),
    /// Text.
    Text(String),
    /// A sequence.
    List(Vec<Node>),
    /// A mapping in the order of the file.
    Map(Vec<Entry>),
}

/// One entry of a mapping.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The key.
    pub key: String,
    /// Line of the key, from 1.
    pub line: usize,
    /// Column of the key, from 1.
    pub column: usize,
    /// The value.
    pub node: Node,
}

impl Node {
    /// A mapping without entries, at the start of its file.
    pub const fn nothing() -> Self {
        Self { line: 1, column: 1, tree: Tree::Map(Vec::new()) }
    }

    /// Plain data as a node without a place.
    pub fn from_value(value: &Value) -> Self {
        let tree = match value {
            Value::Null => Tree::Null,
            Value::Bool(yes) => Tree::Bool(*yes),
            Value::Number(number) => Tree::Number(number.clone()),
            Value::String(text) => Tree::Text(text.clone()),
            Value::Array(items) => Tree::List(items.iter().map(Self::from_value).collect()),
            Value::Object(map) => Tree::Map(
                map.iter()
                    .map(|(key, value)| Entry { key: key.clone(), line: 0, column: 0, node: Self::from_value(value) })
                    .collect(),
            ),
        };
        Self { line: 0, column: 0, tree }
    }

    /// Puts plain data at a dotted path (`access.hosts`), making the mappings on the way.
    pub fn put(&mut self, path: &str, value: &Value) {
        let (key, rest) = path.split_once('.').unwrap_or((path, ""));
        if !matches!(self.tree, Tree::Map(_)) {
            self.tree = Tree::Map(Vec::new());
        }
        let Tree::Map(entries) = &mut self.tree else { return };
        let at = entries.iter().position(|entry| entry.key == key).unwrap_or_else(|| {
            entries.push(Entry { key: key.to_owned(), line: 0, column: 0, node: Self::nothing() });
            entries.len() - 1
        });
        if rest.is_empty() {
            entries[at].node = Self::from_value(value);
        } else {
            entries[at].node.put(rest, value);
        }
    }

    /// The node as plain data.
    pub fn to_value(&self) -> Value {
        match &self.tree {
            Tree::Null => Value::Null,
            Tree::Bool(yes) => Value::Bool(*yes),
            Tree::Number(number) => Value::Number(number.clone()),
            Tree::Text(text) => Value::String(text.clone()),
            Tree::List(nodes) => Value::Array(nodes.iter().map(Self::to_value).collect()),
            Tree::Map(entries) => {
                Value::Object(entries.iter().map(|e| (e.key.clone(), e.node.to_value())).collect::<Map<_, _>>())
            }
        }
    }

    /// The entries, if this is a mapping.
    pub fn entries(&self) -> Option<&[Entry]> {
        match &self.tree {
            Tree::Map(entries) => Some(entries),
            _ => None,
        }
    }

    /// The value under a key, if this is a mapping that has it.
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.entries()?.iter().find(|entry| entry.key == key).map(|entry| &entry.node)
    }

    /// The text, if this is text.
    pub fn text(&self) -> Option<&str> {
        match &self.tree {
            Tree::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The entry under a key, with the place of the key, if this is a mapping that has it.
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries()?.iter().find(|entry| entry.key == key)
    }

    /// How many steps of a JSON pointer exist below this node, and the node they lead to.
    pub fn follow(&self, pointer: &str) -> (usize, &Self) {
        let mut node = self;
        for (depth, part) in pointer.split('/').skip(1).enumerate() {
            let part = part.replace("~1", "/").replace("~0", "~");
            let next = match &node.tree {
                Tree::Map(_) => node.get(&part),
                Tree::List(nodes) => part.parse::<usize>().ok().and_then(|at| nodes.get(at)),
                Tree::Null | Tree::Bool(_) | Tree::Number(_) | Tree::Text(_) => None,
            };
            match next {
                Some(found) => node = found,
                None => return (depth, node),
            }
        }
        (pointer.split('/').count() - 1, node)
    }

    /// The deepest node that exists on the way to a JSON pointer (`/a/b/0`): where a complaint about it belongs.
    pub fn nearest(&self, pointer: &str) -> &Self {
        self.follow(pointer).1
    }

    /// The place of this node in a file.
    pub fn place(&self, file: &str) -> Place {
        Place::new(file, self.line, self.column)
    }
}
