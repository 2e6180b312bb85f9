//! Who owns which field, what a conflict says, and what leaving does.

use serde_json::{Value, json};

use super::asking::{apply, config_map, delete, deployment, get, merge, path_of, post, secret};
use crate::ground::cluster;

fn entry<'a>(object: &'a Value, manager: &str) -> &'a Value {
    let entries = object["metadata"]["managedFields"].as_array().unwrap();
    entries.iter().find(|entry| entry["manager"] == manager).unwrap_or(&Value::Null)
}

#[tokio::test]
async fn an_apply_owns_exactly_what_it_says() {
    let cluster = cluster().await;
    let (client, ns) = cluster.parts();
    let mut web = deployment(ns, "web", "nginx:1.29");
    web["spec"]["template"]["spec"]["containers"][0]["env"] = json!([{"name": "A", "value": "b"}]);
    web["spec"]["template"]["spec"]["volumes"] = json!([{"name": "tmp", "emptyDir": {}}]);
    web["metadata"]["labels"] = json!({"app": "web"});
    let live = apply(client, "fieldManager=t", &web).await.ok();
    let mine = entry(&live, "t");
    assert_eq!((&mine["operation"], &mine["fieldsType"]), (&json!("Apply"), &json!("FieldsV1")));
    let container = json!({
        ".": {}, "f:name": {}, "f:image": {},
        "f:env": {"k:{\"name\":\"A\"}": {".": {}, "f:name": {}, "f:value": {}}},
        "f:ports": {"k:{\"containerPort\":8080,\"protocol\":\"TCP\"}": {".": {}, "f:containerPort": {}}},
    });
    let expected = json!({
        "f:metadata": {"f:labels": {"f:app": {}}},
        "f:spec": {
            "f:replicas": {}, "f:selector": {},
            "f:template": {
                "f:metadata": {"f:labels": {"f:app": {}}},
                "f:spec": {
                    "f:containers": {"k:{\"name\":\"web\"}": container},
                    "f:volumes": {"k:{\"name\":\"tmp\"}": {".": {}, "f:name": {}, "f:emptyDir": {}}},
                },
            },
        },
    });
    assert_eq!(mine["fieldsV1"], expected);
}

#[tokio::test]
async fn another_value_is_a_conflict_that_names_manager_and_field() {
    let cluster = cluster().await;
    let (client, ns) = cluster.parts();
    let mut web = deployment(ns, "web", "nginx:1.29");
    apply(client, "fieldManager=first", &web).await.ok();
    web["spec"]["replicas"] = json!(2);
    web["spec"]["template"]["spec"]["containers"][0]["image"] = json!("nginx:1.30");
    for dry in ["", "&dryRun=All"] {
        let refused = apply(client, &format!("fieldManager=second{dry}"), &web).await;
        assert_eq!((refused.code, refused.text("/reason")), (409, "Conflict"));
        let text = "Apply failed with 2 conflicts: conflicts with \"first\":\n- .spec.replicas\n\
            - .spec.template.spec.containers[name=\"web\"].image";
        assert_eq!(refused.message(), text);
        let conflict = "conflict with \"first\"";
        let expected = [".spec.replicas", ".spec.template.spec.containers[name=\"web\"].image"]
            .map(|field| (field.to_owned(), "FieldManagerConflict".to_owned(), conflict.to_owned()));
        assert_eq!(refused.causes(), expected);
    }
    let taken = apply(client, "fieldManager=second&force=true", &web).await.ok();
    assert_eq!(taken["spec"]["replicas"], 2);
    assert_eq!(entry(&taken, "first")["fieldsV1"]["f:spec"].get("f:replicas"), None);
    assert_eq!(entry(&taken, "second")["fieldsV1"]["f:spec"]["f:replicas"], json!({}));
}

#[tokio::test]
async fn equal_values_are_owned_together() {
    let cluster = cluster().await;
    let (client, ns) = cluster.parts();
    let object = config_map(ns, "a", &json!({"k": "v"}));
    apply(client, "fieldManager=first", &object).await.ok();
    let both = apply(client, "fieldManager=second", &object).await.ok();
    for manager in ["first", "second"] {
        assert_eq!(entry(&both, manager)["fieldsV1"]["f:data"]["f:k"], json!({}));
    }
    // One leaves, the value stays; the other leaves, it goes.
    let left = apply(client, "fieldManager=first", &config_map(ns, "a", &json!({}))).await.ok();
    assert_eq!(left["data"], json!({"k": "v"}));
    let gone = apply(client, "fieldManager=second", &config_map(ns, "a", &json!({}))).await.ok();
    assert_eq!(gone["data"].get("k"), None);
}

#[tokio::test]
async fn dropped_fields_go_with_their_defaults() {
    let cluster = cluster().await;
    let (client, ns) = cluster.parts();
    let mut web = deployment(ns, "web", "nginx:1.29");
    let plain = web.clone();
    let pod = &mut web["spec"]["template"]["spec"];
    pod["containers"][0]["livenessProbe"] = json!({"httpGet": {"port": 8080}});
    pod["containers"][0]["env"] = json!([{"name": "A", "value": "b"}]);
    pod["containers"].as_array_mut().unwrap().push(json!({"name": "side", "image": "side:1"}));
    web["spec"]["strategy"] = json!({"type": "Recreate"});
    let live = apply(client, "fieldManager=t", &web).await.ok();
    assert_eq!(live["spec"]["template"]["spec"]["containers"][0]["livenessProbe"]["failureThreshold"], 3);
    let after = apply(client, "fieldManager=t", &plain).await.ok();
    let pod = &after["spec"]["template"]["spec"];
    assert_eq!(pod["containers"].as_array().unwrap().len(), 1, "{pod}");
    assert_eq!(pod["containers"][0].get("livenessProbe"), None);
    assert_eq!(pod["containers"][0].get("env"), None);
    assert_eq!(after["spec"]["strategy"]["type"], "RollingUpdate");
}

#[tokio::test]
async fn the_sole_owner_who_drops_replicas_gets_the_default() {
    let cluster = cluster().await;
    let (client, ns) = cluster.parts();
    let mut web = deployment(ns, "web", "nginx:1.29");
    web["spec"]["replicas"] = json!(3);
    apply(client, "fieldManager=t", &web).await.ok();
    web["spec"].as_object_mut().unwrap().remove("replicas");
    assert_eq!(apply(client, "fieldManager=t", &web).await.ok()["spec"]["replicas"], 1);
    merge(client, &format!("{}/scale?fieldManager=hpa", path_of(&web)), &json!({"spec": {"replicas": 4}})).await.ok();
    assert_eq!(apply(client, "fieldManager=t", &web).await.ok()["spec"]["replicas"], 4);
}

#[tokio::test]
async fn an_update_takes_what_it_changes() {
    let cluster = cluster().await;
    let (client, ns) = cluster.parts();
    let web = deployment(ns, "web", "nginx:1.29");
    apply(client, "fieldManager=t", &web).await.ok();
    let change = json!({"spec": {"replicas": 5}});
    let live = merge(client, &format!("{}?fieldManager=kubectl-edit", path_of(&web)), &change).await.ok();
    assert_eq!(entry(&live, "t")["fieldsV1"]["f:spec"].get("f:replicas"), None);
    assert_eq!(entry(&live, "kubectl-edit")["operation"], "Update");
    let refused = apply(client, "fieldManager=t", &web).await;
    let (field, _, message) = refused.causes().remove(0);
    assert_eq!((field.as_str(), message.as_str()), (".spec.replicas", "conflict with \"kubectl-edit\" using apps/v1"));
    assert_eq!(
        refused.message(),
        "Apply failed with 1 conflict: conflict with \"kubectl-edit\" using apps/v1: .spec.replicas"
    );
}

#[tokio::test]
async fn a_created_object_is_owned_with_its_defaults() {
    let cluster = cluster().await;
    let (client, ns) = cluster.parts();
    let path = &format!("/api/v1/namespaces/{ns}/secrets?fieldManager=kubectl-create");
    let live = post(client, path, &secret(ns, "keys", &json!({"a": "1"}))).await.ok();
    let fields = &entry(&live, "kubectl-create")["fieldsV1"];
    assert_eq!((&fields["f:type"], &fields["f:data"]["f:a"]), (&json!({}), &json!({})));
    let same = apply(client, "fieldManager=t", &secret(ns, "keys", &json!({"a": "1"}))).await;
    assert_eq!(same.code, 200);
    let mut web = deployment(ns, "web", "nginx:1.29");
    web["metadata"]["labels"] = json!({"app": "web"});
    web["metadata"]["creationTimestamp"] = Value::Null;
    let live = post(client, &format!("/apis/apps/v1/namespaces/{ns}/deployments?fieldManager=kubectl-create"), &web)
        .await
        .ok();
    let fields = &entry(&live, "kubectl-create")["fieldsV1"];
    // Maps that were not there before belong to who brought them, parts of every Deployment do not.
    assert_eq!(fields["f:metadata"], json!({"f:labels": {".": {}, "f:app": {}}}));
    assert_eq!((fields["f:spec"].get("."), fields["f:spec"]["f:template"].get(".")), (None, None));
    assert_eq!(fields["f:spec"]["f:strategy"]["f:rollingUpdate"]["."], json!({}));
    let container = &fields["f:spec"]["f:template"]["f:spec"]["f:containers"];
    assert_eq!(container.get("."), None);
    assert_eq!(container["k:{\"name\":\"web\"}"]["f:resources"], json!({}));
}

#[tokio::test]
async fn a_shared_object_is_left_by_label() {
    let cluster = cluster().await;
    let (client, ns) = cluster.parts();
    let content = config_map(ns, "shared", &json!({"token": "a"}));
    apply(client, "fieldManager=landfall:shared&force=true", &content).await.ok();
    let user = |label: &str| {
        json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "shared", "namespace": ns,
            "labels": {format!("users.landfall.dev/{label}"): "1"}}})
    };
    let bare = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "shared", "namespace": ns}});
    apply(client, "fieldManager=landfall:dev", &user("dev")).await.ok();
    let before = apply(client, "fieldManager=landfall:stg", &user("stg")).await.ok();
    let left = apply(client, "fieldManager=landfall:dev", &bare).await.ok();
    assert_eq!(left["metadata"]["labels"], json!({"users.landfall.dev/stg": "1"}));
    assert_eq!(left["data"], json!({"token": "a"}));
    assert_eq!(entry(&left, "landfall:dev"), &Value::Null);
    // Who deletes by what he saw does not win over who joined meanwhile.
    let seen = json!({"preconditions": {"uid": before["metadata"]["uid"],
        "resourceVersion": before["metadata"]["resourceVersion"]}});
    assert_eq!(delete(client, &path_of(&bare), &seen).await.code, 409);
    get(client, &path_of(&bare)).await.ok();
}

#[tokio::test]
async fn lists_keep_the_order_of_the_applier_and_the_items_of_others() {
    let cluster = cluster().await;
    let (client, ns) = cluster.parts();
    let mut web = deployment(ns, "web", "nginx:1.29");
    let env = |names: &[&str]| Value::Array(names.iter().map(|name| json!({"name": name, "value": name})).collect());
    web["spec"]["template"]["spec"]["containers"][0]["env"] = env(&["A", "B"]);
    apply(client, "fieldManager=t", &web).await.ok();
    let mut other = json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web", "namespace": ns},
        "spec": {"template": {"spec": {"containers": [{"name": "web", "env": env(&["X"])}]}}}});
    let both = apply(client, "fieldManager=other", &other).await.ok();
    assert_eq!(both["spec"]["template"]["spec"]["containers"][0]["env"], env(&["A", "B", "X"]));
    web["spec"]["template"]["spec"]["containers"][0]["env"] = env(&["B", "C"]);
    let after = apply(client, "fieldManager=t", &web).await.ok();
    let names: Vec<&str> = after["spec"]["template"]["spec"]["containers"][0]["env"]
        .as_array()
        .unwrap()
        .iter()
        .map(|variable| variable["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["B", "X", "C"]);
    other["spec"]["template"]["spec"]["containers"][0]["env"] = env(&[]);
    let left = apply(client, "fieldManager=other", &other).await.ok();
    assert_eq!(left["spec"]["template"]["spec"]["containers"][0]["env"], env(&["B", "C"]));
}
