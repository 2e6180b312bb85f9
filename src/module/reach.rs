//! Which names an expression may use, told before anything is evaluated.

use super::credential::CredentialField;
use super::expression::{Piece, Speech};
use crate::document::suggest;
use crate::failure::{Failure, Result};
use crate::project::Schema;

/// Which credentials an expression may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Secrecy {
    /// None.
    None,
    /// Those that may be shown, such as user names.
    Shown,
    /// All: the expression is a value of a Secret.
    Sealed,
}

/// What may be named where an expression stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reach<'a> {
    /// The names without credentials: `environment`, `values` and so on.
    pub(super) roots: &'a [&'a str],
    /// What `values` holds.
    pub(super) schema: &'a Schema,
    /// What `credentials` holds.
    pub(super) fields: &'a [CredentialField],
    /// Which of them may be used.
    pub(super) secrecy: Secrecy,
}

/// The names of a template.
pub(super) const TEMPLATE: &[&str] = &["environment", "values", "project", "module"];

impl Reach<'_> {
    /// Checks every expression of a string.
    ///
    /// # Errors
    /// When one is not well formed, or uses a name it may not.
    pub(super) fn text(&self, speech: &Speech, text: &str) -> Result<()> {
        for piece in speech.pieces(text)? {
            match piece {
                Piece::Text(_) => {}
                Piece::Code(code) => self.code(speech, code)?,
            }
        }
        Ok(())
    }

    /// Checks a bare expression.
    ///
    /// # Errors
    /// As [`Reach::text`].
    pub(super) fn code(&self, speech: &Speech, code: &str) -> Result<()> {
        let names = speech.names(code)?;
        for path in &names {
            self.name(speech, path)?;
        }
        // Nothing in it changes from one environment to the next: what can go wrong goes wrong now.
        if names.iter().all(|name| name == "file") {
            speech.evaluate(code, &minijinja::Value::UNDEFINED)?;
        }
        Ok(())
    }

    fn name(&self, speech: &Speech, path: &str) -> Result<()> {
        let (root, rest) = path.split_once('.').unwrap_or((path, ""));
        if root == "credentials" {
            return self.credential(rest);
        }
        if root == "values" && self.roots.contains(&root) {
            return self.value(rest);
        }
        if self.roots.contains(&root) || speech.functions().contains(root) {
            return Ok(());
        }
        Err(Failure::input(format!("there is no name `{root}` here")).hint(suggest(root, self.roots)))
    }

    fn credential(&self, name: &str) -> Result<()> {
        if self.secrecy == Secrecy::None {
            return Err(outside(name));
        }
        if name.is_empty() {
            return Err(Failure::input("`credentials` is used as a whole")
                .because("it would not be known which credential went where")
                .hint("name each credential in full, such as `credentials.database.password`"));
        }
        let Some(field) = self.fields.iter().find(|field| field.name == name) else {
            let known: Vec<_> = self.fields.iter().map(|field| field.name.as_str()).collect();
            return Err(Failure::input(format!("there is no credential `{name}`")).hint(suggest(name, &known)));
        };
        if self.secrecy == Secrecy::Shown && field.masked {
            return Err(Failure::input(format!("the secret `{name}` would be shown here"))
                .hint("name only credentials without `writeOnly` here"));
        }
        Ok(())
    }

    /// Follows a path of `values` through the schema, as far as the schema is strict.
    fn value(&self, path: &str) -> Result<()> {
        let mut part = self.schema.value();
        for step in path.split('.').filter(|step| !step.is_empty()) {
            if let Some(next) = part.get("properties").and_then(|properties| properties.get(step)) {
                part = next;
            } else if part.get("additionalProperties").and_then(serde_json::Value::as_bool) == Some(false) {
                return Err(Failure::input(format!("there is no value `{path}`"))
                    .because("the module's values.schema.json declares none")
                    .hint(suggest(step, &Schema::keys(part))));
            } else {
                return Ok(());
            }
        }
        Ok(())
    }
}

fn outside(name: &str) -> Failure {
    Failure::input(format!("a credential (`{name}`) stands outside the values of a Secret"))
        .because("whoever may read the object could read it")
        .hint("put it under `stringData` of a Secret (apiVersion v1) and refer to that")
}
