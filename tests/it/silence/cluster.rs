//! What a cluster sees and keeps of secrets: only the Secrets meant to hold them may.

use std::path::Path;

use http::Request;
use landfall::demo::Demo;
use serde_json::Value;

use super::ears::Ears;
use crate::wire::{Asked, Fate, Wire, over};

/// The Secrets meant to hold credentials.
const MEANT: [&str; 2] = ["mlflow-secrets-dev", "github-registry"];

/// The addresses of everything the demo cluster may hold.
const KINDS: [&str; 18] = [
    "/api/v1/namespaces",
    "/api/v1/nodes",
    "/api/v1/configmaps",
    "/api/v1/secrets",
    "/api/v1/services",
    "/api/v1/pods",
    "/api/v1/events",
    "/api/v1/serviceaccounts",
    "/api/v1/persistentvolumeclaims",
    "/api/v1/resourcequotas",
    "/apis/apps/v1/deployments",
    "/apis/apps/v1/replicasets",
    "/apis/apps/v1/statefulsets",
    "/apis/apps/v1/daemonsets",
    "/apis/batch/v1/jobs",
    "/apis/coordination.k8s.io/v1/leases",
    "/apis/discovery.k8s.io/v1/endpointslices",
    "/apis/events.k8s.io/v1/events",
];

/// A client whose requests are kept.
pub(super) struct Watched {
    pub(super) client: kube::Client,
    wire: Wire,
}

impl Watched {
    pub(super) fn new(demo: &Demo) -> Self {
        Self::with(demo, |_| Fate::Pass)
    }

    pub(super) fn with(demo: &Demo, judge: impl Fn(&Asked) -> Fate + Send + Sync + 'static) -> Self {
        let (client, wire) = over(&demo.client(), judge);
        Self { client, wire }
    }

    /// No request says a secret but the one that writes its Secret. Dry runs carry placeholders.
    pub(super) fn is_silent(&self, ears: &Ears) {
        let asked = self.wire.asked();
        let (mut meant, mut rehearsed) = (0, 0);
        for request in &asked {
            let of_secret = MEANT.iter().any(|name| request.path().ends_with(&format!("/secrets/{name}")));
            rehearsed += usize::from(of_secret && request.is_dry_run());
            ears.silence("an address", &request.address);
            if of_secret && request.method == "PATCH" && !request.is_dry_run() {
                meant += usize::from(!ears.hear(&request.body).is_empty());
                continue;
            }
            ears.silence(&format!("{} {}", request.method, request.address), &request.body);
            if of_secret && request.is_dry_run() {
                let body: Value = serde_json::from_slice(&request.body).unwrap();
                assert!(body["data"].as_object().is_some_and(|data| !data.is_empty()), "no placeholders");
            }
        }
        assert!(meant >= 2, "the Secrets were never written: {meant}");
        assert!(rehearsed >= 1, "the Secrets were never rehearsed");
    }
}

/// No object says a secret but the Secrets meant to.
pub(super) async fn holds_no_secret(demo: &Demo, ears: &Ears) {
    let client = demo.client();
    let (mut objects, mut meant) = (0, 0);
    for path in KINDS {
        let request = Request::get(path).body(Vec::new()).unwrap();
        let Ok(list) = client.request::<Value>(request).await else { continue };
        for item in list["items"].as_array().unwrap() {
            objects += 1;
            let name = item["metadata"]["name"].as_str().unwrap();
            if path == "/api/v1/secrets" && MEANT.contains(&name) {
                meant += usize::from(!ears.hear(item.to_string().as_bytes()).is_empty());
                // Only its data may: no annotation, no managed field.
                let mut rest = item.clone();
                rest["data"] = Value::Null;
                ears.silence(&format!("Secret {name}"), rest.to_string());
            } else {
                ears.silence(&format!("{path} {name}"), item.to_string());
            }
        }
    }
    assert!(objects > 10 && meant == 2, "{objects} objects, {meant} of them hold secrets");
}

/// Every file below a folder.
pub(super) fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push((path.display().to_string(), std::fs::read(&path).unwrap()));
        }
    }
    found
}
