//! Values the server refuses (422), and fields that may not change.

use serde_json::{Value, json};

use super::asking::{apply, config_map, deployment, path_of, post, secret};
use crate::ground::cluster;

/// The causes of a refused apply, as `field: reason: message`.
async fn causes(client: &kube::Client, query: &str, object: &Value) -> Vec<String> {
    let answer = apply(client, query, object).await;
    assert_eq!((answer.code, answer.text("/reason")), (422, "Invalid"), "{}", answer.body);
    answer.causes().into_iter().map(|(field, reason, message)| format!("{field}: {reason}: {message}")).collect()
}

fn service(ns: &str, name: &str, port: &Value) -> Value {
    json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": name, "namespace": ns},
        "spec": {"type": "NodePort", "selector": {"app": name}, "ports": [{"port": 80, "nodePort": port}]}})
}

#[tokio::test]
async fn node_ports_are_given_once_and_within_their_range() {
    let cluster = cluster().await;
    let (client, ns) = cluster.parts();
    let port = cluster.port().await;
    apply(client, "fieldManager=t", &service(ns, "first", &json!(port))).await.ok();
    for query in ["fieldManager=t", "fieldManager=t&dryRun=All"] {
        let refused = causes(client, query, &service(ns, "second", &json!(port))).await;
        let text = format!("Invalid value: {port}: provided port is already allocated");
        assert_eq!(refused, [format!("spec.ports[0].nodePort: FieldValueInvalid: {text}")]);
    }
    // A dry run does not look at the range.
    apply(client, "fieldManager=t&dryRun=All", &service(ns, "second", &json!(99))).await.ok();
    let refused = causes(client, "fieldManager=t", &service(ns, "second", &json!(99))).await;
    let text = "Invalid value: 99: provided port is not in the valid range. The range of valid ports is 30000-32767";
    assert_eq!(refused, [format!("spec.ports[0].nodePort: FieldValueInvalid: {text}")]);
    apply(client, "fieldManager=t", &service(ns, "second", &json!(cluster.port().await))).await.ok();
}

#[tokio::test]
async fn a_refusal_says_what_which_and_why() {
    let cluster = cluster().await;
    let (client, ns) = cluster.parts();
    let mut web = deployment(ns, "web", "nginx:1.29");
    web["spec"]["template"]["metadata"]["labels"] = json!({"app": "other"});
    let answer = apply(client, "fieldManager=t&dryRun=All", &web).await;
    let text = "Deployment.apps \"web\" is invalid: spec.template.metadata.labels: Invalid value: {\"app\":\"other\"}: \
        `selector` does not match template `labels`";
    assert_eq!(answer.message(), text);
    assert_eq!((answer.text("/details/group"), answer.text("/details/kind")), ("apps", "Deployment"));
}

#[tokio::test]
async fn values_are_checked() {
    let cluster = cluster().await;
    let (client, ns) = cluster.parts();
    let cases: Vec<(Value, &str)> = vec![
        (config_map(ns, "Upper", &json!({})), "metadata.name: FieldValueInvalid"),
        (config_map(ns, "a", &json!({"a/b": ""})), "data[a/b]: FieldValueInvalid"),
        (change(ns, "/spec/selector", Value::Null), "spec.selector: FieldValueRequired: Required value"),
        (change(ns, &container("image"), Value::Null), "spec.template.spec.containers[0].image: FieldValueRequired"),
        (
            change(ns, &container("ports"), json!([{"containerPort": 70_000}])),
            "spec.template.spec.containers[0].ports[0].containerPort: FieldValueInvalid",
        ),
        (
            change(ns, &container("volumeMounts"), json!([{"name": "x", "mountPath": "/x"}])),
            "spec.template.spec.containers[0].volumeMounts[0].name: FieldValueNotFound: Not found: \"x\"",
        ),
        (
            change(ns, &container("resources"), json!({"requests": {"memory": "2Gi"}, "limits": {"memory": "1Gi"}})),
            "spec.template.spec.containers[0].resources.requests: FieldValueInvalid: Invalid value: \"2Gi\": must be less than or equal to memory limit of 1Gi",
        ),
        (
            change(ns, "/spec/template/spec/restartPolicy", json!("Never")),
            "spec.template.spec.restartPolicy: FieldValueNotSupported",
        ),
        (change(ns, "/spec/replicas", json!(-1)), "spec.replicas: FieldValueInvalid"),
        (change(ns, "/metadata/labels", json!({"a": "b c"})), "metadata.labels: FieldValueInvalid"),
        (service(ns, "Web", &Value::Null), "metadata.name: FieldValueInvalid"),
        (service(ns, "1web", &Value::Null), ""),
        (service(ns, "web", &json!(cluster.port().await)), ""),
    ];
    for (object, expected) in cases {
        if expected.is_empty() {
            apply(client, "fieldManager=t&dryRun=All", &object).await.ok();
            continue;
        }
        let refused = causes(client, "fieldManager=t&dryRun=All", &object).await;
        assert!(refused.iter().any(|cause| cause.starts_with(expected)), "{expected}: {refused:?}");
    }
}

fn container(field: &str) -> String {
    format!("/spec/template/spec/containers/0/{field}")
}

fn change(ns: &str, pointer: &str, value: Value) -> Value {
    let mut web = deployment(ns, "web", "nginx:1.29");
    let (above, field) = pointer.rsplit_once('/').unwrap();
    web.pointer_mut(above).unwrap()[field] = value;
    web
}

#[tokio::test]
async fn a_pull_secret_holds_json_under_its_key() {
    let cluster = cluster().await;
    let (client, ns) = cluster.parts();
    let mut pull = secret(ns, "pull", &json!({"other": "x"}));
    pull["type"] = json!("kubernetes.io/dockerconfigjson");
    let refused = causes(client, "fieldManager=t&dryRun=All", &pull).await;
    assert_eq!(refused, ["data[.dockerconfigjson]: FieldValueRequired: Required value"]);
    pull["stringData"] = json!({".dockerconfigjson": "not json"});
    let refused = causes(client, "fieldManager=t&dryRun=All", &pull).await;
    assert!(
        refused[0]
            .starts_with("data[.dockerconfigjson]: FieldValueInvalid: Invalid value: \"<secret contents redacted>\"")
    );
    pull["stringData"] = json!({".dockerconfigjson": "{\"auths\":{}}"});
    apply(client, "fieldManager=t&dryRun=All", &pull).await.ok();
    pull["stringData"] = json!({});
    pull["data"] = json!({".dockerconfigjson": "abc*"});
    let answer = apply(client, "fieldManager=t&dryRun=All", &pull).await;
    let text = format!(
        "failed to convert new object ({ns}/pull; /v1, Kind=Secret) to proper version: unable to convert unstructured \
         object to /v1, Kind=Secret: error decoding from json: illegal base64 data at input byte 3"
    );
    assert_eq!((answer.code, answer.message()), (500, text.as_str()));
    let answer = post(client, &format!("/api/v1/namespaces/{ns}/secrets"), &pull).await;
    let text = "Secret in version \"v1\" cannot be handled as a Secret: illegal base64 data at input byte 3";
    assert_eq!((answer.code, answer.message()), (400, text));
}

#[tokio::test]
async fn what_is_fixed_stays() {
    let cluster = cluster().await;
    let (client, ns) = cluster.parts();
    let web = deployment(ns, "web", "nginx:1.29");
    let mut other = web.clone();
    other["spec"]["selector"] = json!({"matchLabels": {"app": "other"}});
    other["spec"]["template"]["metadata"]["labels"] = json!({"app": "other"});
    let mut moved = service(ns, "web", &Value::Null);
    moved["spec"]["clusterIP"] = json!("10.96.7.8");
    let mut sealed = config_map(ns, "sealed", &json!({"a": "1"}));
    sealed["immutable"] = json!(true);
    let mut opened = sealed.clone();
    opened["data"] = json!({"a": "2"});
    let keys = secret(ns, "keys", &json!({"a": "1"}));
    let mut typed = keys.clone();
    typed["type"] = json!("example.org/keys");
    let job = |image: &str| {
        json!({"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "j", "namespace": ns}, "spec":
            {"template": {"spec": {"restartPolicy": "Never", "containers": [{"name": "c", "image": image}]}}}})
    };
    let set = |name: &str| {
        let mut spec = web["spec"].clone();
        spec["serviceName"] = json!(name);
        json!({"apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": {"name": "s", "namespace": ns}, "spec": spec})
    };
    let cases = [
        (
            web.clone(),
            other,
            "spec.selector: FieldValueInvalid: Invalid value: {\"matchLabels\":{\"app\":\"other\"}}: field is immutable",
        ),
        (
            service(ns, "web", &Value::Null),
            moved,
            "spec.clusterIPs[0]: FieldValueInvalid: Invalid value: [\"10.96.7.8\"]: may not change once set",
        ),
        (sealed, opened, "data: FieldValueForbidden: Forbidden: field is immutable when `immutable` is set"),
        (keys, typed, "type: FieldValueInvalid: Invalid value: \"example.org/keys\": field is immutable"),
        (job("a:1"), job("a:2"), "spec.template: FieldValueInvalid"),
        (set("a"), set("b"), "spec: FieldValueForbidden: Forbidden: updates to statefulset spec for fields other than"),
    ];
    for (before, after, expected) in cases {
        apply(client, "fieldManager=t", &before).await.ok();
        let refused = causes(client, "fieldManager=t&dryRun=All", &after).await;
        assert!(refused[0].starts_with(expected), "{}: {refused:?}", path_of(&before));
    }
}

#[tokio::test]
async fn too_much_is_too_much() {
    let cluster = cluster().await;
    let (client, ns) = cluster.parts();
    let big = config_map(ns, "big", &json!({"a": "x".repeat(1_048_577)}));
    let refused = post(client, &format!("/api/v1/namespaces/{ns}/configmaps"), &big).await;
    assert_eq!(refused.code, 422);
    assert_eq!(refused.message(), "ConfigMap \"big\" is invalid: []: Too long: may not be more than 1048576 bytes");
}
