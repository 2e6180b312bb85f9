//! A parsed document into data: every string is evaluated where it stands.

use std::collections::BTreeMap;

use minijinja::Value as Word;
use serde_json::{Map, Value};

use super::expression::{Piece, Speech};
use crate::document::{Node, Tree};
use crate::failure::{Failure, Result};

/// Writes the data of one document.
pub(super) struct Pen<'a> {
    pub(super) speech: &'a Speech,
    file: &'a str,
    pub(super) names: Word,
    /// Which value a field came from, by JSON pointer.
    pub(super) sources: BTreeMap<String, String>,
}

impl<'a> Pen<'a> {
    pub(super) fn new(speech: &'a Speech, file: &'a str, names: Word) -> Self {
        Self { speech, file, names, sources: BTreeMap::new() }
    }

    /// What a node becomes; none where it says `none`, so that its key or item is dropped.
    pub(super) fn write(&mut self, node: &Node, pointer: &str) -> Result<Option<Value>> {
        Ok(match &node.tree {
            Tree::Null => None,
            Tree::Bool(yes) => Some(Value::Bool(*yes)),
            Tree::Number(number) => Some(Value::Number(number.clone())),
            Tree::Text(text) => self.say(text, node, pointer)?,
            Tree::List(nodes) => {
                let mut items = Vec::with_capacity(nodes.len());
                for node in nodes {
                    items.extend(self.write(node, &format!("{pointer}/{}", items.len()))?);
                }
                Some(Value::Array(items))
            }
            Tree::Map(entries) => {
                let mut map = Map::new();
                for entry in entries {
                    if let Some(said) = self.write(&entry.node, &format!("{pointer}/{}", escaped(&entry.key)))? {
                        map.insert(entry.key.clone(), said);
                    }
                }
                Some(Value::Object(map))
            }
        })
    }

    fn say(&mut self, text: &str, node: &Node, pointer: &str) -> Result<Option<Value>> {
        let at = |failure: Failure| failure.at(node.place(self.file));
        let said = self.speech.say(text, &self.names).map_err(at)?;
        if said.is_some()
            && let [Piece::Code(code)] = self.speech.pieces(text).map_err(at)?[..]
            && let Some(path) = value_path(code)
        {
            self.sources.insert(pointer.to_owned(), path.to_owned());
        }
        Ok(said)
    }
}

/// The value an expression says and nothing else: `values.port_external`, also as text.
fn value_path(code: &str) -> Option<&str> {
    let code = code.strip_suffix("string").map_or(code, |rest| rest.trim_end().strip_suffix('|').unwrap_or(code));
    let path = code.trim().strip_prefix("values.")?;
    path.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '.').then_some(path)
}

/// A step of a JSON pointer (RFC 6901).
pub(super) fn escaped(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}
