//! Objects on their way in: cleaned, and with every secret value replaced by a fingerprint, before anyone else sees them.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};

use super::userinfo::{replace, without_userinfo};
use crate::failure::Result;
use crate::object::{Fingerprint, Object, clean_value, visible_value};
use crate::secret::Digest;

/// The annotation of `kubectl apply` that holds the whole object, secrets included.
const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// Our own annotation on pod templates: a digest of what the pods read.
const CONFIG: &str = "landfall.dev/config";

/// Ends of words that say that a value is secret.
const SIGNS: [&str; 9] =
    ["password", "passwd", "passphrase", "pwd", "secret", "token", "credential", "dockerconfigjson", "dockercfg"];

/// The same in two words.
const PAIRS: [&str; 6] = ["privatekey", "apikey", "accesskey", "secretkey", "signingkey", "encryptionkey"];

/// Ends of names that only say where a secret lies, or how it is treated.
const PLACES: [&str; 20] = [
    "path",
    "file",
    "dir",
    "name",
    "ref",
    "ttl",
    "seconds",
    "minutes",
    "timeout",
    "expiration",
    "url",
    "uri",
    "endpoint",
    "enabled",
    "length",
    "type",
    "policy",
    "review",
    "reviews",
    "reviewer",
];

/// Takes objects in.
#[derive(Debug, Clone)]
pub struct Ingest {
    digest: Digest,
}

/// Whether a name says that its value is secret (`DB_PASSWORD`), not where one lies (`TOKEN_FILE`).
pub fn names_a_secret(name: &str) -> bool {
    let words = words(name);
    let whole = words.concat();
    let says = |word: &String| {
        let word = word.trim_end_matches(|c: char| c.is_ascii_digit());
        let one = word.strip_suffix('s').unwrap_or(word);
        word == "pass" || SIGNS.iter().any(|sign| word.ends_with(sign) || one.ends_with(sign))
    };
    let secret = words.iter().any(says) || PAIRS.iter().any(|pair| whole.contains(pair));
    // `PWD` is where a process stands.
    secret && whole != "pwd" && whole != "oldpwd" && !PLACES.iter().any(|place| whole.ends_with(place))
}

/// The words of a name in lower case: `db_password`, `db-password` and `dbPassword` are two.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut before = ' ';
    for c in name.chars() {
        if !c.is_ascii_alphanumeric() || c.is_ascii_uppercase() && !before.is_ascii_uppercase() {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut().filter(|_| c.is_ascii_alphanumeric()) {
            word.push(c.to_ascii_lowercase());
        }
        before = c;
    }
    words
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

    /// Takes an object in as it stands, to be compared: values that differ still do, whatever is hidden in them. Only
    /// its status and Events are texts to read and nothing else.
    ///
    /// # Errors
    /// When it is not a Kubernetes object.
    pub fn object(&self, mut value: Value) -> Result<Object> {
        self.mask(&mut value);
        if value.get("kind").and_then(Value::as_str) == Some("Event") {
            read(&mut value);
        }
        if let Some(status) = value.get_mut("status") {
            read(status);
        }
        self.strings(&mut value);
        visible_value(&mut value);
        Object::new(value)
    }

    /// Takes an object in without what only a plan needs: field managers and annotations, and without what is long in
    /// every pod and tells nothing of how it is.
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
        match value.get("kind").and_then(Value::as_str) {
            Some("Pod") => shorten_pod(&mut value),
            Some("Event") => leave_out(Some(&mut value), &EVENT_NOISE),
            Some(_) | None => {}
        }
        self.mask(&mut value);
        read(&mut value);
        Object::new(value)
    }

    fn mask(&self, value: &mut Value) {
        match value.get("kind").and_then(Value::as_str) {
            Some("Secret") => self.secret(value),
            Some("ConfigMap") => {
                for field in ["data", "binaryData"] {
                    if let Some(data) = value.get_mut(field).and_then(Value::as_object_mut) {
                        self.named(data);
                    }
                }
            }
            _ => {}
        }
        self.inside(value);
    }

    /// Values of a Secret; what is not base64 is taken as it stands.
    fn secret(&self, value: &mut Value) {
        for field in ["data", "stringData"] {
            let Some(data) = value.get_mut(field).and_then(Value::as_object_mut) else { continue };
            for item in data.values_mut().filter(|item| !item.is_null()) {
                let text = item.as_str().map_or_else(|| item.to_string(), str::to_owned);
                if Fingerprint::parse(&text).is_some() {
                    continue;
                }
                let bytes = match field {
                    "data" => STANDARD.decode(&text).unwrap_or_else(|_| text.into_bytes()),
                    _ => text.into_bytes(),
                };
                *item = Value::String(self.digest.fingerprint(&bytes).to_string());
            }
        }
    }

    fn named(&self, data: &mut Map<String, Value>) {
        data.iter_mut().filter(|(name, _)| names_a_secret(name)).for_each(|(_, value)| self.hide(value));
    }

    /// Annotations and `env: [{name: DB_PASSWORD, value: …}]`, wherever they stand: pod templates have both.
    fn inside(&self, value: &mut Value) {
        match value {
            Value::Array(items) => items.iter_mut().for_each(|item| self.inside(item)),
            Value::Object(map) => {
                if let Some(annotations) = map.get_mut("annotations").and_then(Value::as_object_mut) {
                    self.annotations(annotations);
                }
                if let Some(env) = map.get_mut("env").and_then(Value::as_array_mut) {
                    for item in env.iter_mut().filter_map(Value::as_object_mut) {
                        let secret = item.get("name").and_then(Value::as_str).is_some_and(names_a_secret);
                        if let Some(value) = item.get_mut("value").filter(|_| secret) {
                            self.hide(value);
                        }
                    }
                }
                map.values_mut().for_each(|value| self.inside(value));
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }

    fn annotations(&self, annotations: &mut Map<String, Value>) {
        if let Some(text) = annotations.get_mut(LAST_APPLIED) {
            self.hide(text);
        }
        // Before it is a digest, it says in words that it is set at apply.
        let is_digest = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        if let Some(text) = annotations.get_mut(CONFIG).filter(|value| value.as_str().is_some_and(is_digest)) {
            self.hide(text);
        }
    }

    fn hide(&self, value: &mut Value) {
        if let Some(text) = value.as_str()
            && !text.is_empty()
            && Fingerprint::parse(text).is_none()
        {
            *value = Value::String(self.digest.fingerprint(text.as_bytes()).to_string());
        }
    }

    /// Private keys, and users and passwords of URLs, in whatever text they stand.
    fn strings(&self, value: &mut Value) {
        match value {
            Value::String(text) => {
                if text.contains("PRIVATE KEY-----") {
                    self.hide(value);
                } else if text.contains("://") && text.contains('@') {
                    *text = replace(text, &|found| self.digest.fingerprint(found.as_bytes()).to_string());
                }
            }
            Value::Array(items) => items.iter_mut().for_each(|item| self.strings(item)),
            Value::Object(map) => map.values_mut().for_each(|value| self.strings(value)),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
}

/// What the API server puts into every pod and nobody here reads; of thousands of pods, this is half.
const SPEC_NOISE: [&str; 8] = [
    "dnsPolicy",
    "enableServiceLinks",
    "preemptionPolicy",
    "priority",
    "schedulerName",
    "serviceAccount",
    "serviceAccountName",
    "tolerations",
];
const STATUS_NOISE: [&str; 3] = ["hostIPs", "podIPs", "qosClass"];
const CONTAINER_NOISE: [&str; 3] = ["terminationMessagePath", "terminationMessagePolicy", "volumeMounts"];

/// The same of an Event.
const EVENT_NOISE: [&str; 5] = ["action", "reportingComponent", "reportingController", "reportingInstance", "source"];

fn leave_out(part: Option<&mut Value>, names: &[&str]) {
    if let Some(map) = part.and_then(Value::as_object_mut) {
        map.retain(|name, _| !names.contains(&name.as_str()));
    }
}

fn shorten_pod(pod: &mut Value) {
    leave_out(pod.get_mut("metadata"), &["generateName"]);
    leave_out(pod.get_mut("spec"), &SPEC_NOISE);
    leave_out(pod.get_mut("status"), &STATUS_NOISE);
    for list in ["/spec/containers", "/spec/initContainers"] {
        let containers = pod.pointer_mut(list).and_then(Value::as_array_mut);
        containers.into_iter().flatten().for_each(|container| leave_out(Some(container), &CONTAINER_NOISE));
    }
    if let Some(volumes) = pod.pointer_mut("/spec/volumes").and_then(Value::as_array_mut) {
        // The admission plugin ServiceAccount names its volume so.
        let own = |volume: &Value| volume["name"].as_str().is_some_and(|name| name.starts_with("kube-api-access-"));
        volumes.retain(|volume| !own(volume));
    }
}

/// Texts that are only read: users and passwords of URLs go without a trace, and the rest is cleaned.
fn read(value: &mut Value) {
    bare(value);
    clean_value(value);
}

fn bare(value: &mut Value) {
    match value {
        Value::String(text) => {
            if text.contains("://") && text.contains('@') {
                *text = without_userinfo(text);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(bare),
        Value::Object(map) => map.values_mut().for_each(bare),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
