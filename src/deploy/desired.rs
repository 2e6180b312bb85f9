//! What an environment should look like: the module's objects with the engine's own marks.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};
use zeroize::Zeroizing;

use super::Session;
use crate::failure::Result;
use crate::module::{Rendered, SecretData};
use crate::object::Object;
use crate::plan::wave;
use crate::project::{Environment, Project};
use crate::release::{CONFIG, Release, SHARED_MANAGER};
use crate::secret::{Credentials, Digest};

/// One object on its way to the cluster.
#[derive(Debug, Clone)]
pub(super) struct Load {
    /// The object as it is sent, but for the values of a Secret.
    pub(super) object: Object,
    /// The values of a Secret.
    pub(super) data: SecretData,
    /// Which credentials went into which key of a Secret.
    pub(super) fields: BTreeMap<String, Vec<String>>,
    /// Which value a field came from, by JSON pointer.
    pub(super) sources: BTreeMap<String, String>,
    /// Whether other environments use it.
    pub(super) shared: bool,
    /// Its field manager.
    pub(super) manager: String,
    /// Its wave.
    pub(super) wave: usize,
}

impl Session {
    /// Renders an environment and puts the engine's marks on: labels, and on pod templates a keyed digest of what the
    /// pods read. Without a digest it says that it is set at apply.
    ///
    /// # Errors
    /// A value or template is wrong, or a credential is missing.
    pub(super) fn desired(
        &self,
        project: &Project,
        environment: &Environment,
        credentials: &Credentials,
        key: Option<&Digest>,
    ) -> Result<Vec<Load>> {
        let module = &self.inner.module;
        let values = module.settle(project, &environment.name)?;
        let scene = module.scene(project, environment, &values, credentials);
        let rendered = module.render(&scene, &self.inner.digest)?;
        let release = self.release(project, environment);
        let marks: Vec<Option<String>> =
            rendered.iter().map(|item| reads(&item.object).map(|names| mark(&names, &rendered, key))).collect();
        let mut loads = rendered
            .into_iter()
            .zip(marks)
            .map(|(item, mark)| load(item, mark, &release))
            .collect::<Result<Vec<_>>>()?;
        loads.sort_by_key(|load| load.wave);
        Ok(loads)
    }
}

fn load(item: Rendered, mark: Option<String>, release: &Release) -> Result<Load> {
    let object = item.object.with(|value| {
        if !item.shared {
            release.labels().into_iter().for_each(|(name, text)| set(value, &["metadata", "labels", name], text));
        }
        if let Some(mark) = mark {
            set(value, &["spec", "template", "metadata", "annotations", CONFIG], &mark);
        }
    })?;
    Ok(Load {
        manager: if item.shared { SHARED_MANAGER.to_owned() } else { release.manager() },
        wave: wave(object.key()),
        object,
        data: item.data,
        fields: item.fields,
        sources: item.sources,
        shared: item.shared,
    })
}

/// Puts a text at a path of mappings; what is no mapping on the way becomes one.
fn set(value: &mut Value, path: &[&str], text: &str) {
    let mut at = value;
    for name in path {
        if !at.is_object() {
            *at = Value::Object(Map::new());
        }
        at = &mut at[*name];
    }
    *at = Value::from(text);
}

/// The ConfigMaps and Secrets that the containers of a workload read, if it keeps pods running. Every run of a Job reads
/// them anew, and its template cannot change.
fn reads(object: &Object) -> Option<BTreeSet<(&'static str, String)>> {
    let spec = object.at("/spec/template/spec").filter(|_| object.kind() != "Job")?;
    let mut found = BTreeSet::new();
    collect(spec, &mut found);
    Some(found)
}

/// Whether a workload that keeps pods running reads a Secret.
pub(super) fn reads_secret(object: &Object, name: &str) -> bool {
    reads(object).is_some_and(|names| names.contains(&("Secret", name.to_owned())))
}

fn collect(value: &Value, found: &mut BTreeSet<(&'static str, String)>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| collect(item, found)),
        Value::Object(map) => {
            for (name, value) in map {
                let named = |field: &str| value.get(field).and_then(Value::as_str).map(str::to_owned);
                let hit = match name.as_str() {
                    "configMapRef" | "configMapKeyRef" | "configMap" => named("name").map(|name| ("ConfigMap", name)),
                    "secretRef" | "secretKeyRef" => named("name").map(|name| ("Secret", name)),
                    "secret" => named("secretName").or_else(|| named("name")).map(|name| ("Secret", name)),
                    _ => None,
                };
                found.extend(hit);
                collect(value, found);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// The keyed digest of everything that the named ConfigMaps and Secrets hold.
fn mark(names: &BTreeSet<(&'static str, String)>, rendered: &[Rendered], key: Option<&Digest>) -> String {
    let Some(key) = key else { return "(set at apply)".to_owned() };
    let mut bytes = Zeroizing::new(Vec::with_capacity(64 * 1024));
    for (kind, name) in names {
        let Some(item) = rendered.iter().find(|r| r.object.kind() == *kind && r.object.name() == name) else {
            continue;
        };
        bytes.extend_from_slice(format!("\0{kind}\0{name}\0").as_bytes());
        let plain = item.object.at("/data").filter(|_| *kind == "ConfigMap").map(Value::to_string).unwrap_or_default();
        bytes.extend_from_slice(plain.as_bytes());
        for (key, secret) in &item.data {
            bytes.extend_from_slice(format!("\0{key}\0").as_bytes());
            #[expect(clippy::disallowed_methods, reason = "goes into a keyed digest and is wiped")]
            secret.open(|value| bytes.extend_from_slice(value.as_bytes()));
        }
    }
    key.hex(&bytes)
}
