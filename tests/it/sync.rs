//! Tests of credentials in step with the cluster: every state, two operators, and somebody who edits by hand.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod stored;
mod table;

use std::time::Duration;

use landfall::demo::{Access, Demo, Options, Scenario};
use landfall::deploy::{Accord, Asking, Comparison, Session, Stop};
use landfall::secret::Secret;

use crate::support::{PACE, apply, apply_well, demo, demo_project, filled, session};

/// The masked fields of the environment's own Secret.
const OWN: [&str; 5] = [
    "mlflow.password",
    "pgsql.password",
    "minio.secret_key",
    "generated.session_key",
    "generated.encryption_passphrase",
];

async fn accord(session: &Session, field: &str) -> Accord {
    session.compare("dev").await.unwrap().field(field).unwrap().accord
}

fn states(comparison: &Comparison) -> Vec<Accord> {
    comparison.fields.iter().map(|compared| compared.accord).collect()
}

async fn value(session: &Session, field: &str) -> Option<String> {
    #[expect(clippy::disallowed_methods, reason = "tests compare made-up values")]
    session.reveal("dev", field).await.unwrap().map(|value| value.open(str::to_owned))
}

async fn save(session: &Session, field: &str, value: &str) {
    let entry = landfall::deploy::Entry { field: field.to_owned(), value: Secret::new(value) };
    session.save("dev", vec![entry]).await.unwrap();
}

/// Waits until a field is in a state.
async fn until(session: &Session, field: &str, wanted: Accord) {
    for _ in 0..200 {
        if accord(session, field).await == wanted {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("{field} is {}, not {wanted}", accord(session, field).await);
}

#[tokio::test]
async fn a_value_goes_from_not_applied_to_in_sync_to_newer_here() {
    let demo = demo(Scenario::Ok);
    let session = filled(&demo).await;
    let before = session.compare("dev").await.unwrap();
    assert!(states(&before).iter().all(|state| *state == Accord::NotApplied), "{before:#?}");
    apply_well(&session, "dev").await;
    let after = session.compare("dev").await.unwrap();
    assert!(states(&after).iter().all(|state| *state == Accord::InSync), "{after:#?}");
    assert_eq!(after.fields.len(), 10, "every credential stands in a Secret");
    assert!(after.fields.iter().all(|compared| compared.applied.is_some()), "{after:#?}");

    save(&session, "pgsql.password", "another-one-that-is-long").await;
    assert_eq!(accord(&session, "pgsql.password").await, Accord::NewerHere);
    assert_eq!(session.compare("dev").await.unwrap().off(), 1);
    apply_well(&session, "dev").await;
    assert_eq!(session.compare("dev").await.unwrap().off(), 0);
}

#[tokio::test]
async fn what_environments_share_is_in_step_in_all_that_share_the_object() {
    let demo = demo(Scenario::Ok);
    let session = filled(&demo).await;
    apply_well(&session, "dev").await;
    let stg = session.compare("stg").await.unwrap();
    assert_eq!(stg.field("registry.token").unwrap().accord, Accord::InSync);
    assert_eq!(stg.field("pgsql.password").unwrap().accord, Accord::NotApplied);
    save(&session, "registry.token", "ghp_another-token").await;
    apply_well(&session, "dev").await;
    let stg = session.compare("stg").await.unwrap();
    let token = stg.field("registry.token").unwrap();
    assert_eq!((token.accord, token.applied.is_some()), (Accord::InSync, true));
}

/// The first operator applies, the second one has an empty vault and takes everything over.
#[tokio::test]
async fn a_second_operator_takes_over_what_the_first_one_applied() {
    let demo = demo(Scenario::Ok);
    let first = filled(&demo).await;
    apply_well(&first, "dev").await;

    let second = session(&demo, demo_project());
    let found = second.compare("dev").await.unwrap();
    for field in OWN {
        let compared = found.field(field).unwrap();
        assert_eq!(compared.accord, Accord::OnlyThere, "{field}");
        assert_eq!(compared.edit.as_ref().unwrap().by, "ann@laptop", "{field}");
    }
    let names: Vec<String> = found.fields.iter().map(|compared| compared.field.clone()).collect();
    second.adopt("dev", &names).await.unwrap();
    assert_eq!(second.compare("dev").await.unwrap().off(), 0);
    for field in OWN.into_iter().chain(["registry.token", "registry.username"]) {
        assert_eq!(value(&second, field).await, value(&first, field).await, "{field}");
    }
    let plan = second.prepare("dev", false).await.unwrap();
    assert!(plan.is_empty(), "{:#?}", plan.changes);
    assert!(!plan.has_conflicts());

    // The second changes one, and the first one hears of it, from whom, and takes it over.
    save(&second, "minio.secret_key", "the-second-operators-key").await;
    apply_well(&second, "dev").await;
    let heard = first.compare("dev").await.unwrap();
    let key = heard.field("minio.secret_key").unwrap();
    assert_eq!(key.accord, Accord::ChangedThere);
    assert_eq!(heard.off(), 1, "{heard:#?}");
    save(&first, "minio.secret_key", "the-first-operators-key-").await;
    assert_eq!(accord(&first, "minio.secret_key").await, Accord::ChangedBoth);
    first.adopt("dev", &["minio.secret_key".to_owned()]).await.unwrap();
    assert_eq!(value(&first, "minio.secret_key").await.as_deref(), Some("the-second-operators-key"));
    assert_eq!(accord(&first, "minio.secret_key").await, Accord::InSync);
}

#[tokio::test]
async fn an_edit_by_hand_is_told_with_its_author_and_can_be_taken_over_or_overwritten() {
    let demo = demo(Scenario::Edited);
    let session = filled(&demo).await;
    apply_well(&session, "dev").await;
    until(&session, "pgsql.password", Accord::ChangedThere).await;
    let comparison = session.compare("dev").await.unwrap();
    assert_eq!((comparison.off(), comparison.apart()), (1, 1), "{comparison:#?}");
    let edit = comparison.field("pgsql.password").unwrap().edit.clone().unwrap();
    assert_eq!(edit.by, "kubectl-edit");
    assert!(edit.when.is_some());
    let survey = session.survey("dev").await.unwrap();
    assert_eq!(survey.sync.unwrap().off(), 1);

    let plan = session.prepare("dev", false).await.unwrap();
    assert!(plan.has_conflicts(), "overwriting has to be said: {:#?}", plan.changes);
    session.adopt("dev", &["pgsql.password".to_owned()]).await.unwrap();
    assert_eq!(value(&session, "pgsql.password").await.as_deref(), Some("typed-into-an-editor"));
    assert_eq!(session.compare("dev").await.unwrap().off(), 0);
    let (_, _) = apply(&session, "dev").await;
    assert_eq!(session.compare("dev").await.unwrap().off(), 0);
}

/// What was encrypted with it could not be read any more.
#[tokio::test]
async fn what_must_never_change_blocks_a_plan_and_the_checklist_until_the_clusters_is_taken() {
    const KEPT: &str = "generated.encryption_passphrase";
    let demo = demo(Scenario::Ok);
    let session = filled(&demo).await;
    apply_well(&session, "dev").await;
    save(&session, KEPT, "another-one-that-is-long-enough-for-all").await;
    let plan = session.prepare("dev", false).await.unwrap();
    let blocker = plan.blockers.first().unwrap();
    assert!(blocker.sentence.starts_with(&format!("{KEPT} must never change")), "{blocker:?}");
    assert!(blocker.next.contains(&format!("landfall creds pull dev {KEPT}")), "{blocker:?}");
    let (sender, _receiver) = tokio::sync::mpsc::channel(64);
    let asking = Asking { only: vec!["credentials".to_owned()], ..Asking::default() };
    let list = session.check("dev", asking, sender, Stop::new()).await.unwrap();
    let finding = list.items[0].finding().unwrap();
    assert!(finding.loses && finding.headline.contains("must never change"), "{finding:?}");

    session.adopt("dev", &[KEPT.to_owned()]).await.unwrap();
    let plan = session.prepare("dev", false).await.unwrap();
    assert!(!plan.blockers.iter().any(|blocker| blocker.key.is_none() && blocker.sentence.starts_with(KEPT)));
    assert!(plan.is_empty(), "{:#?}", plan.changes);
}

#[tokio::test]
async fn what_cannot_be_taken_is_refused_and_nothing_is_taken() {
    let demo = demo(Scenario::Ok);
    let session = filled(&demo).await;
    let before = value(&session, "pgsql.password").await;
    let names = ["pgsql.password".to_owned()];
    let failure = session.adopt("dev", &names).await.unwrap_err();
    assert!(failure.to_string().contains("the cluster has none"), "{failure}");
    assert_eq!(value(&session, "pgsql.password").await, before);
    assert!(session.adopt("dev", &["no.such".to_owned()]).await.is_err());
}

#[tokio::test]
async fn without_the_right_to_read_secrets_the_clusters_side_cannot_be_told() {
    let options = Options { scenario: Scenario::Ok, pace: PACE };
    let demo = Demo::start_as(options, Access::all().deny("get", "secrets"));
    let session = filled(&demo).await;
    let comparison = session.compare("dev").await.unwrap();
    assert!(comparison.trouble.is_none());
    for compared in &comparison.fields {
        assert_eq!(compared.accord, Accord::Untold, "{compared:?}");
        assert!(compared.stuck.as_ref().unwrap().contains("may not read"), "{compared:?}");
    }
}
