//! Credentials from one JSON object on standard input, read once and read-only.
//!
//! `{"dev": {"pgsql.password": "…", "mlflow": {"password": "…"}}, "shared": {…}}`

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fmt;
use std::io::Read;

use jiff::Timestamp;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};
use zeroize::Zeroizing;

use super::{Credential, Credentials, Health, Item, Known, Secret, Standing, Vault, VaultKind, json};
use crate::failure::{Failure, Kind, Result};

/// The most that is read, in bytes; a megabyte of credentials is a mistake.
const LIMIT: u64 = 1 << 20;

/// What places call it.
const NAME: &str = "standard input";

/// What standard input said, as a vault. The key of a shared item is `shared`.
#[derive(Debug)]
pub struct Stdin(BTreeMap<String, Credentials>);

impl Stdin {
    /// Reads everything the reader has.
    ///
    /// # Errors
    /// It cannot be read, is too large, is not JSON of this shape, or names an environment or field that is not known.
    pub fn read(known: &Known, reader: impl Read) -> Result<Self> {
        // Reserved at once: a buffer that grows leaves copies behind.
        let mut text = Zeroizing::new(Vec::with_capacity(64 << 10));
        reader.take(LIMIT + 1).read_to_end(&mut text).map_err(|error| {
            Failure::new(Kind::Vault, "standard input cannot be read").because(error.kind().to_string())
        })?;
        if text.len() as u64 > LIMIT {
            return Err(Failure::input("standard input holds more than credentials").because("it is over 1 MiB"));
        }
        if text.trim_ascii().is_empty() {
            return Err(shape(Failure::input("standard input holds no credentials").because("it is empty")));
        }
        let said: Node = json::parse(&text, NAME, Kind::Input).map_err(shape)?;
        let set = Timestamp::now();
        let mut items = BTreeMap::new();
        for (environment, node) in said.group("the whole")? {
            if environment != "shared" && !known.environments.contains(&environment) {
                return Err(Failure::input(format!("standard input names an unknown environment, {environment}"))
                    .because(format!("the project has {}, and shared", known.environments.join(", "))));
            }
            let mut values = BTreeMap::new();
            Node::Group(node.group(&environment)?).flatten("", &mut values)?;
            if let Some(stray) = values.keys().find(|name| !known.fields.contains(name)) {
                return Err(Failure::input(format!("standard input names an unknown credential, {stray}"))
                    .because(format!("it stands in {environment}; the module asks for {}", known.fields.join(", "))));
            }
            values.retain(|_, value: &mut Secret| !value.is_empty());
            let credentials = values.into_iter().map(|(name, value)| (name, Credential::new(value, set))).collect();
            if items.contains_key(&environment) {
                return Err(twice(&environment));
            }
            items.insert(environment, credentials);
        }
        Ok(Self(items))
    }
}

impl Vault for Stdin {
    fn standing(&mut self) -> Standing {
        Standing { kind: VaultKind::Stdin, name: NAME.to_owned(), health: Health::Ready, writable: false }
    }

    fn read(&mut self, item: &Item) -> Result<Credentials> {
        let key = item.environment.as_deref().unwrap_or("shared");
        Ok(self.0.get(key).cloned().unwrap_or_default())
    }

    fn write(&mut self, _: &Item, _: &Credentials) -> Result<()> {
        Err(refusal())
    }

    fn remove(&mut self, _: &Item) -> Result<()> {
        Err(refusal())
    }
}

fn refusal() -> Failure {
    Failure::new(Kind::Vault, "credentials from standard input cannot be changed from here")
        .hint("change what is piped in")
        .hint("use a vault that takes values: --vault keyring or memory")
}

fn shape(failure: Failure) -> Failure {
    failure.hint(r#"pipe in one object: {"dev": {"pgsql.password": "…"}, "shared": {"registry.token": "…"}}"#)
}

fn twice(name: &str) -> Failure {
    Failure::input(format!("standard input says {name} twice"))
}

/// A value, or a group of them.
enum Node {
    Value(Secret),
    /// In the order said, so that what is said twice is seen.
    Group(Vec<(String, Node)>),
}

impl Node {
    fn group(self, name: &str) -> Result<Vec<(String, Self)>> {
        match self {
            Self::Group(group) => Ok(group),
            Self::Value(_) => Err(shape(
                Failure::input("standard input is not of the form asked for")
                    .because(format!("{name} is a text where an object belongs")),
            )),
        }
    }

    fn flatten(self, name: &str, into: &mut BTreeMap<String, Secret>) -> Result<()> {
        match self {
            Self::Value(value) => match into.entry(name.to_owned()) {
                Entry::Vacant(place) => {
                    place.insert(value);
                    Ok(())
                }
                Entry::Occupied(_) => Err(twice(name)),
            },
            Self::Group(nodes) => nodes.into_iter().try_for_each(|(key, node)| {
                let name = if name.is_empty() { key } else { format!("{name}.{key}") };
                node.flatten(&name, into)
            }),
        }
    }
}

// By hand, since an untagged enum would buffer the values in memory that nobody wipes.
impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;

        impl<'de> Visitor<'de> for Either {
            type Value = Node;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("text or an object")
            }

            fn visit_str<E: Error>(self, value: &str) -> Result<Node, E> {
                Ok(Node::Value(Secret::new(value)))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Node, A::Error> {
                let mut group = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    group.push(entry);
                }
                Ok(Node::Group(group))
            }
        }

        deserializer.deserialize_any(Either)
    }
}
