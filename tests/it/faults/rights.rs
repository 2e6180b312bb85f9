//! A person who may not do everything.

use landfall::demo::{Access, Demo, Options, Scenario};
use landfall::deploy::Session;
use landfall::plan::{Action, Plan, Validation};

use crate::support::{PACE, apply_well, filled};

fn cluster(access: Access) -> Demo {
    Demo::start_as(Options { scenario: Scenario::Ok, pace: PACE }, access)
}

async fn plan(session: &Session) -> Plan<landfall::deploy::Payload> {
    session.prepare("dev", false).await.unwrap()
}

/// What the plan says of what blocks it.
fn blocks(plan: &Plan<landfall::deploy::Payload>) -> String {
    let sentences: Vec<_> = plan.blockers.iter().flat_map(|blocker| [&*blocker.sentence, &*blocker.next]).collect();
    sentences.join("\n")
}

#[tokio::test]
async fn missing_rights_are_named_in_the_plan() {
    let demo = cluster(Access::all().deny("patch", "secrets").deny("create", "deployments"));
    let said = blocks(&plan(&filled(&demo).await).await);
    assert!(said.contains("patch secrets") || said.contains("patch Secrets"), "{said}");
    assert!(said.contains("create deployments"), "{said}");
    assert!(
        said.contains("kubectl auth can-i patch secrets --namespace mlflow") || said.contains("can-i patch secrets"),
        "{said}"
    );
    assert!(demo.requests().iter().all(|seen| !seen.writes()));
}

#[tokio::test]
async fn a_namespace_that_may_not_be_changed_is_left_alone() {
    let demo = cluster(Access::all().deny("patch", "namespaces"));
    let api: kube::Api<k8s_openapi::api::core::v1::Namespace> = kube::Api::all(demo.client());
    let namespace = serde_json::from_value(serde_json::json!({"metadata": {"name": "mlflow"}})).unwrap();
    api.create(&kube::api::PostParams::default(), &namespace).await.unwrap();
    let session = filled(&demo).await;
    let plan = plan(&session).await;
    assert!(plan.blockers.is_empty(), "{}", blocks(&plan));
    let change = plan.changes.iter().find(|change| change.key.kind == "Namespace").unwrap();
    assert_eq!(change.action, Action::LeftAlone, "{change:#?}");
    assert!(!matches!(change.validation, Validation::Refused(_)));
    apply_well(&session, "dev").await;
}

#[tokio::test]
async fn a_namespace_that_may_not_be_made_is_asked_of_an_administrator() {
    let demo = cluster(Access::all().deny("create", "namespaces"));
    let said = blocks(&plan(&filled(&demo).await).await);
    assert!(said.contains("Namespace mlflow is missing and you may not make it."), "{said}");
    assert!(said.contains("Ask an administrator to run: kubectl create namespace mlflow"), "{said}");
}

#[tokio::test]
async fn what_may_not_be_read_is_said_too() {
    let demo = cluster(Access::all().deny("watch", "pods").deny("list", "pods").deny("get", "secrets"));
    let session = filled(&demo).await;
    match session.prepare("dev", false).await {
        Ok(plan) => {
            let said = blocks(&plan);
            assert!(said.contains("secrets"), "{said}");
        }
        Err(failure) => {
            assert_eq!(failure.kind.exit_code(), 6, "{failure}");
            assert!(failure.to_string().contains("secrets"), "{failure}");
        }
    }
}
