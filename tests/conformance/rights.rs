//! Users who may not do everything: what they are told, and what the reviews say.

use serde_json::json;

use super::asking::{apply, config_map, deployment, get, path_of, post};
use crate::ground::restricted;

#[tokio::test]
async fn a_restricted_user_is_told_what_he_may_not() {
    let cluster = restricted(&[("patch", "deployments"), ("*", "secrets")]).await;
    let (client, ns) = cluster.parts();
    let user = cluster.user();
    let refused = apply(client, "fieldManager=t&dryRun=All", &deployment(ns, "web", "nginx:1.29")).await;
    assert_eq!((refused.code, refused.text("/reason")), (403, "Forbidden"));
    let text = format!(
        "deployments.apps \"web\" is forbidden: User {user:?} cannot patch resource \"deployments\" in API group \"apps\" \
         in the namespace {ns:?}"
    );
    assert_eq!(refused.message(), text);
    let list = get(client, "/api/v1/secrets").await;
    let text = format!(
        "secrets is forbidden: User {user:?} cannot list resource \"secrets\" in API group \"\" at the cluster scope"
    );
    assert_eq!((list.code, list.message()), (403, text.as_str()));
    get(client, &format!("/apis/apps/v1/namespaces/{ns}/deployments")).await.ok();
    let review = |verb: &str, group: &str, resource: &str| {
        json!({"apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectAccessReview", "spec": {"resourceAttributes":
            {"verb": verb, "group": group, "resource": resource, "namespace": ns}}})
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
        "spec": {"namespace": ns}});
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
    let cluster = restricted(&[("create", "configmaps")]).await;
    let (client, ns) = cluster.parts();
    let refused = apply(client, "fieldManager=t", &config_map(ns, "a", &json!({}))).await;
    assert_eq!(refused.code, 403);
    assert!(refused.message().contains("cannot create resource \"configmaps\""), "{}", refused.message());
    assert_eq!(get(client, &path_of(&config_map(ns, "a", &json!({})))).await.code, 404);
}
