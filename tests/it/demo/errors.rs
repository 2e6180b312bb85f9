//! What the server says when it says no: status, reason, details and text.

use landfall::demo::Access;
use serde_json::{Value, json};

use super::asking::{apply, cluster, config_map, delete, deployment, get, namespace, path_of, post, restricted};

#[tokio::test]
async fn what_is_not_there_is_not_found() {
    let cluster = cluster();
    let client = &cluster.client;
    let answer = get(client, "/apis/apps/v1/namespaces/default/deployments/web").await;
    let expected = json!({
        "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure", "code": 404, "reason": "NotFound",
        "message": "deployments.apps \"web\" not found",
        "details": {"name": "web", "group": "apps", "kind": "deployments"},
    });
    assert_eq!((answer.code, answer.body), (404, expected));
    let answer = get(client, "/apis/example.org/v1/namespaces/default/things").await;
    assert_eq!((answer.code, answer.body), (404, json!("404 page not found\n")));
    assert!(answer.kind.starts_with("text/plain"));
    let gone = delete(client, "/api/v1/namespaces/default/configmaps/a", &json!({})).await;
    assert_eq!((gone.code, gone.message()), (404, "configmaps \"a\" not found"));
}

#[tokio::test]
async fn a_missing_namespace_is_named() {
    let cluster = cluster();
    for query in ["fieldManager=t", "fieldManager=t&dryRun=All"] {
        let answer = apply(&cluster.client, query, &config_map("nowhere", "a", &json!({}))).await;
        assert_eq!((answer.code, answer.message()), (404, "namespaces \"nowhere\" not found"));
        assert_eq!(answer.body["details"], json!({"name": "nowhere", "kind": "namespaces"}));
    }
}

#[tokio::test]
async fn a_name_is_used_once() {
    let cluster = cluster();
    let client = &cluster.client;
    let object = config_map("default", "a", &json!({}));
    post(client, "/api/v1/namespaces/default/configmaps", &object).await.ok();
    let twice = post(client, "/api/v1/namespaces/default/configmaps", &object).await;
    assert_eq!((twice.code, twice.text("/reason")), (409, "AlreadyExists"));
    assert_eq!(twice.message(), "configmaps \"a\" already exists");
}

#[tokio::test]
async fn an_unknown_field_is_not_in_the_schema() {
    let cluster = cluster();
    let client = &cluster.client;
    let mut web = deployment("default", "web", "nginx:1.29");
    web["spec"]["template"]["spec"]["contaners"] = json!([]);
    let head = "failed to create typed patch object (default/web; apps/v1, Kind=Deployment): ";
    for query in ["fieldManager=t", "fieldManager=t&dryRun=All&fieldValidation=Strict"] {
        let answer = apply(client, query, &web).await;
        assert_eq!(answer.code, 500);
        assert_eq!(answer.body.get("reason"), None);
        let text = format!("{head}.spec.template.spec.contaners: field not declared in schema");
        assert_eq!(answer.message(), text);
    }
    let mut web = deployment("default", "web", "nginx:1.29");
    web["spec"]["template"]["spec"]["containers"][0]["imagee"] = json!("x");
    let answer = apply(client, "fieldManager=t", &web).await;
    let text = ".spec.template.spec.containers[name=\"web\"].imagee: field not declared in schema";
    assert_eq!(answer.message(), format!("{head}{text}"));
    let mut web = deployment("default", "web", "nginx:1.29");
    web["spec"]["replicas"] = json!("two");
    let answer = apply(client, "fieldManager=t", &web).await;
    assert_eq!(answer.message(), format!("{head}.spec.replicas: expected numeric (int or float), got string"));
    let mut web = deployment("default", "web", "nginx:1.29");
    web["spec"]["template"]["spec"]["containers"][0]["ports"][0]["containerPort"] = json!("http");
    let answer = apply(client, "fieldManager=t", &web).await;
    let text = ".spec.template.spec.containers[name=\"web\"].ports[containerPort=\"http\",protocol=\"TCP\"]\
        .containerPort: expected numeric (int or float), got string";
    assert_eq!(answer.message(), format!("{head}{text}"));
    let mut web = deployment("default", "web", "nginx:1.29");
    let containers = web["spec"]["template"]["spec"]["containers"].as_array_mut().unwrap();
    containers.push(containers[0].clone());
    let answer = apply(client, "fieldManager=t", &web).await;
    assert_eq!(answer.code, 500);
    let text = ".spec.template.spec.containers: duplicate entries for key [name=\"web\"]";
    assert_eq!(answer.message(), format!("{head}{text}"));
}

#[tokio::test]
async fn a_strict_create_refuses_what_it_does_not_know() {
    let cluster = cluster();
    let client = &cluster.client;
    let mut object = config_map("default", "a", &json!({}));
    object["datta"] = json!({});
    let path = "/api/v1/namespaces/default/configmaps";
    let strict = post(client, &format!("{path}?fieldValidation=Strict"), &object).await;
    assert_eq!((strict.code, strict.text("/reason")), (400, "BadRequest"));
    assert!(strict.message().ends_with("strict decoding error: unknown field \"datta\""), "{}", strict.message());
    assert_eq!(post(client, path, &object).await.ok().get("datta"), None);
}

#[tokio::test]
async fn a_restricted_user_is_told_what_he_may_not() {
    let cluster = restricted(Access::all().deny("patch", "deployments").deny("*", "secrets"));
    let client = &cluster.client;
    let refused = apply(client, "fieldManager=t&dryRun=All", &deployment("default", "web", "nginx:1.29")).await;
    assert_eq!((refused.code, refused.text("/reason")), (403, "Forbidden"));
    let text = "deployments.apps \"web\" is forbidden: User \"demo\" cannot patch resource \"deployments\" in API group \
        \"apps\" in the namespace \"default\"";
    assert_eq!(refused.message(), text);
    let list = get(client, "/api/v1/secrets").await;
    let text =
        "secrets is forbidden: User \"demo\" cannot list resource \"secrets\" in API group \"\" at the cluster scope";
    assert_eq!((list.code, list.message()), (403, text));
    get(client, "/apis/apps/v1/namespaces/default/deployments").await.ok();
    let review = |verb: &str, group: &str, resource: &str| {
        json!({"apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectAccessReview", "spec": {"resourceAttributes":
            {"verb": verb, "group": group, "resource": resource, "namespace": "default"}}})
    };
    let reviews = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";
    for (verb, group, resource, allowed) in
        [("patch", "apps", "deployments", false), ("get", "apps", "deployments", true), ("get", "", "secrets", false)]
    {
        let answer = post(client, reviews, &review(verb, group, resource)).await;
        assert_eq!(answer.code, 201);
        assert_eq!(answer.body["status"]["allowed"], allowed, "{verb} {resource}");
    }
    let rules = json!({"apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectRulesReview",
        "spec": {"namespace": "default"}});
    let rules = post(client, "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews", &rules).await.ok();
    assert_eq!(rules["status"]["incomplete"], false);
    let listed = |resource: &str, verb: &str| {
        rules["status"]["resourceRules"].as_array().unwrap().iter().any(|rule| {
            rule["resources"].as_array().unwrap().contains(&json!(resource))
                && rule["verbs"].as_array().unwrap().contains(&json!(verb))
        })
    };
    assert!(listed("deployments", "get") && !listed("deployments", "patch") && !listed("secrets", "get"));
}

#[tokio::test]
async fn making_by_apply_needs_the_right_to_create() {
    let cluster = restricted(Access::all().deny("create", "configmaps"));
    let client = &cluster.client;
    let refused = apply(client, "fieldManager=t", &config_map("default", "a", &json!({}))).await;
    assert_eq!(refused.code, 403);
    assert!(refused.message().contains("cannot create resource \"configmaps\""), "{}", refused.message());
    assert_eq!(get(client, &path_of(&config_map("default", "a", &json!({})))).await.code, 404);
}

#[tokio::test]
async fn bodies_must_fit_their_place() {
    let cluster = cluster();
    let client = &cluster.client;
    namespace(client, "one").await;
    let object = config_map("default", "a", &json!({}));
    let elsewhere = post(client, "/api/v1/namespaces/one/configmaps", &object).await;
    assert_eq!(elsewhere.code, 400);
    assert!(elsewhere.message().contains("does not match the namespace sent on the request"));
    let empty = post(client, "/api/v1/namespaces/one/configmaps", &Value::Null).await;
    assert_eq!(empty.code, 400);
}
