//! One document of a template file, checked when the module is loaded.

use super::expression::Speech;
use super::reach::{Reach, Secrecy};
use super::seal::Coding;
use crate::document::{Node, Tree, read};
use crate::failure::{Failure, Place, Result};

/// One document of a template file.
#[derive(Debug)]
pub(super) struct Template {
    /// The file, as shown in messages.
    pub(super) file: String,
    /// The document without its `x-` keys.
    pub(super) node: Node,
    /// `x-when`: only where this expression is true.
    pub(super) when: Option<(String, Place)>,
    /// `x-for`: once for each item of a list.
    pub(super) each: Option<Each>,
    /// `x-shared`: other environments use the same object.
    pub(super) shared: bool,
    /// Whether it is a Secret, whose values may hold credentials.
    pub(super) sealed: bool,
}

/// `x-for: <name> in <list>`.
#[derive(Debug)]
pub(super) struct Each {
    /// The name each item gets.
    pub(super) name: String,
    /// The expression that gives the list.
    pub(super) list: String,
    /// Where it stands.
    pub(super) place: Place,
}

impl Template {
    /// Reads the documents of a template file and checks every expression in them.
    pub(super) fn read(file: &str, text: &str, speech: &Speech, reach: Reach<'_>) -> Result<Vec<Self>> {
        read(file, text)?.into_iter().map(|node| Self::take(file, node, speech, reach)).collect()
    }

    fn take(file: &str, mut node: Node, speech: &Speech, reach: Reach<'_>) -> Result<Self> {
        let place = node.place(file);
        let Tree::Map(entries) = &mut node.tree else {
            return Err(Failure::input("a template has to be a mapping").at(place));
        };
        let (mut when, mut each, mut shared) = (None, None, false);
        let mut kept = Vec::with_capacity(entries.len());
        for entry in entries.drain(..) {
            let at = entry.node.place(file);
            match (entry.key.as_str(), &entry.node.tree) {
                ("x-when", Tree::Text(code)) => when = Some((code.clone(), at)),
                ("x-for", Tree::Text(text)) => each = Some(Each::parse(text, at, reach.roots)?),
                ("x-shared", Tree::Bool(yes)) => shared = *yes,
                (key, _) if key.starts_with("x-") => {
                    return Err(Failure::input(format!("`{key}` is not a key of a template, or has another form"))
                        .at(at)
                        .hint("known here: `x-when: <expression>`, `x-for: <name> in <list>`, `x-shared: true`"));
                }
                _ => kept.push(entry),
            }
        }
        *entries = kept;
        for key in ["apiVersion", "kind"] {
            if let Some(node) = node.get(key).filter(|node| node.text().is_some_and(|text| text.contains("{{"))) {
                return Err(Failure::input(format!("`{key}` cannot be an expression"))
                    .at(node.place(file))
                    .because("what an object may hold depends on its kind")
                    .hint("write it out"));
            }
        }
        let text = |key: &str| node.get(key).and_then(Node::text);
        let sealed = text("apiVersion") == Some("v1") && text("kind") == Some("Secret");
        let template = Self { file: file.to_owned(), node, when, each, shared, sealed };
        template.check(speech, reach)?;
        Ok(template)
    }

    fn check(&self, speech: &Speech, reach: Reach<'_>) -> Result<()> {
        let mut roots = reach.roots.to_vec();
        if let Some(each) = &self.each {
            reach.code(speech, &each.list).map_err(|failure| failure.at(each.place.clone()))?;
            roots.push(&each.name);
        }
        let reach = Reach { roots: &roots, ..reach };
        if let Some((code, place)) = &self.when {
            reach.code(speech, code).map_err(|failure| failure.at(place.clone()))?;
        }
        for entry in self.node.entries().unwrap_or_default() {
            if self.sealed && Coding::of(&entry.key).is_some() {
                self.check_sealed(&entry.node, speech, Reach { secrecy: Secrecy::Sealed, ..reach })?;
            } else {
                self.refuse_key(&entry.key, entry.line, entry.column)?;
                self.walk(&entry.node, speech, reach)?;
            }
        }
        Ok(())
    }

    /// The values of a Secret stand one by one, each as text: so it is always known which credential went where.
    fn check_sealed(&self, node: &Node, speech: &Speech, reach: Reach<'_>) -> Result<()> {
        let Tree::Map(entries) = &node.tree else {
            return Err(Failure::input("the values of a Secret have to be a mapping").at(node.place(&self.file)));
        };
        for entry in entries {
            self.refuse_key(&entry.key, entry.line, entry.column)?;
            let place = entry.node.place(&self.file);
            let Some(text) = entry.node.text() else {
                return Err(Failure::input(format!("`{}` of this Secret has to be text", entry.key)).at(place));
            };
            reach.text(speech, text).map_err(|failure| failure.at(place))?;
        }
        Ok(())
    }

    fn walk(&self, node: &Node, speech: &Speech, reach: Reach<'_>) -> Result<()> {
        match &node.tree {
            Tree::Text(text) => reach.text(speech, text).map_err(|failure| failure.at(node.place(&self.file))),
            Tree::List(nodes) => nodes.iter().try_for_each(|node| self.walk(node, speech, reach)),
            Tree::Map(entries) => entries.iter().try_for_each(|entry| {
                self.refuse_key(&entry.key, entry.line, entry.column)?;
                self.walk(&entry.node, speech, reach)
            }),
            Tree::Null | Tree::Bool(_) | Tree::Number(_) => Ok(()),
        }
    }

    fn refuse_key(&self, key: &str, line: usize, column: usize) -> Result<()> {
        if !key.contains("{{") {
            return Ok(());
        }
        Err(Failure::input("a key cannot be an expression")
            .at(Place::new(&self.file, line, column))
            .hint("write the mapping as one expression: `{{ {name: value} }}`"))
    }
}

impl Each {
    fn parse(text: &str, place: Place, taken: &[&str]) -> Result<Self> {
        let (name, list) = text.split_once(" in ").unwrap_or_default();
        let (name, list) = (name.trim(), list.trim());
        let plain = !name.is_empty() && name.chars().all(|c| c.is_ascii_lowercase() || c == '_');
        if !plain || list.is_empty() || taken.contains(&name) || name == "credentials" {
            return Err(Failure::input("`x-for` has another form")
                .at(place)
                .hint("write `x-for: <name> in <list>`, with a name that is not taken yet"));
        }
        Ok(Self { name: name.to_owned(), list: list.to_owned(), place })
    }
}
