//! What the server says when it says no: status, reason, details and text.

use serde_json::{Value, json};

use super::asking::{apply, config_map, delete, deployment, get, post};
use crate::ground::cluster;

#[tokio::test]
async fn what_is_not_there_is_not_found() {
    let cluster = cluster().await;
    let (client, ns) = cluster.parts();
    let answer = get(client, &format!("/apis/apps/v1/namespaces/{ns}/deployments/web")).await;
    let expected = json!({
        "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure", "code": 404, "reason": "NotFound",
        "message": "deployments.apps \"web\" not found",
        "details": {"name": "web", "group": "apps", "kind": "deployments"},
    });
    assert_eq!((answer.code, answer.body), (404, expected));
    let answer = get(client, &format!("/apis/example.org/v1/namespaces/{ns}/things")).await;
    assert_eq!((answer.code, answer.body), (404, json!("404 page not found\n")));
    assert!(answer.kind.starts_with("text/plain"));
    let gone = delete(client, &format!("/api/v1/namespaces/{ns}/configmaps/a"), &json!({})).await;
    assert_eq!((gone.code, gone.message()), (404, "configmaps \"a\" not found"));
}

#[tokio::test]
async fn a_missing_namespace_is_named() {
    let cluster = cluster().await;
    let (client, _) = cluster.parts();
    for query in ["fieldManager=t", "fieldManager=t&dryRun=All"] {
        let answer = apply(client, query, &config_map("nowhere", "a", &json!({}))).await;
        assert_eq!((answer.code, answer.message()), (404, "namespaces \"nowhere\" not found"));
        assert_eq!(answer.body["details"], json!({"name": "nowhere", "kind": "namespaces"}));
    }
}

#[tokio::test]
async fn a_name_is_used_once() {
    let cluster = cluster().await;
    let (client, ns) = cluster.parts();
    let object = config_map(ns, "a", &json!({}));
    post(client, &format!("/api/v1/namespaces/{ns}/configmaps"), &object).await.ok();
    let twice = post(client, &format!("/api/v1/namespaces/{ns}/configmaps"), &object).await;
    assert_eq!((twice.code, twice.text("/reason")), (409, "AlreadyExists"));
    assert_eq!(twice.message(), "configmaps \"a\" already exists");
}

#[tokio::test]
async fn an_unknown_field_is_not_in_the_schema() {
    let cluster = cluster().await;
    let (client, ns) = cluster.parts();
    let mut web = deployment(ns, "web", "nginx:1.29");
    web["spec"]["template"]["spec"]["contaners"] = json!([]);
    let head = format!("failed to create typed patch object ({ns}/web; apps/v1, Kind=Deployment): ");
    for query in ["fieldManager=t", "fieldManager=t&dryRun=All&fieldValidation=Strict"] {
        let answer = apply(client, query, &web).await;
        assert_eq!(answer.code, 500);
        assert_eq!(answer.body.get("reason"), None);
        let text = format!("{head}.spec.template.spec.contaners: field not declared in schema");
        assert_eq!(answer.message(), text);
    }
    let mut web = deployment(ns, "web", "nginx:1.29");
    web["spec"]["template"]["spec"]["containers"][0]["imagee"] = json!("x");
    let answer = apply(client, "fieldManager=t", &web).await;
    let text = ".spec.template.spec.containers[name=\"web\"].imagee: field not declared in schema";
    assert_eq!(answer.message(), format!("{head}{text}"));
    let mut web = deployment(ns, "web", "nginx:1.29");
    web["spec"]["replicas"] = json!("two");
    let answer = apply(client, "fieldManager=t", &web).await;
    assert_eq!(answer.message(), format!("{head}.spec.replicas: expected numeric (int or float), got string"));
    let mut web = deployment(ns, "web", "nginx:1.29");
    web["spec"]["template"]["spec"]["containers"][0]["ports"][0]["containerPort"] = json!("http");
    let answer = apply(client, "fieldManager=t", &web).await;
    let text = ".spec.template.spec.containers[name=\"web\"].ports[containerPort=\"http\",protocol=\"TCP\"]\
        .containerPort: expected numeric (int or float), got string";
    assert_eq!(answer.message(), format!("{head}{text}"));
    let mut web = deployment(ns, "web", "nginx:1.29");
    let containers = web["spec"]["template"]["spec"]["containers"].as_array_mut().unwrap();
    containers.push(containers[0].clone());
    let answer = apply(client, "fieldManager=t", &web).await;
    assert_eq!(answer.code, 500);
    let text = ".spec.template.spec.containers: duplicate entries for key [name=\"web\"]";
    assert_eq!(answer.message(), format!("{head}{text}"));
}

#[tokio::test]
async fn a_strict_create_refuses_what_it_does_not_know() {
    let cluster = cluster().await;
    let (client, ns) = cluster.parts();
    let mut object = config_map(ns, "a", &json!({}));
    object["datta"] = json!({});
    let path = &format!("/api/v1/namespaces/{ns}/configmaps");
    let strict = post(client, &format!("{path}?fieldValidation=Strict"), &object).await;
    assert_eq!((strict.code, strict.text("/reason")), (400, "BadRequest"));
    assert!(strict.message().ends_with("strict decoding error: unknown field \"datta\""), "{}", strict.message());
    assert_eq!(post(client, path, &object).await.ok().get("datta"), None);
}

#[tokio::test]
async fn bodies_must_fit_their_place() {
    let cluster = cluster().await;
    let (client, ns) = cluster.parts();
    let object = config_map(&cluster.another().await, "a", &json!({}));
    let elsewhere = post(client, &format!("/api/v1/namespaces/{ns}/configmaps"), &object).await;
    assert_eq!(elsewhere.code, 400);
    assert!(elsewhere.message().contains("does not match the namespace sent on the request"));
    let empty = post(client, &format!("/api/v1/namespaces/{ns}/configmaps"), &Value::Null).await;
    let text = "ConfigMap \"\" is invalid: metadata.name: Required value: name or generateName is required";
    assert_eq!((empty.code, empty.message()), (422, text));
}
