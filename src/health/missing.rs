//! A ConfigMap, a Secret or a key of one that is not there. The kubelet says it in a waiting message or in an Event.

use serde_json::Value;

use super::condition::text;
use super::finding::Finding;
use super::scene::Scene;
use super::{Cause, Trouble, say};
use crate::object::Object;

/// What is missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Lack {
    kind: &'static str,
    name: String,
    key: Option<String>,
}

impl Lack {
    /// Reads a text of the kubelet. `volume` is what the pod says of the volume it is about.
    pub(super) fn read(told: &str, volume: Option<&Value>) -> Option<Self> {
        let named = |kind, mark: &str| {
            let name = say::between(told, mark, "\" not found")?;
            (!name.contains('"')).then(|| Self { kind, name: say::bare(name).to_owned(), key: None })
        };
        named("Secret", "secret \"")
            .or_else(|| named("Secret", "secrets \""))
            .or_else(|| named("ConfigMap", "configmap \""))
            .or_else(|| named("ConfigMap", "configmaps \""))
            .or_else(|| Self::key_of_env(told))
            .or_else(|| Self::key_of_volume(told, volume?))
    }

    /// "couldn't find key K in Secret ns/name".
    fn key_of_env(told: &str) -> Option<Self> {
        let key = say::between(told, "couldn't find key ", " in ")?;
        let (kind, rest) = ["Secret", "ConfigMap"].iter().find_map(|kind| {
            let at = told.find(&format!(" in {kind} "))?;
            Some((*kind, &told[at + kind.len() + 5..]))
        })?;
        let name = rest.split([' ', ',', '\n']).next()?;
        Some(Self { kind, name: say::bare(name).to_owned(), key: Some(key.to_owned()) })
    }

    /// "references non-existent config key: K".
    fn key_of_volume(told: &str, volume: &Value) -> Option<Self> {
        let at = told.find("references non-existent ")?;
        let key = told[at..].split_once("key: ")?.1.split_whitespace().next()?.trim_end_matches('.').to_owned();
        let of = |kind, pointer: &str| {
            let name = volume.pointer(pointer)?.as_str()?.to_owned();
            Some(Self { kind, name, key: Some(key.clone()) })
        };
        of("Secret", "/secret/secretName").or_else(|| of("ConfigMap", "/configMap/name"))
    }

    /// The same when it has come meanwhile.
    fn again(&self, cause: Cause, user: &str) -> Cause {
        let Self { kind, name, key } = self;
        let what = key.as_ref().map_or_else(|| format!("{kind} {name}"), |key| format!("key {key} of {kind} {name}"));
        cause
            .headline(format!("{what} was missing"))
            .sentence(format!("{user} waited for {what}, which is there by now; the pod tries again by itself."))
            .next("nothing to do")
    }

    /// The finding of a pod that needs it.
    pub(super) fn finding(&self, pod: &Object, user: &str, scene: &Scene<'_>) -> Finding {
        let Self { kind, name, key } = self;
        let trouble = Trouble::Missing { kind: (*kind).to_owned(), name: name.clone(), key: key.clone() };
        let cause = Cause::new(trouble, pod.key());
        let there = scene.find(kind, pod.namespace(), name);
        if let Some(key) = key {
            let keys = there.map(keys).unwrap_or_default();
            let cause = cause
                .headline(format!("key {key} is missing in {kind} {name}"))
                .sentence(format!("{user} needs key {key} of {kind} {name}, which has no such key."))
                .next(match nearest(key, keys.iter().map(String::as_str)) {
                    Some(near) => format!("add key {key} to {kind} {name}, or use {near}, which is there"),
                    None => format!("add key {key} to {kind} {name}"),
                });
            let cured = keys.iter().any(|k| k == key);
            return if cured { Finding::waiting(self.again(cause, user)) } else { Finding::fatal(cause) };
        }
        let near = nearest(name, scene.of_kind(kind, pod.namespace()).iter().map(|o| o.name()));
        let cause = cause
            .headline(format!("{kind} {name} does not exist"))
            .sentence(format!("{user} needs {kind} {name}, which does not exist."))
            .next(match near {
                Some(near) => format!("create {kind} {name}, or use {near}, which is there"),
                None => format!("create {kind} {name}"),
            });
        if scene.knows(kind, pod.namespace(), name) {
            Finding::waiting(self.again(cause, user))
        } else {
            Finding::fatal(cause)
        }
    }
}

fn keys(object: &Object) -> Vec<String> {
    let maps = ["/data", "/stringData", "/binaryData"].into_iter().filter_map(|at| object.at(at)?.as_object());
    maps.flat_map(|map| map.keys().cloned()).collect()
}

fn nearest<'n>(wanted: &str, there: impl Iterator<Item = &'n str>) -> Option<String> {
    let there: Vec<&str> = there.filter(|name| *name != wanted).collect();
    similar::get_close_matches(wanted, &there, 1, 0.75).first().map(|near| (*near).to_owned())
}

/// The volume of a pod with a name.
pub(super) fn volume<'a>(pod: &'a Object, name: &str) -> Option<&'a Value> {
    pod.list("/spec/volumes").iter().find(|volume| text(volume, "name") == name)
}
