//! What a module says of an environment: the rows of the matrix, where to open it, what it needs.

use serde_json::Value;

use super::load::Module;
use super::scene::{Scene, words};
use super::seal::credentials_in;
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
        for row in &manifest.rows {
            rows.push(Row { title: row.title.clone(), value: self.fact(&row.value, scene)? });
        }
        let mut requires = Vec::with_capacity(manifest.requires.len());
        for need in &manifest.requires {
            let mut commands = Vec::with_capacity(need.commands.len());
            for command in &need.commands {
                commands.extend(self.fact(command, scene)?);
            }
            let why = self.fact(&need.why, scene)?.unwrap_or_default();
            requires.push(Requirement { title: need.title.clone(), why, commands });
        }
        let mut notes = Vec::with_capacity(manifest.notes.len());
        for note in &manifest.notes {
            notes.extend(self.fact(note, scene)?);
        }
        let (mut url, mut login) = (None, None);
        if let Some(open) = &manifest.open {
            url = self.fact(&open.url, scene)?;
            if let Some(text) = &open.login {
                login = self.fact(text, scene)?;
            }
        }
        Ok(Facts { rows, url, login, requires, notes })
    }

    fn fact(&self, text: &str, scene: &Scene<'_>) -> Result<Option<String>> {
        let at = |failure: Failure| failure.at(self.told.1.place(&self.told.0));
        let mut names = self.names(scene);
        let used = credentials_in(&self.speech, text).map_err(at)?;
        let mut tree = Value::Object(serde_json::Map::new());
        for name in used {
            let Some(shown) = self.shown(&name, scene.credentials) else { return Ok(None) };
            let mut part = &mut tree;
            for step in name.split('.') {
                part = &mut part[step];
            }
            *part = Value::String(shown);
        }
        names.insert("credentials".to_owned(), tree);
        Ok(self.speech.say(text, &words(&names)).map_err(at)?.map(|said| match said {
            Value::String(text) => text,
            other => other.to_string(),
        }))
    }

    /// A credential that is not masked: its value, or what it starts from.
    fn shown(&self, name: &str, credentials: &Credentials) -> Option<String> {
        let field = self.field(name).filter(|field| !field.masked)?;
        let held = credentials.get(name).filter(|credential| !credential.value.is_empty());
        #[expect(clippy::disallowed_methods, reason = "the module declares it as not masked: a user name")]
        let held = held.map(|credential| credential.value.open(str::to_owned));
        held.or_else(|| field.default.clone())
    }
}
