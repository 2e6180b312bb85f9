//! `EndpointSlices`: which pods a Service reaches, and whether they are ready.

use serde_json::{Value, json};

use super::{Controller, ready};
use crate::demo::actor::{self, MANAGER};
use crate::demo::cluster::Cluster;
use crate::demo::kinds::{self, Kind};
use crate::demo::pick;
use crate::demo::select::Selector;
use crate::demo::store::{Object, Store};

pub(super) struct Slices;

impl Controller for Slices {
    const KINDS: &'static [&'static Kind] = &[&kinds::SERVICE, &kinds::POD];

    fn sync(&mut self, cluster: &Cluster) -> Option<f64> {
        cluster.with(|store| {
            for service in store.list(&kinds::SERVICE, "") {
                if pick::has(&service, "/spec/selector") && !pick::dying(&service) {
                    sync(store, &service);
                }
            }
        });
        None
    }
}

fn sync(store: &mut Store, service: &Object) {
    let selector = Selector::of(&json!({"matchLabels": service["spec"]["selector"]}));
    let mut pods = store.list(&kinds::POD, pick::namespace(service));
    pods.retain(|pod| {
        selector.matches(pod)
            && !pick::text(pod, "/status/podIP").is_empty()
            && !["Succeeded", "Failed"].contains(&pick::text(pod, "/status/phase"))
    });
    let endpoints: Vec<Value> = pods.iter().map(|pod| endpoint(pod)).collect();
    let ports: Vec<Value> =
        pick::list(service, "/spec/ports").iter().filter_map(|port| endpoint_port(port, &pods)).collect();
    let change = |slice: &mut Value| {
        slice["endpoints"] = json!(endpoints);
        slice["ports"] = json!(ports);
    };
    if let Some(slice) = actor::controlled(store, &kinds::ENDPOINT_SLICE, service).first() {
        MANAGER.edit(store, &kinds::ENDPOINT_SLICE, slice, change);
        return;
    }
    let mut slice = json!({
        "metadata": {
            "generateName": format!("{}-", pick::name(service)),
            "labels": {
                "kubernetes.io/service-name": pick::name(service),
                "endpointslice.kubernetes.io/managed-by": "endpointslice-controller.k8s.io",
            },
            "ownerReferences": actor::owner(&kinds::SERVICE, service),
        },
        "addressType": "IPv4",
    });
    change(&mut slice);
    // In a namespace that goes away there is nothing left to tell.
    drop(MANAGER.create(store, &kinds::ENDPOINT_SLICE, pick::namespace(service), slice));
}

fn endpoint(pod: &Value) -> Value {
    let (serving, terminating) = (ready(pod), pick::dying(pod));
    json!({
        "addresses": [pick::text(pod, "/status/podIP")],
        "conditions": {"ready": serving && !terminating, "serving": serving, "terminating": terminating},
        "nodeName": pick::text(pod, "/spec/nodeName"),
        "targetRef": {"kind": "Pod", "namespace": pick::namespace(pod), "name": pick::name(pod), "uid": pick::uid(pod)},
    })
}

/// The port on the pod: a number, or the number behind a name.
fn endpoint_port(port: &Value, pods: &[Object]) -> Option<Value> {
    let number = match &port["targetPort"] {
        Value::String(name) => pods
            .iter()
            .flat_map(|pod| pick::list(pod, "/spec/containers"))
            .flat_map(|container| pick::list(container, "/ports"))
            .find(|port| pick::text(port, "/name") == name)
            .map(|port| pick::number(port, "/containerPort"))?,
        other => other.as_i64()?,
    };
    Some(json!({"name": pick::text(port, "/name"), "port": number, "protocol": pick::text(port, "/protocol")}))
}
