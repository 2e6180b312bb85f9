//! What the server fills in.

use serde_json::{Value, json};

use super::asking::{apply, config_map, deployment};
use crate::ground::cluster;

/// Asserts that everything in `expected` stands in `found`.
fn holds(found: &Value, expected: &Value, at: &str) {
    match expected {
        Value::Object(map) => {
            for (key, value) in map {
                holds(&found[key], value, &format!("{at}.{key}"));
            }
        }
        Value::Array(list) => {
            for (index, value) in list.iter().enumerate() {
                holds(&found[index], value, &format!("{at}[{index}]"));
            }
        }
        other => assert_eq!(found, other, "{at}"),
    }
}

#[tokio::test]
async fn a_deployment_is_filled() {
    let cluster = cluster().await;
    let (client, ns) = cluster.parts();
    let mut web = deployment(ns, "web", "nginx:1.29");
    web["spec"].as_object_mut().unwrap().remove("replicas");
    let pod = &mut web["spec"]["template"]["spec"];
    pod["containers"][0]["readinessProbe"] = json!({"httpGet": {"port": 8080}});
    pod["containers"][0]["resources"] =
        json!({"requests": {"cpu": "1000m", "memory": "1024Mi"}, "limits": {"cpu": 1.5}});
    pod["containers"].as_array_mut().unwrap().push(json!({"name": "latest", "image": "localhost:5000/a/b"}));
    pod["volumes"] = json!([{"name": "a", "configMap": {"name": "a"}}, {"name": "b", "secret": {"secretName": "b"}},
        {"name": "c", "hostPath": {"path": "/c"}}, {"name": "d"}]);
    let live = apply(client, "fieldManager=t", &web).await.ok();
    let expected = json!({
        "replicas": 1, "revisionHistoryLimit": 10, "progressDeadlineSeconds": 600,
        "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": "25%", "maxUnavailable": "25%"}},
        "template": {"spec": {
            "restartPolicy": "Always", "dnsPolicy": "ClusterFirst", "schedulerName": "default-scheduler",
            "terminationGracePeriodSeconds": 30, "securityContext": {},
            "containers": [{
                "imagePullPolicy": "IfNotPresent", "terminationMessagePath": "/dev/termination-log",
                "terminationMessagePolicy": "File", "ports": [{"protocol": "TCP"}],
                "resources": {"requests": {"cpu": "1", "memory": "1Gi"}, "limits": {"cpu": "1500m"}},
                "readinessProbe": {"httpGet": {"path": "/", "scheme": "HTTP", "port": 8080}, "timeoutSeconds": 1,
                    "periodSeconds": 10, "successThreshold": 1, "failureThreshold": 3},
            }, {"imagePullPolicy": "Always", "resources": {}}],
            "volumes": [{"configMap": {"defaultMode": 420}}, {"secret": {"defaultMode": 420}},
                {"hostPath": {"type": ""}}, {"emptyDir": {}}],
        }},
    });
    holds(&live["spec"], &expected, "spec");
    assert_eq!(live["status"], json!({}));
}

#[tokio::test]
async fn a_service_is_filled_and_keeps_what_it_was_given() {
    let cluster = cluster().await;
    let (client, ns) = cluster.parts();
    let mut service = json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web", "namespace": ns},
        "spec": {"type": "NodePort", "selector": {"app": "web"}, "ports": [{"port": 80}]}});
    let live = apply(client, "fieldManager=t", &service).await.ok();
    let expected = json!({"sessionAffinity": "None", "internalTrafficPolicy": "Cluster", "ipFamilies": ["IPv4"],
        "externalTrafficPolicy": "Cluster", "ipFamilyPolicy": "SingleStack",
        "ports": [{"protocol": "TCP", "targetPort": 80}]});
    holds(&live["spec"], &expected, "spec");
    assert_eq!(live["spec"]["clusterIPs"], json!([live["spec"]["clusterIP"]]));
    assert_eq!(live["status"], json!({"loadBalancer": {}}));
    service["spec"]["sessionAffinity"] = json!("ClientIP");
    let after = apply(client, "fieldManager=t", &service).await.ok();
    assert_eq!(after["spec"]["clusterIP"], live["spec"]["clusterIP"]);
    assert_eq!(after["spec"]["ports"], live["spec"]["ports"]);
    assert_eq!(after["spec"]["sessionAffinityConfig"]["clientIP"]["timeoutSeconds"], 10_800);
    service["spec"]["type"] = json!("ClusterIP");
    let inner = apply(client, "fieldManager=t", &service).await.ok();
    assert_eq!(inner["spec"]["ports"][0].get("nodePort"), None);
    assert_eq!(inner["spec"].get("externalTrafficPolicy"), None);
}

#[tokio::test]
async fn a_namespace_gets_its_label_and_its_furniture() {
    let cluster = cluster().await;
    let (client, ns) = cluster.parts();
    let live = super::asking::get(client, &format!("/api/v1/namespaces/{ns}")).await.ok();
    assert_eq!(live["metadata"]["labels"]["kubernetes.io/metadata.name"], ns);
    assert_eq!((&live["spec"]["finalizers"][0], &live["status"]["phase"]), (&json!("kubernetes"), &json!("Active")));
    let authority = &format!("/api/v1/namespaces/{ns}/configmaps/kube-root-ca.crt");
    super::asking::until(client, authority, |answer| answer.code == 200).await;
}

#[tokio::test]
async fn a_pod_gets_what_admission_adds() {
    let cluster = cluster().await;
    let (client, ns) = cluster.parts();
    let pod = json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p", "namespace": ns},
        "spec": {"containers": [{"name": "c", "image": "c:1", "resources": {"limits": {"memory": "64Mi"}}}]}});
    let live = apply(client, "fieldManager=t", &pod).await.ok();
    let expected = json!({"serviceAccountName": "default", "enableServiceLinks": true, "priority": 0,
        "tolerations": [{"key": "node.kubernetes.io/not-ready", "tolerationSeconds": 300}],
        "containers": [{"resources": {"requests": {"memory": "64Mi"}}}]});
    holds(&live["spec"], &expected, "spec");
    assert_eq!((&live["status"]["phase"], &live["status"]["qosClass"]), (&json!("Pending"), &json!("Burstable")));
    assert_eq!(apply(client, "fieldManager=t", &config_map(ns, "a", &json!({}))).await.code, 201);
}
