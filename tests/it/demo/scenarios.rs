//! Each scenario: how it starts, and what mends it.

use std::time::Duration;

use base64::Engine as _;
use futures::{AsyncBufReadExt as _, StreamExt as _};
use http::Request;
use landfall::demo::{Demo, Options, Scenario};
use serde_json::{Value, json};

use crate::conformance::asking::{
    apply, complete, condition, config_map, delete, event, get, items, path_of, rolled_out, secret, until,
};
use crate::conformance::rollout::{environment, pods};
use crate::ground::{Ground, playing};
use crate::support::PACE;

const PORT: u16 = 30_502;

/// A scenario with an environment applied to it.
async fn played(scenario: Scenario) -> Ground {
    let cluster = playing(scenario).await;
    let (client, ns) = cluster.parts();
    for object in environment(ns, PORT) {
        apply(client, "fieldManager=landfall&fieldValidation=Strict", &object).await.ok();
    }
    cluster
}

/// Waits until the pod's init container waits for this reason.
async fn waits(ground: &Ground, reason: &str) -> Value {
    let (client, ns) = ground.parts();
    let path = &format!("/api/v1/namespaces/{ns}/pods");
    let status = |body: &Value| body["items"][0]["status"]["initContainerStatuses"][0].clone();
    let answer = until(client, path, |answer| status(&answer.body)["state"]["waiting"]["reason"] == reason).await;
    answer.body["items"][0].clone()
}

#[test]
fn scenarios_are_named() {
    for scenario in Scenario::ALL {
        assert_eq!(scenario.to_string().parse(), Ok(scenario));
        assert!(!scenario.description().is_empty());
    }
    let failure = "nonsense".parse::<Scenario>().unwrap_err();
    assert!(failure.hints[0].contains("image-pull"));
}

#[tokio::test]
async fn a_new_token_mends_the_pull() {
    let cluster = played(Scenario::ImagePull).await;
    let (client, ns) = cluster.parts();
    let pod = waits(&cluster, "ImagePullBackOff").await;
    let message = pod["status"]["initContainerStatuses"][0]["state"]["waiting"]["message"].as_str().unwrap();
    assert!(message.contains("failed to pull and unpack image \"ghcr.io/mlflow/mlflow:v3.18.0-full\""), "{message}");
    assert!(message.contains("failed to authorize") && message.ends_with("401 Unauthorized"), "{message}");
    event(client, ns, "Failed", "401 Unauthorized").await;
    event(client, ns, "BackOff", "Back-off pulling image").await;
    let auths = base64::prelude::BASE64_STANDARD.encode("{\"auths\":{\"ghcr.io\":{\"auth\":\"bmV3\"}}}");
    let token = json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "github-registry", "namespace": ns},
        "type": "kubernetes.io/dockerconfigjson", "data": {".dockerconfigjson": auths}});
    apply(client, "fieldManager=landfall&force=true", &token).await.ok();
    rolled_out(client, ns, "mlflow-dev").await;
    assert_eq!(pods(client, ns).await[0]["metadata"]["uid"], pod["metadata"]["uid"], "the same pod goes on");
}

#[tokio::test]
async fn another_tag_mends_the_pull() {
    let cluster = played(Scenario::ImagePull).await;
    let (client, ns) = cluster.parts();
    waits(&cluster, "ImagePullBackOff").await;
    let mut other = environment(ns, PORT).pop().unwrap();
    for list in ["initContainers", "containers"] {
        other["spec"]["template"]["spec"][list][0]["image"] = json!("ghcr.io/mlflow/mlflow:v3.17.2-full");
    }
    apply(client, "fieldManager=landfall", &other).await.ok();
    rolled_out(client, ns, "mlflow-dev").await;
}

#[tokio::test]
async fn a_new_password_mends_the_crash_loop() {
    let cluster = played(Scenario::CrashLoop).await;
    let (client, ns) = cluster.parts();
    let pod = waits(&cluster, "CrashLoopBackOff").await;
    let init = &pod["status"]["initContainerStatuses"][0];
    assert_eq!(init["lastState"]["terminated"]["exitCode"], 12);
    assert_eq!(init["lastState"]["terminated"].get("message"), None);
    assert!(
        init["state"]["waiting"]["message"]
            .as_str()
            .unwrap()
            .starts_with("back-off 10s restarting failed container=init pod=mlflow-dev-")
    );
    event(client, ns, "BackOff", "Back-off restarting failed container init in pod").await;
    let name = pod["metadata"]["name"].as_str().unwrap();
    let log = get(client, &format!("/api/v1/namespaces/{ns}/pods/{name}/log?container=init")).await.body;
    let line = "[mlflow-init] FATAL connection to server at \"pgsql-dev.pgsql.svc.cluster.local\" (10.96.12.7), port 5432 \
        failed: FATAL:  password authentication failed for user \"mlflow_user\"\n";
    assert_eq!(log, line);
    let previous = get(client, &format!("/api/v1/namespaces/{ns}/pods/{name}/log?container=init&previous=true")).await;
    assert_eq!(previous.body, line);
    let fresh = secret(ns, "mlflow-secrets-dev", &json!({"PGUSER": "mlflow_user", "PGPASSWORD": "two"}));
    apply(client, "fieldManager=landfall", &fresh).await.ok();
    rolled_out(client, ns, "mlflow-dev").await;
    let after = &pods(client, ns).await[0];
    assert_eq!(after["metadata"]["name"], name, "the next start reads the Secret again");
    assert!(after["status"]["initContainerStatuses"][0]["restartCount"].as_i64().unwrap() >= 1);
}

#[tokio::test]
async fn trying_again_mends_the_directories() {
    let cluster = played(Scenario::Hostpath).await;
    let (client, ns) = cluster.parts();
    let text = "MountVolume.SetUp failed for volume \"logs\" : hostPath type check failed: \
        /d/k8s/volumes/mlflow/dev/logs is not a directory";
    let said = event(client, ns, "FailedMount", text).await;
    assert_eq!((&said["message"], &said["type"]), (&json!(text), &json!("Warning")));
    let pod = pods(client, ns).await.remove(0);
    assert_eq!(pod["status"]["containerStatuses"][0]["state"]["waiting"]["reason"], "PodInitializing");
    assert_eq!(condition(&pod, "PodReadyToStartContainers")["status"], "False");
    let path = format!("/api/v1/namespaces/{ns}/pods/{}", pod["metadata"]["name"].as_str().unwrap());
    delete(client, &path, &json!({})).await.ok();
    rolled_out(client, ns, "mlflow-dev").await;
}

#[tokio::test]
async fn another_service_holds_the_ports() {
    let cluster = playing(Scenario::PortTaken).await;
    let (client, ns) = cluster.parts();
    let holder = get(client, "/api/v1/namespaces/legacy/services/tracking").await.ok();
    let ports: Vec<i64> =
        holder["spec"]["ports"].as_array().unwrap().iter().map(|port| port["nodePort"].as_i64().unwrap()).collect();
    assert_eq!(ports, [30_500, 30_501, 30_502]);
    let mut service = environment(ns, PORT).remove(4);
    let refused = apply(client, "fieldManager=t&dryRun=All", &service).await;
    assert_eq!(refused.code, 422);
    assert!(refused.message().ends_with("Invalid value: 30502: provided port is already allocated"));
    service["spec"]["ports"][0]["nodePort"] = json!(30_512);
    apply(client, "fieldManager=t", &service).await.ok();
}

#[tokio::test]
async fn a_smaller_request_finds_a_node() {
    let cluster = played(Scenario::Unschedulable).await;
    let (client, ns) = cluster.parts();
    let text = "0/2 nodes are available: 2 Insufficient memory. preemption: 0/2 nodes are available: 2 No preemption \
        victims found for incoming pod.";
    event(client, ns, "FailedScheduling", text).await;
    let pod = pods(client, ns).await.remove(0);
    let scheduled = condition(&pod, "PodScheduled");
    assert_eq!((&scheduled["status"], &scheduled["reason"]), (&json!("False"), &json!("Unschedulable")));
    assert_eq!(scheduled["message"], text);
    let mut less = environment(ns, PORT).pop().unwrap();
    less["spec"]["template"]["spec"]["containers"][0]["resources"]["requests"]["memory"] = json!("256Mi");
    apply(client, "fieldManager=landfall", &less).await.ok();
    rolled_out(client, ns, "mlflow-dev").await;
}

#[tokio::test]
async fn slow_takes_its_time_and_ends_well() {
    let cluster = played(Scenario::Slow).await;
    let (client, ns) = cluster.parts();
    rolled_out(client, ns, "mlflow-dev").await;
    event(client, ns, "Pulled", "Successfully pulled image \"ghcr.io/mlflow/mlflow:v3.18.0-full\" in 45s").await;
    let unhealthy = event(client, ns, "Unhealthy", "Startup probe failed").await;
    assert!(unhealthy["count"].as_i64().unwrap() > 10, "{unhealthy}");
}

#[tokio::test]
async fn flaky_stumbles_and_ends_well() {
    let cluster = playing(Scenario::Flaky).await;
    let (client, ns) = cluster.parts();
    let mut codes = Vec::new();
    for object in std::iter::once(json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "mlflow"}}))
        .chain(environment(ns, PORT))
    {
        loop {
            let answer = apply(client, "fieldManager=landfall", &object).await;
            if answer.code < 300 {
                break;
            }
            assert_eq!(answer.body["details"]["retryAfterSeconds"], 1);
            codes.push(answer.code);
        }
    }
    until(client, &path_of(&environment(ns, PORT)[5]), |answer| answer.code == 200 && complete(&answer.body)).await;
    let pod = until(client, &format!("/api/v1/namespaces/{ns}/pods"), |answer| answer.code == 200).await.body;
    let init = &pod["items"][0]["status"]["initContainerStatuses"][0];
    assert_eq!((&init["restartCount"], &init["state"]["terminated"]["exitCode"]), (&json!(1), &json!(0)));
    for _ in 0..10 {
        codes.push(get(client, "/version").await.code);
    }
    assert!(codes.contains(&503) && codes.contains(&429), "{codes:?}");
    let path = &format!("/api/v1/namespaces/{ns}/pods?watch=true");
    while get(client, "/version").await.code != 200 {}
    let stream = loop {
        match client.request_stream(Request::get(path).body(Vec::new()).unwrap()).await {
            Ok(stream) => break stream,
            Err(kube::Error::Api(_)) => codes.push(503),
            Err(error) => assert!(matches!(error, kube::Error::Api(_)), "{error:?}"),
        }
    };
    let broken = Box::pin(stream).lines().filter(|line| std::future::ready(line.is_err())).count();
    assert_eq!(tokio::time::timeout(Duration::from_secs(5), broken).await.unwrap(), 1, "the watch breaks off");
    let seen = cluster.demo.requests();
    let refused = codes.iter().filter(|code| **code >= 400).count();
    assert!(refused * 10 <= seen.len() * 3, "one in five, not more: {refused} of {}", seen.len());
}

#[tokio::test]
async fn two_clusters_know_nothing_of_each_other() {
    let (one, other) = (playing(Scenario::Ok).await, playing(Scenario::Ok).await);
    apply(&one.client, "fieldManager=t", &config_map("default", "a", &json!({}))).await.ok();
    assert!(items(&other.client, "/api/v1/configmaps?fieldSelector=metadata.name%3Da").await.is_empty());
    let second = Demo::start(Options { scenario: Scenario::Ok, pace: PACE });
    assert_eq!(second.requests(), []);
}
