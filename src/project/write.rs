//! A project into `landfall.yaml`: written once, with a comment on every key, and never rewritten.

use minijinja::Environment as Engine;
use minijinja::value::{Serde, Value as Word};
use serde_json::{Value, json};

use super::environment::{Form, Project};
use crate::document::{Node, to_yaml};
use crate::failure::{Failure, Result};

const TEMPLATE: &str = include_str!("../../assets/defaults/landfall.yaml");

/// The text of a project's `landfall.yaml`. Values keep the order they were told in.
///
/// # Errors
/// When the template that ships with the program cannot be filled.
pub fn landfall_yaml(project: &Project) -> Result<String> {
    let environments: Vec<_> = project
        .environments
        .iter()
        .map(|environment| {
            json!({
                "name": scalar(&environment.name),
                "context": environment.context.as_deref().map(scalar),
                "server": environment.server.as_deref().map(scalar),
                "namespace": environment.namespace.as_deref().map(scalar),
                "protected": environment.protected.to_string(),
                "values": block(&environment.values),
            })
        })
        .collect();
    let words = json!({
        "id": scalar(&project.id),
        "module": scalar(&project.module),
        "values": block(&project.values).filter(|_| project.form == Form::Plain),
        "linked": (project.form == Form::Variables).then(|| scalar(&project.values_file)),
        "environments": environments,
    });
    let text = Engine::new().render_str(TEMPLATE, Word::from(Serde(words))).map_err(|error| {
        Failure::input("landfall.yaml cannot be written")
            .because(error.detail().unwrap_or("its template is broken").to_owned())
    })?;
    Ok(text + "\n")
}

/// A new project id: the module's name and four letters. It is part of a field manager's name, so two projects of one
/// module must not have the same.
pub fn new_id(module: &str) -> String {
    let letters: String = (0..4).map(|_| char::from(rand::random_range(b'a'..=b'z'))).collect();
    format!("{module}-{letters}")
}

fn scalar(text: &str) -> String {
    to_yaml(&Value::from(text)).trim_end().to_owned()
}

/// A mapping in block style; none when there is nothing in it.
fn block(node: &Node) -> Option<String> {
    let something = node.entries().is_some_and(|entries| !entries.is_empty());
    something.then(|| to_yaml(node).trim_end().to_owned())
}
