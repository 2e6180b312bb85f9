//! What a module's checks ask and answer in one environment: its probes, its calls, and the ways out.

use serde_json::{Map, Value, json};

use super::checks::{Check, Local, Step};
use super::load::Module;
use super::rendered::Rendered;
use super::scene::{Scene, words};
use crate::failure::{Failure, Result};
use crate::object::Key;
use crate::secret::Digest;

/// What a probe of the module is filled with besides its scene.
#[derive(Debug, Clone, Copy)]
pub struct Probing<'a> {
    /// The probe: `inside`.
    pub probe: &'a str,
    /// What its objects are called in this run.
    pub name: &'a str,
    /// The checks it has to answer.
    pub checks: &'a [String],
}

/// Ways out of what a check found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ways {
    /// The next step.
    pub next: Option<String>,
    /// Commands for somebody to run.
    pub commands: Vec<String>,
    /// Credentials that may be wrong.
    pub credentials: Vec<String>,
}

/// One call, ready to be made.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// What it proves.
    pub says: String,
    /// `GET`, `POST`, …
    pub method: &'static str,
    /// Its path.
    pub path: String,
    /// Whether it signs in.
    pub signed: bool,
    /// What is sent, and its type.
    pub sends: Option<(String, &'static str)>,
    /// Further headers.
    pub headers: Vec<(String, String)>,
    /// The status it has to answer with.
    pub status: u16,
    /// What has to come back.
    pub body: Option<String>,
    /// Parts of the answer that later calls use: name and JSON pointer.
    pub take: Vec<(String, String)>,
    /// The reason it gives when it fails.
    pub reason: Option<String>,
}

/// Where the calls of a check go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gate<'c> {
    /// What stands before every path.
    pub base: String,
    /// The credentials that sign in: user and password.
    pub login: Option<[&'c str; 2]>,
}

/// A field that a check watches for a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changing {
    /// The object.
    pub object: Key,
    /// The field, as a JSON pointer.
    pub at: String,
    /// What is said when it stays.
    pub same: String,
    /// What is said when it changes.
    pub says: String,
}

impl Module {
    /// The checks it declares, in their order.
    pub fn checks(&self) -> &[Check] {
        &self.checks
    }

    /// The objects of a probe, or of what mends a check.
    ///
    /// # Errors
    /// When there is no such probe, or a credential it needs is not set.
    pub fn probe(&self, scene: &Scene<'_>, probing: Probing<'_>, digest: &Digest) -> Result<Vec<Rendered>> {
        let Some(templates) = self.probes.get(probing.probe) else {
            return Err(Failure::input(format!("the module has no probe {}", probing.probe)));
        };
        let mut names = self.names(scene);
        names.insert("probe".to_owned(), json!({"name": probing.name, "checks": probing.checks}));
        let mut objects = Vec::new();
        for template in templates {
            for names in self.turns(template, &names)? {
                objects.extend(self.one(template, &names, scene, digest)?);
            }
        }
        Ok(objects)
    }

    /// The ways out of a check, for the reason that was given.
    ///
    /// # Errors
    /// When an expression cannot be evaluated.
    pub fn ways(&self, check: &Check, reason: Option<&str>, scene: &Scene<'_>) -> Result<Ways> {
        let found = reason.and_then(|reason| check.reasons.get(reason));
        let next = found.map(|reason| &reason.next).or(check.next.as_ref());
        let commands = found.map(|reason| &reason.commands).filter(|commands| !commands.is_empty());
        let credentials = found.map(|reason| &reason.credentials).filter(|fields| !fields.is_empty());
        let mut lines = Vec::new();
        for command in commands.unwrap_or(&check.commands) {
            lines.extend(self.said(command, scene)?);
        }
        Ok(Ways {
            next: next.map(|next| self.said(next, scene)).transpose()?.flatten(),
            commands: lines,
            credentials: credentials.unwrap_or(&check.credentials).clone(),
        })
    }

    /// The directories that this machine can look at for a check, where it is the node.
    ///
    /// # Errors
    /// When an expression cannot be evaluated.
    pub fn local(&self, check: &Check, scene: &Scene<'_>) -> Result<Option<Local>> {
        let Some(local) = &check.local else { return Ok(None) };
        let mut directories = Vec::new();
        for path in &local.directories {
            directories.extend(self.said(path, scene)?);
        }
        let text = |text: &Option<String>| text.as_deref().map(|text| self.said(text, scene)).transpose();
        let (owner, mode) = (text(&local.owner)?.flatten(), text(&local.mode)?.flatten());
        Ok(Some(Local { directories, owner, mode, room: local.room }))
    }

    /// The field whose change a check tells, if it is such a check.
    ///
    /// # Errors
    /// When an expression cannot be evaluated.
    pub fn changing(&self, check: &Check, scene: &Scene<'_>) -> Result<Option<Changing>> {
        let Some(changes) = &check.changes else { return Ok(None) };
        let name = self.said(&changes.name, scene)?.unwrap_or_default();
        Ok(Some(Changing {
            object: Key::new(&changes.api_version, &changes.kind, Some(scene.namespace), &name),
            at: changes.at.clone(),
            same: self.said(&check.same, scene)?.unwrap_or_default(),
            says: self.said(&check.says, scene)?.unwrap_or_default(),
        }))
    }

    /// Where the calls of a check go, if it is such a check.
    ///
    /// # Errors
    /// When an expression cannot be evaluated.
    pub fn calls<'c>(&self, check: &'c Check, scene: &Scene<'_>) -> Result<Option<Gate<'c>>> {
        let Some(calls) = &check.calls else { return Ok(None) };
        let base = self.said(&calls.base, scene)?.unwrap_or_default();
        let login = calls.user.as_deref().zip(calls.password.as_deref()).map(|(user, password)| [user, password]);
        Ok(Some(Gate { base, login }))
    }

    /// How many calls a check makes, and which of them only clear away.
    pub fn steps(&self, check: &Check) -> Vec<bool> {
        check.calls.iter().flat_map(|calls| &calls.steps).map(|step| step.tidy).collect()
    }

    /// One call of a check, filled with what earlier ones brought back (`taken`) and the name of this run.
    ///
    /// # Errors
    /// When an expression cannot be evaluated, such as one that needs something that did not come back.
    pub fn call(&self, check: &Check, at: usize, scene: &Scene<'_>, (run, taken): (&str, &Value)) -> Result<Call> {
        let steps = check.calls.as_ref().map(|calls| calls.steps.as_slice()).unwrap_or_default();
        let Some(step) = steps.get(at) else { return Err(Failure::input("there is no such call")) };
        let mut names = self.names(scene);
        names.insert("run".to_owned(), json!(run));
        names.insert("taken".to_owned(), taken.clone());
        let text = |text: &str| -> Result<String> {
            Ok(self.filled(&json!(text), &names)?.as_str().unwrap_or_default().to_owned())
        };
        let (method, path) = method(step);
        let sends = match (&step.json, &step.text) {
            (Some(json), _) => Some((self.filled(json, &names)?.to_string(), "application/json")),
            (None, Some(sent)) => Some((text(sent)?, "application/octet-stream")),
            (None, None) => None,
        };
        let mut headers = Vec::new();
        for (name, value) in &step.headers {
            headers.push((name.clone(), text(value)?));
        }
        Ok(Call {
            says: text(&step.says)?,
            method,
            path: text(path)?,
            signed: step.signed,
            sends,
            headers,
            status: step.status,
            body: step.body.as_deref().map(text).transpose()?,
            take: step.take.clone().into_iter().collect(),
            reason: step.reason.clone(),
        })
    }

    /// Data in which every text is evaluated.
    fn filled(&self, value: &Value, names: &Map<String, Value>) -> Result<Value> {
        Ok(match value {
            Value::String(text) => self.speech.say(text, &words(names))?.unwrap_or_default(),
            Value::Array(items) => {
                Value::Array(items.iter().map(|item| self.filled(item, names)).collect::<Result<_>>()?)
            }
            Value::Object(map) => {
                let filled = map.iter().map(|(key, value)| Ok((key.clone(), self.filled(value, names)?)));
                Value::Object(filled.collect::<Result<_>>()?)
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
        })
    }
}

fn method(step: &Step) -> (&'static str, &str) {
    let ways = [
        ("GET", &step.get),
        ("POST", &step.post),
        ("PUT", &step.put),
        ("PATCH", &step.patch),
        ("DELETE", &step.delete),
    ];
    let found = ways.into_iter().find_map(|(method, path)| Some((method, path.as_deref()?)));
    found.unwrap_or(("GET", "/")) // the schema wants exactly one
}
