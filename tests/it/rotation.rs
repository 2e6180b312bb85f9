//! Tests of rotation: a users API that plays along, every way to end in the middle, and the verifier for PostgreSQL.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod death;
mod killed;
mod scram;
mod users;

use landfall::cluster::Source;
use landfall::demo::{Demo, Scenario};
use landfall::deploy::{Accord, Ask, End, Instruction, Proof, Say, Session, Setup, Way};
use landfall::failure::{Failure, Kind};
use landfall::module::Module;
use landfall::secret::{Keeper, Secret, Stage, Vault, VaultKind};

use crate::support::{PACE, apply, apply_well, demo, demo_project, filled};
use users::Users;

/// A session over a demo cluster and a vault of one's own.
fn session_with(demo: &Demo, vault: impl Vault + 'static) -> Session {
    let project = demo_project();
    let module = Module::load(&project.module, &project.folder).unwrap();
    Session::new(Setup {
        project,
        module,
        keeper: Keeper::open(VaultKind::Memory, move || Ok(Box::new(vault))),
        source: Source::Given {
            client: demo.client(),
            context: Demo::CONTEXT.to_owned(),
            server: Demo::SERVER.to_owned(),
        },
        state: std::env::temp_dir().join("landfall-tests"),
        who: "ann@laptop".to_owned(),
        patience: std::time::Duration::from_mins(1),
        flags: " --demo".to_owned(),
    })
}

async fn value(session: &Session, field: &str) -> String {
    #[expect(clippy::disallowed_methods, reason = "tests compare made-up values")]
    session.reveal("dev", field).await.unwrap().unwrap().open(str::to_owned)
}

/// What a person would do, until it is over: everything that is asked for, as long as it goes on.
async fn go(session: &Session, field: &str, way: &Way) -> Result<Proof, Failure> {
    let (mut say, mut applied) = (Say::Go, 0);
    loop {
        say = match session.rotate("dev", field, say, way).await? {
            Ask::Done(proof) => return Ok(proof),
            Ask::Change(_) => Say::Changed,
            Ask::Value(_) => Say::Value(Secret::new("ghp_a-new-token-of-forty-characters-00000")),
            Ask::Apply if applied == 2 => return Err(Failure::new(Kind::Failed, "applied and nothing came of it")),
            Ask::Apply => {
                applied += 1;
                let (outcome, _) = apply(session, "dev").await;
                assert_eq!(outcome.end, End::Healthy, "{}", outcome.headline);
                Say::Go
            }
        };
    }
}

async fn stage(session: &Session, field: &str) -> Option<Stage> {
    session.rotation("dev", field).await.unwrap().stage
}

fn asks(ask: Ask) -> Instruction {
    match ask {
        Ask::Change(instruction) | Ask::Value(instruction) => instruction,
        Ask::Apply | Ask::Done(_) => panic!("{ask:?}"),
    }
}

#[tokio::test]
async fn a_password_behind_http_is_changed_applied_and_proved() {
    let demo = demo(Scenario::Ok);
    let session = filled(&demo).await;
    apply_well(&session, "dev").await;
    let old = value(&session, "mlflow.password").await;
    let users = Users::start("admin", &old).await;
    let way = Way { at: Some(users.address()), typed: false };

    let ask = session.rotate("dev", "mlflow.password", Say::Go, &way).await.unwrap();
    assert_eq!(ask, Ask::Apply);
    let new = value(&session, "mlflow.password").await;
    assert_ne!(new, old);
    assert_eq!(users.password(), new, "the system knows the new one");
    assert_eq!(stage(&session, "mlflow.password").await, Some(Stage::Changed));
    let compared = session.compare("dev").await.unwrap();
    let compared = compared.field("mlflow.password").unwrap();
    assert_eq!((compared.accord, compared.turn), (Accord::NewerHere, Some(Stage::Changed)));

    apply_well(&session, "dev").await;
    assert_eq!(stage(&session, "mlflow.password").await, Some(Stage::Restarted), "applying takes it along");
    let ask = session.rotate("dev", "mlflow.password", Say::Go, &way).await.unwrap();
    assert_eq!(ask, Ask::Done(Proof::Login));
    assert_eq!(stage(&session, "mlflow.password").await, None);
    assert_eq!(session.compare("dev").await.unwrap().off(), 0);
    assert!(session.next_value("dev", "mlflow.password").await.unwrap().is_none(), "the old one is dropped");
}

#[tokio::test]
async fn a_system_that_knows_another_password_is_told_from_one_that_is_away() {
    let demo = demo(Scenario::Ok);
    let session = filled(&demo).await;
    apply_well(&session, "dev").await;
    let old = value(&session, "mlflow.password").await;

    // Somebody changed it there: finding out is not a change.
    let users = Users::start("admin", "something-else-entirely").await;
    let way = Way { at: Some(users.address()), typed: false };
    let failure = session.rotate("dev", "mlflow.password", Say::Go, &way).await.unwrap_err();
    assert_eq!(failure.kind, Kind::Blocked);
    assert!(failure.to_string().contains("does not accept the current value"), "{failure}");
    assert_eq!(value(&session, "mlflow.password").await, old);
    assert_eq!(stage(&session, "mlflow.password").await, Some(Stage::Made));
    assert!(!session.rotate_back("dev", "mlflow.password").await.unwrap(), "the system never knew of it");
    assert_eq!(stage(&session, "mlflow.password").await, None);
    assert_eq!(users.password(), "something-else-entirely");

    // Nobody is there: it waits, and nothing is lost.
    let away = Way { at: Some("127.0.0.1:1".to_owned()), typed: false };
    let instruction = asks(session.rotate("dev", "mlflow.password", Say::Go, &away).await.unwrap());
    assert!(instruction.why.is_some() && instruction.needs_value, "{instruction:?}");
    let users = Users::start("admin", &old).await;
    let way = Way { at: Some(users.address()), typed: false };
    assert_eq!(go(&session, "mlflow.password", &way).await.unwrap(), Proof::Login);
    assert_eq!(users.password(), value(&session, "mlflow.password").await);
}

#[tokio::test]
async fn a_refused_proof_keeps_the_previous_value_and_the_way_back() {
    let demo = demo(Scenario::Ok);
    let session = filled(&demo).await;
    apply_well(&session, "dev").await;
    let old = value(&session, "mlflow.password").await;
    let users = Users::start("admin", &old).await;
    let way = Way { at: Some(users.address()), typed: false };
    // Somebody says that it was changed there, and it was not.
    session
        .rotate("dev", "mlflow.password", Say::Go, &Way { at: Some("127.0.0.1:1".into()), typed: false })
        .await
        .unwrap();
    let ask = session.rotate("dev", "mlflow.password", Say::Changed, &way).await.unwrap();
    assert_eq!(ask, Ask::Apply);
    apply_well(&session, "dev").await;
    let failure = session.rotate("dev", "mlflow.password", Say::Go, &way).await.unwrap_err();
    assert!(failure.to_string().contains("does not accept the new value"), "{failure}");
    assert_eq!(stage(&session, "mlflow.password").await, Some(Stage::Restarted));
    assert!(session.rotate_back("dev", "mlflow.password").await.unwrap());
    assert_eq!(value(&session, "mlflow.password").await, old);
    assert_eq!(session.compare("dev").await.unwrap().field("mlflow.password").unwrap().accord, Accord::NewerHere);
    apply_well(&session, "dev").await;
    assert_eq!(session.compare("dev").await.unwrap().off(), 0);
}

#[tokio::test]
async fn a_database_that_cannot_be_reached_is_told_by_a_statement_with_a_verifier() {
    let demo = demo(Scenario::Ok);
    let session = filled(&demo).await;
    apply_well(&session, "dev").await;
    let instruction = asks(session.rotate("dev", "pgsql.password", Say::Go, &Way::default()).await.unwrap());
    assert_eq!((instruction.system.as_str(), instruction.needs_value), ("PostgreSQL", false));
    let next = session.next_value("dev", "pgsql.password").await.unwrap().unwrap();
    let [statement] = instruction.lines.as_slice() else { panic!("{instruction:?}") };
    assert!(statement.starts_with(r#"ALTER ROLE "mlflow_user" PASSWORD 'SCRAM-SHA-256$4096:"#), "{statement}");
    scram::accepts(statement, &next);
    assert_eq!(go(&session, "pgsql.password", &Way::default()).await.unwrap(), Proof::Rollout);
}

#[tokio::test]
async fn what_only_the_system_makes_is_asked_for_and_what_nobody_reads_is_not_called_proved() {
    let demo = demo(Scenario::Ok);
    let session = filled(&demo).await;
    apply_well(&session, "dev").await;
    let instruction = asks(session.rotate("dev", "registry.token", Say::Go, &Way::default()).await.unwrap());
    assert!(instruction.say.contains("personal access token"), "{instruction:?}");
    assert_eq!(stage(&session, "registry.token").await, None, "nothing has begun before there is a value");
    assert_eq!(go(&session, "registry.token", &Way::default()).await.unwrap(), Proof::Nothing);
    assert_eq!(value(&session, "registry.token").await, "ghp_a-new-token-of-forty-characters-00000");
    // Made here and known nowhere else: nobody is asked.
    assert_eq!(go(&session, "generated.session_key", &Way::default()).await.unwrap(), Proof::Rollout);
}

#[tokio::test]
async fn what_must_not_change_or_is_not_secret_is_not_rotated() {
    let demo = demo(Scenario::Ok);
    let session = filled(&demo).await;
    for (field, why) in [("generated.encryption_passphrase", "must never change"), ("pgsql.username", "not secret")] {
        let failure = session.rotate("dev", field, Say::Go, &Way::default()).await.unwrap_err();
        assert!(failure.kind == Kind::Input && failure.to_string().contains(why), "{failure}");
    }
    let same = Secret::new(value(&session, "registry.token").await);
    let failure = session.rotate("dev", "registry.token", Say::Value(same), &Way::default()).await.unwrap_err();
    assert!(failure.to_string().contains("it has already"), "{failure}");
}
