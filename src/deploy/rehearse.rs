//! One object through the server's dry run, and what its answer means for the plan.

use super::TakeOver;
use super::desired::Load;
use crate::cluster::{Cluster, Held, Need, Order, Refusal};
use crate::object::Object;
use crate::plan::{Rehearsal, Subject};
use crate::release::{Release, SHARED_MANAGER};

/// One object and what is known of it.
pub(super) struct Way<'a> {
    pub(super) load: &'a Load,
    pub(super) live: Option<&'a Object>,
    pub(super) others: Vec<String>,
}

/// Sends dry runs for one environment.
pub(super) struct Rehearser<'a> {
    cluster: &'a Cluster,
    release: &'a Release,
    loads: &'a [Load],
    take: &'a TakeOver,
}

impl<'a> Rehearser<'a> {
    pub(super) fn new(cluster: &'a Cluster, release: &'a Release, loads: &'a [Load], take: &'a TakeOver) -> Self {
        Self { cluster, release, loads, take }
    }

    /// The subject of one object.
    ///
    /// # Errors
    /// When the server does not answer; whatever it answers is part of the subject.
    pub(super) async fn subject(&self, way: Way<'_>) -> Result<Subject, Refusal> {
        let Way { load, live, others } = way;
        let masked = |object: &Object| self.cluster.ingest().object(object.value().clone()).map_err(|_| garbled());
        let desired = masked(&load.object)?;
        let user = self.release.user_label();
        let joins = load.shared && live.is_none_or(|live| live.label(&user).is_none());
        let rehearsal = match self.namespace(load, live).await? {
            Some(rehearsal) => rehearsal,
            None => self.rehearse(load, &desired, live).await?,
        };
        Ok(Subject { desired, live: live.cloned(), rehearsal, shared_with: others, joins })
    }

    /// A Namespace that exists and may not be changed is left alone; one that is missing and may not be made blocks.
    async fn namespace(&self, load: &Load, live: Option<&Object>) -> Result<Option<Rehearsal>, Refusal> {
        let key = load.object.key();
        if key.kind != "Namespace" {
            return Ok(None);
        }
        let verb = if live.is_some() { "patch" } else { "create" };
        let need = Need {
            verb: verb.to_owned(),
            group: String::new(),
            resource: "namespaces".to_owned(),
            namespace: None,
            name: Some(key.name.clone()),
        };
        if self.cluster.missing(&[need]).await?.is_empty() {
            return Ok(None);
        }
        Ok(Some(if live.is_some() {
            Rehearsal::LeftAlone("It exists, and your rights do not let you change it.".to_owned())
        } else {
            Rehearsal::Refused {
                words: "it is missing and your rights do not let you make it".to_owned(),
                sentence: format!("Namespace {} is missing and you may not make it.", key.name),
                next: format!("Ask an administrator to run: kubectl create namespace {}", key.name),
                pointer: None,
            }
        }))
    }

    async fn rehearse(&self, load: &Load, desired: &Object, live: Option<&Object>) -> Result<Rehearsal, Refusal> {
        let uid = live.and_then(Object::uid);
        let force = *self.take == TakeOver::Everything || load.manager == SHARED_MANAGER;
        let order = Order { object: &load.object, data: &load.data, manager: &load.manager, force, uid };
        match self.cluster.rehearse(order).await {
            Ok(answer) => valid(answer.object, answer.warnings, desired),
            Err(Refusal::Conflict(held)) => {
                let held = really_held(held, desired, live);
                if held.iter().any(|held| !self.take.takes(load.object.key(), &held.field)) {
                    return Ok(conflict(load, held));
                }
                // Only placeholders were in the way, where the real values are the same, or what is taken over.
                match self.cluster.rehearse(Order { force: true, ..order }).await {
                    Ok(answer) => valid(answer.object, answer.warnings, desired),
                    Err(refusal) => self.refused(load, refusal),
                }
            }
            Err(refusal) => self.refused(load, refusal),
        }
    }

    fn refused(&self, load: &Load, refusal: Refusal) -> Result<Rehearsal, Refusal> {
        let key = load.object.key();
        let words = refusal.words();
        let planned = |kind: &str, name: &str| {
            self.loads.iter().any(|other| other.object.kind() == kind && other.object.name() == name)
        };
        let refused = |sentence: String, next: &str, pointer: Option<String>| Rehearsal::Refused {
            words: words.clone(),
            sentence,
            next: next.to_owned(),
            pointer,
        };
        Ok(match refusal {
            Refusal::NoContact { .. } | Refusal::Busy { .. } | Refusal::Unauthorized | Refusal::Expired => {
                return Err(refusal);
            }
            Refusal::NamespaceMissing(name) if planned("Namespace", &name) => {
                Rehearsal::Unseen(format!("namespace {name} is created first"))
            }
            Refusal::NamespaceMissing(name) => refused(
                format!("Namespace {name} is missing, and this module does not make it."),
                &format!("Make it: kubectl create namespace {name}"),
                None,
            ),
            Refusal::NamespaceTerminating(_) => refused(
                format!("The namespace of {key} is being deleted."),
                "Wait until it is gone, then plan again.",
                None,
            ),
            Refusal::NoSuchKind if self.loads.iter().any(|other| other.object.kind() == "CustomResourceDefinition") => {
                Rehearsal::Unseen(format!("the kind {} is installed first", key.kind))
            }
            Refusal::NoSuchKind => refused(
                format!("The cluster has no kind {} in {}.", key.kind, key.api),
                "Install the CustomResourceDefinition it belongs to, then plan again.",
                None,
            ),
            Refusal::Immutable(_) if never_replaced(&key.kind) => refused(
                format!("{key} would have to be deleted and made anew, and with it what it holds."),
                "Do that by hand if it is meant, then plan again.",
                None,
            ),
            Refusal::Immutable(words) => Rehearsal::Immutable(words),
            Refusal::Invalid { field, message } => refused(
                format!("The server does not accept {key}: {}.", message.trim_end_matches('.')),
                "Change the value or the template it comes from, then plan again.",
                field.as_deref().map(pointer),
            ),
            Refusal::UnknownField(message) => refused(
                format!("{key} does not fit its kind: {message}."),
                "Correct the template, then plan again.",
                None,
            ),
            // The API server does not call such a webhook in a dry run; what it says comes at apply.
            Refusal::Denied(message) if message.contains("support dry run") => {
                Rehearsal::Unseen("a webhook cannot be asked before".to_owned())
            }
            Refusal::Denied(message) => refused(
                format!("A rule of the cluster forbids {key}: {message}."),
                "Meet the rule, or ask whoever made it.",
                None,
            ),
            Refusal::Forbidden(message) => refused(
                format!("You may not apply {key}: {message}."),
                "Ask an administrator for this right, or use another context.",
                None,
            ),
            Refusal::Stale(_) | Refusal::Missing => {
                refused(format!("{key} changed while it was looked at."), "Plan again.", None)
            }
            Refusal::Conflict(held) => conflict(load, held),
            Refusal::Trouble(message) => refused(
                format!("The server ran into trouble with {key}: {message}."),
                "Plan again; if it stays, look at the API server's log.",
                None,
            ),
        })
    }
}

fn garbled() -> Refusal {
    Refusal::Trouble("an object has no kind or name".to_owned())
}

/// The answer with the values a Secret would really have in the place of the placeholders.
fn valid(object: Object, warnings: Vec<String>, desired: &Object) -> Result<Rehearsal, Refusal> {
    let object = if desired.kind() == "Secret" {
        let data = desired.at("/data").and_then(serde_json::Value::as_object).cloned().unwrap_or_default();
        object
            .with(|value| {
                if let Some(map) = value.get_mut("data").and_then(serde_json::Value::as_object_mut) {
                    map.extend(data);
                }
            })
            .map_err(|_| garbled())?
    } else {
        object
    };
    Ok(Rehearsal::Valid { object: Box::new(object), warnings })
}

/// What others hold with another value; a Secret's value was a placeholder in the dry run and is compared here.
fn really_held(held: Vec<Held>, desired: &Object, live: Option<&Object>) -> Vec<Held> {
    held.into_iter()
        .filter(|held| {
            let key = held.field.strip_prefix(".data.").filter(|_| desired.kind() == "Secret");
            let at = |object: Option<&Object>| key.and_then(|key| object?.at("/data")?.get(key).cloned());
            key.is_none() || at(Some(desired)) != at(live)
        })
        .collect()
}

fn conflict(load: &Load, held: Vec<Held>) -> Rehearsal {
    let foreign = held.iter().find(|held| {
        held.manager.starts_with("landfall:")
            || ["argocd", "kustomize-controller", "helm-controller"].iter().any(|name| held.manager.starts_with(name))
    });
    match foreign {
        Some(held) => Rehearsal::Refused {
            words: format!("{} is held by {}", held.field, held.manager),
            sentence: format!("{} is also managed by {}, which would undo this.", load.object.key(), held.manager),
            next: "Let only one of them manage it.".to_owned(),
            pointer: None,
        },
        None => Rehearsal::Held(held.into_iter().map(|held| (held.field, held.manager)).collect()),
    }
}

/// Kinds whose deletion takes data with it.
fn never_replaced(kind: &str) -> bool {
    matches!(
        kind,
        "PersistentVolumeClaim" | "PersistentVolume" | "Namespace" | "CustomResourceDefinition" | "StatefulSet"
    )
}

/// A field as the server writes it (`spec.ports[0].nodePort`, `data[init.py]`) as a JSON pointer.
pub(super) fn pointer(field: &str) -> String {
    let mut pointer = String::new();
    for (at, part) in field.trim_start_matches('.').split(['[', ']']).enumerate() {
        // Every second part stands in brackets, where a dot belongs to the key.
        let names: Vec<&str> = if at % 2 == 1 { vec![part] } else { part.split('.').collect() };
        for name in names.into_iter().filter(|name| !name.is_empty()) {
            pointer.push('/');
            pointer.push_str(&name.replace('~', "~0").replace('/', "~1"));
        }
    }
    pointer
}
