//! Objects on their way in: cleaned, and with every secret value replaced by a fingerprint, before anyone else sees them.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};

use crate::failure::Result;
use crate::object::{Object, clean_value};
use crate::secret::Digest;

/// Annotations that hold whole objects, secrets included, or our own digests.
const MASKED_ANNOTATIONS: [&str; 2] = ["kubectl.kubernetes.io/last-applied-configuration", "landfall.dev/config"];

/// Parts of names whose values are secret.
const SIGNS: [&str; 9] =
    ["password", "passwd", "passphrase", "secret", "token", "credential", "privatekey", "apikey", "accesskey"];

/// Ends of names that only say where a secret lies, or how it is treated.
const PLACES: [&str; 9] = ["path", "file", "name", "ref", "ttl", "seconds", "url", "enabled", "length"];

/// Takes objects in.
#[derive(Debug, Clone)]
pub struct Ingest {
    digest: Digest,
}

/// Whether a name says that its value is secret (`DB_PASSWORD`), not where one lies (`TOKEN_FILE`).
pub fn names_a_secret(name: &str) -> bool {
    let name: String = name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
    SIGNS.iter().any(|sign| name.contains(sign)) && !PLACES.iter().any(|place| name.ends_with(place))
}

impl Ingest {
    /// An ingest whose fingerprints are made with this digest.
    pub fn new(digest: Digest) -> Self {
        Self { digest }
    }

    /// The digest behind the fingerprints.
    pub fn digest(&self) -> &Digest {
        &self.digest
    }

    /// Takes an object in as it stands.
    ///
    /// # Errors
    /// When it is not a Kubernetes object.
    pub fn object(&self, mut value: Value) -> Result<Object> {
        self.mask(&mut value);
        clean_value(&mut value);
        Object::new(value)
    }

    /// Takes an object in without what only a plan needs: field managers and annotations.
    ///
    /// # Errors
    /// When it is not a Kubernetes object.
    pub fn slim(&self, mut value: Value) -> Result<Object> {
        if let Some(metadata) = value.get_mut("metadata").and_then(Value::as_object_mut) {
            metadata.remove("managedFields");
            if let Some(annotations) = metadata.get_mut("annotations").and_then(Value::as_object_mut) {
                annotations.retain(|name, _| name == "deployment.kubernetes.io/revision");
            }
        }
        self.object(value)
    }

    fn mask(&self, value: &mut Value) {
        if let Some(annotations) = value.pointer_mut("/metadata/annotations").and_then(Value::as_object_mut) {
            for name in MASKED_ANNOTATIONS {
                if let Some(text) = annotations.get_mut(name) {
                    self.hide(text);
                }
            }
        }
        match value.get("kind").and_then(Value::as_str) {
            Some("Secret") => self.secret(value),
            Some("ConfigMap") => {
                if let Some(data) = value.get_mut("data").and_then(Value::as_object_mut) {
                    self.named(data);
                }
            }
            _ => {}
        }
        if let Some(spec) = value.get_mut("spec") {
            self.literals(spec);
        }
        userinfo(value);
    }

    /// Values of a Secret; what is not base64 is taken as it stands.
    fn secret(&self, value: &mut Value) {
        for field in ["data", "stringData"] {
            let Some(data) = value.get_mut(field).and_then(Value::as_object_mut) else { continue };
            for item in data.values_mut() {
                let Some(text) = item.as_str() else { continue };
                if crate::object::Fingerprint::parse(text).is_some() {
                    continue;
                }
                let bytes = match field {
                    "data" => STANDARD.decode(text).unwrap_or_else(|_| text.as_bytes().to_vec()),
                    _ => text.as_bytes().to_vec(),
                };
                *item = Value::String(self.digest.fingerprint(&bytes).to_string());
            }
        }
    }

    fn named(&self, data: &mut Map<String, Value>) {
        data.iter_mut().filter(|(name, _)| names_a_secret(name)).for_each(|(_, value)| self.hide(value));
    }

    /// `env: [{name: DB_PASSWORD, value: …}]`, wherever containers stand.
    fn literals(&self, value: &mut Value) {
        match value {
            Value::Array(items) => items.iter_mut().for_each(|item| self.literals(item)),
            Value::Object(map) => {
                if let Some(env) = map.get_mut("env").and_then(Value::as_array_mut) {
                    for item in env.iter_mut().filter_map(Value::as_object_mut) {
                        let secret = item.get("name").and_then(Value::as_str).is_some_and(names_a_secret);
                        if let Some(value) = item.get_mut("value").filter(|_| secret) {
                            self.hide(value);
                        }
                    }
                }
                map.values_mut().for_each(|value| self.literals(value));
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }

    fn hide(&self, value: &mut Value) {
        if let Some(text) = value.as_str()
            && !text.is_empty()
            && crate::object::Fingerprint::parse(text).is_none()
        {
            *value = Value::String(self.digest.fingerprint(text.as_bytes()).to_string());
        }
    }
}

/// Takes user and password out of every URL in a value: `postgresql://ann:pw@host` becomes `postgresql://●@host`.
fn userinfo(value: &mut Value) {
    match value {
        Value::String(text) => {
            if text.contains("://") && text.contains('@') {
                *text = without_userinfo(text);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(userinfo),
        Value::Object(map) => map.values_mut().for_each(userinfo),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// The text with user and password taken out of its URLs.
pub(super) fn without_userinfo(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("://") {
        let (head, tail) = rest.split_at(at + 3);
        out.push_str(head);
        let end = tail.find(['/', ' ', '\n', '"', '\'', '?', '#', ',']).unwrap_or(tail.len());
        let authority = &tail[..end];
        match authority.rfind('@') {
            Some(at) => {
                out.push('●');
                out.push_str(&authority[at..]);
            }
            None => out.push_str(authority),
        }
        rest = &tail[end..];
    }
    out.push_str(rest);
    out
}
