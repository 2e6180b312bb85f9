//! Namespaces: what every one gets, and emptying those that go away.

use serde_json::{Value, json};

use super::Controller;
use crate::demo::actor::{self, MANAGER};
use crate::demo::clock;
use crate::demo::cluster::Cluster;
use crate::demo::kinds::{self, Kind};
use crate::demo::pick;
use crate::demo::store::{Object, Store};

/// The certificate authority of a cluster that has none to show.
const AUTHORITY: &str = "-----BEGIN CERTIFICATE-----\nZGVtbw==\n-----END CERTIFICATE-----\n";

pub(super) struct Namespaces;

impl Controller for Namespaces {
    const KINDS: &'static [&'static Kind] =
        &[&kinds::NAMESPACE, &kinds::SERVICE_ACCOUNT, &kinds::POD, &kinds::DEPLOYMENT, &kinds::SERVICE];
    const DELAY: f64 = 0.05;

    fn sync(&mut self, cluster: &Cluster) -> Option<f64> {
        cluster.with(|store| {
            let mut going = false;
            for namespace in store.list(&kinds::NAMESPACE, "") {
                if pick::dying(&namespace) {
                    going = true;
                    empty(store, &namespace);
                } else {
                    furnish(store, pick::name(&namespace));
                }
            }
            going.then_some(0.5)
        })
    }
}

fn furnish(store: &mut Store, namespace: &str) {
    if store.get(&kinds::SERVICE_ACCOUNT, namespace, "default").is_none() {
        let body = json!({"metadata": {"name": "default"}});
        drop(MANAGER.create(store, &kinds::SERVICE_ACCOUNT, namespace, body));
    }
    if store.get(&kinds::CONFIG_MAP, namespace, "kube-root-ca.crt").is_none() {
        let body = json!({"metadata": {"name": "kube-root-ca.crt"}, "data": {"ca.crt": AUTHORITY}});
        drop(MANAGER.create(store, &kinds::CONFIG_MAP, namespace, body));
    }
}

/// Deletes what is in it; when nothing is left, itself.
fn empty(store: &mut Store, namespace: &Object) {
    let name = pick::name(namespace);
    let mut left: Vec<(String, usize)> = Vec::new();
    for kind in kinds::ALL.into_iter().filter(|kind| kind.namespaced()) {
        for object in store.list(kind, name) {
            if !pick::dying(&object) {
                super::delete(store, kind, &object, &json!({}));
            }
        }
        let rest = store.list(kind, name).len();
        if rest > 0 {
            left.push((kind.resource(), rest));
        }
    }
    if left.is_empty() {
        MANAGER.edit(store, &kinds::NAMESPACE, namespace, |namespace| drop(pick::take(namespace, "/spec/finalizers")));
        return;
    }
    MANAGER.report(store, &kinds::NAMESPACE, namespace, |namespace| {
        pick::set(namespace, "/status/phase", "Terminating");
        conditions(namespace, &left);
    });
}

fn conditions(namespace: &mut Value, left: &[(String, usize)]) {
    let now = clock::now();
    let rest: Vec<String> =
        left.iter().map(|(resource, count)| format!("{resource}. has {count} resource instances")).collect();
    let remaining = format!("Some resources are remaining: {}", rest.join(", "));
    for (kind, status, reason, message) in [
        ("NamespaceDeletionDiscoveryFailure", "False", "ResourcesDiscovered", "All resources successfully discovered"),
        (
            "NamespaceDeletionGroupVersionParsingFailure",
            "False",
            "ParsedGroupVersions",
            "All legacy kube types successfully parsed",
        ),
        (
            "NamespaceDeletionContentFailure",
            "False",
            "ContentDeleted",
            "All content successfully deleted, may be waiting on finalization",
        ),
        ("NamespaceContentRemaining", "True", "SomeResourcesRemain", remaining.as_str()),
        (
            "NamespaceFinalizersRemaining",
            "False",
            "ContentHasNoFinalizers",
            "All content-preserving finalizers finished",
        ),
    ] {
        let condition = json!({"type": kind, "status": status, "reason": reason, "message": message});
        actor::condition(namespace, condition, &now);
    }
}
