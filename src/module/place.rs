//! Where each credential stands in the cluster, and how to take it out again.
//!
//! Nothing of it is declared: the templates are filled with stand-ins, and where a stand-in comes out, there the
//! credential goes in.

use serde_json::Value;

use super::load::Module;
use super::pen::escaped;
use super::rendered::Rendered;
use super::scene::Scene;
use crate::failure::Result;
use crate::object::Key;
use crate::project::{Environment, Project};
use crate::secret::{Credential, Credentials, Digest, LENGTH, Secret, generate};

/// One place of a credential: a key of a Secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The credential.
    pub field: String,
    /// The Secret.
    pub object: Key,
    /// The key in it.
    pub key: String,
    /// How it stands there.
    pub shape: Shape,
}

/// How a credential stands in the value of a Secret, the plainest first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Shape {
    /// It is the whole value.
    Whole,
    /// It is a text inside JSON, at this pointer.
    Json(String),
    /// It stands between two texts that do not change.
    Between {
        /// What stands before it.
        before: String,
        /// What stands behind it.
        after: String,
    },
    /// It is mixed with others or coded: it cannot be taken out again.
    Mixed,
}

impl Place {
    /// The credential out of a value of the Secret; none where it cannot be told from it.
    #[expect(clippy::disallowed_methods, reason = "the part that is the credential is sealed again at once")]
    pub fn take(&self, value: &Secret) -> Option<Secret> {
        let taken = match &self.shape {
            Shape::Whole => Some(value.clone()),
            Shape::Json(pointer) => value.open(|text| {
                let value: Value = serde_json::from_str(text).ok()?;
                value.pointer(pointer)?.as_str().map(Secret::new)
            }),
            Shape::Between { before, after } => {
                value.open(|text| text.strip_prefix(before)?.strip_suffix(after).map(Secret::new))
            }
            Shape::Mixed => None,
        };
        taken.filter(|taken| !taken.is_empty())
    }
}

impl Module {
    /// Where the credentials of an environment stand, in the order of the module's schema: for each the place from which
    /// it can be taken best. A credential that goes into no Secret has none.
    ///
    /// # Errors
    /// A value or template is wrong.
    pub fn places(&self, project: &Project, environment: &Environment) -> Result<Vec<Place>> {
        let values = self.settle(project, &environment.name)?;
        let mut stand_ins = Credentials::new();
        for field in &self.fields {
            let credential = Credential::new(generate(LENGTH)?, jiff::Timestamp::UNIX_EPOCH);
            stand_ins.insert(field.name.clone(), credential);
        }
        let scene: Scene<'_> = self.scene(project, environment, &values, &stand_ins);
        let rendered = self.render(&scene, &Digest::random())?;
        Ok(self.fields.iter().filter_map(|field| best(&field.name, &rendered, &stand_ins)).collect())
    }
}

fn best(field: &str, rendered: &[Rendered], stand_ins: &Credentials) -> Option<Place> {
    let own = &stand_ins.get(field)?.value;
    let uses = rendered.iter().flat_map(|object| object.fields.iter().map(move |(key, used)| (object, key, used)));
    let places = uses.filter(|(_, _, used)| used.iter().any(|used| used == field)).filter_map(|(object, key, _)| {
        let value = object.data.get(key)?;
        let others: Vec<&Secret> =
            stand_ins.iter().filter(|(name, _)| *name != field).map(|(_, other)| &other.value).collect();
        let (object, key) = (object.object.key().clone(), key.clone());
        Some(Place { field: field.to_owned(), object, key, shape: shape(value, own, &others) })
    });
    places.min_by(|one, other| one.shape.cmp(&other.shape))
}

#[expect(clippy::disallowed_methods, reason = "stand-ins are random and stand for nothing")]
fn shape(value: &Secret, own: &Secret, others: &[&Secret]) -> Shape {
    value.open(|text| {
        own.open(|own| {
            if text == own {
                return Shape::Whole;
            }
            if let Some(pointer) = serde_json::from_str(text).ok().and_then(|json: Value| find(&json, own, "")) {
                return Shape::Json(pointer);
            }
            let alone = !others.iter().any(|other| other.open(|other| text.contains(other)));
            match text.split_once(own) {
                Some((before, after)) if alone && !after.contains(own) => {
                    Shape::Between { before: before.to_owned(), after: after.to_owned() }
                }
                Some(_) | None => Shape::Mixed,
            }
        })
    })
}

/// The JSON pointer (RFC 6901) of the text that is exactly this one.
fn find(value: &Value, wanted: &str, at: &str) -> Option<String> {
    match value {
        Value::String(text) => (text == wanted).then(|| at.to_owned()),
        Value::Array(items) => {
            items.iter().enumerate().find_map(|(index, item)| find(item, wanted, &format!("{at}/{index}")))
        }
        Value::Object(map) => {
            map.iter().find_map(|(key, value)| find(value, wanted, &format!("{at}/{}", escaped(key))))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => None,
    }
}
