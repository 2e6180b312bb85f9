//! Ingresses. Many controllers never write a status, so being there is enough.

use serde_json::Value;

use super::condition::text;
use super::scene::Scene;
use super::{Cause, Health, Trouble, Verdict};
use crate::object::Object;

/// Ready when it exists; a backend that cannot work is named.
pub(super) fn health(ingress: &Object, scene: &Scene<'_>) -> Health {
    if let Some(cause) = class(ingress, scene) {
        return Health::new(Verdict::Failed, "its class does not exist").because(Some(cause));
    }
    for backend in backends(ingress) {
        let name = text(backend, "name");
        let port = backend.get("port").unwrap_or(&Value::Null);
        match scene.find("Service", ingress.namespace(), name) {
            Some(service) if !has(service, port) => {
                let port = port.get("number").map_or_else(|| text(port, "name").to_owned(), ToString::to_string);
                let cause = Cause::new(Trouble::Other, ingress.key())
                    .headline(format!("Service {name} has no port {port}"))
                    .sentence(format!("Ingress {} sends its traffic to port {port} of Service {name}.", ingress.name()))
                    .next(format!("correct the port in the Ingress, or open port {port} in Service {name}"));
                return Health::new(Verdict::Failed, "its backend has no such port").because(Some(cause));
            }
            Some(_) => {}
            None if scene.of_kind("Service", ingress.namespace()).is_empty() => {}
            None => {
                let cause = Cause::new(Trouble::Other, ingress.key())
                    .headline(format!("Service {name} is not there"))
                    .sentence(format!("Ingress {} sends its traffic to Service {name}.", ingress.name()))
                    .next(format!("create Service {name}, or correct the Ingress"));
                return Health::ready("its backend is not among the Services").because(Some(cause));
            }
        }
    }
    match ingress.list("/status/loadBalancer/ingress") {
        [] => Health::ready("exists"),
        [first, ..] => match (text(first, "hostname"), text(first, "ip")) {
            ("", "") => Health::ready("exists"),
            ("", address) | (address, _) => Health::ready(format!("at {address}")),
        },
    }
}

fn class(ingress: &Object, scene: &Scene<'_>) -> Option<Cause> {
    let class = ingress.text("/spec/ingressClassName")?;
    let there = scene.of_kind("IngressClass", None);
    if there.is_empty() || there.iter().any(|object| object.name() == class) {
        return None;
    }
    let names: Vec<&str> = there.iter().map(|object| object.name()).collect();
    let cause = Cause::new(Trouble::Other, ingress.key())
        .headline(format!("IngressClass {class} does not exist"))
        .sentence(format!("No controller looks after Ingress {} without it.", ingress.name()))
        .next(format!("name a class that exists: {}", super::say::list(&names)));
    Some(cause)
}

fn backends(ingress: &Object) -> impl Iterator<Item = &Value> {
    let paths = ingress.list("/spec/rules").iter().filter_map(|rule| rule.pointer("/http/paths")?.as_array()).flatten();
    let each = paths.filter_map(|path| path.pointer("/backend/service"));
    ingress.at("/spec/defaultBackend/service").into_iter().chain(each)
}

fn has(service: &Object, port: &Value) -> bool {
    let (number, name) = (port.get("number"), port.get("name"));
    let fits = |p: &Value| (number.is_some() && p.get("port") == number) || (name.is_some() && p.get("name") == name);
    (number.is_none() && name.is_none()) || service.list("/spec/ports").iter().any(fits)
}
