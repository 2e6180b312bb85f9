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

impl Sealed {
    /// Makes the values of `stringData`, or of `data` (base64).
    pub(super) fn fill(
        &mut self,
        node: &Node,
        speech: &Speech,
        names: &Map<String, Value>,
        scene: &Scene<'_>,
    ) -> Result<()> {
        for entry in node.entries().unwrap_or_default() {
            let text = entry.node.text().unwrap_or_default();
            let used = credentials_in(speech, text)?;
            let mut names = names.clone();
            names.insert("credentials".to_owned(), opened(&used, scene)?);
            let value = speech.say(text, &words(&names));
            // Whatever the engine says of a value that holds a credential stays here.
            let value = if used.is_empty() { value? } else { value.map_err(|failure| silent(&failure))? };
            match value {
                None => {}
                Some(Value::String(text)) => {
                    self.data.insert(entry.key.clone(), Secret::new(text));
                    self.fields.insert(entry.key.clone(), used.into_iter().collect());
                }
                Some(Value::Number(_) | Value::Bool(_) | Value::Null | Value::Array(_) | Value::Object(_)) => {
                    return Err(Failure::input(format!("`{}` of this Secret has to be text", entry.key))
                        .hint("turn it into text with `| string` or `| tojson`"));
                }
            }
        }
        Ok(())
    }

    /// As [`Sealed::fill`] for `data`, whose values are written in base64.
    pub(super) fn decode(&mut self) -> Result<()> {
        for (key, value) in &mut self.data {
            #[expect(
                clippy::disallowed_methods,
                reason = "base64 of a Secret's value is taken off; the text is sealed again"
            )]
            let decoded = value.open(|text| {
                STANDARD.decode(text).ok().and_then(|bytes| String::from_utf8(bytes).ok()).map(Secret::new)
            });
            *value = decoded.ok_or_else(|| {
                Failure::input(format!("`{key}` of this Secret is not text in base64"))
                    .hint("move it to `stringData`, or add `| b64encode`")
            })?;
        }
        Ok(())
    }

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
        let mut part = &mut tree;
        for step in name.split('.') {
            part = &mut part[step];
        }
        #[expect(clippy::disallowed_methods, reason = "a template of a Secret is filled with it; nothing else is")]
        credential.value.open(|text| *part = Value::String(text.to_owned()));
    }
    Ok(tree)
}

fn silent(failure: &Failure) -> Failure {
    Failure { why: None, ..failure.clone() }
}
