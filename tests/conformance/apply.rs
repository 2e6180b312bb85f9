//! Server-side apply: idempotence, dry runs and guards.

use serde_json::{Value, json};

use super::asking::{apply, ask, config_map, delete, deployment, get, merge, path_of, post, rolled_out, secret, until};
use super::rollout::deploy;
use crate::ground::cluster;

#[tokio::test]
async fn creating_is_201_and_existing_is_200() {
    let cluster = cluster().await;
    let (client, ns) = cluster.parts();
    let object = config_map(ns, "a", &json!({"k": "v"}));
    assert_eq!(apply(client, "fieldManager=t", &object).await.code, 201);
    assert_eq!(apply(client, "fieldManager=t", &object).await.code, 200);
}

#[tokio::test]
async fn what_changes_nothing_writes_nothing() {
    let cluster = cluster().await;
    let (client, ns) = cluster.parts();
    let objects = deploy(&cluster).await;
    rolled_out(client, ns, "mlflow-dev").await;
    for object in objects {
        let path = path_of(&object);
        // The kubelet's last status may still be on its way.
        let live = until(client, &path, |answer| answer.code == 200).await.body;
        for query in ["fieldManager=landfall&dryRun=All&force=false&fieldValidation=Strict", "fieldManager=landfall"] {
            let answer = apply(client, query, &object).await.ok();
            assert_eq!(answer, live, "{path}");
        }
        assert_eq!(get(client, &path).await.ok(), live, "{path}");
    }
}

#[tokio::test]
async fn a_dry_run_of_a_new_object_is_not_kept() {
    let cluster = cluster().await;
    let (client, ns) = cluster.parts();
    let service = json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web", "namespace": ns},
        "spec": {"type": "NodePort", "selector": {"app": "web"}, "ports": [{"port": 80}]}});
    let answer = apply(client, "fieldManager=t&dryRun=All", &service).await;
    assert_eq!(answer.code, 201);
    let dry = answer.ok();
    assert_eq!(dry["metadata"].get("resourceVersion"), None);
    assert!(dry["metadata"]["uid"].is_string() && dry["metadata"]["creationTimestamp"].is_string());
    // Nobody can have these.
    assert_eq!(
        (&dry["spec"]["clusterIP"], &dry["spec"]["ports"][0]["nodePort"]),
        (&json!("10.96.0.0"), &json!(32_769))
    );
    assert_eq!(get(client, &path_of(&service)).await.code, 404);
    let live = apply(client, "fieldManager=t", &service).await.ok();
    assert!(live["spec"]["clusterIP"].as_str().unwrap().starts_with("10.96."));
    assert!((30_000..=32_767).contains(&live["spec"]["ports"][0]["nodePort"].as_i64().unwrap()));
}

#[tokio::test]
async fn a_dry_run_of_a_change_shows_it_and_leaves_it() {
    let cluster = cluster().await;
    let (client, ns) = cluster.parts();
    let mut web = deployment(ns, "web", "nginx:1.29");
    apply(client, "fieldManager=t", &web).await.ok();
    let live = rolled_out(client, ns, "web").await;
    web["spec"]["template"]["spec"]["containers"][0]["image"] = json!("nginx:1.30");
    let dry = apply(client, "fieldManager=t&dryRun=All", &web).await.ok();
    assert_eq!(dry["spec"]["template"]["spec"]["containers"][0]["image"], "nginx:1.30");
    assert_eq!(dry["metadata"]["generation"], 2);
    assert_eq!(dry["metadata"]["resourceVersion"], live["metadata"]["resourceVersion"]);
    assert_eq!(get(client, &path_of(&web)).await.ok(), live);
}

#[tokio::test]
async fn generation_rises_with_the_spec_and_annotations_of_a_deployment() {
    let cluster = cluster().await;
    let (client, ns) = cluster.parts();
    let mut web = deployment(ns, "web", "nginx:1.29");
    let generation = |answer: &Value| answer["metadata"]["generation"].as_i64().unwrap();
    assert_eq!(generation(&apply(client, "fieldManager=t", &web).await.ok()), 1);
    web["metadata"]["labels"] = json!({"a": "b"});
    assert_eq!(generation(&apply(client, "fieldManager=t", &web).await.ok()), 1);
    web["metadata"]["annotations"] = json!({"a": "b"});
    assert_eq!(generation(&apply(client, "fieldManager=t", &web).await.ok()), 2);
    web["spec"]["replicas"] = json!(2);
    assert_eq!(generation(&apply(client, "fieldManager=t", &web).await.ok()), 3);
    let done = rolled_out(client, ns, "web").await;
    assert_eq!(generation(&done), 3, "the controller's own annotation does not count");
}

#[tokio::test]
async fn the_uid_guards_an_apply() {
    let cluster = cluster().await;
    let (client, ns) = cluster.parts();
    let mut object = config_map(ns, "a", &json!({"k": "v"}));
    let first = apply(client, "fieldManager=t", &object).await.ok();
    let uid = first["metadata"]["uid"].as_str().unwrap().to_owned();
    object["metadata"]["uid"] = json!(uid);
    apply(client, "fieldManager=t", &object).await.ok();

    delete(client, &path_of(&object), &json!({})).await.ok();
    let gone = apply(client, "fieldManager=t", &object).await;
    assert_eq!(gone.code, 409);
    assert_eq!(gone.text("/reason"), "Conflict");
    let why = format!("uid mismatch: the provided object specified uid {uid}, and no existing object was found");
    assert_eq!(gone.message(), format!("Operation cannot be fulfilled on configmaps \"a\": {why}"));

    apply(client, "fieldManager=t", &config_map(ns, "a", &json!({}))).await.ok();
    let other = apply(client, "fieldManager=t", &object).await;
    assert_eq!(other.code, 422);
    let (field, reason, message) = other.causes().remove(0);
    assert_eq!((field.as_str(), reason.as_str()), ("metadata.uid", "FieldValueInvalid"));
    assert!(message.ends_with("field is immutable"), "{message}");
}

#[tokio::test]
async fn the_resource_version_guards_an_apply() {
    let cluster = cluster().await;
    let (client, ns) = cluster.parts();
    let mut object = config_map(ns, "a", &json!({"k": "v"}));
    apply(client, "fieldManager=t", &object).await.ok();
    object["metadata"]["resourceVersion"] = json!("1");
    let stale = apply(client, "fieldManager=t", &object).await;
    assert_eq!((stale.code, stale.text("/reason")), (409, "Conflict"));
    assert!(stale.message().contains("the object has been modified"));
    assert!(stale.causes().is_empty(), "an optimistic lock has no manager in it");
}

#[tokio::test]
async fn deletions_have_preconditions() {
    let cluster = cluster().await;
    let (client, ns) = cluster.parts();
    let object = config_map(ns, "a", &json!({"k": "v"}));
    let live = apply(client, "fieldManager=t", &object).await.ok();
    let path = path_of(&object);
    let other = delete(client, &path, &json!({"preconditions": {"uid": "other"}})).await;
    assert_eq!((other.code, other.text("/reason")), (409, "Conflict"));
    assert!(other.message().contains("the UID in the precondition (other) does not match the UID in record"));
    let stale = delete(client, &path, &json!({"preconditions": {"resourceVersion": "7"}})).await;
    assert!(stale.message().contains("the ResourceVersion in the precondition (7) does not match"));
    delete(client, &path, &json!({"dryRun": ["All"]})).await.ok();
    let uid = live["metadata"]["uid"].clone();
    let done = delete(client, &path, &json!({"preconditions": {"uid": uid}})).await.ok();
    assert_eq!((&done["status"], &done["details"]["kind"]), (&json!("Success"), &json!("configmaps")));
    assert_eq!(get(client, &path).await.code, 404);
}

#[tokio::test]
async fn plain_text_of_a_secret_lands_in_its_data_and_stays_there() {
    let cluster = cluster().await;
    let (client, ns) = cluster.parts();
    let both = secret(ns, "keys", &json!({"a": "1", "b": "2"}));
    let live = apply(client, "fieldManager=t", &both).await.ok();
    assert_eq!(live["data"], json!({"a": "MQ==", "b": "Mg=="}));
    assert_eq!((live.get("stringData"), &live["type"]), (None, &json!("Opaque")));
    let again = apply(client, "fieldManager=t", &both).await.ok();
    assert_eq!(again["metadata"]["resourceVersion"], live["metadata"]["resourceVersion"]);
    // As on a real server, stringData never takes a key away.
    let one = apply(client, "fieldManager=t", &secret(ns, "keys", &json!({"a": "1"}))).await.ok();
    assert_eq!(one["data"], json!({"a": "MQ==", "b": "Mg=="}));
}

#[tokio::test]
async fn yaml_is_as_good_as_json() {
    let cluster = cluster().await;
    let (client, ns) = cluster.parts();
    let yaml = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n  k: |\n    v\n";
    let request = http::Request::patch(format!("/api/v1/namespaces/{ns}/configmaps/a?fieldManager=t"))
        .header("content-type", "application/apply-patch+yaml");
    let response =
        client.send(request.body(kube::client::Body::from(yaml.as_bytes().to_vec())).unwrap()).await.unwrap();
    assert_eq!(response.status(), 201);
    let live = get(client, &format!("/api/v1/namespaces/{ns}/configmaps/a")).await.ok();
    assert_eq!(live["data"]["k"], "v\n");
}

#[tokio::test]
async fn an_apply_names_its_manager() {
    let cluster = cluster().await;
    let (client, ns) = cluster.parts();
    let nameless = apply(client, "force=true", &config_map(ns, "a", &json!({}))).await;
    assert_eq!(nameless.code, 422);
    assert!(nameless.message().contains("fieldManager: Required value: is required for apply patch"));
    let request =
        http::Request::patch(format!("/api/v1/namespaces/{ns}/configmaps/a")).header("content-type", "text/plain");
    assert_eq!(ask(client, request, Some(&json!({}))).await.code, 415);
}

#[tokio::test]
async fn a_merge_patch_and_an_update_do_what_they_say() {
    let cluster = cluster().await;
    let (client, ns) = cluster.parts();
    post(client, &format!("/api/v1/namespaces/{ns}/configmaps"), &config_map(ns, "a", &json!({"k": "v", "l": "w"})))
        .await
        .ok();
    let path = &format!("/api/v1/namespaces/{ns}/configmaps/a");
    let patched = merge(client, path, &json!({"data": {"k": null, "m": "x"}})).await.ok();
    assert_eq!(patched["data"], json!({"l": "w", "m": "x"}));
    let mut body = patched.clone();
    body["data"] = json!({"only": "this"});
    let put = super::asking::put(client, path, &body).await.ok();
    assert_eq!(put["data"], json!({"only": "this"}));
    let stale = super::asking::put(client, path, &body).await;
    assert_eq!((stale.code, stale.text("/reason")), (409, "Conflict"));
}
