//! The ground of the conformance suite in this binary: the shared control plane, and a namespace in it for each test.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use serde_json::{Value, json};

use crate::conformance::asking::{self, ask, items, post};
use crate::plane::{Plane, name};

/// Longest wait for something to hold.
pub(crate) const PATIENCE: Duration = Duration::from_mins(1);
/// An image with which a container never becomes ready.
pub(crate) const BAD_IMAGE: &str = "example.org/wrong:stage-never-ready";
/// How long to look whether something stays as it is.
pub(crate) const A_WHILE: Duration = Duration::from_secs(12);
/// Memory of which a node has room for one.
pub(crate) const HALF_A_NODE: &str = "150Gi";

/// A cluster under test.
pub(crate) struct Ground {
    client: kube::Client,
    admin: kube::Client,
    namespace: String,
    user: String,
}

/// The cluster, and a namespace in it.
pub(crate) async fn cluster() -> Ground {
    let admin = Plane::shared().client().await;
    let namespace = name("t");
    asking::namespace(&admin, &namespace).await;
    Ground { client: admin.clone(), admin, namespace, user: "admin".to_owned() }
}

/// What keeps an environment from becoming ready.
pub(crate) enum Trouble {
    ImagePull,
    CrashLoop,
    Directory,
}

/// The cluster, and a namespace in which every environment has this trouble.
pub(crate) async fn failing(trouble: Trouble) -> Ground {
    let ground = cluster().await;
    let name = match trouble {
        Trouble::ImagePull => "image-pull",
        Trouble::CrashLoop => "init-crash-loop",
        Trouble::Directory => "hostpath",
    };
    stage(&ground.admin, &ground.namespace, name).await;
    ground
}

/// The cluster for a user who may do everything but these verbs on these resources.
pub(crate) async fn restricted(denied: &[(&str, &str)]) -> Ground {
    let ground = cluster().await;
    let user = name("user");
    grant(&ground.admin, &user, &rules(denied)).await;
    let client = Plane::shared().client_as(&user).await;
    // The authorizer hears of it a moment later.
    asking::until(&client, "/api/v1/nodes", |answer| answer.code == 200).await;
    Ground { client, user, ..ground }
}

/// Grants rules in the whole cluster.
pub(crate) async fn grant(admin: &kube::Client, user: &str, rules: &Value) {
    let base = "/apis/rbac.authorization.k8s.io/v1";
    post(admin, &format!("{base}/clusterroles"), &json!({"metadata": {"name": user}, "rules": rules})).await.ok();
    let binding = json!({
        "metadata": {"name": user},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": user},
        "subjects": [{"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": user}],
    });
    post(admin, &format!("{base}/clusterrolebindings"), &binding).await.ok();
}

/// What landfall touches, by group.
const RESOURCES: [(&str, &[&str]); 5] = [
    (
        "",
        &[
            "configmaps",
            "endpoints",
            "events",
            "namespaces",
            "nodes",
            "persistentvolumeclaims",
            "pods",
            "pods/log",
            "secrets",
            "serviceaccounts",
            "services",
        ],
    ),
    ("apps", &["daemonsets", "deployments", "deployments/scale", "replicasets", "statefulsets"]),
    ("batch", &["cronjobs", "jobs"]),
    ("discovery.k8s.io", &["endpointslices"]),
    ("networking.k8s.io", &["ingresses", "networkpolicies"]),
];
const VERBS: [&str; 8] = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];

/// Rules for everything that is not denied.
pub(crate) fn rules(denied: &[(&str, &str)]) -> Value {
    let fits = |pattern: &str, word: &str| pattern == "*" || pattern == word;
    let mut rules = Vec::new();
    for (group, resources) in RESOURCES {
        for resource in resources {
            let allowed = |verb: &&str| !denied.iter().any(|(v, r)| fits(v, verb) && fits(r, resource));
            let verbs: Vec<&str> = VERBS.into_iter().filter(allowed).collect();
            if !verbs.is_empty() {
                rules.push(json!({"apiGroups": [group], "resources": [resource], "verbs": verbs}));
            }
        }
    }
    Value::Array(rules)
}

/// Makes every pod of a namespace fare in some way; see `tests/control-plane/kwok.yaml`.
pub(crate) async fn stage(admin: &kube::Client, namespace: &str, stage: &str) {
    let request = http::Request::patch(format!("/api/v1/namespaces/{namespace}"))
        .header("content-type", "application/merge-patch+json");
    let change = json!({"metadata": {"annotations": {"test.landfall.dev/stage": stage}}});
    ask(admin, request, Some(&change)).await.ok();
}

/// Ports that this run has handed out.
static PORTS: Mutex<BTreeSet<u64>> = Mutex::new(BTreeSet::new());

/// A node port that nobody has: of those that the server does not hand out by itself.
pub(crate) async fn port(client: &kube::Client) -> u16 {
    let services = items(client, "/api/v1/services").await;
    let ports = services.iter().filter_map(|service| service["spec"]["ports"].as_array()).flatten();
    let taken: BTreeSet<u64> = ports.filter_map(|port| port["nodePort"].as_u64()).collect();
    let mut ours = PORTS.lock().unwrap_or_else(PoisonError::into_inner);
    let free = (30_000..30_086).find(|port| !taken.contains(port) && !ours.contains(port)).unwrap();
    ours.insert(free);
    u16::try_from(free).unwrap()
}

impl Ground {
    /// The client, and a namespace that is this test's alone.
    pub(crate) fn parts(&self) -> (&kube::Client, &str) {
        (&self.client, &self.namespace)
    }

    /// The name of the user behind the client.
    pub(crate) fn user(&self) -> &str {
        &self.user
    }

    /// Another namespace that is this test's alone.
    pub(crate) async fn another(&self) -> String {
        let namespace = name("t");
        asking::namespace(&self.admin, &namespace).await;
        namespace
    }

    /// A node port that nobody has.
    pub(crate) async fn port(&self) -> u16 {
        port(&self.admin).await
    }
}
