//! Where a credential is read from at use, in the place of a stored copy. A value never stands in a project.

use std::collections::BTreeMap;

use crate::document::{Entry, Node, Tree};
use crate::failure::{Failure, Place, Result};

/// Where a credential is read from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// The way to it.
    pub source: Source,
    /// Where the project says so.
    pub place: Place,
}

/// The way to a value that rests elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    /// What a program prints: its words, without a shell between.
    Program(Vec<String>),
    /// A variable of the process environment.
    Variable(String),
    /// Standard input as a whole.
    Input,
    /// What can be read from a file descriptor that was handed over at the start.
    Descriptor(u32),
}

impl Source {
    /// How it is shown: "op read …". Of a program's words only those that name what it does.
    pub fn words(&self) -> String {
        match self {
            Self::Program(words) => {
                let name = words.first().map_or("", String::as_str);
                let name = name.rsplit('/').next().unwrap_or(name);
                let plain = |word: &&String| word.chars().all(|c| c.is_ascii_lowercase() || c == '-');
                let verb = words.get(1).filter(plain).filter(|word| word.len() <= 16);
                match (verb, words.len()) {
                    (Some(verb), 2) => format!("{name} {verb}"),
                    (Some(verb), _) => format!("{name} {verb} …"),
                    (None, 1) => name.to_owned(),
                    (None, _) => format!("{name} …"),
                }
            }
            Self::Variable(name) => format!("variable {name}"),
            Self::Input => "standard input".to_owned(),
            Self::Descriptor(number) => format!("file descriptor {number}"),
        }
    }
}

/// References by the credential's name.
pub type References = BTreeMap<String, Reference>;

const FORMS: &str = "write {exec: [op, read, …]}, {env: NAME}, {fd: 3} or stdin";

/// The references of a mapping; later ones take the place of those given before.
pub(super) fn read(file: &str, node: Option<&Node>, before: &References) -> Result<References> {
    let mut found = before.clone();
    for Entry { key, node, .. } in node.and_then(Node::entries).unwrap_or_default() {
        let source = source(node).map_err(|failure| Failure { place: Some(node.place(file)), ..failure })?;
        found.insert(key.clone(), Reference { source, place: node.place(file) });
    }
    Ok(found)
}

/// What stands there is never quoted: it may be a password that somebody put there.
fn source(node: &Node) -> Result<Source> {
    if let Some(text) = node.text() {
        return if text == "stdin" { Ok(Source::Input) } else { Err(value()) };
    }
    let other = || Failure::input("this does not say where the credential comes from").hint(FORMS);
    let Some([entry]) = node.entries() else { return Err(other()) };
    match (entry.key.as_str(), &entry.node.tree) {
        ("exec", Tree::List(words)) => {
            let words: Option<Vec<String>> = words.iter().map(|word| word.text().map(str::to_owned)).collect();
            let words = words.filter(|words| words.first().is_some_and(|program| !program.is_empty()));
            words.map(Source::Program).ok_or_else(|| {
                Failure::input("`exec` has to be a list of words, the program first")
                    .hint("numbers and truths stand in quotes: [op, read, \"3\"]")
            })
        }
        ("exec", Tree::Text(_)) => Err(Failure::input("`exec` has to be a list of words, the program first")
            .because("no shell stands between, so nothing splits a line into words")
            .hint(FORMS)),
        ("env", Tree::Text(name)) if !name.is_empty() && !name.contains(['=', '\0']) => {
            Ok(Source::Variable(name.clone()))
        }
        ("fd", Tree::Number(number)) => match number.as_u64().and_then(|number| u32::try_from(number).ok()) {
            Some(number) if number > 2 => Ok(Source::Descriptor(number)),
            Some(_) | None => {
                Err(Failure::input("`fd` has to be 3 or more").hint("for standard input write stdin in its place"))
            }
        },
        (_, _) => Err(other()),
    }
}

fn value() -> Failure {
    Failure::input("a value stands where only a reference may stand")
        .because("this file is committed, and a credential would be with it")
        .hint("take it out, and change it where it is used if the file was ever committed or sent")
        .hint("then store it in the vault: landfall creds set ENV FIELD")
        .hint(FORMS)
}
