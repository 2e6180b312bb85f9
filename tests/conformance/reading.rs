//! Discovery, lists, selectors and pages.

use http::Request;
use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::core::v1::{ConfigMap, Node};
use k8s_openapi::api::{apps, core};
use kube::api::{Api, DeleteParams, ListParams, Patch, PatchParams};
use serde_json::{Value, json};

use super::asking::{apply, ask, config_map, delete, deployment, get, items};
use crate::ground::cluster;

fn names(items: &[Value]) -> Vec<&str> {
    items.iter().map(|item| item["metadata"]["name"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn the_server_says_what_it_is() {
    let cluster = cluster().await;
    let (client, _) = cluster.parts();
    let version = client.apiserver_version().await.unwrap();
    assert_eq!((version.major.as_str(), version.minor.as_str()), ("1", "36"));
    for path in ["/readyz", "/livez", "/healthz"] {
        assert_eq!(get(client, path).await.body, "ok");
    }
}

#[tokio::test]
async fn both_forms_of_discovery_name_the_same_kinds() {
    let cluster = cluster().await;
    let (client, _) = cluster.parts();
    let classic = kube::Discovery::new(client.clone()).run().await.unwrap();
    let aggregated = kube::Discovery::new(client.clone()).run_aggregated().await.unwrap();
    let list = |discovery: &kube::Discovery| {
        let mut found = Vec::new();
        for group in discovery.groups() {
            for (resource, capabilities) in group.recommended_resources() {
                let verbs = capabilities.operations.len();
                found.push((resource.group, resource.version, resource.kind, resource.plural, verbs));
            }
        }
        found.sort();
        found
    };
    let classic = list(&classic);
    assert_eq!(classic, list(&aggregated));
    assert!(classic.iter().any(|(group, _, kind, ..)| group == "apps" && kind == "Deployment"));
    assert!(classic.iter().any(|(group, _, kind, ..)| group.is_empty() && kind == "Pod"));
    let request = Request::get("/apis")
        .header("accept", "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json");
    assert_eq!(ask(client, request, None).await.body["kind"], "APIGroupDiscoveryList");
}

#[tokio::test]
async fn lists_are_selected() {
    let cluster = cluster().await;
    let (client, ns) = cluster.parts();
    for (name, labels) in [("a", json!({"app": "x", "tier": "1"})), ("b", json!({"app": "y"})), ("c", json!({}))] {
        let mut object = config_map(ns, name, &json!({}));
        object["metadata"]["labels"] = labels;
        apply(client, "fieldManager=t", &object).await.ok();
    }
    for (query, expected) in [
        ("labelSelector=app%3Dx", vec!["a"]),
        ("labelSelector=app%21%3Dx,%21app", vec!["c"]),
        ("labelSelector=app", vec!["a", "b"]),
        ("labelSelector=app+in+(x,y),tier", vec!["a"]),
        ("labelSelector=app+notin+(x)", vec!["b", "c"]),
        ("fieldSelector=metadata.name%3Db", vec!["b"]),
        (&*format!("fieldSelector=metadata.name%21%3Db,metadata.namespace%3D{ns}"), vec!["a", "c"]),
    ] {
        let mut found = items(client, &format!("/api/v1/namespaces/{ns}/configmaps?{query}")).await;
        found.retain(|item| item["metadata"]["name"] != "kube-root-ca.crt");
        assert_eq!(names(&found), expected, "{query}");
    }
    let only = "\"data.a\" is not a known field selector: only \"metadata.name\", \"metadata.namespace\"";
    for (path, text) in [
        ("api/v1/namespaces/NS/configmaps", only),
        ("apis/apps/v1/namespaces/NS/replicasets", only),
        ("api/v1/namespaces/NS/pods", "field label not supported: data.a"),
        ("api/v1/nodes", "field label not supported: data.a"),
        ("apis/batch/v1/namespaces/NS/jobs", "field label \"data.a\" not supported for Job"),
    ] {
        let path = path.replace("NS", ns);
        let unknown = get(client, &format!("/{path}?fieldSelector=data.a%3Db")).await;
        assert_eq!((unknown.code, unknown.message()), (400, text), "{path}");
    }
}

#[tokio::test]
async fn a_list_says_what_it_is_and_its_items_do_not() {
    let cluster = cluster().await;
    let (client, _) = cluster.parts();
    let list = get(client, "/api/v1/nodes").await.ok();
    assert_eq!((&list["kind"], &list["apiVersion"]), (&json!("NodeList"), &json!("v1")));
    assert!(list["metadata"]["resourceVersion"].as_str().unwrap().parse::<u64>().unwrap() > 0);
    assert_eq!((list["items"][0].get("kind"), list["items"][0].get("apiVersion")), (None, None));
    let nodes = Api::<Node>::all(client.clone()).list(&ListParams::default()).await.unwrap();
    for node in nodes {
        let addresses = node.status.unwrap().addresses.unwrap();
        assert!(addresses.iter().any(|address| address.type_ == "InternalIP"), "{addresses:?}");
    }
}

/// Every object of a kind, through its type and back: nothing may get lost.
async fn survives<K>(client: &kube::Client, path: &str, least: usize)
where
    K: serde::de::DeserializeOwned + serde::Serialize,
{
    let found = items(client, path).await;
    assert!(found.len() >= least, "{path}: {}", found.len());
    for mut item in found {
        let typed: K = serde_json::from_value(item.clone()).unwrap();
        let mut typed = serde_json::to_value(&typed).unwrap();
        for value in [&mut item, &mut typed] {
            let map = value.as_object_mut().unwrap();
            map.remove("apiVersion");
            map.remove("kind");
            without_nulls(value);
        }
        assert_eq!(item, typed, "{path}");
    }
}

fn without_nulls(value: &mut Value) {
    match value {
        Value::Object(map) => {
            map.retain(|_, value| !value.is_null());
            map.values_mut().for_each(without_nulls);
        }
        Value::Array(items) => items.iter_mut().for_each(without_nulls),
        _ => {}
    }
}

#[tokio::test]
async fn every_object_is_one_of_its_type() {
    let cluster = cluster().await;
    let (client, ns) = cluster.parts();
    super::rollout::deploy(&cluster).await;
    super::asking::rolled_out(client, ns, "mlflow-dev").await;
    survives::<core::v1::Namespace>(client, "/api/v1/namespaces", 5).await;
    survives::<Node>(client, "/api/v1/nodes", 2).await;
    survives::<core::v1::Pod>(client, "/api/v1/pods", 1).await;
    survives::<core::v1::Event>(client, "/api/v1/events", 5).await;
    survives::<core::v1::Service>(client, "/api/v1/services", 2).await;
    survives::<core::v1::Secret>(client, "/api/v1/secrets", 2).await;
    survives::<core::v1::ServiceAccount>(client, "/api/v1/serviceaccounts", 5).await;
    survives::<ConfigMap>(client, "/api/v1/configmaps", 5).await;
    survives::<Deployment>(client, "/apis/apps/v1/deployments", 1).await;
    survives::<apps::v1::ReplicaSet>(client, "/apis/apps/v1/replicasets", 1).await;
    let slices = "/apis/discovery.k8s.io/v1/endpointslices";
    survives::<k8s_openapi::api::discovery::v1::EndpointSlice>(client, slices, 1).await;
}

#[tokio::test]
async fn a_list_comes_in_pages() {
    let cluster = cluster().await;
    let (client, ns) = cluster.parts();
    for number in 0..5 {
        apply(client, "fieldManager=t", &config_map(ns, &format!("c{number}"), &json!({}))).await.ok();
    }
    let api = Api::<ConfigMap>::namespaced(client.clone(), ns);
    let (mut found, mut token) = (Vec::new(), None::<String>);
    loop {
        let mut params = ListParams::default().limit(2);
        if let Some(token) = &token {
            params = params.continue_token(token);
        }
        let page = api.list(&params).await.unwrap();
        assert!(page.items.len() <= 2);
        token = page.metadata.continue_.clone().filter(|token| !token.is_empty());
        found.extend(page.into_iter().map(|object| object.metadata.name.unwrap()));
        if token.is_none() {
            break;
        }
    }
    assert_eq!(found, ["c0", "c1", "c2", "c3", "c4", "kube-root-ca.crt"]);
}

#[tokio::test]
async fn metadata_can_be_had_alone() {
    let cluster = cluster().await;
    let (client, ns) = cluster.parts();
    apply(client, "fieldManager=t", &config_map(ns, "a", &json!({"k": "v"}))).await.ok();
    let partial = Api::<ConfigMap>::namespaced(client.clone(), ns).get_metadata("a").await.unwrap();
    assert_eq!(partial.metadata.name.as_deref(), Some("a"));
    let request = Request::get(format!("/api/v1/namespaces/{ns}/configmaps/a"))
        .header("accept", "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1");
    let partial = ask(client, request, None).await.ok();
    assert_eq!((&partial["kind"], partial.get("data")), (&json!("PartialObjectMetadata"), None));
}

#[tokio::test]
async fn typed_clients_find_their_way() {
    let cluster = cluster().await;
    let (client, ns) = cluster.parts();
    let api = Api::<Deployment>::namespaced(client.clone(), ns);
    let object = deployment(ns, "web", "nginx:1.29");
    let params = PatchParams { field_manager: Some("t".to_owned()), ..PatchParams::default() };
    let made = api.patch("web", &params, &Patch::Apply(&object)).await.unwrap();
    assert_eq!(made.spec.unwrap().replicas, Some(1));
    let scale = api.get_scale("web").await.unwrap();
    assert_eq!(scale.spec.unwrap().replicas, Some(1));
    api.delete("web", &DeleteParams::background()).await.unwrap();
    let error = api.get("web").await.unwrap_err();
    assert!(matches!(error, kube::Error::Api(status) if status.code == 404 && status.reason == "NotFound"));
}

#[tokio::test]
async fn a_selection_can_be_deleted() {
    let cluster = cluster().await;
    let (client, ns) = cluster.parts();
    for name in ["a", "b"] {
        let mut object = config_map(ns, name, &json!({}));
        object["metadata"]["labels"] = json!({"pick": name});
        apply(client, "fieldManager=t", &object).await.ok();
    }
    delete(client, &format!("/api/v1/namespaces/{ns}/configmaps?labelSelector=pick%3Da"), &json!({})).await.ok();
    assert_eq!(names(&items(client, &format!("/api/v1/namespaces/{ns}/configmaps?labelSelector=pick")).await), ["b"]);
}
