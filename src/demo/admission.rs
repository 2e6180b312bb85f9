//! What a namespace takes: PodSecurity by its label, and quotas. Texts: the admission plugins of Kubernetes 1.36.

use serde_json::Value;

use super::kinds;
use super::pick;
use super::quantity;
use super::status::Refusal;
use super::store::Store;

/// Refuses a pod that its namespace does not take.
///
/// # Errors
/// 403 in the words of the plugin.
pub(super) fn pod(store: &Store, namespace: &str, pod: &Value) -> Result<(), Refusal> {
    let refuse = |why: &str| Err(Refusal::forbidden(&kinds::POD, pick::name(pod), why));
    if let Some(why) = insecure(store, namespace, pod) {
        return refuse(&why);
    }
    for quota in store.list(&kinds::RESOURCE_QUOTA, namespace) {
        let limit = pick::text(&quota, "/spec/hard/requests.memory");
        if limit.is_empty() {
            continue;
        }
        let pods = store.list(&kinds::POD, namespace);
        let used: i128 = pods.iter().filter(|pod| counts(pod)).map(|pod| memory(pod)).sum();
        let asked = memory(pod);
        if used + asked > quantity::units(limit) {
            let said = |bytes: i128| quantity::canonical(&format!("{}Ki", bytes >> 10)).unwrap_or_default();
            return refuse(&format!(
                "exceeded quota: {}, requested: requests.memory={}, used: requests.memory={}, limited: requests.memory={limit}",
                pick::name(&quota),
                said(asked),
                said(used)
            ));
        }
    }
    Ok(())
}

/// Of the levels only what matters for directories of a node.
fn insecure(store: &Store, namespace: &str, pod: &Value) -> Option<String> {
    let namespace = store.get(&kinds::NAMESPACE, "", namespace)?;
    let label = "/metadata/labels/pod-security.kubernetes.io~1enforce";
    let level = pick::text(&namespace, label);
    if !["baseline", "restricted"].contains(&level) {
        return None;
    }
    let volumes = pick::list(pod, "/spec/volumes").iter().filter(|volume| pick::has(volume, "/hostPath"));
    let names: Vec<String> = volumes.map(|volume| format!("{:?}", pick::text(volume, "/name"))).collect();
    if names.is_empty() {
        return None;
    }
    let volumes = if names.len() == 1 { "volume" } else { "volumes" };
    Some(format!("violates PodSecurity \"{level}:latest\": hostPath volumes ({volumes} {})", names.join(", ")))
}

/// Pods that have ended no longer count.
fn counts(pod: &Value) -> bool {
    !["Succeeded", "Failed"].contains(&pick::text(pod, "/status/phase"))
}

fn memory(pod: &Value) -> i128 {
    let containers = pick::list(pod, "/spec/containers").iter();
    containers.map(|container| quantity::units(pick::text(container, "/resources/requests/memory"))).sum()
}
