//! Volume claims: bound at once, by a storage that has everything.

use serde_json::json;

use super::Controller;
use crate::demo::actor::MANAGER;
use crate::demo::cluster::Cluster;
use crate::demo::kinds::{self, Kind};
use crate::demo::pick;

pub(super) struct Claims;

impl Controller for Claims {
    const KINDS: &'static [&'static Kind] = &[&kinds::CLAIM];
    const DELAY: f64 = 0.5;

    fn sync(&mut self, cluster: &Cluster) -> Option<f64> {
        cluster.with(|store| {
            for claim in store.list(&kinds::CLAIM, "") {
                if pick::text(&claim, "/status/phase") != "Pending" {
                    continue;
                }
                let volume = format!("pvc-{}", pick::uid(&claim));
                MANAGER.edit(store, &kinds::CLAIM, &claim, |claim| {
                    pick::fill(claim, "/spec/volumeName", volume.as_str());
                    pick::set(claim, "/metadata/annotations/pv.kubernetes.io~1bind-completed", "yes");
                });
                MANAGER.report(store, &kinds::CLAIM, &claim, |claim| {
                    let size = claim.pointer("/spec/resources/requests").cloned().unwrap_or_default();
                    let modes = claim["spec"]["accessModes"].clone();
                    pick::set(claim, "/status", json!({"phase": "Bound", "accessModes": modes, "capacity": size}));
                });
            }
        });
        None
    }
}
