//! The moment the last pod of a namespace became ready, seen from beside.

use std::collections::BTreeSet;
use std::time::Instant;

use futures::StreamExt;
use k8s_openapi::api::core::v1::Pod;
use kube::api::{Api, WatchEvent, WatchParams};
use tokio::task::JoinHandle;

/// Someone who watches the pods of a namespace.
pub(crate) struct Observer(JoinHandle<Option<Instant>>);

impl Observer {
    /// Watches until so many pods are ready.
    pub(crate) fn of(client: &kube::Client, namespace: &str, pods: usize) -> Self {
        let api: Api<Pod> = Api::namespaced(client.clone(), namespace);
        Self(tokio::spawn(async move {
            let mut ready = BTreeSet::new();
            let mut events = api.watch(&WatchParams::default(), "0").await.unwrap().boxed();
            while let Some(event) = events.next().await {
                match event.unwrap() {
                    WatchEvent::Added(pod) | WatchEvent::Modified(pod) if is_ready(&pod) => {
                        ready.insert(pod.metadata.name.unwrap());
                        if ready.len() == pods {
                            return Some(Instant::now());
                        }
                    }
                    WatchEvent::Error(status) => panic!("the observer is told {status:?}"),
                    WatchEvent::Added(_)
                    | WatchEvent::Modified(_)
                    | WatchEvent::Deleted(_)
                    | WatchEvent::Bookmark(_) => {}
                }
            }
            None
        }))
    }

    /// The moment all of them were.
    pub(crate) async fn last(self) -> Instant {
        self.0.await.unwrap().unwrap()
    }
}

fn is_ready(pod: &Pod) -> bool {
    let conditions = pod.status.as_ref().and_then(|status| status.conditions.as_ref());
    conditions.is_some_and(|all| all.iter().any(|one| one.type_ == "Ready" && one.status == "True"))
}
