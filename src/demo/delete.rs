//! Deleting: preconditions, grace, finalizers and what happens to dependents.

use serde_json::{Value, json};

use super::clock;
use super::kinds::Kind;
use super::pick;
use super::status::Refusal;
use super::store::{Object, Store};
use super::write::{Mode, Write};

/// What becomes of the objects that an object owns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Propagation {
    Background,
    Foreground,
    Orphan,
}

impl Propagation {
    /// The finalizer that lets the garbage collector do its work first.
    const fn finalizer(self) -> Option<&'static str> {
        match self {
            Self::Background => None,
            Self::Foreground => Some(FOREGROUND),
            Self::Orphan => Some(ORPHAN),
        }
    }
}

/// Dependents go first.
pub(super) const FOREGROUND: &str = "foregroundDeletion";
/// Dependents stay.
pub(super) const ORPHAN: &str = "orphan";

/// DELETE. Answers the object while it is still going, a `Status` once it is gone.
///
/// # Errors
/// 404, and 409 where a precondition does not hold.
pub(super) fn delete(store: &mut Store, write: &Write, options: &Value) -> Result<Value, Refusal> {
    let Some(live) = store.get(write.kind, &write.namespace, &write.name) else {
        return Err(Refusal::not_found(write.kind, &write.name));
    };
    preconditions(write, &live, options)?;
    let propagation = match pick::text(options, "/propagationPolicy") {
        "Foreground" => Propagation::Foreground,
        "Orphan" => Propagation::Orphan,
        _ => Propagation::Background,
    };
    let mut dying = Value::clone(&live);
    if let Some(finalizer) = propagation.finalizer() {
        add_finalizer(&mut dying, finalizer);
    }
    let grace = grace(write.kind, &dying, options);
    let waits = grace > 0
        || !pick::list(&dying, "/metadata/finalizers").is_empty()
        || (write.kind.name == "Namespace" && !pick::list(&dying, "/spec/finalizers").is_empty());
    if waits {
        mark(write.kind, &mut dying, grace);
        if write.mode == Mode::Real && dying != *live {
            return Ok(Value::clone(&store.put(write.kind, dying)));
        }
        return Ok(dying);
    }
    if write.mode == Mode::Real {
        store.remove(write.kind, &write.namespace, &write.name);
    }
    // Kinds whose storage returns what it deleted (`ReturnDeletedObject`).
    if ["Pod", "Service", "ServiceAccount", "PersistentVolumeClaim"].contains(&write.kind.name) {
        return Ok(dying);
    }
    Ok(gone(write.kind, &live))
}

fn preconditions(write: &Write, live: &Object, options: &Value) -> Result<(), Refusal> {
    let wanted = pick::text(options, "/preconditions/uid");
    if !wanted.is_empty() && wanted != pick::uid(live) {
        let why = format!(
            "the UID in the precondition ({wanted}) does not match the UID in record ({}). The object might have been \
             deleted and then recreated",
            pick::uid(live)
        );
        return Err(Refusal::conflict(write.kind, &write.name, &why));
    }
    let wanted = pick::text(options, "/preconditions/resourceVersion");
    let version = pick::text(live, "/metadata/resourceVersion");
    if !wanted.is_empty() && wanted != version {
        let why = format!(
            "the ResourceVersion in the precondition ({wanted}) does not match the ResourceVersion in record \
             ({version}). The object might have been modified"
        );
        return Err(Refusal::conflict(write.kind, &write.name, &why));
    }
    Ok(())
}

/// Seconds a pod that runs on a node gets; 0 for everything else.
fn grace(kind: &Kind, object: &Value, options: &Value) -> i64 {
    let ended = ["Succeeded", "Failed"].contains(&pick::text(object, "/status/phase"));
    if kind.name != "Pod" || pick::text(object, "/spec/nodeName").is_empty() || ended {
        return 0;
    }
    let asked = options.pointer("/gracePeriodSeconds").and_then(Value::as_i64);
    asked.unwrap_or_else(|| pick::number(object, "/spec/terminationGracePeriodSeconds"))
}

fn mark(kind: &Kind, object: &mut Value, grace: i64) {
    if !pick::dying(object) {
        pick::set(object, "/metadata/deletionTimestamp", clock::after(grace));
        pick::set(object, "/metadata/deletionGracePeriodSeconds", grace);
        if pick::has(object, "/metadata/generation") {
            let generation = pick::number(object, "/metadata/generation");
            pick::set(object, "/metadata/generation", generation + 1);
        }
    }
    if kind.name == "Namespace" {
        pick::set(object, "/status/phase", "Terminating");
    }
}

fn add_finalizer(object: &mut Value, finalizer: &str) {
    let mut finalizers = pick::list(object, "/metadata/finalizers").to_vec();
    if !finalizers.iter().any(|known| known == finalizer) {
        finalizers.push(json!(finalizer));
        pick::set(object, "/metadata/finalizers", finalizers);
    }
}

fn gone(kind: &Kind, object: &Value) -> Value {
    let mut details = json!({"name": pick::name(object), "kind": kind.plural, "uid": pick::uid(object)});
    if !kind.group.is_empty() {
        details["group"] = json!(kind.group);
    }
    json!({"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "details": details})
}
