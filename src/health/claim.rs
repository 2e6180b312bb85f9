//! `PersistentVolumeClaims`.

use serde_json::Value;

use super::condition::is;
use super::finding::Finding;
use super::scene::Scene;
use super::{Cause, Health, Trouble, say};
use crate::object::Object;

/// Bound, waiting, or lost.
pub(super) fn health(claim: &Object, scene: &Scene<'_>) -> Health {
    match claim.text("/status/phase") {
        Some("Bound") if is(claim, "FileSystemResizePending") => {
            Health::ready("bound; its file system grows when a pod mounts it next")
        }
        Some("Bound") if is(claim, "Resizing") => Health::ready("bound, being resized"),
        Some("Bound") => Health::ready("bound"),
        Some("Lost") => lost(claim).health("lost"),
        _ if is_idle(claim, scene) => Health::ready("is made when the first pod uses it"),
        _ => finding(claim, scene).map_or_else(|| Health::progressing("not bound yet"), |f| f.health("not bound")),
    }
}

/// Whether it waits for a pod that uses it, and none does (binding mode `WaitForFirstConsumer`).
fn is_idle(claim: &Object, scene: &Scene<'_>) -> bool {
    if scene.is_used(claim) {
        return false;
    }
    let class = claim.text("/spec/storageClassName").and_then(|name| scene.find("StorageClass", None, name));
    class.is_some_and(|class| class.text("/volumeBindingMode") == Some("WaitForFirstConsumer"))
        || scene.events(claim).first().is_some_and(|event| event.reason() == "WaitForFirstConsumer")
}

/// The names of the claims a pod uses.
pub(super) fn names(pod: &Object) -> impl Iterator<Item = &str> {
    pod.list("/spec/volumes")
        .iter()
        .filter_map(|volume| volume.pointer("/persistentVolumeClaim/claimName").and_then(Value::as_str))
}

fn lost(claim: &Object) -> Finding {
    Finding::fatal(
        Cause::new(Trouble::Claim, claim.key())
            .headline(format!("claim {} has lost its volume", claim.name()))
            .sentence("The volume it was bound to does not exist any more; its data is gone with it.")
            .next("restore the volume, or delete the claim and start anew"),
    )
}

/// Why a pod's claims hold it up.
pub(super) fn of_pod(pod: &Object, scene: &Scene<'_>) -> Option<Finding> {
    let absent = |name: &str| {
        let told = super::condition::get(pod, "PodScheduled").map_or("", |c| super::condition::text(c, "message"));
        told.contains(&format!("persistentvolumeclaim \"{name}\" not found"))
    };
    if let Some(name) = names(pod).find(|name| absent(name)) {
        let cause = Cause::new(Trouble::Claim, pod.key())
            .headline(format!("claim {name} does not exist"))
            .sentence(format!("The pod uses PersistentVolumeClaim {name}, which does not exist."))
            .next(format!("create PersistentVolumeClaim {name}"));
        return Some(if scene.knows("PersistentVolumeClaim", pod.namespace(), name) {
            Finding::waiting(cause)
        } else {
            Finding::after(cause, scene.older(pod.time("/metadata/creationTimestamp"), 60))
        });
    }
    let unbound = names(pod)
        .filter_map(|name| scene.find("PersistentVolumeClaim", pod.namespace(), name))
        .filter(|claim| claim.text("/status/phase") != Some("Bound"));
    Finding::worst(unbound.filter_map(|claim| match claim.text("/status/phase") {
        Some("Lost") => Some(lost(claim)),
        _ => finding(claim, scene),
    }))
}

/// Why a pending claim is not bound. Texts: the PV controller and the external provisioner; only Events carry them.
fn finding(claim: &Object, scene: &Scene<'_>) -> Option<Finding> {
    let reasons =
        ["ProvisioningFailed", "FailedBinding", "ExternalProvisioning", "Provisioning", "WaitForPodScheduled"];
    let event = scene.newest(claim, &reasons)?;
    let (name, told) = (claim.name(), event.message());
    let cause = Cause::new(Trouble::Claim, claim.key()).headline(format!("claim {name} is not bound"));
    let over = scene.older(claim.time("/metadata/creationTimestamp"), 120);
    let class = claim.text("/spec/storageClassName").unwrap_or("");
    if say::has(told, &["storageclass"]) && told.contains("not found") {
        let there: Vec<&str> = scene.of_kind("StorageClass", None).iter().map(|class| class.name()).collect();
        let next = match there.as_slice() {
            [] => "name a StorageClass that exists".to_owned(),
            there => format!("name a StorageClass that exists: {}", say::list(there)),
        };
        return Some(Finding::fatal(cause.sentence(format!("StorageClass {class} does not exist.")).next(next)));
    }
    if say::has(told, &["no storage class is set"]) {
        let cause = cause
            .sentence("No volume fits it, it names no StorageClass, and the cluster has no default one.")
            .next("name a StorageClass in the claim, or make a volume for it");
        return Some(Finding::fatal(cause));
    }
    match event.reason() {
        "ExternalProvisioning" | "Provisioning" => {
            let by = say::between(told, "provisioner '", "'").or_else(|| say::between(told, "provisioner \"", "\""));
            let by = by.map_or_else(|| "its provisioner".to_owned(), |by| format!("the provisioner {by}"));
            let cause =
                cause.sentence(format!("It waits for {by} to make a volume.")).next(format!("check that {by} runs"));
            Some(Finding::after(cause, over))
        }
        "WaitForPodScheduled" => None,
        _ => {
            let cause = cause.sentence(format!("The volume could not be made: {}.", say::calm(told)));
            Some(Finding::after(cause.next("correct what the provisioner names"), over))
        }
    }
}
