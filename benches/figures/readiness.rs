//! The moment the last of a kind became well in a namespace, seen from beside.

use std::collections::BTreeSet;
use std::fmt::Debug;
use std::time::Instant;

use futures::StreamExt;
use k8s_openapi::NamespaceResourceScope;
use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::core::v1::Pod;
use kube::Resource;
use kube::api::{Api, WatchEvent, WatchParams};
use serde::de::DeserializeOwned;
use tokio::task::JoinHandle;

/// Someone who watches a kind in a namespace.
pub(crate) struct Observer(JoinHandle<Option<Instant>>);

impl Observer {
    /// Watches until so many pods are ready.
    pub(crate) fn of_pods(client: &kube::Client, namespace: &str, count: usize) -> Self {
        Self::of(client, namespace, count, is_ready)
    }

    /// Watches until so many Deployments say that all of their pods are.
    pub(crate) fn of_deployments(client: &kube::Client, namespace: &str, count: usize) -> Self {
        Self::of(client, namespace, count, is_available)
    }

    fn of<K>(client: &kube::Client, namespace: &str, count: usize, well: fn(&K) -> bool) -> Self
    where
        K: Resource<DynamicType = (), Scope = NamespaceResourceScope>
            + Clone
            + DeserializeOwned
            + Debug
            + Send
            + 'static,
    {
        let api: Api<K> = Api::namespaced(client.clone(), namespace);
        Self(tokio::spawn(async move {
            let mut done = BTreeSet::new();
            let mut events = api.watch(&WatchParams::default(), "0").await.unwrap().boxed();
            while let Some(event) = events.next().await {
                match event.unwrap() {
                    WatchEvent::Added(object) | WatchEvent::Modified(object) if well(&object) => {
                        done.insert(object.meta().name.clone().unwrap());
                        if done.len() == count {
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

fn is_available(deployment: &Deployment) -> bool {
    let wanted = deployment.spec.as_ref().and_then(|spec| spec.replicas);
    deployment.status.as_ref().is_some_and(|status| status.available_replicas == wanted)
}
