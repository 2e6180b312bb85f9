//! Defaults of pods and pod templates.

use serde_json::{Value, json};

use crate::demo::pick;

/// Fills a pod spec, in a template or in a pod.
pub(super) fn spec(spec: &mut Value) {
    pick::fill(spec, "/dnsPolicy", "ClusterFirst");
    pick::fill(spec, "/restartPolicy", "Always");
    pick::fill(spec, "/schedulerName", "default-scheduler");
    pick::fill(spec, "/terminationGracePeriodSeconds", 30);
    pick::fill(spec, "/securityContext", json!({}));
    let account = pick::text(spec, "/serviceAccountName").to_owned();
    if !account.is_empty() {
        pick::set(spec, "/serviceAccount", account);
    }
    for field in ["initContainers", "containers"] {
        each(spec, field, container);
    }
    each(spec, "volumes", volume);
}

/// What admission adds to a pod, but not to a template (`ServiceAccount`, `DefaultTolerationSeconds`, Priority).
pub(super) fn admitted(spec: &mut Value) {
    pick::fill(spec, "/serviceAccountName", "default");
    let account = pick::text(spec, "/serviceAccountName").to_owned();
    pick::set(spec, "/serviceAccount", account);
    pick::fill(spec, "/enableServiceLinks", true);
    pick::fill(spec, "/priority", 0);
    pick::fill(spec, "/preemptionPolicy", "PreemptLowerPriority");
    if !pick::has(spec, "/tolerations") {
        let toleration =
            |key: &str| json!({"key": key, "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 300});
        pick::set(
            spec,
            "/tolerations",
            json!([toleration("node.kubernetes.io/not-ready"), toleration("node.kubernetes.io/unreachable")]),
        );
    }
}

/// In a pod, a limit without a request is the request.
pub(super) fn requests(spec: &mut Value) {
    for field in ["initContainers", "containers"] {
        each(spec, field, |container| {
            let limits = pick::map(container, "/resources/limits").cloned().unwrap_or_default();
            for (resource, limit) in limits {
                pick::fill(container, &format!("/resources/requests/{resource}"), limit);
            }
        });
    }
}

fn each(value: &mut Value, field: &str, fill: impl Fn(&mut Value)) {
    value.get_mut(field).and_then(Value::as_array_mut).into_iter().flatten().for_each(fill);
}

fn container(container: &mut Value) {
    pick::fill(container, "/resources", json!({}));
    pick::fill(container, "/terminationMessagePath", "/dev/termination-log");
    pick::fill(container, "/terminationMessagePolicy", "File");
    let image = pick::text(container, "/image");
    let last = image.rsplit('/').next().unwrap_or_default();
    let tag = if image.contains('@') { "digest" } else { last.split_once(':').map_or("latest", |(_, tag)| tag) };
    let policy = if tag == "latest" { "Always" } else { "IfNotPresent" };
    pick::fill(container, "/imagePullPolicy", policy);
    each(container, "ports", |port| pick::fill(port, "/protocol", "TCP"));
    each(container, "env", |variable| {
        if pick::has(variable, "/valueFrom/fieldRef") {
            pick::fill(variable, "/valueFrom/fieldRef/apiVersion", "v1");
        }
        if pick::has(variable, "/valueFrom/resourceFieldRef") {
            pick::fill(variable, "/valueFrom/resourceFieldRef/divisor", "0");
        }
    });
    for name in ["startupProbe", "readinessProbe", "livenessProbe"] {
        if let Some(found) = container.get_mut(name).filter(|found| !found.is_null()) {
            probe(found);
        }
    }
    for name in ["postStart", "preStop"] {
        if let Some(handler) = container.pointer_mut(&format!("/lifecycle/{name}")) {
            http(handler);
        }
    }
}

fn probe(probe: &mut Value) {
    pick::fill(probe, "/timeoutSeconds", 1);
    pick::fill(probe, "/periodSeconds", 10);
    pick::fill(probe, "/successThreshold", 1);
    pick::fill(probe, "/failureThreshold", 3);
    http(probe);
}

fn http(handler: &mut Value) {
    if pick::has(handler, "/httpGet") {
        pick::fill(handler, "/httpGet/path", "/");
        pick::fill(handler, "/httpGet/scheme", "HTTP");
    }
    if pick::has(handler, "/grpc") {
        pick::fill(handler, "/grpc/service", "");
    }
}

fn volume(volume: &mut Value) {
    let sources = volume.as_object().map_or(0, |map| map.values().filter(|value| value.is_object()).count());
    if sources == 0 {
        pick::fill(volume, "/emptyDir", json!({}));
    }
    for source in ["secret", "configMap", "downwardAPI", "projected"] {
        if pick::has(volume, &format!("/{source}")) {
            // 0644
            pick::fill(volume, &format!("/{source}/defaultMode"), 420);
        }
    }
    if pick::has(volume, "/hostPath") {
        pick::fill(volume, "/hostPath/type", "");
    }
    for source in volume.pointer_mut("/projected/sources").and_then(Value::as_array_mut).into_iter().flatten() {
        if pick::has(source, "/serviceAccountToken") {
            pick::fill(source, "/serviceAccountToken/expirationSeconds", 3600);
        }
    }
}
