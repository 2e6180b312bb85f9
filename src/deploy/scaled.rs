//! How many pods an autoscaler wants is left to it.
//!
//! Left out of an apply while nobody else owns it, `spec.replicas` would fall back to 1; so it is left out only once the
//! autoscaler (or somebody else) owns it, and is sent as it is until then.

use serde_json::Value;

use super::desired::Load;
use crate::cluster::Cluster;
use crate::failure::Result;
use crate::object::{Key, Object};
use crate::plan::Change;
use crate::release::Release;

/// The pods of one workload are counted by an autoscaler.
pub(super) struct Scaled {
    workload: Key,
    autoscaler: String,
}

impl Scaled {
    /// Says it of the workload's change.
    pub(super) fn note(&self, change: &mut Change) {
        if change.key == self.workload {
            change.notes.push(format!("replicas is left to HorizontalPodAutoscaler {}.", self.autoscaler));
        }
    }
}

/// The autoscalers of a namespace; none where there are none or they may not be read.
pub(super) async fn autoscalers(cluster: &Cluster, release: &Release, loads: &[Load]) -> Vec<Object> {
    if !loads.iter().any(|load| counts(&load.object)) {
        return Vec::new();
    }
    let Ok(resource) = cluster.resource("autoscaling/v2", "HorizontalPodAutoscaler").await else { return Vec::new() };
    cluster.list(&resource, Some(&release.namespace), "").await.unwrap_or_default()
}

/// Leaves the number of pods to the autoscalers that count them; says of which workloads.
///
/// # Errors
/// When an object loses its kind or name on the way, which it does not.
pub(super) fn leave_replicas(
    loads: &mut [Load],
    lives: &[Option<Object>],
    autoscalers: &[Object],
) -> Result<Vec<Scaled>> {
    let mut left = Vec::new();
    for (load, live) in loads.iter_mut().zip(lives) {
        let key = load.object.key().clone();
        let Some(live) = live.as_ref().filter(|_| counts(&load.object)) else { continue };
        let targets = |one: &&Object| {
            let is = |field: &str, wanted: &str| one.text(&format!("/spec/scaleTargetRef/{field}")) == Some(wanted);
            one.namespace() == key.namespace.as_deref() && is("kind", &key.kind) && is("name", &key.name)
        };
        let Some(autoscaler) = autoscalers.iter().find(targets) else { continue };
        let number = live.at("/spec/replicas").cloned().unwrap_or(Value::from(1));
        let elsewhere = owned_elsewhere(live, &load.manager);
        load.object = load.object.clone().with(|value| {
            if let Some(spec) = value.get_mut("spec").and_then(Value::as_object_mut) {
                if elsewhere {
                    spec.remove("replicas");
                } else {
                    spec.insert("replicas".to_owned(), number);
                }
            }
        })?;
        left.push(Scaled { workload: key, autoscaler: autoscaler.name().to_owned() });
    }
    Ok(left)
}

fn counts(object: &Object) -> bool {
    matches!(object.kind(), "Deployment" | "StatefulSet" | "ReplicaSet") && object.at("/spec/replicas").is_some()
}

/// Whether another manager owns the number: an autoscaler writes it through the subresource `scale`.
fn owned_elsewhere(live: &Object, manager: &str) -> bool {
    live.list("/metadata/managedFields").iter().any(|entry| {
        let other = entry.get("manager").and_then(Value::as_str) != Some(manager);
        other && entry.pointer("/fieldsV1/f:spec/f:replicas").is_some()
    })
}
