//! The garbage collector: dependents follow their owners, before or after them, or are set free.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::Controller;
use crate::demo::actor::MANAGER;
use crate::demo::cluster::Cluster;
use crate::demo::delete::{FOREGROUND, ORPHAN};
use crate::demo::kinds::{self, Kind};
use crate::demo::pick;
use crate::demo::store::{Object, Store};

pub(super) struct Garbage;

impl Controller for Garbage {
    /// Kinds that own others here, or are owned.
    const KINDS: &'static [&'static Kind] = &[
        &kinds::DEPLOYMENT,
        &kinds::REPLICA_SET,
        &kinds::STATEFUL_SET,
        &kinds::DAEMON_SET,
        &kinds::JOB,
        &kinds::CRON_JOB,
        &kinds::SERVICE,
        &kinds::POD,
        &kinds::ENDPOINT_SLICE,
    ];

    fn sync(&mut self, cluster: &Cluster) -> Option<f64> {
        cluster.with(collect);
        None
    }
}

fn collect(store: &mut Store) {
    let all: Vec<(&'static Kind, Object)> = kinds::ALL
        .into_iter()
        .filter(|kind| !matches!(kind.name, "Event" | "Node"))
        .flat_map(|kind| store.list(kind, "").into_iter().map(move |object| (kind, object)))
        .collect();
    let living: BTreeSet<&str> = all.iter().map(|(_, object)| pick::uid(object)).collect();
    for (kind, object) in &all {
        let owners = pick::list(object, "/metadata/ownerReferences");
        let orphaned = !owners.is_empty() && owners.iter().all(|owner| !living.contains(pick::text(owner, "/uid")));
        if orphaned && !pick::dying(object) {
            super::delete(store, kind, object, &json!({}));
        }
    }
    for (kind, object) in all.iter().filter(|(_, object)| pick::dying(object)) {
        let finalizers = pick::list(object, "/metadata/finalizers");
        let owned: Vec<&(&'static Kind, Object)> = all.iter().filter(|(_, other)| depends(other, object)).collect();
        if finalizers.iter().any(|finalizer| finalizer == ORPHAN) {
            for (kind, other) in &owned {
                MANAGER.edit(store, kind, other, |other| release(other, pick::uid(object)));
            }
            finish(store, kind, object, ORPHAN);
        } else if finalizers.iter().any(|finalizer| finalizer == FOREGROUND) {
            for (kind, other) in owned.iter().filter(|(_, other)| !pick::dying(other)) {
                super::delete(store, kind, other, &json!({"propagationPolicy": "Foreground"}));
            }
            if owned.is_empty() {
                finish(store, kind, object, FOREGROUND);
            }
        }
    }
}

fn depends(object: &Value, owner: &Value) -> bool {
    pick::list(object, "/metadata/ownerReferences")
        .iter()
        .any(|reference| pick::text(reference, "/uid") == pick::uid(owner))
}

fn release(object: &mut Value, owner: &str) {
    let mut owners = pick::list(object, "/metadata/ownerReferences").to_vec();
    owners.retain(|reference| pick::text(reference, "/uid") != owner);
    if owners.is_empty() {
        pick::take(object, "/metadata/ownerReferences");
    } else {
        pick::set(object, "/metadata/ownerReferences", owners);
    }
}

/// Takes a finalizer away; the last one lets the object go.
fn finish(store: &mut Store, kind: &'static Kind, object: &Value, finalizer: &str) {
    MANAGER.edit(store, kind, object, |object| {
        let mut left = pick::list(object, "/metadata/finalizers").to_vec();
        left.retain(|known| known != finalizer);
        if left.is_empty() {
            pick::take(object, "/metadata/finalizers");
        } else {
            pick::set(object, "/metadata/finalizers", left);
        }
    });
}
