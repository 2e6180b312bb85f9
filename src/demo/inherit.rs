//! What an update inherits from the live object: what its endpoint does not write, what only the server writes,
//! and addresses that were given out before.

use serde_json::Value;

use super::kinds::Sub;
use super::pick;
use super::write::Write;

/// Keeps what an endpoint does not write, and what only the server writes.
pub(super) fn inherit(write: &Write, live: &Value, body: &mut Value) {
    let kept: &[&str] = match write.sub {
        Some(Sub::Status) => &["spec", "data", "type"],
        None if write.kind.has(Sub::Status) => &["status"],
        Some(Sub::Scale | Sub::Log) | None => &[],
    };
    for field in kept {
        let pointer = format!("/{field}");
        match live.pointer(&pointer) {
            Some(value) => pick::set(body, &pointer, value.clone()),
            None => drop(pick::take(body, &pointer)),
        }
    }
    let owned = ["uid", "creationTimestamp", "generation", "deletionTimestamp", "deletionGracePeriodSeconds"];
    for field in owned.into_iter().chain(["resourceVersion", "managedFields"]) {
        let pointer = format!("/metadata/{field}");
        match live.pointer(&pointer) {
            Some(value) => pick::set(body, &pointer, value.clone()),
            None => drop(pick::take(body, &pointer)),
        }
    }
    if write.kind.name == "Service" {
        carry_allocations(live, body);
    }
    if write.kind.name == "Job" && !pick::has(body, "/spec/selector") {
        pick::set(body, "/spec/selector", live.pointer("/spec/selector").cloned().unwrap_or_default());
        let labels = live.pointer("/spec/template/metadata/labels").cloned().unwrap_or_default();
        for (label, value) in labels.as_object().into_iter().flatten() {
            pick::fill(body, &format!("/spec/template/metadata/labels/{}", label.replace('/', "~1")), value.clone());
        }
    }
}

/// An update that leaves addresses and ports out keeps them; a change of type gives them back.
fn carry_allocations(live: &Value, body: &mut Value) {
    let external = pick::text(body, "/spec/type") == "ExternalName";
    for field in ["clusterIP", "clusterIPs"] {
        if let Some(value) = live.pointer(&format!("/spec/{field}")).filter(|_| !external) {
            pick::fill(body, &format!("/spec/{field}"), value.clone());
        }
    }
    // Who changes the one address means the first of the list too.
    if !external && body.pointer("/spec/clusterIP") != live.pointer("/spec/clusterIP") {
        let address = body["spec"]["clusterIP"].clone();
        pick::set(body, "/spec/clusterIPs", vec![address]);
    }
    let exposed = ["NodePort", "LoadBalancer"].contains(&pick::text(body, "/spec/type"));
    let before = pick::list(live, "/spec/ports");
    for port in body.pointer_mut("/spec/ports").and_then(Value::as_array_mut).into_iter().flatten() {
        let same = |other: &&Value| {
            pick::number(other, "/port") == pick::number(port, "/port")
                && (!pick::has(port, "/protocol") || other.get("protocol") == port.get("protocol"))
        };
        let Some(was) = before.iter().find(same).and_then(|other| other.get("nodePort")).cloned() else { continue };
        if exposed {
            pick::fill(port, "/nodePort", was);
        } else if port.get("nodePort") == Some(&was) {
            pick::take(port, "/nodePort");
        }
    }
}
