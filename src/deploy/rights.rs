//! What the user has to be allowed to do for a plan, and which of these rights are missing.

use std::collections::BTreeSet;

use super::desired::Load;
use crate::check::allowed;
use crate::cluster::{Cluster, Need, Refusal};
use crate::plan::Blocker;
use crate::release::Release;

/// What the user may not do although the plan needs it, as blockers.
///
/// # Errors
/// When the server cannot be asked.
pub(super) async fn missing_rights(
    cluster: &Cluster,
    release: &Release,
    needs: &[Need],
) -> Result<Vec<Blocker>, Refusal> {
    let missing = ungranted(cluster, &release.namespace, needs).await?;
    Ok(missing.iter().map(right).collect())
}

/// Those of the needs that the user is not granted. The rules of a namespace answer most of them at once; what they do
/// not grant may still be granted by another authorizer, and is asked one by one.
///
/// # Errors
/// When the server cannot be asked.
pub(super) async fn ungranted(cluster: &Cluster, namespace: &str, needs: &[Need]) -> Result<Vec<Need>, Refusal> {
    let rules = match cluster.rules(namespace).await {
        Err(Refusal::Forbidden(_)) => Vec::new(),
        rules => rules?,
    };
    let granted = |need: &Need| need.namespace.as_deref() == Some(namespace) && allowed(&rules, need);
    let open: Vec<Need> = needs.iter().filter(|need| !granted(need)).cloned().collect();
    cluster.missing(&open).await
}

/// Everything that the user has to be allowed to do to apply and follow a release.
pub(super) async fn needs(cluster: &Cluster, release: &Release, loads: &[Load]) -> Vec<Need> {
    let mut needs = BTreeSet::new();
    let mut need = |verb: &str, group: &str, resource: &str, namespace: Option<&str>| {
        needs.insert(Need {
            verb: verb.to_owned(),
            group: group.to_owned(),
            resource: resource.to_owned(),
            namespace: namespace.map(str::to_owned),
            name: None,
        });
    };
    let namespace = Some(release.namespace.as_str());
    for load in loads.iter().filter(|load| load.object.kind() != "Namespace") {
        let Ok(resource) = cluster.resource_of(load.object.key()).await else { continue };
        for verb in ["create", "patch"] {
            need(verb, resource.group(), &resource.plural, load.object.namespace());
        }
    }
    for verb in ["get", "create", "update"] {
        need(verb, "", "secrets", namespace);
    }
    for (group, resource) in [("", "pods"), ("", "events"), ("apps", "replicasets")] {
        need("list", group, resource, namespace);
        need("watch", group, resource, namespace);
    }
    needs.into_iter().collect()
}

fn right(need: &Need) -> Blocker {
    let group = if need.group.is_empty() { String::new() } else { format!(".{}", need.group) };
    let place = need.namespace.as_ref().map_or_else(String::new, |ns| format!(" in namespace {ns}"));
    let flags = need.namespace.as_ref().map_or_else(String::new, |ns| format!(" -n {ns}"));
    Blocker {
        key: None,
        sentence: format!("You may not {} {}{group}{place}.", need.verb, need.resource),
        next: format!(
            "Ask an administrator for it; check with: kubectl auth can-i {} {}{group}{flags}",
            need.verb, need.resource
        ),
        pointer: None,
        knob: None,
    }
}
