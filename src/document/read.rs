//! YAML (and with it JSON) into nodes.

use saphyr::{LoadableYamlNode, MarkedYaml, Scalar, YamlData};
use serde_json::Number;

use super::node::{Entry, Node, Tree};
use crate::failure::{Failure, Place, Result};

/// All documents of a YAML or JSON text; empty documents are left out.
///
/// # Errors
/// A syntax error, a duplicate key, a key that is not text, or a tag that does not fit, each with its place.
pub fn read(file: &str, text: &str) -> Result<Vec<Node>> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let documents = MarkedYaml::load_from_str(text).map_err(|error| {
        let mark = error.marker();
        let twice = error.info().starts_with("duplicated key");
        let what = if twice { "this key is given twice" } else { "this is not valid YAML" };
        let failure = Failure::input(what).at(Place::new(file, mark.line(), mark.col() + 1));
        if twice {
            return failure.hint("keep one of the two");
        }
        failure
            .because(error.info().to_owned())
            .hint("look at the indentation, brackets and quotes here and on the line before")
    })?;
    let mut nodes = Vec::with_capacity(documents.len());
    for document in &documents {
        let node = convert(file, document)?;
        if node.tree != Tree::Null {
            nodes.push(node);
        }
    }
    Ok(nodes)
}

/// The single document of a YAML or JSON text; an empty text is an empty mapping.
///
/// # Errors
/// As [`read`], and when there is more than one document.
pub fn read_one(file: &str, text: &str) -> Result<Node> {
    let mut nodes = read(file, text)?;
    match nodes.len() {
        0 => Ok(Node { line: 1, column: 1, tree: Tree::Map(Vec::new()) }),
        1 => Ok(nodes.remove(0)),
        _ => Err(Failure::input("this file holds more than one YAML document").at(nodes[1].place(file))),
    }
}

fn convert(file: &str, yaml: &MarkedYaml<'_>) -> Result<Node> {
    let (line, column) = (yaml.span.start.line(), yaml.span.start.col() + 1);
    let refuse = |what: &str| Failure::input(what).at(Place::new(file, line, column));
    let tree = match &yaml.data {
        YamlData::Value(scalar) => match scalar {
            Scalar::Null => Tree::Null,
            Scalar::Boolean(yes) => Tree::Bool(*yes),
            Scalar::Integer(number) => Tree::Number(Number::from(*number)),
            Scalar::FloatingPoint(number) => Tree::Number(
                Number::from_f64(number.into_inner()).ok_or_else(|| refuse("this number has no JSON form"))?,
            ),
            Scalar::String(text) => Tree::Text(text.to_string()),
        },
        YamlData::Sequence(nodes) => Tree::List(nodes.iter().map(|n| convert(file, n)).collect::<Result<_>>()?),
        YamlData::Mapping(pairs) => {
            let mut entries = Vec::with_capacity(pairs.len());
            for (key, value) in pairs {
                let (line, column) = (key.span.start.line(), key.span.start.col() + 1);
                let key = match &convert(file, key)?.tree {
                    Tree::Text(text) => text.clone(),
                    Tree::Bool(yes) => yes.to_string(),
                    Tree::Number(number) => number.to_string(),
                    Tree::Null | Tree::List(_) | Tree::Map(_) => {
                        return Err(Failure::input("a key must be text").at(Place::new(file, line, column)));
                    }
                };
                entries.push(Entry { key, line, column, node: convert(file, value)? });
            }
            Tree::Map(entries)
        }
        YamlData::Tagged(tag, inner) => {
            let _ = tag;
            convert(file, inner)?.tree
        }
        YamlData::Representation(..) | YamlData::Alias(_) | YamlData::BadValue => {
            return Err(refuse("this value cannot be read"));
        }
    };
    Ok(Node { line, column, tree })
}
