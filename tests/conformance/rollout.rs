//! Deployments from apply to ready, and what keeps them from it.

use std::collections::BTreeSet;
use std::time::Duration;

use futures::{AsyncBufReadExt as _, StreamExt as _};
use http::Request;
use serde_json::{Value, json};

use super::asking::{
    apply, complete, condition, config_map, deployment, event, get, items, path_of, rolled_out, secret, until,
};
use crate::ground::{A_WHILE, BAD_IMAGE, Ground, HALF_A_NODE, cluster};

/// The objects of one environment, as the shipped module renders them.
pub(crate) fn environment(namespace: &str, port: u16) -> Vec<Value> {
    let labels = json!({"app.kubernetes.io/name": "mlflow", "app.kubernetes.io/instance": "mlflow-dev"});
    let sources =
        json!([{"configMapRef": {"name": "mlflow-config-dev"}}, {"secretRef": {"name": "mlflow-secrets-dev"}}]);
    let mounts = json!([{"name": "tmp", "mountPath": "/tmp"}, {"name": "logs", "mountPath": "/mlflow/logs"},
        {"name": "files", "mountPath": "/etc/mlflow", "readOnly": true}]);
    let probe = json!({"httpGet": {"path": "/health", "port": "http"}, "periodSeconds": 5, "failureThreshold": 48});
    let image = "ghcr.io/mlflow/mlflow:v3.18.0-full";
    let pod = json!({
        "enableServiceLinks": false, "automountServiceAccountToken": false,
        "imagePullSecrets": [{"name": "github-registry"}],
        "securityContext": {"runAsNonRoot": true, "runAsUser": 1000, "runAsGroup": 1000},
        "initContainers": [{"name": "init", "image": image, "envFrom": sources, "volumeMounts": mounts,
            "resources": {"requests": {"cpu": "100m", "memory": "256Mi"}, "limits": {"memory": "768Mi"}}}],
        "containers": [{"name": "mlflow", "image": image, "envFrom": sources, "volumeMounts": mounts,
            "ports": [{"name": "http", "containerPort": 5000}], "startupProbe": probe, "readinessProbe": probe,
            "resources": {"requests": {"cpu": "250m", "memory": "512Mi"}, "limits": {"memory": "1024Mi"}}}],
        "volumes": [{"name": "tmp", "emptyDir": {"sizeLimit": "512Mi"}},
            {"name": "logs", "hostPath": {"path": "/d/k8s/volumes/mlflow/dev/logs", "type": "Directory"}},
            {"name": "files", "configMap": {"name": "mlflow-files-dev", "defaultMode": 292}}],
    });
    let mut registry = secret(namespace, "github-registry", &json!({".dockerconfigjson": "{\"auths\":{}}"}));
    registry["type"] = json!("kubernetes.io/dockerconfigjson");
    let meta = json!({"name": "mlflow-dev", "namespace": namespace, "labels": labels});
    vec![
        config_map(namespace, "mlflow-config-dev", &json!({"PGHOST": "pgsql-dev.pgsql.svc.cluster.local"})),
        config_map(namespace, "mlflow-files-dev", &json!({"init.py": "print()"})),
        secret(namespace, "mlflow-secrets-dev", &json!({"PGUSER": "mlflow_user", "PGPASSWORD": "one"})),
        registry,
        json!({"apiVersion": "v1", "kind": "Service", "metadata": meta, "spec": {"type": "NodePort",
            "selector": labels, "ports": [{"name": "http", "port": 5000, "targetPort": "http", "nodePort": port}]}}),
        json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": meta, "spec": {
            "replicas": 1, "strategy": {"type": "Recreate"}, "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": pod}}}),
    ]
}

/// Applies all objects of an environment, and gives them.
pub(crate) async fn deploy(ground: &Ground) -> Vec<Value> {
    let (client, ns) = ground.parts();
    let objects = environment(ns, ground.port().await);
    for object in &objects {
        apply(client, "fieldManager=landfall&fieldValidation=Strict", object).await.ok();
    }
    objects
}

/// The pods of a namespace that are not going away.
pub(crate) async fn pods(client: &kube::Client, namespace: &str) -> Vec<Value> {
    let mut pods = items(client, &format!("/api/v1/namespaces/{namespace}/pods")).await;
    pods.retain(|pod| pod["metadata"]["deletionTimestamp"].is_null());
    pods
}

#[tokio::test]
async fn an_environment_becomes_ready() {
    let cluster = cluster().await;
    let (client, ns) = cluster.parts();
    deploy(&cluster).await;
    let deployment = rolled_out(client, ns, "mlflow-dev").await;
    assert_eq!(condition(&deployment, "Available")["reason"], "MinimumReplicasAvailable");
    let progressing = condition(&deployment, "Progressing");
    assert_eq!(progressing["reason"], "NewReplicaSetAvailable");
    assert!(progressing["message"].as_str().unwrap().ends_with("has successfully progressed."));
    assert_eq!(deployment["metadata"]["annotations"]["deployment.kubernetes.io/revision"], "1");

    let pod = pods(client, ns).await.remove(0);
    for kind in ["PodScheduled", "PodReadyToStartContainers", "Initialized", "ContainersReady", "Ready"] {
        let found = condition(&pod, kind);
        assert_eq!(found["status"], "True", "{kind}");
        assert!(found["lastTransitionTime"].is_string(), "{kind}");
    }
    assert_eq!(pod["status"]["phase"], "Running");
    assert_eq!(pod["status"]["qosClass"], "Burstable");
    let init = &pod["status"]["initContainerStatuses"][0];
    assert_eq!(init["state"]["terminated"]["reason"], "Completed");
    let main = &pod["status"]["containerStatuses"][0];
    assert_eq!(main["restartCount"], 0);
    assert!(main["state"]["running"]["startedAt"].is_string());
    let hash = pod["metadata"]["labels"]["pod-template-hash"].as_str().unwrap();
    assert!(pod["metadata"]["name"].as_str().unwrap().starts_with(&format!("mlflow-dev-{hash}-")));

    let name = pod["metadata"]["name"].as_str().unwrap();
    let node = pod["spec"]["nodeName"].as_str().unwrap();
    event(client, ns, "Scheduled", &format!("Successfully assigned {ns}/{name} to {node}")).await;

    let of = "labelSelector=kubernetes.io/service-name%3Dmlflow-dev";
    let slices = format!("/apis/discovery.k8s.io/v1/namespaces/{ns}/endpointslices?{of}");
    let slices =
        until(client, &slices, |answer| answer.body["items"][0]["endpoints"][0]["conditions"]["ready"] == true);
    let slices = slices.await.body;
    assert_eq!(slices["items"][0]["ports"][0]["port"], 5000);
    assert_eq!(slices["items"][0]["endpoints"][0]["addresses"][0], pod["status"]["podIP"]);
}

#[tokio::test]
async fn recreate_ends_the_old_pod_before_the_new_one() {
    let cluster = cluster().await;
    let (client, ns) = cluster.parts();
    let mut objects = deploy(&cluster).await;
    rolled_out(client, ns, "mlflow-dev").await;
    let before = pods(client, ns).await[0]["metadata"]["uid"].clone();
    let mut changed = objects.pop().unwrap();
    changed["spec"]["template"]["spec"]["containers"][0]["env"] = json!([{"name": "A", "value": "b"}]);
    let applied = apply(client, "fieldManager=landfall", &changed).await.ok();
    assert_eq!(applied["metadata"]["generation"], 2);
    let path = path_of(&changed);
    let mut most = BTreeSet::new();
    let done = loop {
        let all = items(client, &format!("/api/v1/namespaces/{ns}/pods")).await;
        most.insert(all.len());
        let deployment = get(client, &path).await.body;
        if complete(&deployment) {
            break deployment;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    };
    assert!(most.iter().all(|count| *count <= 1), "old and new pods side by side: {most:?}");
    assert_eq!(done["metadata"]["annotations"]["deployment.kubernetes.io/revision"], "2");
    let after = pods(client, ns).await;
    assert_eq!(after.len(), 1);
    assert_ne!(after[0]["metadata"]["uid"], before);
    event(client, ns, "ScalingReplicaSet", "from 1 to 0").await;
}

#[tokio::test]
async fn a_rolling_update_keeps_serving() {
    let cluster = cluster().await;
    let (client, ns) = cluster.parts();
    let mut web = deployment(ns, "web", "nginx:1.29");
    web["spec"]["replicas"] = json!(3);
    apply(client, "fieldManager=t", &web).await.ok();
    rolled_out(client, ns, "web").await;
    web["spec"]["template"]["spec"]["containers"][0]["image"] = json!("nginx:1.30");
    apply(client, "fieldManager=t", &web).await.ok();
    let path = path_of(&web);
    loop {
        let deployment = get(client, &path).await.body;
        let available = deployment["status"]["availableReplicas"].as_i64().unwrap_or_default();
        let total = deployment["status"]["replicas"].as_i64().unwrap_or_default();
        assert!(available >= 3 && total <= 4, "{}", deployment["status"]);
        if complete(&deployment) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let images: BTreeSet<String> = pods(client, ns)
        .await
        .iter()
        .map(|pod| pod["spec"]["containers"][0]["image"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(images, BTreeSet::from(["nginx:1.30".to_owned()]));
}

#[tokio::test]
async fn a_fix_that_also_scales_still_shows_the_old_verdict_for_a_moment() {
    let cluster = cluster().await;
    let (client, ns) = cluster.parts();
    let mut web = deployment(ns, "web", BAD_IMAGE);
    web["spec"]["progressDeadlineSeconds"] = json!(10);
    apply(client, "fieldManager=t", &web).await.ok();
    let path = path_of(&web);
    let late = until(client, &path, |answer| condition(&answer.body, "Progressing")["status"] == "False").await.body;
    let version = late["metadata"]["resourceVersion"].as_str().unwrap();
    let watch = format!("/apis/apps/v1/namespaces/{ns}/deployments?watch=true&resourceVersion={version}");
    let stream = client.request_stream(Request::get(watch).body(Vec::new()).unwrap()).await.unwrap();
    web["spec"]["replicas"] = json!(2);
    web["spec"]["template"]["spec"]["containers"][0]["image"] = json!("example.org/right:1");
    apply(client, "fieldManager=t", &web).await.ok();
    let mut lines = Box::pin(stream).lines();
    let mut stale = 0;
    while let Some(line) = lines.next().await {
        let event: Value = serde_json::from_str(&line.unwrap()).unwrap();
        let seen = &event["object"];
        let current = seen["status"]["observedGeneration"] == seen["metadata"]["generation"];
        if current && condition(seen, "Progressing")["reason"] == "ProgressDeadlineExceeded" {
            stale += 1;
        }
        if complete(seen) {
            break;
        }
    }
    assert!(stale > 0, "a judge must not believe this condition");
}

#[tokio::test]
async fn a_scale_up_that_finds_no_room_never_passes_its_deadline() {
    let cluster = cluster().await;
    let (client, ns) = cluster.parts();
    let mut web = deployment(ns, "web", "nginx:1.29");
    web["spec"]["progressDeadlineSeconds"] = json!(10);
    web["spec"]["template"]["spec"]["containers"][0]["resources"] = json!({"requests": {"memory": HALF_A_NODE}});
    apply(client, "fieldManager=t", &web).await.ok();
    rolled_out(client, ns, "web").await;
    web["spec"]["replicas"] = json!(3);
    apply(client, "fieldManager=t", &web).await.ok();
    event(client, ns, "FailedScheduling", "2 Insufficient memory").await;
    tokio::time::sleep(A_WHILE).await;
    let stuck = get(client, &path_of(&web)).await.body;
    assert_eq!(condition(&stuck, "Progressing")["reason"], "NewReplicaSetAvailable");
    assert_eq!(stuck["status"]["availableReplicas"], 2);
}

#[tokio::test]
async fn a_paused_deployment_rests() {
    let cluster = cluster().await;
    let (client, ns) = cluster.parts();
    let mut web = deployment(ns, "web", "nginx:1.29");
    apply(client, "fieldManager=t", &web).await.ok();
    rolled_out(client, ns, "web").await;
    web["spec"]["paused"] = json!(true);
    web["spec"]["template"]["spec"]["containers"][0]["image"] = json!("nginx:1.30");
    apply(client, "fieldManager=t", &web).await.ok();
    let path = path_of(&web);
    let paused =
        |answer: &super::asking::Answer| condition(&answer.body, "Progressing")["reason"] == "DeploymentPaused";
    until(client, &path, paused).await;
    assert_eq!(items(client, &format!("/apis/apps/v1/namespaces/{ns}/replicasets")).await.len(), 1);
    web["spec"]["paused"] = json!(false);
    apply(client, "fieldManager=t", &web).await.ok();
    until(client, &format!("/apis/apps/v1/namespaces/{ns}/replicasets"), |answer| answer.body["items"][1].is_object())
        .await;
    rolled_out(client, ns, "web").await;
}
