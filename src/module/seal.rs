//! The values of a Secret: made, fingerprinted and put aside, so that the object itself can be shown.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};

use super::expression::{Piece, Speech};
use super::rendered::SecretData;
use super::scene::{Scene, words};
use crate::document::Node;
use crate::failure::{Failure, Result};
use crate::secret::{Digest, Secret};

/// The values of one Secret while it is made.
#[derive(Debug, Default)]
pub(super) struct Sealed {
    /// The values by key.
    pub(super) data: SecretData,
    /// Which credentials went into which key.
    pub(super) fields: BTreeMap<String, Vec<String>>,
}

/// How the values are written in the template.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Coding {
    /// As they are (`stringData`).
    Plain,
    /// In base64 (`data`).
    Base64,
}

impl Coding {
    /// The coding of a key of a Secret that holds values.
    pub(super) fn of(key: &str) -> Option<Self> {
        match key {
            "stringData" => Some(Self::Plain),
            "data" => Some(Self::Base64),
            _ => None,
        }
    }
}

/// Fills the values of one Secret.
pub(super) struct Filler<'a> {
    pub(super) speech: &'a Speech,
    pub(super) file: &'a str,
    pub(super) names: &'a Map<String, Value>,
    pub(super) scene: &'a Scene<'a>,
}

impl Filler<'_> {
    /// Adds the values of a mapping. `stringData` wins over `data` (Kubernetes API reference, Secret v1), so it has to
    /// be added last.
    pub(super) fn fill(&self, sealed: &mut Sealed, node: &Node, coding: Coding) -> Result<()> {
        for entry in node.entries().unwrap_or_default() {
            let at = |failure: Failure| failure.at(entry.node.place(self.file));
            let text = entry.node.text().unwrap_or_default();
            let used = credentials_in(self.speech, text).map_err(at)?;
            let Some(value) = self.value(&entry.key, text, &used).map_err(at)? else { continue };
            let value = match coding {
                Coding::Plain => value,
                Coding::Base64 => decoded(&entry.key, &value).map_err(at)?,
            };
            sealed.data.insert(entry.key.clone(), value);
            sealed.fields.insert(entry.key.clone(), used.into_iter().collect());
        }
        Ok(())
    }

    fn value(&self, key: &str, text: &str, used: &BTreeSet<String>) -> Result<Option<Secret>> {
        let mut names = self.names.clone();
        names.insert("credentials".to_owned(), opened(used, self.scene)?);
        let said = self.speech.say(text, &words(&names));
        // Whatever the engine says of a value that holds a credential stays here.
        match said.map_err(|failure| if used.is_empty() { failure } else { silent(failure) })? {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(Secret::new(text))),
            Some(Value::Number(_) | Value::Bool(_) | Value::Null | Value::Array(_) | Value::Object(_)) => {
                Err(Failure::input(format!("`{key}` of this Secret has to be text"))
                    .hint("turn it into text with `| string` or `| tojson`"))
            }
        }
    }
}

fn decoded(key: &str, value: &Secret) -> Result<Secret> {
    #[expect(clippy::disallowed_methods, reason = "base64 of a Secret's value is taken off; the text is sealed again")]
    let decoded =
        value.open(|text| STANDARD.decode(text).ok().and_then(|bytes| String::from_utf8(bytes).ok()).map(Secret::new));
    decoded.ok_or_else(|| {
        Failure::input(format!("`{key}` of this Secret is not text in base64"))
            .hint("move it to `stringData`, or add `| b64encode`")
    })
}

impl Sealed {
    /// The fingerprints that stand in the object where the values will be.
    pub(super) fn fingerprints(&self, digest: &Digest) -> Map<String, Value> {
        let stand_in = |value: &Secret| {
            #[expect(clippy::disallowed_methods, reason = "a fingerprint is made of the value; it tells nothing of it")]
            value.open(|text| digest.fingerprint(text.as_bytes()).to_string())
        };
        self.data.iter().map(|(key, value)| (key.clone(), Value::String(stand_in(value)))).collect()
    }
}

/// The names of the credentials a string uses.
pub(super) fn credentials_in(speech: &Speech, text: &str) -> Result<BTreeSet<String>> {
    let mut used = BTreeSet::new();
    for piece in speech.pieces(text)? {
        match piece {
            Piece::Text(_) => {}
            Piece::Code(code) => {
                let names = speech.names(code)?;
                used.extend(names.iter().filter_map(|name| name.strip_prefix("credentials.")).map(str::to_owned));
            }
        }
    }
    Ok(used)
}

/// The named credentials, and no others, as a tree an expression can name.
pub(super) fn opened(used: &BTreeSet<String>, scene: &Scene<'_>) -> Result<Value> {
    let mut tree = Value::Object(Map::new());
    for name in used {
        let credential =
            scene.credentials.get(name).filter(|credential| !credential.value.is_empty()).ok_or_else(|| {
                Failure::input(format!("the credential `{name}` of {} is not set", scene.environment))
                    .hint(format!("enter the credentials of {} first", scene.environment))
            })?;
        let part = part(&mut tree, name);
        #[expect(clippy::disallowed_methods, reason = "a template of a Secret is filled with it; nothing else is")]
        credential.value.open(|text| *part = Value::String(text.to_owned()));
    }
    Ok(tree)
}

/// The place of a dotted name in a tree.
pub(super) fn part<'t>(tree: &'t mut Value, name: &str) -> &'t mut Value {
    name.split('.').fold(tree, |part, step| &mut part[step])
}

/// What went wrong, without what the engine says of a value.
pub(super) fn silent(failure: Failure) -> Failure {
    Failure { why: None, ..failure }
}
