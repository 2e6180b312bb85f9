//! The main job, end to end and without a screen: over the demo cluster, with the real block of tfvars.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use landfall::demo::Scenario;
use landfall::deploy::{End, Entry, Remedy, What};
use landfall::object::Key;
use landfall::plan::{Action, Consent, Denial, Validation};
use landfall::project::Project;
use landfall::secret::Secret;

use crate::support::{apply, apply_well, demo, demo_project, filled, fixture, session};

#[tokio::test]
async fn dev_stg_and_prod_become_ready_one_after_the_other() {
    let demo = demo(Scenario::Ok);
    let session = filled(&demo).await;
    for environment in ["dev", "stg", "prod"] {
        let outcome = apply_well(&session, environment).await;
        assert_eq!(outcome.revision, Some(1));
        assert_eq!(outcome.pods, "1 of 1");
        let survey = session.survey(environment).await.unwrap();
        assert_eq!(survey.revision.map(|(revision, _)| revision), Some(1));
        assert_eq!(survey.by.as_deref(), Some("ann@laptop"));
        assert_eq!(survey.by_hand, Some(0));
    }
    // What all share is entered for all, and is theirs only once.
    let secret = Key::new("v1", "Secret", Some("mlflow"), "github-registry");
    let plan = session.prepare("stg", false).await.unwrap();
    let shared = plan.changes.iter().find(|change| change.key == secret).unwrap();
    assert_eq!(shared.shared_with, ["dev", "prod"]);
    assert!(plan.is_empty(), "{:#?}", plan.changes);
}

#[tokio::test]
async fn the_first_plan_says_what_the_server_could_not_look_at() {
    let demo = demo(Scenario::Ok);
    let session = filled(&demo).await;
    let plan = session.prepare("dev", false).await.unwrap();
    assert_eq!(plan.count(Action::Create), 7);
    for change in &plan.changes {
        match change.key.kind.as_str() {
            "Namespace" => assert_eq!(change.validation, Validation::Valid),
            _ => assert_eq!(change.validation, Validation::Unseen("namespace mlflow is created first".to_owned())),
        }
    }
}

#[tokio::test]
async fn planning_writes_nothing() {
    let demo = demo(Scenario::Ok);
    let session = filled(&demo).await;
    apply_well(&session, "dev").await;
    let before = demo.requests().len();
    session.set_value("dev", "workers", "2").unwrap();
    let plan = session.prepare("dev", false).await.unwrap();
    assert!(!plan.is_empty());
    session.survey("dev").await.unwrap();
    let wrote: Vec<_> = demo.requests()[before..]
        .iter()
        .filter(|seen| seen.method != "GET" && !seen.dry_run && !seen.path.contains("/authorization.k8s.io/"))
        .cloned()
        .collect();
    assert!(wrote.is_empty(), "{wrote:#?}");
}

#[tokio::test]
async fn a_changed_value_changes_one_key_and_restarts_the_pod_that_reads_it() {
    let demo = demo(Scenario::Ok);
    let session = filled(&demo).await;
    apply_well(&session, "dev").await;
    session.set_value("dev", "workers", "2").unwrap();
    let plan = session.prepare("dev", false).await.unwrap();
    let changed: Vec<_> =
        plan.changes.iter().filter(|c| c.action == Action::Update).map(|c| c.key.to_string()).collect();
    assert_eq!(changed, ["ConfigMap mlflow-config-dev", "Deployment mlflow-dev"]);
    assert_eq!(plan.restarts.len(), 1);
    assert_eq!(plan.restarts[0].because, ["MLFLOW_WORKERS"]);
    assert!(plan.restarts[0].downtime);
    let outcome = apply_well(&session, "dev").await;
    assert_eq!(outcome.revision, Some(2));
    assert!(session.prepare("dev", false).await.unwrap().is_empty());
}

#[tokio::test]
async fn only_changed_objects_are_sent() {
    let demo = demo(Scenario::Ok);
    let session = filled(&demo).await;
    apply_well(&session, "dev").await;
    session.set_value("dev", "workers", "2").unwrap();
    let before = demo.requests().len();
    apply_well(&session, "dev").await;
    let mut patched: Vec<_> = demo.requests()[before..]
        .iter()
        .filter(|seen| seen.method == "PATCH" && !seen.dry_run)
        .map(|seen| seen.path.split('?').next().unwrap_or_default().rsplit('/').next().unwrap_or_default().to_owned())
        .collect();
    patched.sort();
    assert_eq!(patched, ["mlflow-config-dev", "mlflow-dev"]);
}

#[tokio::test]
async fn a_protected_environment_wants_its_name() {
    let demo = demo(Scenario::Ok);
    let session = filled(&demo).await;
    let plan = session.prepare("prod", false).await.unwrap();
    assert!(plan.target.protected);
    let (plan, denial) = plan.approve(&Consent::Yes).unwrap_err();
    assert_eq!(denial, Denial::NameNeeded);
    assert!(plan.approve(&Consent::Named("prod".to_owned())).is_ok());
}

#[tokio::test]
async fn another_kind_of_payload_goes_the_same_way() {
    let demo = demo(Scenario::Ok);
    let project = Project::load(&fixture("project/echo")).unwrap();
    let session = session(&demo, project);
    for environment in session.environments() {
        session.make_up(&environment).await.unwrap();
        // This module makes no Namespace, and says so once, with the way out.
        let plan = session.prepare(&environment, false).await.unwrap();
        assert_eq!(plan.blockers.len(), 1, "{:#?}", plan.blockers);
        let namespace = plan.target.namespace.clone();
        assert!(plan.blockers[0].next.ends_with(&format!("kubectl create namespace {namespace}")));
        make_namespace(&demo, &namespace).await;
        apply_well(&session, &environment).await;
        assert!(session.prepare(&environment, false).await.unwrap().is_empty());
    }
}

async fn make_namespace(demo: &landfall::demo::Demo, name: &str) {
    let api: kube::Api<k8s_openapi::api::core::v1::Namespace> = kube::Api::all(demo.client());
    let namespace = serde_json::from_value(serde_json::json!({"metadata": {"name": name}})).unwrap();
    api.create(&kube::api::PostParams::default(), &namespace).await.unwrap();
}

#[tokio::test]
async fn missing_credentials_are_named_before_anything_is_asked_of_the_cluster() {
    let demo = demo(Scenario::Ok);
    let session = session(&demo, demo_project());
    let failure = session.prepare("dev", false).await.unwrap_err();
    assert!(failure.what.contains("mlflow.password"), "{failure}");
    assert_eq!(failure.kind.exit_code(), 6);
    assert!(demo.requests().is_empty());
}

/// Applies into a scenario, which has to end failed with this headline, and returns the ways out.
async fn fails(session: &landfall::deploy::Session, says: &str) -> Vec<Remedy> {
    let (outcome, events) = apply(session, "dev").await;
    assert_eq!(outcome.end, End::Failed, "{}", outcome.headline);
    assert!(outcome.headline.contains(says), "{}\n{:#?}", outcome.headline, outcome.cause);
    assert!(events.iter().any(|event| matches!(event.what, What::Seen(_))));
    outcome.remedies
}

async fn enter(session: &landfall::deploy::Session, field: &str) {
    let value = Secret::new("a-new-value-that-is-long-enough");
    session.save("dev", vec![Entry { field: field.to_owned(), value }]).await.unwrap();
}

#[tokio::test]
async fn a_refused_pull_is_mended_by_a_new_token() {
    let demo = demo(Scenario::ImagePull);
    let session = filled(&demo).await;
    // stg uses the same Secret, and is named.
    let (first, _) = apply(&session, "stg").await;
    assert_eq!(first.end, End::Failed);
    let (outcome, _) = apply(&session, "dev").await;
    assert_eq!(outcome.end, End::Failed);
    assert!(outcome.headline.starts_with("the registry refused"), "{}", outcome.headline);
    assert!(outcome.cause.as_ref().unwrap().sentence.ends_with("stg uses the same one."), "{:#?}", outcome.cause);
    let ways = outcome.remedies;
    let Some(Remedy::Credentials { fields, .. }) = ways.first() else { panic!("{ways:#?}") };
    assert_eq!(fields.first().map(String::as_str), Some("registry.token"));
    enter(&session, "registry.token").await;
    let plan = session.prepare("dev", false).await.unwrap();
    let changed: Vec<_> = plan.changes.iter().filter(|c| c.action.writes()).map(|c| c.key.to_string()).collect();
    assert_eq!(changed, ["Secret github-registry"]);
    apply_well(&session, "dev").await;
}

#[tokio::test]
async fn a_refused_login_is_mended_by_the_right_password() {
    let demo = demo(Scenario::CrashLoop);
    let session = filled(&demo).await;
    let ways = fails(&session, "PostgreSQL refused the login").await;
    let Some(Remedy::Credentials { fields, .. }) = ways.first() else { panic!("{ways:#?}") };
    assert_eq!(fields.first().map(String::as_str), Some("pgsql.password"));
    enter(&session, "pgsql.password").await;
    apply_well(&session, "dev").await;
}

#[tokio::test]
async fn a_missing_directory_is_mended_on_the_node_and_tried_again() {
    let demo = demo(Scenario::Hostpath);
    let session = filled(&demo).await;
    let ways = fails(&session, "/d/k8s/volumes/mlflow/dev").await;
    let Some(Remedy::Commands { lines, .. }) = ways.first() else { panic!("{ways:#?}") };
    assert!(lines.iter().any(|line| line.contains("chown -R 1000:1000")), "{lines:?}");
    assert!(matches!(ways.last(), Some(Remedy::Retry { .. })));
    assert_eq!(session.retry("dev").await.unwrap(), 1);
    apply_well(&session, "dev").await;
}

#[tokio::test]
async fn a_taken_port_is_said_with_its_owner_and_mended_by_another() {
    let demo = demo(Scenario::PortTaken);
    let session = filled(&demo).await;
    // The server looks at the port only once the namespace is there, so the first try is refused at apply …
    let (outcome, _) = apply(&session, "dev").await;
    assert_eq!(outcome.end, End::Failed);
    assert_eq!(outcome.headline, "NodePort 30502 is used by Service legacy/tracking");
    let Some(Remedy::Value { path, current, suggestion, .. }) = outcome.remedies.first() else {
        panic!("{:#?}", outcome.remedies)
    };
    assert_eq!((path.as_str(), current.as_str()), ("port_external", "30502"));
    // … and from then on in the plan, with the same way out.
    let plan = session.prepare("dev", false).await.unwrap();
    let blocker = plan.blockers.first().unwrap();
    assert_eq!(blocker.sentence, "NodePort 30502 is used by Service legacy/tracking.");
    assert_eq!(blocker.knob.as_ref().unwrap().suggestion, *suggestion);
    session.set_value("dev", path, suggestion.as_deref().unwrap()).unwrap();
    apply_well(&session, "dev").await;
}

#[tokio::test]
async fn a_pod_that_fits_nowhere_is_mended_by_asking_for_less() {
    let demo = demo(Scenario::Unschedulable);
    let session = filled(&demo).await;
    let ways = fails(&session, "enough memory").await;
    let Some(Remedy::Value { path, suggestion, .. }) = ways.first() else { panic!("{ways:#?}") };
    session.set_value("dev", path, suggestion.as_deref().unwrap()).unwrap();
    apply_well(&session, "dev").await;
}

#[tokio::test]
async fn slow_and_flaky_clusters_end_well() {
    for scenario in [Scenario::Slow, Scenario::Flaky] {
        let demo = demo(scenario);
        let session = filled(&demo).await;
        apply_well(&session, "dev").await;
    }
}
