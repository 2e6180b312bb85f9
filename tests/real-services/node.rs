//! The node under the cluster: the short-lived pods of a checklist really run, and what they say is what landfall reads.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http::header::CONTENT_LENGTH;
use http::{Method, Request, Response};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full};
use k8s_openapi::api::core::v1::Pod as Record;
use kube::client::Body;
use serde_json::{Value, json};
use tokio::sync::watch;

use crate::kubelet::{Ended, Pod};
use crate::sandbox::Image;

type Answer = Response<UnsyncBoxBody<Bytes, io::Error>>;
/// How a pod ended, once it has.
type Run = watch::Receiver<Option<Arc<Ended>>>;

/// What the pods of a checklist are labelled with.
const LABEL: &str = "app.kubernetes.io/name=mlflow-check";

struct Node {
    client: kube::Client,
    image: Image,
    runs: Mutex<BTreeMap<String, Run>>,
}

/// A way to a cluster on which those pods run here.
pub(crate) fn under(client: &kube::Client, image: &Image) -> kube::Client {
    let node = Arc::new(Node { client: client.clone(), image: image.clone(), runs: Mutex::default() });
    let service = tower::service_fn(move |request| Arc::clone(&node).pass(request));
    kube::Client::new(service, "default")
}

impl Node {
    async fn pass(self: Arc<Self>, request: Request<Body>) -> io::Result<Answer> {
        let (head, body) = request.into_parts();
        let (method, path) = (head.method.clone(), head.uri.path().to_owned());
        let answer = self.client.send(Request::from_parts(head, body)).await.map_err(io::Error::other)?;
        let (mut head, body) = answer.into_parts();
        let known = self.runs.lock().unwrap().get(path.trim_end_matches("/log")).cloned();
        match (known, path.contains("/pods/")) {
            (None, true) if method == Method::PATCH => {
                let bytes = body.collect().await.map_err(io::Error::other)?.to_bytes();
                self.begin(path, &bytes);
                Ok(Response::from_parts(head, whole(bytes)))
            }
            (Some(run), true) if method == Method::GET && head.status.is_success() => {
                let ended = run.borrow().clone();
                let bytes = body.collect().await.map_err(io::Error::other)?.to_bytes();
                let said = match ended {
                    Some(ended) if path.ends_with("/log") => ended.words.clone().into(),
                    Some(_) | None if path.ends_with("/log") => Bytes::new(),
                    ended => with_status(&bytes, ended.as_deref()),
                };
                head.headers.remove(CONTENT_LENGTH);
                Ok(Response::from_parts(head, whole(said)))
            }
            _ => Ok(Response::from_parts(head, BodyExt::boxed_unsync(body.map_err(io::Error::other)))),
        }
    }

    /// Runs a pod that the cluster has taken, if it is one of a checklist.
    fn begin(&self, path: String, pod: &[u8]) {
        let Ok(record) = serde_json::from_slice::<Record>(pod) else { return };
        let (name, value) = LABEL.split_once('=').unwrap();
        let labels = record.metadata.labels.unwrap_or_default();
        let (Some(spec), Some(namespace)) = (record.spec, record.metadata.namespace) else { return };
        if labels.get(name).is_none_or(|found| found != value) {
            return;
        }
        let (news, run) = watch::channel(None);
        self.runs.lock().unwrap().insert(path, run);
        let (client, image) = (self.client.clone(), self.image.clone());
        tokio::spawn(async move {
            let name = spec.containers[0].name.clone();
            let pod = Pod::take(&client, &namespace, spec, &image).await;
            news.send_replace(Some(Arc::new(pod.run(&name).await)));
        });
    }
}

fn whole(bytes: Bytes) -> UnsyncBoxBody<Bytes, io::Error> {
    BodyExt::boxed_unsync(Full::new(bytes).map_err(|never| match never {}))
}

/// A pod as this node reports it.
fn with_status(pod: &[u8], ended: Option<&Ended>) -> Bytes {
    let mut pod: Value = serde_json::from_slice(pod).unwrap();
    let (phase, state) = match ended {
        None => ("Running", json!({"running": {}})),
        Some(Ended { code, message, .. }) => {
            let (phase, reason) = if *code == 0 { ("Succeeded", "Completed") } else { ("Failed", "Error") };
            (phase, json!({"terminated": {"exitCode": code, "reason": reason, "message": message}}))
        }
    };
    let container = json!({
        "name": pod["spec"]["containers"][0]["name"], "image": "mlflow", "imageID": "", "ready": ended.is_none(),
        "started": true, "restartCount": 0, "state": state,
    });
    pod["status"] = json!({"phase": phase, "containerStatuses": [container]});
    Bytes::from(pod.to_string())
}
