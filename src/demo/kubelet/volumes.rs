//! Volumes: tried until they are there; why they are not stands in an event alone, as on a real node.

use serde_json::Value;

use super::Worker;
use super::environ::reference;
use crate::demo::events::Tone;
use crate::demo::kinds;
use crate::demo::pick;
use crate::demo::scenario::Scenario;
use crate::demo::store::Store;

/// Longest pause between tries, in seconds.
const PATIENCE: f64 = 4.0;

impl Worker {
    /// Waits until every volume can be mounted.
    pub(super) async fn mount(&self) {
        let mut pause = 0.5;
        loop {
            let mut well = true;
            for volume in pick::list(&self.pod, "/spec/volumes") {
                if let Err(why) = self.try_volume(volume) {
                    well = false;
                    let name = pick::text(volume, "/name");
                    let message = format!("MountVolume.SetUp failed for volume {name:?} : {why}");
                    self.say((Tone::Warning, "FailedMount"), &message);
                }
            }
            if well {
                return;
            }
            self.cluster.pause(pause).await;
            pause = f64::min(pause * 2.0, PATIENCE);
        }
    }

    fn try_volume(&self, volume: &Value) -> Result<(), String> {
        if let Some(host) = volume.get("hostPath") {
            return self.try_host_path(host);
        }
        self.cluster.with(|store| {
            projection(store, &self.pod, volume)?;
            pick::list(volume, "/projected/sources").iter().try_for_each(|source| projection(store, &self.pod, source))
        })
    }

    /// Directories are missing until the first pod that missed them is gone or going.
    fn try_host_path(&self, host: &Value) -> Result<(), String> {
        let path = pick::text(host, "/path");
        if self.cluster.scenario != Scenario::Hostpath || pick::text(host, "/type") != "Directory" {
            return Ok(());
        }
        if self.cluster.story(|story| story.is_mended()) {
            return Ok(());
        }
        if self.probes() {
            // A check only looks; trying again is for what is deployed.
            return Err(format!("hostPath type check failed: {path} is not a directory"));
        }
        let first = self.cluster.story(|story| story.missed_by(path, self.uid()).to_owned());
        let waits = self.cluster.with(|store| {
            let pods = store.list(&kinds::POD, "");
            pods.iter().any(|pod| pick::uid(pod) == first && !pick::dying(pod))
        });
        if first == self.uid() || waits {
            return Err(format!("hostPath type check failed: {path} is not a directory"));
        }
        Ok(())
    }
}

/// Objects and keys a volume shows as files.
fn projection(store: &Store, pod: &Value, source: &Value) -> Result<(), String> {
    for (kind, field, name) in [(&kinds::CONFIG_MAP, "configMap", "configmap"), (&kinds::SECRET, "secret", "secret")] {
        let Some(object) = reference(store, pod, kind, source.get(field))? else { continue };
        for item in pick::list(source, &format!("/{field}/items")) {
            let key = pick::text(item, "/key");
            let there = |data: &str| pick::map(&object, data).is_some_and(|data| data.contains_key(key));
            if !there("/data") && !there("/binaryData") {
                return Err(match name {
                    "secret" => format!("references non-existent secret key: {key}"),
                    _ => format!("configmap references non-existent config key: {key}"),
                });
            }
        }
    }
    Ok(())
}
