//! Services.

use serde_json::Value;

use super::condition::{is, text};
use super::scene::Scene;
use super::{Cause, Health, Trouble, pod, say};
use crate::object::Object;

/// Ready when it has an address and something answers behind it, as far as that is known.
pub(super) fn health(service: &Object, scene: &Scene<'_>) -> Health {
    let kind = service.text("/spec/type").unwrap_or("ClusterIP");
    if kind == "ExternalName" {
        return Health::ready("points outside the cluster");
    }
    if kind == "LoadBalancer" && service.list("/status/loadBalancer/ingress").is_empty() {
        let cause = Cause::new(Trouble::Other, service.key())
            .headline(format!("Service {} has no external address yet", service.name()))
            .sentence("Nobody has given it one: the cluster may have no load balancer.")
            .next("check that a load-balancer controller runs, or use the type NodePort");
        let long = scene.older(service.time("/metadata/creationTimestamp"), 60);
        return Health::progressing("waiting for an external address").because(long.then_some(cause));
    }
    let selector = service.at("/spec/selector").filter(|s| s.as_object().is_some_and(|s| !s.is_empty()));
    let Some(selector) = selector.filter(|_| !service.is("/spec/publishNotReadyAddresses")) else {
        return Health::ready("exists");
    };
    behind(service, selector, scene)
}

fn behind(service: &Object, selector: &Value, scene: &Scene<'_>) -> Health {
    let pods: Vec<&Object> = scene.pods_with(service.namespace(), selector);
    let active: Vec<&Object> = pods.into_iter().filter(|pod| pod::is_active(pod)).collect();
    let slices = endpoints(service, scene);
    let ready = slices.map_or_else(|| active.iter().filter(|pod| is(pod, "Ready")).count(), |(ready, _)| ready);
    if ready > 0 {
        return Health::ready(say::count(i64::try_from(ready).unwrap_or(i64::MAX), "endpoint"));
    }
    let selected = active.len().max(slices.map_or(0, |(_, all)| all));
    if selected > 0 {
        let cause = active.iter().find_map(|pod| pod::finding(pod, scene)).map(|finding| finding.cause);
        // pods that are on their way are no trouble of the Service; pods that are not known may be
        let cause = cause.or_else(|| {
            let said = say::count(i64::try_from(selected).unwrap_or(i64::MAX), "pod");
            active.is_empty().then(|| {
                Cause::new(Trouble::Other, service.key())
                    .headline(format!("no pod behind Service {} is ready", service.name()))
                    .sentence(format!("It selects {said}, none of them ready."))
                    .next("see what the pods wait for")
            })
        });
        return Health::progressing("no endpoint: its pods are not ready").because(cause);
    }
    match workload(service, selector, scene) {
        Some(0) => return Health::ready("no endpoint: scaled to 0"),
        Some(_) => return Health::progressing("no endpoint: its pods are not there yet"),
        None => {}
    }
    let known = !scene.of_kind("Pod", service.namespace()).is_empty();
    if slices.is_none() && !known {
        return Health::ready("exists");
    }
    let cause = Cause::new(Trouble::Other, service.key())
        .headline(format!("the selector of Service {} matches no pod", service.name()))
        .sentence(format!("No pod has the labels {}.", labels(selector)))
        .next("correct the selector of the Service, or the labels of the pods");
    let reason = "no endpoint: its selector matches no pod";
    // without EndpointSlices there may be pods that were not asked for
    let health = if slices.is_some() { Health::progressing(reason) } else { Health::ready(reason) };
    health.because(Some(cause))
}

/// Ready endpoints and all of them, if its `EndpointSlices` are known.
fn endpoints(service: &Object, scene: &Scene<'_>) -> Option<(usize, usize)> {
    let all = scene.of_kind("EndpointSlice", service.namespace());
    let mut mine = all.iter().filter(|s| s.label("kubernetes.io/service-name") == Some(service.name())).peekable();
    mine.peek()?;
    // a ready that is not set counts as true (discovery/v1)
    let ready = |e: &&Value| e.pointer("/conditions/ready").and_then(Value::as_bool).unwrap_or(true);
    let all: Vec<&Value> = mine.flat_map(|slice| slice.list("/endpoints")).collect();
    Some((all.iter().copied().filter(ready).count(), all.len()))
}

/// Replicas of the workloads whose pods it would select; none when there is no such workload.
fn workload(service: &Object, selector: &Value, scene: &Scene<'_>) -> Option<i64> {
    let selects = |object: &&&Object| {
        let labels = object.at("/spec/template/metadata/labels");
        selector.as_object().into_iter().flatten().all(|(k, v)| labels.and_then(|labels| labels.get(k)) == Some(v))
    };
    let kinds = ["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"];
    let all = kinds.iter().flat_map(|kind| scene.of_kind(kind, service.namespace()));
    all.filter(selects).map(|object| object.number("/spec/replicas").unwrap_or(1)).max()
}

fn labels(selector: &Value) -> String {
    let pairs = selector.as_object().into_iter().flatten();
    let pairs: Vec<String> = pairs.map(|(name, _)| format!("{name}={}", text(selector, name))).collect();
    say::list(&pairs)
}
