//! How a credential is changed where it is known: `rotate` of module.yaml, read, checked and filled for one environment.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::expression::Speech;
use super::load::Module;
use super::reach::{Reach, Secrecy, TEMPLATE};
use super::scene::{Scene, words};
use super::seal::{credentials_in, opened, part, silent};
use crate::document::{Node, Tree, suggest};
use crate::failure::{Failure, Result};
use crate::secret::Secret;

/// How each credential is changed, as the module says it.
pub(super) type Rotations = BTreeMap<String, Told>;

/// One of them, with its expressions.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Told {
    system: String,
    change: ToldChange,
    proof: Option<ToldProof>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
enum ToldChange {
    Postgres {
        host: String,
        port: String,
        database: String,
        role: String,
        #[serde(default = "prefer")]
        sslmode: String,
    },
    Http(ToldCall),
    Manual {
        say: String,
        #[serde(default)]
        commands: Vec<String>,
    },
    Nowhere {
        say: String,
    },
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
enum ToldProof {
    Http(ToldCall),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ToldCall {
    method: String,
    url: String,
    user: Option<String>,
    password: Option<String>,
    body: Option<Value>,
}

/// What libpq does where nobody says anything.
fn prefer() -> String {
    "prefer".to_owned()
}

/// How a credential of one environment is changed where it is known.
#[derive(Debug, Clone)]
pub struct Rotation {
    /// What knows it: "PostgreSQL".
    pub system: String,
    /// How it is told another one.
    pub change: Change,
    /// The call that a login with the new value is proved by, if there is one.
    pub proof: Option<Knock>,
}

/// A role of a PostgreSQL server.
#[derive(Debug, Clone)]
pub struct Database {
    /// The server's host.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// The database the role signs in to.
    pub database: String,
    /// The role.
    pub role: String,
    /// How the line to it is encrypted, in the words of libpq.
    pub sslmode: String,
}

/// How a system is told another value.
#[derive(Debug, Clone)]
pub enum Change {
    /// A role of a PostgreSQL server.
    Postgres(Database),
    /// A call.
    Http(Knock),
    /// By hand.
    Manual {
        /// What to do, and where.
        say: String,
        /// Commands that do it.
        commands: Vec<String>,
    },
    /// Nothing but what is deployed knows it.
    Nowhere {
        /// What that means.
        say: String,
    },
}

/// One HTTP call with what must not be seen of it apart.
#[derive(Debug, Clone)]
pub struct Knock {
    /// The method.
    pub method: String,
    /// The address.
    pub url: String,
    /// User and password.
    pub login: Option<(String, Secret)>,
    /// The body, as JSON.
    pub body: Option<Secret>,
}

/// The two values of a rotation.
#[derive(Debug, Clone, Copy)]
pub struct Turning<'a> {
    /// The value that is known now.
    pub current: &'a Secret,
    /// The value that shall be known.
    pub next: &'a Secret,
}

impl Module {
    /// How a credential is changed where it is known; none where the module does not say.
    ///
    /// # Errors
    /// When an expression cannot be evaluated, such as for another credential that is not set.
    pub fn rotation(&self, field: &str, scene: &Scene<'_>, values: Turning<'_>) -> Result<Option<Rotation>> {
        let Some(told) = self.manifest.rotate.get(field) else { return Ok(None) };
        let at = |failure: Failure| {
            // A name with dots is one step of the pointer.
            failure.at(self.told.1.nearest(&format!("/rotate/{field}")).place(&self.told.0))
        };
        self.filled_rotation(told, scene, values).map(Some).map_err(at)
    }

    /// Whether the module says how a credential is changed.
    pub fn rotates(&self, field: &str) -> bool {
        self.manifest.rotate.contains_key(field)
    }

    fn filled_rotation(&self, told: &Told, scene: &Scene<'_>, values: Turning<'_>) -> Result<Rotation> {
        let pen = Pen { module: self, scene, values, url: self.facts(scene)?.url.unwrap_or_default() };
        let change = match &told.change {
            ToldChange::Postgres { host, port, database, role, sslmode } => Change::Postgres(Database {
                host: pen.shown(host)?,
                port: pen.shown(port)?.parse().map_err(|_| Failure::input("the port of `postgres` is no port"))?,
                database: pen.shown(database)?,
                role: pen.shown(role)?,
                sslmode: pen.shown(sslmode)?,
            }),
            ToldChange::Http(call) => Change::Http(pen.knock(call)?),
            ToldChange::Manual { say, commands } => Change::Manual {
                say: pen.shown(say)?,
                commands: commands.iter().map(|command| pen.shown(command)).collect::<Result<_>>()?,
            },
            ToldChange::Nowhere { say } => Change::Nowhere { say: pen.shown(say)? },
        };
        let proof = told.proof.as_ref().map(|ToldProof::Http(call)| pen.knock(call)).transpose()?;
        Ok(Rotation { system: told.system.clone(), change, proof })
    }

    /// Checks `rotate`: the credentials it names, and what its expressions may use. Values that must not be seen stand
    /// only in a password and a body.
    pub(super) fn check_rotations(&self) -> Result<()> {
        let Some(node) = self.told.1.get("rotate") else { return Ok(()) };
        let place = |line, column| crate::failure::Place::new(&self.told.0, line, column);
        for entry in node.entries().unwrap_or_default() {
            let known: Vec<_> = self.fields.iter().map(|field| field.name.as_str()).collect();
            let field = self.field(&entry.key).ok_or_else(|| {
                Failure::input(format!("there is no credential `{}`", entry.key))
                    .at(place(entry.line, entry.column))
                    .hint(suggest(&entry.key, &known))
            })?;
            if field.keep || !field.masked {
                let why = if field.keep { "it must never change (`x-keep`)" } else { "it is not masked" };
                return Err(Failure::input(format!("`{}` cannot be rotated", field.name))
                    .at(place(entry.line, entry.column))
                    .because(why));
            }
            self.check_told(&entry.node, Secrecy::Shown)?;
        }
        Ok(())
    }

    fn check_told(&self, node: &Node, secrecy: Secrecy) -> Result<()> {
        let names: &[&str] = match secrecy {
            Secrecy::Sealed => &["open", "current", "next"],
            Secrecy::None | Secrecy::Shown => &["open"],
        };
        let roots: Vec<&str> = TEMPLATE.iter().chain(names).copied().collect();
        match &node.tree {
            Tree::Text(text) => {
                let reach = Reach { roots: &roots, schema: &self.schema, fields: &self.fields, secrecy };
                reach.text(&self.speech, text).map_err(|failure| failure.at(node.place(&self.told.0)))
            }
            Tree::List(nodes) => nodes.iter().try_for_each(|node| self.check_told(node, secrecy)),
            Tree::Map(entries) => entries.iter().try_for_each(|entry| {
                let sealed = matches!(entry.key.as_str(), "password" | "body");
                self.check_told(&entry.node, if sealed { Secrecy::Sealed } else { secrecy })
            }),
            Tree::Null | Tree::Bool(_) | Tree::Number(_) => Ok(()),
        }
    }
}

/// Fills what a module says of a rotation.
struct Pen<'a> {
    module: &'a Module,
    scene: &'a Scene<'a>,
    values: Turning<'a>,
    url: String,
}

impl Pen<'_> {
    fn names(&self) -> Map<String, Value> {
        let mut names = self.module.names(self.scene);
        names.insert("open".to_owned(), serde_json::json!({"url": self.url}));
        names
    }

    fn speech(&self) -> &Speech {
        &self.module.speech
    }

    /// A text that may be seen: only credentials that are not masked go into it.
    fn shown(&self, text: &str) -> Result<String> {
        let mut names = self.names();
        let mut tree = Value::Object(Map::new());
        for name in credentials_in(self.speech(), text)? {
            let shown = self.module.shown(&name, self.scene.credentials);
            let missing =
                || Failure::input(format!("the credential `{name}` of {} is not set", self.scene.environment));
            *part(&mut tree, &name) = Value::String(shown.ok_or_else(missing)?);
        }
        names.insert("credentials".to_owned(), tree);
        Ok(match self.speech().say(text, &words(&names))? {
            Some(Value::String(text)) => text,
            Some(other) => other.to_string(),
            None => String::new(),
        })
    }

    /// A text that must not be seen.
    #[expect(
        clippy::disallowed_methods,
        reason = "a call to the system behind is filled with both values; it is sealed again"
    )]
    fn sealed(&self, text: &str) -> Result<Value> {
        let mut names = self.names();
        let used = credentials_in(self.speech(), text)?;
        names.insert("credentials".to_owned(), opened(&used, self.scene)?);
        for (name, value) in [("current", self.values.current), ("next", self.values.next)] {
            value.open(|value| names.insert(name.to_owned(), Value::String(value.to_owned())));
        }
        Ok(self.speech().say(text, &words(&names)).map_err(silent)?.unwrap_or_default())
    }

    fn data(&self, value: &Value) -> Result<Value> {
        Ok(match value {
            Value::String(text) => self.sealed(text)?,
            Value::Array(items) => Value::Array(items.iter().map(|item| self.data(item)).collect::<Result<_>>()?),
            Value::Object(map) => {
                let filled = map.iter().map(|(key, value)| Ok((key.clone(), self.data(value)?)));
                Value::Object(filled.collect::<Result<_>>()?)
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
        })
    }

    fn knock(&self, call: &ToldCall) -> Result<Knock> {
        let user = call.user.as_deref().map(|user| self.shown(user)).transpose()?;
        let password = call.password.as_deref().map(|password| self.sealed(password)).transpose()?;
        let login =
            user.zip(password).map(|(user, password)| (user, Secret::new(password.as_str().unwrap_or_default())));
        let body = call.body.as_ref().map(|body| self.data(body)).transpose()?;
        Ok(Knock {
            method: call.method.clone(),
            url: self.shown(&call.url)?,
            login,
            body: body.map(|body| Secret::new(body.to_string())),
        })
    }
}
