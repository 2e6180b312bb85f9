//! What a module says of an environment: the rows of the matrix, where to open it, what it needs.

use serde_json::Value;

use super::load::Module;
use super::scene::{Scene, words};
use super::seal::{credentials_in, part};
use crate::failure::{Failure, Result};
use crate::secret::Credentials;

/// What a module says of an environment. What cannot be said yet, because a credential is missing, is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// The module's rows of the matrix.
    pub rows: Vec<Row>,
    /// Where to open it.
    pub url: Option<String>,
    /// The name to sign in with.
    pub login: Option<String>,
    /// What has to be there before.
    pub requires: Vec<Requirement>,
    /// What else to know.
    pub notes: Vec<String>,
}

/// One row of the matrix.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Its title: "Port".
    pub title: String,
    /// What it says.
    pub value: Option<String>,
}

/// What has to be there before anything is deployed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Requirement {
    /// Its title.
    pub title: String,
    /// Why it is needed.
    pub why: String,
    /// The commands that provide it.
    pub commands: Vec<String>,
}

impl Module {
    /// What the module says of an environment.
    ///
    /// # Errors
    /// When an expression of `module.yaml` cannot be evaluated.
    pub fn facts(&self, scene: &Scene<'_>) -> Result<Facts> {
        let manifest = &self.manifest;
        let mut rows = Vec::with_capacity(manifest.rows.len());
        for (at, row) in manifest.rows.iter().enumerate() {
            let value = self.fact(&row.value, &format!("/rows/{at}/value"), scene)?;
            rows.push(Row { title: row.title.clone(), value });
        }
        let mut requires = Vec::with_capacity(manifest.requires.len());
        for (at, need) in manifest.requires.iter().enumerate() {
            let pointer = format!("/requires/{at}");
            let why = self.fact(&need.why, &format!("{pointer}/why"), scene)?.unwrap_or_default();
            let commands = self.all(&need.commands, &format!("{pointer}/commands"), scene)?;
            requires.push(Requirement { title: need.title.clone(), why, commands });
        }
        let notes = self.all(&manifest.notes, "/notes", scene)?;
        let open = manifest.open.as_ref();
        let url = open.map(|open| self.fact(&open.url, "/open/url", scene)).transpose()?.flatten();
        let login = open.and_then(|open| open.login.as_deref());
        let login = login.map(|text| self.fact(text, "/open/login", scene)).transpose()?.flatten();
        Ok(Facts { rows, url, login, requires, notes })
    }

    /// What each of some strings says, without those that say nothing.
    fn all(&self, texts: &[String], pointer: &str, scene: &Scene<'_>) -> Result<Vec<String>> {
        let said = texts.iter().enumerate().map(|(at, text)| self.fact(text, &format!("{pointer}/{at}"), scene));
        said.filter_map(Result::transpose).collect()
    }

    fn fact(&self, text: &str, pointer: &str, scene: &Scene<'_>) -> Result<Option<String>> {
        let at = |failure: Failure| failure.at(self.told.1.nearest(pointer).place(&self.told.0));
        self.said(text, scene).map_err(at)
    }

    /// What a text says that may name credentials which are shown; none where one of them is not there.
    pub(super) fn said(&self, text: &str, scene: &Scene<'_>) -> Result<Option<String>> {
        let mut names = self.names(scene);
        let used = credentials_in(&self.speech, text)?;
        let mut tree = Value::Object(serde_json::Map::new());
        for name in used {
            let Some(shown) = self.shown(&name, scene.credentials) else { return Ok(None) };
            *part(&mut tree, &name) = Value::String(shown);
        }
        names.insert("credentials".to_owned(), tree);
        Ok(self.speech.say(text, &words(&names))?.map(|said| match said {
            Value::String(text) => text,
            other => other.to_string(),
        }))
    }

    /// A credential that is not masked: its value, or what it starts from.
    pub(super) fn shown(&self, name: &str, credentials: &Credentials) -> Option<String> {
        let field = self.field(name).filter(|field| !field.masked)?;
        let held = credentials.get(name).filter(|credential| !credential.value.is_empty());
        #[expect(clippy::disallowed_methods, reason = "the module declares it as not masked: a user name")]
        let held = held.map(|credential| credential.value.open(str::to_owned));
        held.or_else(|| field.default.clone())
    }
}
