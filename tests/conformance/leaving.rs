//! Deletion: what goes with what, and what stays.

use serde_json::json;

use super::asking::{apply, config_map, delete, deployment, merge, path_of, rolled_out, until};
use super::rollout::pods;
use crate::ground::cluster;

#[tokio::test]
async fn deleting_takes_the_dependents_as_asked() {
    let cluster = cluster().await;
    let (client, ns) = cluster.parts();
    for (policy, left) in [("Background", 0), ("Foreground", 0), ("Orphan", 1)] {
        let web = deployment(ns, "web", "nginx:1.29");
        apply(client, "fieldManager=t", &web).await.ok();
        rolled_out(client, ns, "web").await;
        let answer = delete(client, &path_of(&web), &json!({"propagationPolicy": policy})).await;
        let gone = answer.ok();
        if policy == "Background" {
            assert_eq!(gone["status"], "Success");
        } else {
            assert!(gone["metadata"]["deletionTimestamp"].is_string(), "{gone}");
        }
        until(client, &path_of(&web), |answer| answer.code == 404).await;
        let sets = &format!("/apis/apps/v1/namespaces/{ns}/replicasets");
        until(client, sets, |answer| answer.body["items"].as_array().unwrap().len() == left).await;
        until(client, &format!("/api/v1/namespaces/{ns}/pods"), |answer| {
            answer.body["items"].as_array().unwrap().len() == left
        })
        .await;
    }
}

#[tokio::test]
async fn a_namespace_goes_with_everything_in_it() {
    let cluster = cluster().await;
    let (client, ns) = cluster.parts();
    apply(client, "fieldManager=t", &deployment(ns, "web", "nginx:1.29")).await.ok();
    rolled_out(client, ns, "web").await;
    // Something that holds it up, so that there is time to look.
    let mut held = config_map(ns, "held", &json!({}));
    held["metadata"]["finalizers"] = json!(["example.org/hold"]);
    apply(client, "fieldManager=t", &held).await.ok();
    let answer = delete(client, &format!("/api/v1/namespaces/{ns}"), &json!({})).await.ok();
    assert_eq!(answer["status"]["phase"], "Terminating");
    for dry in ["", "&dryRun=All"] {
        let refused = apply(client, &format!("fieldManager=t{dry}"), &config_map(ns, "late", &json!({}))).await;
        assert_eq!(refused.code, 403);
        let text = format!(
            "configmaps \"late\" is forbidden: unable to create new content in namespace {ns} because it is being terminated"
        );
        assert_eq!(refused.message(), text);
        let (field, reason, message) = refused.causes().remove(0);
        assert_eq!(field, "metadata.namespace");
        assert_eq!(reason, "NamespaceTerminating");
        assert_eq!(message, format!("namespace {ns} is being terminated"));
    }
    until(client, &path_of(&held), |answer| answer.body["metadata"]["deletionTimestamp"].is_string()).await;
    merge(client, &path_of(&held), &json!({"metadata": {"finalizers": null}})).await.ok();
    until(client, &format!("/api/v1/namespaces/{ns}"), |answer| answer.code == 404).await;
    assert!(pods(client, ns).await.is_empty());
}
