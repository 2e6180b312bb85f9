//! The credentials of one item as the text that rests in a keyring: compact JSON on one line, since some keyrings lose
//! values of several lines.

use std::collections::BTreeMap;
use std::io::Cursor;

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use zeroize::Zeroizing;

use super::{Applied, Credential, Credentials, Item, Secret, Stage, Turn, json};
use crate::failure::{Failure, Kind, Result};

/// The most one item may hold, in bytes. Windows takes 2,560.
const LIMIT: usize = 2400;

/// The version of a text that holds values and nothing else.
const PLAIN: u32 = 1;

/// The version of a text that also holds what was applied, or a rotation.
const VERSION: u32 = 2;

/// The text of some credentials. What was applied is left out where there is no room for it: without it two sides can
/// still be compared.
///
/// # Errors
/// They do not fit into one item.
pub(super) fn write(item: &Item, credentials: &Credentials) -> Result<Zeroizing<Vec<u8>>> {
    let bare = || {
        let bare = |(name, credential): (&String, &Credential)| {
            (name.clone(), Credential { applied: BTreeMap::new(), ..credential.clone() })
        };
        fitted(&credentials.iter().map(bare).collect())
    };
    fitted(credentials).or_else(bare).ok_or_else(|| {
        Failure::new(Kind::Vault, format!("the credentials of {} do not fit into one item", item.name()))
            .because("together they take more than 2,400 bytes")
            .hint("shorten the longest value, such as a pasted certificate or key")
    })
}

/// The text, if it fits.
fn fitted(credentials: &Credentials) -> Option<Zeroizing<Vec<u8>>> {
    // A buffer of fixed size: one that grows would leave copies behind.
    let mut text = Zeroizing::new(vec![0; LIMIT]);
    let mut end = Cursor::new(text.as_mut_slice());
    let plain = credentials.values().all(|credential| credential.applied.is_empty() && credential.turn.is_none());
    let fields = credentials.iter().map(|(name, credential)| (name.clone(), Field::from(credential.clone())));
    let whole = Text { v: if plain { PLAIN } else { VERSION }, fields: fields.collect() };
    serde_json::to_writer(&mut end, &whole).ok()?;
    let length = usize::try_from(end.position()).unwrap_or(LIMIT);
    text.truncate(length);
    Some(text)
}

/// The credentials of a text.
///
/// # Errors
/// It is not such a text, or one of a later version.
pub(super) fn read(item: &Item, text: &[u8]) -> Result<Credentials> {
    let file = format!("item {} of the vault", item.name());
    let broken = |failure: Failure| {
        failure.hint("landfall did not write it, or something changed it; remove it there and enter it again")
    };
    let Version { v } = json::parse(text, &file, Kind::Vault).map_err(broken)?;
    if ![PLAIN, VERSION].contains(&v) {
        return Err(Failure::new(Kind::Vault, format!("the credentials of {} cannot be read", item.name()))
            .because("another version of landfall stored them")
            .hint("use the latest landfall"));
    }
    let text: Text = json::parse(text, &file, Kind::Vault).map_err(broken)?;
    Ok(text.fields.into_iter().map(|(name, field)| (name, field.into())).collect())
}

#[derive(Deserialize)]
struct Version {
    v: u32,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Text {
    v: u32,
    fields: BTreeMap<String, Field>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Field {
    value: Value,
    set: Timestamp,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    applied: BTreeMap<String, Applied>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    turn: Option<Turning>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Turning {
    stage: Stage,
    begun: i64,
    from: String,
    other: Value,
}

impl From<Credential> for Field {
    fn from(Credential { value, set, applied, turn }: Credential) -> Self {
        let turning = |Turn { stage, begun, environment, other }| Turning {
            stage,
            begun: begun.as_second(),
            from: environment,
            other: Value(other),
        };
        Self { value: Value(value), set, applied, turn: turn.map(turning) }
    }
}

impl From<Field> for Credential {
    fn from(Field { value: Value(value), set, applied, turn }: Field) -> Self {
        let turn = turn.map(|Turning { stage, begun, from, other: Value(other) }| Turn {
            stage,
            begun: Timestamp::from_second(begun).unwrap_or(set),
            environment: from,
            other,
        });
        Self { value, set, applied, turn }
    }
}

/// A secret on its way into or out of a keyring; the only one that can be serialised, and only here.
struct Value(Secret);

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[expect(clippy::disallowed_methods, reason = "the keyring is where the value is to rest")]
        self.0.open(|value| serializer.serialize_str(value))
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|value| Self(Secret::new(value)))
    }
}
