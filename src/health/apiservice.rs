//! `APIServices`.

use super::condition::{get, text, time};
use super::finding::Finding;
use super::scene::Scene;
use super::{Cause, Health, Trouble, say};
use crate::object::Object;

/// Ready when available; one that stays unavailable breaks discovery for everybody.
pub(super) fn health(api: &Object, scene: &Scene<'_>) -> Health {
    let Some(condition) = get(api, "Available") else { return Health::progressing("not checked yet") };
    if text(condition, "status") == "True" {
        return Health::ready("available");
    }
    let service = api.text("/spec/service/name").unwrap_or("it");
    let reason = match text(condition, "reason") {
        "MissingEndpoints" | "EndpointsNotFound" => format!("No pod behind Service {service} is ready."),
        "ServiceNotFound" => format!("Service {service} does not exist."),
        _ => format!("The cluster says: {}.", say::calm(text(condition, "message"))),
    };
    let cause = Cause::new(Trouble::Other, api.key())
        .headline(format!("the API {} does not answer", api.name()))
        .sentence(reason)
        .next(format!("check the pods behind Service {service}"));
    Finding::after(cause, scene.older(time(condition, "lastTransitionTime"), 120)).health("not available")
}
