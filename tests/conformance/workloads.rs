//! Workloads other than a plain Deployment, and scaling.

use http::Request;
use serde_json::json;

use super::asking::{apply, ask, condition, deployment, get, items, merge, path_of, rolled_out, until};
use super::rollout::pods;
use crate::ground::cluster;

#[tokio::test]
async fn other_workloads_come_up_too() {
    let cluster = cluster().await;
    let (client, ns) = cluster.parts();
    let spec = deployment(ns, "x", "nginx:1.29")["spec"].clone();
    let mut set = json!({"apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": {"name": "db", "namespace": ns},
        "spec": spec});
    set["spec"]["replicas"] = json!(2);
    set["spec"]["serviceName"] = json!("db");
    let daemons = json!({"apiVersion": "apps/v1", "kind": "DaemonSet", "metadata": {"name": "agent", "namespace": ns},
        "spec": {"selector": {"matchLabels": {"app": "agent"}}, "template": {
            "metadata": {"labels": {"app": "agent"}}, "spec": {"containers": [{"name": "a", "image": "agent:1"}]}}}});
    let job = json!({"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "migrate", "namespace": ns},
        "spec": {"template": {"spec": {"restartPolicy": "Never", "containers": [{"name": "m", "image": "m:1"}]}}}});
    for object in [&set, &daemons, &job] {
        apply(client, "fieldManager=t", object).await.ok();
    }
    until(client, &path_of(&set), |answer| answer.body["status"]["availableReplicas"] == 2).await;
    get(client, &format!("/api/v1/namespaces/{ns}/pods/db-1")).await.ok();
    until(client, &path_of(&daemons), |answer| answer.body["status"]["numberAvailable"] == 2).await;
    let done =
        until(client, &path_of(&job), |answer| condition(&answer.body, "Complete")["status"] == "True").await.body;
    assert_eq!(done["status"]["succeeded"], 1);
    // What a Job runs is over, and says so.
    let pods = items(client, &format!("/api/v1/namespaces/{ns}/pods?labelSelector=job-name%3Dmigrate")).await;
    assert_eq!(pods[0]["status"]["phase"], "Succeeded");
}

#[tokio::test]
async fn the_scale_subresource_changes_replicas_alone() {
    let cluster = cluster().await;
    let (client, ns) = cluster.parts();
    let web = deployment(ns, "web", "nginx:1.29");
    apply(client, "fieldManager=t", &web).await.ok();
    let path = format!("{}/scale", path_of(&web));
    let scale = merge(client, &format!("{path}?fieldManager=hpa"), &json!({"spec": {"replicas": 2}})).await.ok();
    assert_eq!((&scale["kind"], &scale["spec"]["replicas"]), (&json!("Scale"), &json!(2)));
    rolled_out(client, ns, "web").await;
    assert_eq!(pods(client, ns).await.len(), 2);
    let conflict = apply(client, "fieldManager=t", &web).await;
    assert_eq!(conflict.code, 409);
    let (field, reason, message) = conflict.causes().remove(0);
    assert_eq!((field.as_str(), reason.as_str()), (".spec.replicas", "FieldManagerConflict"));
    assert_eq!(message, "conflict with \"hpa\" with subresource \"scale\" using apps/v1");
    let scale = ask(client, Request::get(&path), None).await.ok();
    assert_eq!(scale["status"]["selector"], "app=web");
}
