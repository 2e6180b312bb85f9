//! Expressions inside the strings of a document.
//!
//! A string that is exactly one `{{ … }}` keeps the type of what it says; otherwise the pieces are joined as text.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use minijinja::value::ValueKind;
use minijinja::{Environment, Error, ErrorKind, UndefinedBehavior, Value as Word};
use serde_json::{Map, Value};

use crate::failure::{Failure, Result};

/// One piece of a string.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Piece<'t> {
    /// Text that stands for itself.
    Text(&'t str),
    /// The inside of `{{ … }}`, trimmed.
    Code(&'t str),
}

/// What evaluates expressions: knows filters and the module's files, and no names.
#[derive(Debug)]
pub(super) struct Speech {
    engine: Environment<'static>,
}

impl Speech {
    /// With the files that `file('…')` hands out, by path.
    pub(super) fn new(files: BTreeMap<String, String>) -> Self {
        let mut engine = Environment::new();
        engine.set_undefined_behavior(UndefinedBehavior::Strict);
        // These would show or change names that an expression did not spell out.
        engine.remove_global("debug");
        engine.remove_global("namespace");
        engine.add_filter("b64encode", |text: &str| STANDARD.encode(text));
        // The engine itself writes `True`, which nothing in a cluster takes for a truth.
        engine.add_filter("string", |word: Word| match bool::try_from(word.clone()) {
            Ok(yes) if word.kind() == ValueKind::Bool => yes.to_string(),
            _ => word.to_string(),
        });
        engine.add_filter("tojson", |word: Word| {
            serde_json::to_string(&word).map_err(|_| Error::new(ErrorKind::BadSerialization, "this has no JSON form"))
        });
        engine.add_function("file", move |path: &str| {
            files
                .get(path)
                .cloned()
                .ok_or_else(|| Error::new(ErrorKind::TemplateNotFound, format!("the module has no file {path:?}")))
        });
        Self { engine }
    }

    /// The pieces of a string.
    ///
    /// # Errors
    /// When an expression is not closed or not well formed.
    pub(super) fn pieces<'t>(&self, text: &'t str) -> Result<Vec<Piece<'t>>> {
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("{{") {
            if !before.is_empty() {
                pieces.push(Piece::Text(before));
            }
            let (code, behind) = self.close(after)?;
            pieces.push(Piece::Code(code));
            rest = behind;
        }
        if !rest.is_empty() || pieces.is_empty() {
            pieces.push(Piece::Text(rest));
        }
        Ok(pieces)
    }

    /// Finds the end of an expression: the first `}}` before which stands a whole one (a brace may also belong to it).
    fn close<'t>(&self, after: &'t str) -> Result<(&'t str, &'t str)> {
        let mut first = None;
        // Every place counts, also the second brace of `}}}`.
        for at in after.match_indices('}').map(|(at, _)| at).filter(|at| after[*at..].starts_with("}}")) {
            match self.engine.compile_expression(after[..at].trim()) {
                Ok(_) => return Ok((after[..at].trim(), &after[at + 2..])),
                Err(error) => first = first.or(Some(error)),
            }
        }
        Err(match first {
            None => Failure::input("an expression is not closed").hint("close `{{` with `}}`"),
            Some(error) => Failure::input("this is not an expression")
                .because(error.detail().unwrap_or("it cannot be read").to_owned())
                .hint("to write two braces as they are, use `{{ '{{' }}`"),
        })
    }

    /// Every name an expression uses, as far as it spells it out (`values.pgsql.port`).
    ///
    /// # Errors
    /// When it is not well formed.
    pub(super) fn names(&self, code: &str) -> Result<BTreeSet<String>> {
        let expression = self.engine.compile_expression(code).map_err(|error| {
            Failure::input("this is not an expression")
                .because(error.detail().unwrap_or("it cannot be read").to_owned())
        })?;
        Ok(expression.undeclared_variables(true).into_iter().collect())
    }

    /// Functions that can be called without being declared.
    pub(super) fn functions(&self) -> BTreeSet<String> {
        self.engine.globals().map(|(name, _)| name.to_owned()).collect()
    }

    /// What a string says; none where it says `none`.
    ///
    /// # Errors
    /// When a name is not there, an operation does not fit, or a piece between others has no text form. The reason
    /// never quotes a value.
    pub(super) fn say(&self, text: &str, names: &Word) -> Result<Option<Value>> {
        let pieces = self.pieces(text)?;
        match pieces[..] {
            [Piece::Text(text)] => return Ok(Some(Value::String(text.to_owned()))),
            [Piece::Code(code)] => return self.evaluate(code, names),
            _ => {}
        }
        let mut joined = String::new();
        for piece in pieces {
            match piece {
                Piece::Text(text) => joined.push_str(text),
                Piece::Code(code) => match self.evaluate(code, names)? {
                    Some(Value::String(text)) => joined.push_str(&text),
                    Some(word @ (Value::Number(_) | Value::Bool(_))) => joined.push_str(&word.to_string()),
                    None | Some(Value::Null) => {
                        return Err(Failure::input(format!("`{code}` says nothing, in the middle of a text"))
                            .hint("give it a default, or write the whole text as one expression"));
                    }
                    Some(Value::Array(_) | Value::Object(_)) => {
                        return Err(Failure::input(format!("`{code}` is not text"))
                            .hint("turn it into text with `| join(',')` or `| tojson`"));
                    }
                },
            }
        }
        Ok(Some(Value::String(joined)))
    }

    /// What a bare expression says; none where it says `none`.
    ///
    /// # Errors
    /// As [`Speech::say`].
    pub(super) fn evaluate(&self, code: &str, names: &Word) -> Result<Option<Value>> {
        let expression = self.engine.compile_expression(code).map_err(|error| trouble(code, &error))?;
        let result = expression.eval(names.clone()).map_err(|error| match error.kind() {
            ErrorKind::UndefinedError => self.nameless(code, names),
            _ => trouble(code, &error),
        })?;
        plain(&result).map_err(|Nothing| self.nameless(code, names))
    }

    /// Which name was not there.
    fn nameless(&self, code: &str, names: &Word) -> Failure {
        let missing = self.names(code).unwrap_or_default().into_iter().find(|path| {
            let word = path.split('.').try_fold(names.clone(), |word, step| word.get_attr(step));
            word.is_ok_and(|word| word.is_undefined())
                || path.split('.').count() == 1 && !self.functions().contains(path)
        });
        match missing {
            Some(path) => Failure::input(format!("there is no `{path}` here")).because(format!("`{code}` asks for it")),
            None => Failure::input(format!("`{code}` asks for something that is not there")),
        }
    }
}

/// A name had nothing behind it.
struct Nothing;

/// The result as plain data; `none` is left out wherever it stands.
fn plain(word: &Word) -> std::result::Result<Option<Value>, Nothing> {
    Ok(match word.kind() {
        ValueKind::Undefined => return Err(Nothing),
        ValueKind::None => None,
        ValueKind::Seq | ValueKind::Iterable => {
            let mut items = Vec::new();
            for item in word.try_iter().map_err(|_| Nothing)? {
                items.extend(plain(&item)?);
            }
            Some(Value::Array(items))
        }
        ValueKind::Map => {
            let mut map = Map::new();
            for key in word.try_iter().map_err(|_| Nothing)? {
                let value = word.get_item(&key).map_err(|_| Nothing)?;
                if let Some(value) = plain(&value)? {
                    map.insert(key.to_string(), value);
                }
            }
            Some(Value::Object(map))
        }
        _ => serde_json::to_value(word).ok(),
    })
}

/// An evaluation that went wrong. The engine's own text may quote values, so only its kind is told.
fn trouble(code: &str, error: &Error) -> Failure {
    let why = match error.kind() {
        ErrorKind::TemplateNotFound => error.detail().unwrap_or("the module has no such file").to_owned(),
        ErrorKind::UnknownFilter | ErrorKind::UnknownTest | ErrorKind::UnknownFunction | ErrorKind::SyntaxError => {
            error.detail().map_or_else(|| error.kind().to_string(), str::to_owned)
        }
        kind => kind.to_string(),
    };
    Failure::input(format!("`{code}` cannot be evaluated")).because(why)
}
