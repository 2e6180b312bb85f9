//! Credentials that run out, and credential plugins.

use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use landfall::deploy::End;
use serde_json::{Value, json};

use super::{begin, mend};
use crate::conformance::asking::{delete, post};
use crate::plane::{Plane, name};
use crate::program::{Said, run};
use crate::site::{CREDENTIALS, Site};

/// A service account that may do everything.
struct Robot {
    path: String,
}

impl Robot {
    async fn new(admin: &kube::Client) -> Self {
        let name = name("robot");
        let accounts = "/api/v1/namespaces/default/serviceaccounts";
        post(admin, accounts, &json!({"metadata": {"name": name}})).await.ok();
        let binding = json!({
            "metadata": {"name": name},
            "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "cluster-admin"},
            "subjects": [{"kind": "ServiceAccount", "namespace": "default", "name": name}],
        });
        post(admin, "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings", &binding).await.ok();
        Self { path: format!("{accounts}/{name}") }
    }

    async fn token(&self, admin: &kube::Client) -> String {
        let body: Value = json!({"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {}});
        post(admin, &format!("{}/token", self.path), &body).await.ok()["status"]["token"].as_str().unwrap().to_owned()
    }

    /// From now on, or at most 10 s later, its tokens are not accepted any more.
    async fn dismiss(&self, admin: &kube::Client) {
        delete(admin, &self.path, &json!({})).await.ok();
    }
}

/// A user whose token comes from a script.
fn plugin(site: &Site, script: &str) -> String {
    site.place.write("plugin", &format!("#!/bin/sh\n{script}\n"));
    let path = site.place.path("plugin");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    let path = path.display();
    format!(
        "{{exec: {{apiVersion: client.authentication.k8s.io/v1, command: \"{path}\", interactiveMode: IfAvailable}}}}"
    )
}

/// A plugin that prints the token in the file `token` and does not say when it ends.
fn from_file(site: &Site) -> String {
    let file = site.place.path("token");
    let status =
        r#"{"apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential", "status": {"token": "%s"}}"#;
    plugin(site, &format!("printf '{status}' \"$(cat '{}')\"", file.display()))
}

#[tokio::test]
async fn a_token_that_is_no_longer_accepted_ends_it_with_the_way_in() {
    let plane = Plane::shared();
    let admin = plane.client().await;
    let robot = Robot::new(&admin).await;
    let site = Site::new(&plane, &plane.server()).await;
    site.signs_in_as(&format!("{{token: {}}}", robot.token(&admin).await));
    let session = site.session().await;
    let running = begin(&session, &admin, &site.namespace).await;
    robot.dismiss(&admin).await;
    let outcome = running.ends().await;
    assert_eq!(outcome.end, End::NoContact, "{}", outcome.headline);
    let failure = outcome.failure.unwrap();
    assert!(failure.to_string().contains("does not accept the credentials of this context"), "{failure}");
    assert!(failure.hints.iter().any(|hint| hint.contains("sign in again")), "{failure:?}");
}

#[tokio::test]
async fn a_plugin_is_asked_for_another_token() {
    let plane = Plane::shared();
    let admin = plane.client().await;
    let (first, second) = (Robot::new(&admin).await, Robot::new(&admin).await);
    let site = Site::new(&plane, &plane.server()).await;
    site.place.write("token", &first.token(&admin).await);
    site.signs_in_as(&from_file(&site));
    let session = site.session().await;
    let mut running = begin(&session, &admin, &site.namespace).await;
    site.place.write("token", &second.token(&admin).await);
    first.dismiss(&admin).await;
    // The server goes on believing it for up to 10 s.
    running.lost().await;
    running.live().await;
    mend(&admin, &site.namespace).await;
    let outcome = running.ends().await;
    assert_eq!(outcome.end, End::Healthy, "{}", outcome.headline);
}

async fn plans(site: &Site) -> Said {
    run(site.place.landfall(&["plan", "dev", "--vault", "stdin"]), CREDENTIALS).await
}

#[tokio::test]
async fn plugins_that_work_that_ask_and_that_hang() {
    let plane = Plane::shared();
    let admin = plane.client().await;
    let site = Site::new(&plane, &plane.server()).await;
    site.place.write("token", &Robot::new(&admin).await.token(&admin).await);
    site.signs_in_as(&from_file(&site));
    let said = plans(&site).await;
    assert_eq!(said.code, Some(0), "{said:#?}");

    site.signs_in_as(&plugin(&site, "printf 'Password: ' >&2\nread answer || exit 1\necho \"$answer\""));
    let said = plans(&site).await;
    assert_eq!(said.code, Some(6), "{said:#?}");
    assert!(said.err.contains("the credential plugin of this context did not give a token"), "{said:#?}");
    assert!(!said.err.contains("Password:"), "{said:#?}");

    site.signs_in_as(&plugin(&site, "exec sleep 600"));
    let said = plans(&site).await;
    assert_eq!(said.code, Some(6), "{said:#?}");
    assert!(said.err.contains("the credential plugin of this context does not answer"), "{said:#?}");
    assert!(said.took < Duration::from_secs(40), "{:?}", said.took);

    site.signs_in_as("{token: nobodys}");
    let said = plans(&site).await;
    assert_eq!(said.code, Some(6), "{said:#?}");
    assert!(said.err.contains("does not accept the credentials of this context"), "{said:#?}");
    assert!(!said.err.contains("nobodys"), "{said:#?}");
}
