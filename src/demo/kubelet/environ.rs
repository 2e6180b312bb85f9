//! The environment of a container: read anew at each start, so that a changed Secret counts from then on.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::Value;

use crate::demo::kinds::{self, Kind};
use crate::demo::pick;
use crate::demo::store::{Object, Store};
use crate::demo::story::Print;

/// Variables by name.
pub(super) type Environment = BTreeMap<String, String>;

/// Reads the environment of a container.
///
/// # Errors
/// What the kubelet says of an object or key that is not there.
pub(super) fn read(store: &Store, pod: &Value, container: &Value) -> Result<Environment, String> {
    let mut found = Environment::new();
    for source in pick::list(container, "/envFrom") {
        let prefix = pick::text(source, "/prefix");
        for (kind, field) in [(&kinds::CONFIG_MAP, "configMapRef"), (&kinds::SECRET, "secretRef")] {
            if let Some(object) = reference(store, pod, kind, source.get(field))? {
                let data = pick::map(&object, "/data").into_iter().flatten();
                found.extend(data.map(|(key, value)| (format!("{prefix}{key}"), text(kind, value))));
            }
        }
    }
    for variable in pick::list(container, "/env") {
        let value = match variable.get("valueFrom").filter(|from| !from.is_null()) {
            Some(from) => from_source(store, pod, from)?,
            None => Some(pick::text(variable, "/value").to_owned()),
        };
        if let Some(value) = value {
            found.insert(pick::text(variable, "/name").to_owned(), value);
        }
    }
    Ok(found)
}

fn from_source(store: &Store, pod: &Value, from: &Value) -> Result<Option<String>, String> {
    let sources = [(&kinds::CONFIG_MAP, "configMapKeyRef", "ConfigMap"), (&kinds::SECRET, "secretKeyRef", "Secret")];
    for (kind, field, name) in sources {
        let Some(selector) = from.get(field) else { continue };
        let Some(object) = reference(store, pod, kind, Some(selector))? else { return Ok(None) };
        let key = pick::text(selector, "/key");
        return match pick::map(&object, "/data").and_then(|data| data.get(key)) {
            Some(value) => Ok(Some(text(kind, value))),
            None if optional(selector) => Ok(None),
            None => Err(format!("couldn't find key {key} in {name} {}/{}", pick::namespace(pod), pick::name(&object))),
        };
    }
    let field = pick::text(from, "/fieldRef/fieldPath");
    Ok(Some(pick::text(pod, &format!("/{}", field.replace('.', "/"))).to_owned()))
}

fn optional(reference: &Value) -> bool {
    reference.get("optional") == Some(&Value::Bool(true))
}

/// The object a reference names; nothing where there is no reference, or it may be missing.
pub(super) fn reference(
    store: &Store,
    pod: &Value,
    kind: &Kind,
    reference: Option<&Value>,
) -> Result<Option<Object>, String> {
    let Some(reference) = reference else { return Ok(None) };
    let name = ["/name", "/secretName"].iter().map(|at| pick::text(reference, at)).find(|name| !name.is_empty());
    let name = name.unwrap_or_default();
    match store.get(kind, pick::namespace(pod), name) {
        Some(object) => Ok(Some(object)),
        None if optional(reference) => Ok(None),
        None => Err(format!("{} {name:?} not found", kind.name.to_lowercase())),
    }
}

fn text(kind: &Kind, value: &Value) -> String {
    let value = value.as_str().unwrap_or_default();
    if kind.name == "Secret" {
        let bytes = BASE64_STANDARD.decode(value).unwrap_or_default();
        return String::from_utf8_lossy(&bytes).into_owned();
    }
    value.to_owned()
}

/// The names of the Secrets a pod reads by environment or volume.
pub(super) fn secrets(pod: &Value) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let containers = pick::list(pod, "/spec/initContainers").iter().chain(pick::list(pod, "/spec/containers"));
    for container in containers {
        for source in pick::list(container, "/envFrom") {
            names.insert(pick::text(source, "/secretRef/name").to_owned());
        }
        for variable in pick::list(container, "/env") {
            names.insert(pick::text(variable, "/valueFrom/secretKeyRef/name").to_owned());
        }
    }
    for volume in pick::list(pod, "/spec/volumes") {
        names.insert(pick::text(volume, "/secret/secretName").to_owned());
    }
    names.remove("");
    names
}

/// A fingerprint of the data of these Secrets, whatever they are called.
pub(super) fn print(store: &Store, pod: &Value, names: &BTreeSet<String>) -> Print {
    let mut hasher = DefaultHasher::new();
    for name in names {
        let secret = store.get(&kinds::SECRET, pick::namespace(pod), name);
        secret.map(|secret| secret["data"].to_string()).hash(&mut hasher);
    }
    hasher.finish()
}
