//! Deployments from apply to ready, and everything that hangs on them.

use std::collections::BTreeSet;
use std::time::Duration;

use futures::{AsyncBufReadExt as _, AsyncReadExt as _, StreamExt as _};
use http::Request;
use serde_json::{Value, json};

use super::asking::{
    apply, ask, cluster, complete, condition, config_map, delete, deployment, event, get, items, merge, namespace,
    path_of, rolled_out, secret, until,
};

/// The objects of one environment, as the shipped module renders them.
pub(super) fn environment(namespace: &str) -> Vec<Value> {
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
            "selector": labels, "ports": [{"name": "http", "port": 5000, "targetPort": "http", "nodePort": 30502}]}}),
        json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": meta, "spec": {
            "replicas": 1, "strategy": {"type": "Recreate"}, "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": pod}}}),
    ]
}

/// Applies all objects of an environment.
pub(super) async fn deploy(client: &kube::Client, namespace: &str) {
    for object in environment(namespace) {
        apply(client, "fieldManager=landfall&fieldValidation=Strict", &object).await.ok();
    }
}

/// The pods of a namespace that are not going away.
pub(super) async fn pods(client: &kube::Client, namespace: &str) -> Vec<Value> {
    let mut pods = items(client, &format!("/api/v1/namespaces/{namespace}/pods")).await;
    pods.retain(|pod| pod["metadata"]["deletionTimestamp"].is_null());
    pods
}

#[tokio::test]
async fn an_environment_becomes_ready() {
    let cluster = cluster();
    let client = &cluster.client;
    namespace(client, "mlflow").await;
    deploy(client, "mlflow").await;
    let deployment = rolled_out(client, "mlflow", "mlflow-dev").await;
    assert_eq!(condition(&deployment, "Available")["reason"], "MinimumReplicasAvailable");
    let progressing = condition(&deployment, "Progressing");
    assert_eq!(progressing["reason"], "NewReplicaSetAvailable");
    assert!(progressing["message"].as_str().unwrap().ends_with("has successfully progressed."));
    assert_eq!(deployment["metadata"]["annotations"]["deployment.kubernetes.io/revision"], "1");

    let pod = pods(client, "mlflow").await.remove(0);
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
    event(client, "mlflow", "Scheduled", &format!("Successfully assigned mlflow/{name} to {node}")).await;
    event(client, "mlflow", "Pulling", "Pulling image \"ghcr.io/mlflow/mlflow:v3.18.0-full\"").await;
    event(client, "mlflow", "Pulled", "already present on machine").await;
    event(client, "mlflow", "Started", "Started container mlflow").await;
    let unhealthy = event(client, "mlflow", "Unhealthy", "Startup probe failed: Get \"http://10.244.").await;
    assert_eq!(unhealthy["type"], "Warning");
    assert!(unhealthy["message"].as_str().unwrap().ends_with(":5000: connect: connection refused"));
    assert!(unhealthy["count"].as_i64().unwrap() >= 2, "{unhealthy}");
    assert_eq!(unhealthy["involvedObject"]["fieldPath"], "spec.containers{mlflow}");
    assert_eq!(unhealthy["source"]["component"], "kubelet");

    let slices = "/apis/discovery.k8s.io/v1/namespaces/mlflow/endpointslices?labelSelector=kubernetes.io/service-name%3Dmlflow-dev";
    let slices = until(client, slices, |answer| answer.body["items"][0]["endpoints"][0]["conditions"]["ready"] == true);
    let slices = slices.await.body;
    assert_eq!(slices["items"][0]["ports"][0]["port"], 5000);
    assert_eq!(slices["items"][0]["endpoints"][0]["addresses"][0], pod["status"]["podIP"]);
}

#[tokio::test]
async fn logs_follow_until_the_container_ends() {
    let cluster = cluster();
    let client = &cluster.client;
    namespace(client, "mlflow").await;
    deploy(client, "mlflow").await;
    rolled_out(client, "mlflow", "mlflow-dev").await;
    let name = pods(client, "mlflow").await[0]["metadata"]["name"].as_str().unwrap().to_owned();
    let log = format!("/api/v1/namespaces/mlflow/pods/{name}/log");

    let answer = get(client, &format!("{log}?container=init")).await;
    assert_eq!(answer.kind, "text/plain");
    assert!(answer.body.as_str().unwrap().contains("PostgreSQL 15.18 as mlflow_user on mlflow"), "{}", answer.body);
    let tail = get(client, &format!("{log}?tailLines=1&timestamps=true")).await.body;
    let tail = tail.as_str().unwrap();
    assert!(tail.lines().count() == 1 && tail.starts_with("20"), "{tail}");
    let later = get(client, &format!("{log}?sinceTime=2999-01-01T00:00:00Z")).await.body;
    assert_eq!(later, "");
    let wrong = get(client, &format!("{log}?container=nobody")).await;
    assert_eq!((wrong.code, wrong.message()), (400, format!("container nobody is not valid for pod {name}").as_str()));
    let previous = get(client, &format!("{log}?previous=true")).await;
    assert_eq!(previous.code, 400);
    assert!(previous.message().starts_with("previous terminated container \"mlflow\" in pod"));

    let request = Request::get(format!("{log}?follow=true")).body(Vec::new()).unwrap();
    let mut stream = Box::pin(client.request_stream(request).await.unwrap());
    delete(client, &format!("/api/v1/namespaces/mlflow/pods/{name}"), &json!({})).await.ok();
    let mut text = String::new();
    stream.read_to_string(&mut text).await.unwrap();
    assert!(text.contains("Uvicorn running") && text.ends_with("shutting down\n"), "{text}");
}

#[tokio::test]
async fn a_container_that_waits_has_no_log() {
    let cluster = cluster();
    let client = &cluster.client;
    namespace(client, "one").await;
    let mut waiting = deployment("one", "web", "nginx:1.29");
    waiting["spec"]["template"]["spec"]["volumes"] = json!([{"name": "v", "configMap": {"name": "absent"}}]);
    apply(client, "fieldManager=t", &waiting).await.ok();
    event(client, "one", "FailedMount", "MountVolume.SetUp failed for volume \"v\" : configmap \"absent\" not found")
        .await;
    let name = pods(client, "one").await[0]["metadata"]["name"].as_str().unwrap().to_owned();
    let answer = get(client, &format!("/api/v1/namespaces/one/pods/{name}/log")).await;
    let message = format!("container \"web\" in pod \"{name}\" is waiting to start: ContainerCreating");
    assert_eq!((answer.code, answer.message()), (400, message.as_str()));
    apply(client, "fieldManager=t", &config_map("one", "absent", &json!({"a": "b"}))).await.ok();
    rolled_out(client, "one", "web").await;
}

#[tokio::test]
async fn a_missing_key_holds_the_container_until_it_is_there() {
    let cluster = cluster();
    let client = &cluster.client;
    namespace(client, "one").await;
    let mut web = deployment("one", "web", "nginx:1.29");
    web["spec"]["template"]["spec"]["containers"][0]["env"] =
        json!([{"name": "TOKEN", "valueFrom": {"secretKeyRef": {"name": "keys", "key": "token"}}}]);
    apply(client, "fieldManager=t", &web).await.ok();
    let list = "/api/v1/namespaces/one/pods";
    let says = |text: &'static str| {
        until(client, list, move |answer| {
            let waiting = &answer.body["items"][0]["status"]["containerStatuses"][0]["state"]["waiting"];
            waiting["reason"] == "CreateContainerConfigError" && waiting["message"] == text
        })
    };
    says("secret \"keys\" not found").await;
    apply(client, "fieldManager=t", &secret("one", "keys", &json!({"other": "x"}))).await.ok();
    says("couldn't find key token in Secret one/keys").await;
    apply(client, "fieldManager=t", &secret("one", "keys", &json!({"token": "x"}))).await.ok();
    rolled_out(client, "one", "web").await;
}

#[tokio::test]
async fn recreate_ends_the_old_pod_before_the_new_one() {
    let cluster = cluster();
    let client = &cluster.client;
    namespace(client, "mlflow").await;
    deploy(client, "mlflow").await;
    rolled_out(client, "mlflow", "mlflow-dev").await;
    let before = pods(client, "mlflow").await[0]["metadata"]["uid"].clone();
    let mut changed = environment("mlflow").pop().unwrap();
    changed["spec"]["template"]["spec"]["containers"][0]["env"] = json!([{"name": "A", "value": "b"}]);
    let applied = apply(client, "fieldManager=landfall", &changed).await.ok();
    assert_eq!(applied["metadata"]["generation"], 2);
    let path = path_of(&changed);
    let mut most = BTreeSet::new();
    let done = loop {
        let all = items(client, "/api/v1/namespaces/mlflow/pods").await;
        most.insert(all.len());
        let deployment = get(client, &path).await.body;
        if complete(&deployment) {
            break deployment;
        }
        tokio::task::yield_now().await;
    };
    assert!(most.iter().all(|count| *count <= 1), "old and new pods side by side: {most:?}");
    assert_eq!(done["metadata"]["annotations"]["deployment.kubernetes.io/revision"], "2");
    let after = pods(client, "mlflow").await;
    assert_eq!(after.len(), 1);
    assert_ne!(after[0]["metadata"]["uid"], before);
    event(client, "mlflow", "Killing", "Stopping container mlflow").await;
    event(client, "mlflow", "ScalingReplicaSet", "from 1 to 0").await;
}

#[tokio::test]
async fn a_rolling_update_keeps_serving() {
    let cluster = cluster();
    let client = &cluster.client;
    namespace(client, "one").await;
    let mut web = deployment("one", "web", "nginx:1.29");
    web["spec"]["replicas"] = json!(3);
    apply(client, "fieldManager=t", &web).await.ok();
    rolled_out(client, "one", "web").await;
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
    }
    let images: BTreeSet<String> = pods(client, "one")
        .await
        .iter()
        .map(|pod| pod["spec"]["containers"][0]["image"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(images, BTreeSet::from(["nginx:1.30".to_owned()]));
}

#[tokio::test]
async fn a_rollout_without_progress_passes_its_deadline() {
    let cluster = cluster();
    let client = &cluster.client;
    namespace(client, "one").await;
    let mut web = deployment("one", "web", "example.org/Wrong:1");
    web["spec"]["progressDeadlineSeconds"] = json!(10);
    apply(client, "fieldManager=t", &web).await.ok();
    let path = path_of(&web);
    let late = until(client, &path, |answer| condition(&answer.body, "Progressing")["status"] == "False").await.body;
    let late = condition(&late, "Progressing");
    assert_eq!(late["reason"], "ProgressDeadlineExceeded");
    assert!(late["message"].as_str().unwrap().ends_with("has timed out progressing."));
    web["spec"]["template"]["spec"]["containers"][0]["image"] = json!("example.org/right:1");
    apply(client, "fieldManager=t", &web).await.ok();
    rolled_out(client, "one", "web").await;
}

#[tokio::test]
async fn a_fix_that_also_scales_still_shows_the_old_verdict_for_a_moment() {
    let cluster = cluster();
    let client = &cluster.client;
    namespace(client, "one").await;
    let mut web = deployment("one", "web", "example.org/Wrong:1");
    web["spec"]["progressDeadlineSeconds"] = json!(10);
    apply(client, "fieldManager=t", &web).await.ok();
    let path = path_of(&web);
    let late = until(client, &path, |answer| condition(&answer.body, "Progressing")["status"] == "False").await.body;
    let version = late["metadata"]["resourceVersion"].as_str().unwrap();
    let watch = format!("/apis/apps/v1/namespaces/one/deployments?watch=true&resourceVersion={version}");
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
    let cluster = cluster();
    let client = &cluster.client;
    namespace(client, "one").await;
    let mut web = deployment("one", "web", "nginx:1.29");
    web["spec"]["progressDeadlineSeconds"] = json!(10);
    web["spec"]["template"]["spec"]["containers"][0]["resources"] = json!({"requests": {"memory": "6Gi"}});
    apply(client, "fieldManager=t", &web).await.ok();
    rolled_out(client, "one", "web").await;
    web["spec"]["replicas"] = json!(3);
    apply(client, "fieldManager=t", &web).await.ok();
    event(client, "one", "FailedScheduling", "2 Insufficient memory").await;
    tokio::time::sleep(Duration::from_millis(400)).await;
    let stuck = get(client, &path_of(&web)).await.body;
    assert_eq!(condition(&stuck, "Progressing")["reason"], "NewReplicaSetAvailable");
    assert_eq!(stuck["status"]["availableReplicas"], 2);
}

#[tokio::test]
async fn a_paused_deployment_rests() {
    let cluster = cluster();
    let client = &cluster.client;
    namespace(client, "one").await;
    let mut web = deployment("one", "web", "nginx:1.29");
    apply(client, "fieldManager=t", &web).await.ok();
    rolled_out(client, "one", "web").await;
    web["spec"]["paused"] = json!(true);
    web["spec"]["template"]["spec"]["containers"][0]["image"] = json!("nginx:1.30");
    apply(client, "fieldManager=t", &web).await.ok();
    let path = path_of(&web);
    let paused =
        |answer: &super::asking::Answer| condition(&answer.body, "Progressing")["reason"] == "DeploymentPaused";
    until(client, &path, paused).await;
    assert_eq!(items(client, "/apis/apps/v1/namespaces/one/replicasets").await.len(), 1);
    web["spec"]["paused"] = json!(false);
    apply(client, "fieldManager=t", &web).await.ok();
    until(client, "/apis/apps/v1/namespaces/one/replicasets", |answer| answer.body["items"][1].is_object()).await;
    rolled_out(client, "one", "web").await;
}

#[tokio::test]
async fn deleting_takes_the_dependents_as_asked() {
    let cluster = cluster();
    let client = &cluster.client;
    namespace(client, "one").await;
    for (policy, left) in [("Background", 0), ("Foreground", 0), ("Orphan", 1)] {
        let web = deployment("one", "web", "nginx:1.29");
        apply(client, "fieldManager=t", &web).await.ok();
        rolled_out(client, "one", "web").await;
        let answer = delete(client, &path_of(&web), &json!({"propagationPolicy": policy})).await;
        let gone = answer.ok();
        if policy == "Background" {
            assert_eq!(gone["status"], "Success");
        } else {
            assert!(gone["metadata"]["deletionTimestamp"].is_string(), "{gone}");
        }
        until(client, &path_of(&web), |answer| answer.code == 404).await;
        let sets = "/apis/apps/v1/namespaces/one/replicasets";
        until(client, sets, |answer| answer.body["items"].as_array().unwrap().len() == left).await;
        until(client, "/api/v1/namespaces/one/pods", |answer| answer.body["items"].as_array().unwrap().len() == left)
            .await;
    }
}

#[tokio::test]
async fn a_namespace_goes_with_everything_in_it() {
    let cluster = cluster();
    let client = &cluster.client;
    namespace(client, "one").await;
    apply(client, "fieldManager=t", &deployment("one", "web", "nginx:1.29")).await.ok();
    rolled_out(client, "one", "web").await;
    let answer = delete(client, "/api/v1/namespaces/one", &json!({})).await.ok();
    assert_eq!(answer["status"]["phase"], "Terminating");
    for dry in ["", "&dryRun=All"] {
        let refused = apply(client, &format!("fieldManager=t{dry}"), &config_map("one", "late", &json!({}))).await;
        assert_eq!(refused.code, 403);
        let text = "configmaps \"late\" is forbidden: unable to create new content in namespace one because it is being terminated";
        assert_eq!(refused.message(), text);
        let (field, reason, message) = refused.causes().remove(0);
        assert_eq!(field, "metadata.namespace");
        assert_eq!(reason, "NamespaceTerminating");
        assert_eq!(message, "namespace one is being terminated");
    }
    until(client, "/api/v1/namespaces/one", |answer| answer.code == 404).await;
    assert!(pods(client, "one").await.is_empty());
}

#[tokio::test]
async fn other_workloads_come_up_too() {
    let cluster = cluster();
    let client = &cluster.client;
    namespace(client, "one").await;
    let spec = deployment("one", "x", "nginx:1.29")["spec"].clone();
    let mut set = json!({"apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": {"name": "db", "namespace": "one"},
        "spec": spec});
    set["spec"]["replicas"] = json!(2);
    set["spec"]["serviceName"] = json!("db");
    let daemons = json!({"apiVersion": "apps/v1", "kind": "DaemonSet", "metadata": {"name": "agent", "namespace": "one"},
        "spec": {"selector": {"matchLabels": {"app": "agent"}}, "template": {
            "metadata": {"labels": {"app": "agent"}}, "spec": {"containers": [{"name": "a", "image": "agent:1"}]}}}});
    let job = json!({"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "migrate", "namespace": "one"},
        "spec": {"template": {"spec": {"restartPolicy": "Never", "containers": [{"name": "m", "image": "m:1"}]}}}});
    for object in [&set, &daemons, &job] {
        apply(client, "fieldManager=t", object).await.ok();
    }
    until(client, &path_of(&set), |answer| answer.body["status"]["availableReplicas"] == 2).await;
    get(client, "/api/v1/namespaces/one/pods/db-1").await.ok();
    until(client, &path_of(&daemons), |answer| answer.body["status"]["numberAvailable"] == 2).await;
    let done =
        until(client, &path_of(&job), |answer| condition(&answer.body, "Complete")["status"] == "True").await.body;
    assert_eq!(done["status"]["succeeded"], 1);
    // What a Job runs is over, and says so.
    let pods = items(client, "/api/v1/namespaces/one/pods?labelSelector=job-name%3Dmigrate").await;
    assert_eq!(pods[0]["status"]["phase"], "Succeeded");
}

#[tokio::test]
async fn a_job_that_fails_has_a_limit() {
    let cluster = super::asking::playing(landfall::demo::Scenario::CrashLoop);
    let client = &cluster.client;
    namespace(client, "one").await;
    let job = json!({"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "migrate", "namespace": "one"},
        "spec": {"backoffLimit": 1, "template": {"spec": {"restartPolicy": "Never", "containers": [{"name": "m", "image": "m:1"}]}}}});
    apply(client, "fieldManager=t", &job).await.ok();
    let failed =
        until(client, &path_of(&job), |answer| condition(&answer.body, "Failed")["status"] == "True").await.body;
    assert_eq!(condition(&failed, "Failed")["reason"], "BackoffLimitExceeded");
    assert_eq!(failed["status"]["failed"], 2);
}

#[tokio::test]
async fn the_scale_subresource_changes_replicas_alone() {
    let cluster = cluster();
    let client = &cluster.client;
    namespace(client, "one").await;
    let web = deployment("one", "web", "nginx:1.29");
    apply(client, "fieldManager=t", &web).await.ok();
    let path = format!("{}/scale", path_of(&web));
    let scale = merge(client, &format!("{path}?fieldManager=hpa"), &json!({"spec": {"replicas": 2}})).await.ok();
    assert_eq!((&scale["kind"], &scale["spec"]["replicas"]), (&json!("Scale"), &json!(2)));
    rolled_out(client, "one", "web").await;
    assert_eq!(pods(client, "one").await.len(), 2);
    let conflict = apply(client, "fieldManager=t", &web).await;
    assert_eq!(conflict.code, 409);
    let (field, reason, message) = conflict.causes().remove(0);
    assert_eq!((field.as_str(), reason.as_str()), (".spec.replicas", "FieldManagerConflict"));
    assert_eq!(message, "conflict with \"hpa\" with subresource \"scale\" using apps/v1");
    let scale = ask(client, Request::get(&path), None).await.ok();
    assert_eq!(scale["status"]["selector"], "app=web");
}
