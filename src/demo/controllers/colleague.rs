//! Somebody with kubectl: changes a password in a Secret by hand, once what reads it runs.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::Value;

use super::Controller;
use crate::demo::actor::COLLEAGUE;
use crate::demo::cluster::Cluster;
use crate::demo::kinds::{self, Kind};
use crate::demo::pick;

/// The value that is put there.
const VALUE: &str = "typed-into-an-editor";

/// Does it once.
#[derive(Debug, Default)]
pub(super) struct Colleague {
    done: bool,
}

impl Controller for Colleague {
    const KINDS: &'static [&'static Kind] = &[&kinds::POD];

    fn sync(&mut self, cluster: &Cluster) -> Option<f64> {
        if self.done {
            return None;
        }
        self.done = cluster.with(|store| {
            let running =
                store.list(&kinds::POD, "").into_iter().filter(|pod| pick::text(pod, "/status/phase") == "Running");
            for pod in running {
                for name in read_by(&pod) {
                    let Some(secret) = store.get(&kinds::SECRET, pick::namespace(&pod), &name) else { continue };
                    let data = pick::map(&secret, "/data").into_iter().flatten();
                    let Some(key) = data.map(|(key, _)| key.clone()).rfind(|key| key.ends_with("PASSWORD")) else {
                        continue;
                    };
                    COLLEAGUE.edit(store, &kinds::SECRET, &secret, |secret| {
                        pick::set(secret, &format!("/data/{key}"), BASE64_STANDARD.encode(VALUE));
                    });
                    return true;
                }
            }
            false
        });
        None
    }
}

/// The Secrets a pod's containers take their environment from.
fn read_by(pod: &Value) -> Vec<String> {
    let containers = pick::list(pod, "/spec/containers").iter();
    let sources = containers.flat_map(|container| pick::list(container, "/envFrom"));
    let names = sources.map(|source| pick::text(source, "/secretRef/name").to_owned());
    names.filter(|name| !name.is_empty()).collect()
}
