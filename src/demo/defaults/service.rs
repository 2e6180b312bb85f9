//! Defaults of Services, `EndpointSlices` and `NetworkPolicies`.

use serde_json::{Value, json};

use crate::demo::pick;

/// Fills a Service; addresses and ports are given out elsewhere.
pub(super) fn service(service: &mut Value) {
    pick::fill(service, "/spec/type", "ClusterIP");
    pick::fill(service, "/spec/sessionAffinity", "None");
    if pick::text(service, "/spec/sessionAffinity") == "ClientIP" {
        pick::fill(service, "/spec/sessionAffinityConfig/clientIP/timeoutSeconds", 10_800);
    }
    let kind = pick::text(service, "/spec/type").to_owned();
    if kind != "ExternalName" {
        pick::fill(service, "/spec/internalTrafficPolicy", "Cluster");
        pick::fill(service, "/spec/ipFamilies", json!(["IPv4"]));
        pick::fill(service, "/spec/ipFamilyPolicy", "SingleStack");
    }
    if kind == "NodePort" || kind == "LoadBalancer" {
        pick::fill(service, "/spec/externalTrafficPolicy", "Cluster");
    } else {
        pick::take(service, "/spec/externalTrafficPolicy");
    }
    if kind == "LoadBalancer" {
        pick::fill(service, "/spec/allocateLoadBalancerNodePorts", true);
    }
    for port in service.pointer_mut("/spec/ports").and_then(Value::as_array_mut).into_iter().flatten() {
        pick::fill(port, "/protocol", "TCP");
        let number = pick::number(port, "/port");
        pick::fill(port, "/targetPort", number);
    }
    pick::fill(service, "/status", json!({"loadBalancer": {}}));
}

/// Fills an EndpointSlice.
pub(super) fn slice(slice: &mut Value) {
    for port in slice.pointer_mut("/ports").and_then(Value::as_array_mut).into_iter().flatten() {
        pick::fill(port, "/name", "");
        pick::fill(port, "/protocol", "TCP");
    }
}

/// Fills a `NetworkPolicy`.
pub(super) fn policy(policy: &mut Value) {
    let types =
        if pick::list(policy, "/spec/egress").is_empty() { json!(["Ingress"]) } else { json!(["Ingress", "Egress"]) };
    pick::fill(policy, "/spec/policyTypes", types);
    for side in ["ingress", "egress"] {
        let rules = policy.pointer_mut(&format!("/spec/{side}")).and_then(Value::as_array_mut);
        for rule in rules.into_iter().flatten() {
            for port in rule.get_mut("ports").and_then(Value::as_array_mut).into_iter().flatten() {
                pick::fill(port, "/protocol", "TCP");
            }
        }
    }
}
