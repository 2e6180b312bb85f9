//! What keeps a workload from becoming ready, as its pods, its events and its controller tell it.

use serde_json::{Value, json};

use super::asking::{apply, condition, deployment, event, get, path_of, rolled_out, until};
use super::rollout::{deploy, pods};
use crate::ground::{BAD_IMAGE, Ground, Trouble, cluster, failing};

/// The containers of a pod, those that prepare it first.
fn containers(pod: &Value) -> Vec<&Value> {
    let lists = ["initContainerStatuses", "containerStatuses"].map(|list| pod["status"][list].as_array());
    lists.into_iter().flatten().flatten().collect()
}

/// Waits until a container of the only pod waits for this reason, and answers that container's status.
async fn waits(ground: &Ground, reason: &str) -> Value {
    let (client, ns) = ground.parts();
    let found = |body: &Value| {
        let status = containers(&body["items"][0]).into_iter().find(|one| one["state"]["waiting"]["reason"] == reason);
        status.cloned()
    };
    let path = format!("/api/v1/namespaces/{ns}/pods");
    let answer = until(client, &path, |answer| found(&answer.body).is_some()).await;
    found(&answer.body).unwrap()
}

/// The environment is not ready, its controller says so, and its pod is not ready either.
async fn is_not_ready(ground: &Ground) {
    let (client, ns) = ground.parts();
    let path = format!("/apis/apps/v1/namespaces/{ns}/deployments/mlflow-dev");
    // A busy controller says first that it has made a ReplicaSet.
    let unavailable = |body: &Value| {
        condition(body, "Available")["status"] == "False"
            && condition(body, "Progressing")["reason"] == "ReplicaSetUpdated"
    };
    let found = until(client, &path, |answer| unavailable(&answer.body)).await.body;
    assert_eq!(condition(&found, "Available")["reason"], "MinimumReplicasUnavailable");
    assert_eq!(found["status"]["unavailableReplicas"], 1);
    let pod = pods(client, ns).await.remove(0);
    assert_ne!(condition(&pod, "Ready")["status"], "True");
}

#[tokio::test]
async fn an_image_that_cannot_be_had() {
    let ground = failing(Trouble::ImagePull).await;
    let (client, ns) = ground.parts();
    deploy(&ground).await;
    let status = waits(&ground, "ImagePullBackOff").await;
    let message = status["state"]["waiting"]["message"].as_str().unwrap();
    assert!(
        message.starts_with("Back-off pulling image \"ghcr.io/mlflow/mlflow:v3.18.0-full\": ErrImagePull: "),
        "{message}"
    );
    assert_eq!((&status["ready"], &status["restartCount"]), (&json!(false), &json!(0)));
    let said = event(client, ns, "Failed", "Failed to pull image \"ghcr.io/mlflow/mlflow:v3.18.0-full\": ").await;
    assert_eq!((&said["type"], &said["involvedObject"]["kind"]), (&json!("Warning"), &json!("Pod")));
    is_not_ready(&ground).await;
}

#[tokio::test]
async fn a_container_that_crashes_again_and_again() {
    let ground = failing(Trouble::CrashLoop).await;
    let (client, ns) = ground.parts();
    deploy(&ground).await;
    let status = waits(&ground, "CrashLoopBackOff").await;
    let ended = &status["lastState"]["terminated"];
    assert_ne!(ended["exitCode"], 0, "{status}");
    assert_eq!(ended["reason"], "Error");
    assert!(ended["startedAt"].is_string() && ended["finishedAt"].is_string(), "{status}");
    assert!(status["restartCount"].as_i64().unwrap() > 0, "{status}");
    let name = status["name"].as_str().unwrap();
    let message = status["state"]["waiting"]["message"].as_str().unwrap();
    assert!(message.contains(&format!("restarting failed container={name} pod=mlflow-dev-")), "{message}");
    event(client, ns, "BackOff", &format!("Back-off restarting failed container {name} in pod mlflow-dev-")).await;
    is_not_ready(&ground).await;
}

#[tokio::test]
async fn a_directory_that_is_missing_on_the_node() {
    let ground = failing(Trouble::Directory).await;
    let (client, ns) = ground.parts();
    deploy(&ground).await;
    let said =
        event(client, ns, "FailedMount", "MountVolume.SetUp failed for volume \"logs\" : hostPath type check ").await;
    assert!(said["message"].as_str().unwrap().ends_with("/d/k8s/volumes/mlflow/dev/logs is not a directory"), "{said}");
    assert_eq!((&said["type"], &said["source"]["component"]), (&json!("Warning"), &json!("kubelet")));
    let pod = pods(client, ns).await.remove(0);
    assert_eq!(pod["status"]["phase"], "Pending");
    assert!(containers(&pod).iter().all(|one| one["state"]["waiting"]["reason"] == "PodInitializing"), "{pod}");
    is_not_ready(&ground).await;
}

#[tokio::test]
async fn a_pod_that_fits_nowhere() {
    let ground = cluster().await;
    let (client, ns) = ground.parts();
    let mut web = deployment(ns, "web", "nginx:1.29");
    web["spec"]["template"]["spec"]["containers"][0]["resources"] = json!({"requests": {"memory": "900Gi"}});
    apply(client, "fieldManager=t", &web).await.ok();
    let text = "0/2 nodes are available: 2 Insufficient memory. ";
    let said = event(client, ns, "FailedScheduling", text).await;
    assert_eq!(said["type"], "Warning");
    let pod = pods(client, ns).await.remove(0);
    let scheduled = condition(&pod, "PodScheduled");
    assert_eq!((&scheduled["status"], &scheduled["reason"]), (&json!("False"), &json!("Unschedulable")));
    assert!(scheduled["message"].as_str().unwrap().starts_with(text), "{scheduled}");
    assert_eq!(pod["spec"].get("nodeName"), None);
}

#[tokio::test]
async fn pods_that_may_not_be_made() {
    let ground = cluster().await;
    let (client, ns) = ground.parts();
    let mut web = deployment(ns, "web", "nginx:1.29");
    web["spec"]["template"]["spec"]["serviceAccountName"] = json!("nobody");
    apply(client, "fieldManager=t", &web).await.ok();
    let path = path_of(&web);
    let failed = |body: &Value| condition(body, "ReplicaFailure")["status"] == "True";
    let found = until(client, &path, |answer| failed(&answer.body)).await.body;
    let failure = condition(&found, "ReplicaFailure");
    assert_eq!(failure["reason"], "FailedCreate");
    let text = "is forbidden: error looking up service account";
    assert!(failure["message"].as_str().unwrap().contains(text), "{failure}");
    event(client, ns, "FailedCreate", "serviceaccount \"nobody\" not found").await;
    assert!(pods(client, ns).await.is_empty());
}

#[tokio::test]
async fn a_rollout_without_progress_passes_its_deadline_and_is_mended_by_another_image() {
    let ground = cluster().await;
    let (client, ns) = ground.parts();
    let mut web = deployment(ns, "web", BAD_IMAGE);
    web["spec"]["progressDeadlineSeconds"] = json!(10);
    apply(client, "fieldManager=t", &web).await.ok();
    let late = |body: &Value| condition(body, "Progressing")["status"] == "False";
    let found = until(client, &path_of(&web), |answer| late(&answer.body)).await.body;
    let progressing = condition(&found, "Progressing");
    assert_eq!(progressing["reason"], "ProgressDeadlineExceeded");
    let set = get(client, &format!("/apis/apps/v1/namespaces/{ns}/replicasets")).await.ok();
    let set = set["items"][0]["metadata"]["name"].as_str().unwrap();
    assert_eq!(progressing["message"], format!("ReplicaSet \"{set}\" has timed out progressing."));
    web["spec"]["template"]["spec"]["containers"][0]["image"] = json!("example.org/right:1");
    apply(client, "fieldManager=t", &web).await.ok();
    rolled_out(client, ns, "web").await;
}
