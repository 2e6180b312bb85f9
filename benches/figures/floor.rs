//! What the requests of a plan and an apply take by themselves: one dry run and one apply of each object, so many at a time,
//! by a client that does nothing else.

use std::path::Path;
use std::time::{Duration, Instant};

use futures::StreamExt;
use http::{Request, header};
use kube::Client;
use kube::config::{Config, KubeConfigOptions, Kubeconfig};
use serde_json::{Value, json};

/// How many at a time.
pub(crate) const AT_ONCE: usize = 16;

/// Dry runs of all, then applies of all, into another namespace than the one they were rendered for.
pub(crate) async fn bare(kubeconfig: &Path, namespace: &str, objects: &[Value]) -> Duration {
    let kubeconfig = Kubeconfig::read_from(kubeconfig).unwrap();
    let config = Config::from_custom_kubeconfig(kubeconfig, &KubeConfigOptions::default()).await.unwrap();
    let started = Instant::now();
    let client = Client::try_from(config).unwrap();
    for dry in ["&dryRun=All", ""] {
        let sending = objects.iter().map(|object| {
            let mut object = object.clone();
            object["metadata"]["namespace"] = json!(namespace);
            let name = object["metadata"]["name"].as_str().unwrap();
            let path = format!(
                "/api/v1/namespaces/{namespace}/configmaps/{name}?fieldManager=bare&fieldValidation=Strict{dry}"
            );
            let request = Request::patch(path).header(header::CONTENT_TYPE, "application/apply-patch+yaml");
            client.request::<Value>(request.body(object.to_string().into_bytes()).unwrap())
        });
        futures::stream::iter(sending).buffer_unordered(AT_ONCE).for_each(async |answer| drop(answer.unwrap())).await;
    }
    started.elapsed()
}
