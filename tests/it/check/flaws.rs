//! Each check, failing: what it says, and the way out it offers.

use landfall::check::{Errand, Remedy, Verdict};
use landfall::demo::{Access, Flaw, Scenario, Seen};
use landfall::deploy::{Asking, Pods, Stop};
use landfall::failure::Kind;
use landfall::plan::Consent;

use super::{alone, asking, found, ground, make_namespace, playing, restricted, run};

fn commands(finding: &landfall::check::Finding) -> Vec<String> {
    let lines = finding.remedies.iter().find_map(|remedy| match remedy {
        Remedy::Commands { lines, .. } => Some(lines.clone()),
        Remedy::Credentials { .. } | Remedy::Value { .. } | Remedy::Retry { .. } => None,
    });
    lines.unwrap_or_else(|| panic!("no commands: {finding:#?}"))
}

fn fields(finding: &landfall::check::Finding) -> Vec<String> {
    let fields = finding.remedies.iter().find_map(|remedy| match remedy {
        Remedy::Credentials { fields, .. } => Some(fields.clone()),
        Remedy::Commands { .. } | Remedy::Value { .. } | Remedy::Retry { .. } => None,
    });
    fields.unwrap_or_else(|| panic!("no credentials: {finding:#?}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn directories_of_another_owner_are_set_up_after_a_confirmation() {
    let demo = playing(Scenario::Flawed(Flaw::WrongOwner));
    let session = ground(&demo).await;
    let finding = alone(&session, "dev", "directories").await;
    assert_eq!(finding.verdict, Verdict::Fail);
    assert_eq!(finding.headline, "/d/k8s/volumes/mlflow/dev/logs belongs to 0:0, MLflow runs as 1000:1000");
    let lines = [
        "sudo mkdir -p /d/k8s/volumes/mlflow/dev/{logs,packages}",
        "sudo chown -R 1000:1000 /d/k8s/volumes/mlflow/dev/{logs,packages}",
        "sudo chmod 755 /d/k8s/volumes/mlflow/dev/{logs,packages}",
    ];
    assert_eq!(commands(&finding), lines);
    let mend = finding.mend.unwrap();
    assert_eq!((mend.label.as_str(), &mend.errand), ("set it up on the node for you", &Errand::Setup("setup".into())));
    assert_eq!(mend.says[1..], lines);
    let done = session.mend("dev", &mend, &Consent::Yes, Stop::new()).await.unwrap();
    assert_eq!(done, "both directories are there and belong to their user");
    assert_eq!(alone(&session, "dev", "directories").await.verdict, Verdict::Ok);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_protected_environment_is_mended_only_by_its_name() {
    let demo = playing(Scenario::Flawed(Flaw::WrongOwner));
    let session = ground(&demo).await;
    let mend = alone(&session, "prod", "directories").await.mend.unwrap();
    let before = demo.requests().iter().filter(|seen| seen.writes()).count();
    for consent in [Consent::Yes, Consent::Named("dev".to_owned())] {
        let failure = session.mend("prod", &mend, &consent, Stop::new()).await.unwrap_err();
        assert_eq!(failure.kind, Kind::Blocked);
    }
    assert_eq!(demo.requests().iter().filter(|seen| seen.writes()).count(), before);
    session.mend("prod", &mend, &Consent::Named("prod".to_owned()), Stop::new()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_directory_fails_that_check_and_the_others_cannot_tell() {
    let demo = playing(Scenario::Hostpath);
    let session = ground(&demo).await;
    make_namespace(&session, "dev").await;
    let list = run(&session, "dev", asking(&["identity", "directories", "disk", "database"])).await;
    let finding = found(&list, "directories");
    assert_eq!(finding.verdict, Verdict::Fail);
    assert!(finding.headline.contains("/d/k8s/volumes/mlflow/dev/"), "{finding:#?}");
    assert_eq!(finding.next.as_deref(), Some("make them and give them to MLflow's user, on the node"));
    assert_eq!(commands(&finding).len(), 3);
    for other in ["identity", "disk"] {
        let finding = found(&list, other);
        assert_eq!(finding.verdict, Verdict::Unknown);
        assert!(finding.headline.starts_with("the probe cannot start"), "{finding:#?}");
    }
    assert_eq!(found(&list, "database").verdict, Verdict::Ok, "another pod asks the database");
    session.mend("dev", &finding.mend.unwrap(), &Consent::Yes, Stop::new()).await.unwrap();
    assert_eq!(alone(&session, "dev", "directories").await.verdict, Verdict::Ok);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_probe_finds_has_the_modules_way_out() {
    for (flaw, check, verdict, headline, way) in [
        (
            Flaw::DiskLow,
            "disk",
            Verdict::Warn,
            "6.0 GiB free in /d/k8s/volumes/mlflow/dev/logs, 10 GiB recommended",
            "",
        ),
        (
            Flaw::DatabaseDown,
            "database",
            Verdict::Fail,
            "PostgreSQL at pgsql-dev.pgsql.svc.cluster.local:5432 does not answer",
            "",
        ),
        (
            Flaw::NoDatabase,
            "database",
            Verdict::Fail,
            "there is no database mlflow on pgsql-dev.pgsql.svc.cluster.local:5432",
            "createdb -h pgsql-dev.pgsql.svc.cluster.local -p 5432 -U postgres -O demo-dev mlflow",
        ),
        (
            Flaw::NoRight,
            "database",
            Verdict::Fail,
            "demo-dev may not create tables in mlflow",
            "psql -h pgsql-dev.pgsql.svc.cluster.local -p 5432 -U postgres -c 'alter database \"mlflow\" owner to \"demo-dev\"'",
        ),
        (
            Flaw::NoBucket,
            "bucket",
            Verdict::Fail,
            "there is no bucket mlflow-artifacts",
            "mc mb STORE/mlflow-artifacts  # with STORE an alias of http://minio.pgsql.svc.cluster.local:9000",
        ),
    ] {
        let demo = playing(Scenario::Flawed(flaw));
        let session = ground(&demo).await;
        let finding = alone(&session, "dev", check).await;
        let headline = headline.replace("demo-dev", "mlflow_user");
        assert_eq!((finding.verdict, finding.headline.as_str()), (verdict, headline.as_str()));
        assert!(finding.next.is_some() && !finding.evidence.is_empty(), "{finding:#?}");
        if !way.is_empty() {
            assert_eq!(commands(&finding), [way.replace("demo-dev", "mlflow_user")]);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_login_asks_for_the_credentials_and_a_new_password_mends_it() {
    let demo = playing(Scenario::CrashLoop);
    let session = ground(&demo).await;
    make_namespace(&session, "dev").await;
    let finding = alone(&session, "dev", "database").await;
    assert_eq!(finding.verdict, Verdict::Fail, "{finding:#?}");
    assert_eq!(fields(&finding), ["pgsql.password", "pgsql.username"]);
    session.generate("dev", &["pgsql.password".to_owned()]).await.unwrap();
    assert_eq!(alone(&session, "dev", "database").await.verdict, Verdict::Ok);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_port_of_another_service_is_named_with_a_free_one() {
    let demo = playing(Scenario::PortTaken);
    let session = ground(&demo).await;
    let finding = alone(&session, "dev", "ports").await;
    assert_eq!(finding.headline, "30502 belongs to Service legacy/tracking");
    let way = finding.remedies.first().unwrap();
    let Remedy::Value { path, current, suggestion, .. } = way else { panic!("{way:?}") };
    assert_eq!((path.as_str(), current.as_str(), suggestion.as_deref()), ("port_external", "30502", Some("30503")));
    session.set_value("dev", path, "30503").unwrap();
    assert_eq!(alone(&session, "dev", "ports").await.verdict, Verdict::Ok);
    session.set_value("dev", path, "30501").unwrap();
    let finding = alone(&session, "dev", "ports").await;
    assert_eq!(finding.verdict, Verdict::Fail, "{finding:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_environments_on_one_port_or_database_are_told_and_a_database_forbids_to_go_on() {
    let demo = playing(Scenario::Ok);
    let session = ground(&demo).await;
    session.set_value("dev", "port_external", "30501").unwrap();
    let finding = alone(&session, "dev", "ports").await;
    assert_eq!(
        (finding.verdict, finding.headline.as_str()),
        (Verdict::Fail, "dev and stg have the same NodePort, 30501")
    );
    session.set_value("dev", "port_external", "30502").unwrap();
    session.set_value("dev", "pgsql.host", "pgsql-stg.pgsql.svc.cluster.local").unwrap();
    let finding = alone(&session, "dev", "separation").await;
    assert!(finding.loses && finding.verdict == Verdict::Fail, "{finding:#?}");
    assert!(finding.headline.contains("dev and stg have the same database"), "{finding:#?}");
    let plan = session.prepare("dev", false).await.unwrap();
    assert!(plan.blockers.iter().any(|blocker| blocker.sentence.contains("would lose data")), "{:#?}", plan.blockers);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_registry_refuses_a_token_or_is_not_reached() {
    let demo = playing(Scenario::Flawed(Flaw::RegistryDenied));
    let session = ground(&demo).await;
    let finding = alone(&session, "dev", "image").await;
    assert_eq!(finding.headline, "ghcr.io refused mlflow/mlflow to demo-bot");
    assert_eq!(fields(&finding), ["registry.token", "registry.username"]);
    let nowhere = tower::util::BoxCloneSyncService::new(tower::service_fn(|_| async {
        Err(std::io::Error::from(std::io::ErrorKind::NetworkUnreachable))
    }));
    let session = landfall::deploy::Session::with_web(
        crate::support::setup(&demo, crate::support::demo_project()),
        landfall::system::Web::over(nowhere),
    );
    session.make_up("dev").await.unwrap();
    let finding = alone(&session, "dev", "image").await;
    assert_eq!(
        (finding.verdict, finding.headline.as_str()),
        (Verdict::Unknown, "ghcr.io is not reached from this machine")
    );
    assert!(finding.evidence[0].contains("the network is unreachable"), "{finding:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn missing_rights_come_as_a_role() {
    let demo = playing(Scenario::Flawed(Flaw::RightsMissing));
    let session = ground(&demo).await;
    let finding = alone(&session, "dev", "permissions").await;
    assert_eq!(finding.verdict, Verdict::Fail);
    assert_eq!(finding.headline, "you may not create services in mlflow, and 2 more");
    let role = commands(&finding).join("\n");
    let role: serde_json::Value = serde_saphyr::from_str(&role).unwrap();
    assert_eq!((&role["kind"], &role["metadata"]["namespace"]), (&"Role".into(), &"mlflow".into()));
    let rules = serde_json::json!([
        {"apiGroups": [""], "resources": ["services"], "verbs": ["create", "patch"]},
        {"apiGroups": [""], "resources": ["pods/log"], "verbs": ["get"]},
    ]);
    assert_eq!(role["rules"], rules);
    // What only the checks need does not keep anybody from deploying.
    let demo = restricted(Access::all().deny("get", "pods/log"));
    let finding = alone(&ground(&demo).await, "dev", "permissions").await;
    assert_eq!(finding.verdict, Verdict::Warn, "{finding:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pod_that_no_node_is_large_enough_for_is_told() {
    let demo = playing(Scenario::Ok);
    let session = ground(&demo).await;
    session.set_value("dev", "resources.requests.memory", "12Gi").unwrap();
    let finding = alone(&session, "dev", "nodes").await;
    assert_eq!(finding.verdict, Verdict::Fail);
    assert_eq!(finding.headline, "no node is large enough for Deployment mlflow-dev, which asks for 12288 MiB");
    assert!(finding.evidence.iter().any(|line| line.contains("worker-1 offers 8192 MiB")), "{finding:#?}");

    let demo = playing(Scenario::Flawed(Flaw::SmallNodes));
    let session = ground(&demo).await;
    let finding = alone(&session, "dev", "nodes").await;
    assert_eq!(finding.headline, "no node is large enough for Deployment mlflow-dev, which asks for 512 MiB");
    session.set_value("dev", "resources.requests.memory", "256Mi").unwrap();
    assert_ne!(alone(&session, "dev", "nodes").await.verdict, Verdict::Fail, "its way out");
}

#[tokio::test(flavor = "multi_thread")]
async fn tables_of_a_newer_version_are_told_before_it_starts_on_them() {
    let demo = playing(Scenario::Flawed(Flaw::NewerTables));
    let session = ground(&demo).await;
    let finding = alone(&session, "dev", "database").await;
    assert_eq!(finding.verdict, Verdict::Fail);
    assert!(finding.headline.contains("of a newer MLflow"), "{finding:#?}");
    assert_eq!(
        finding.next.as_deref(),
        Some("use the image that made them; or name an empty database in pgsql.database")
    );
    session.set_value("dev", "pgsql.database", "mlflow_new").unwrap();
    assert_eq!(alone(&session, "dev", "database").await.verdict, Verdict::Ok, "its way out");
}

#[tokio::test(flavor = "multi_thread")]
async fn quota_and_pod_security_are_told_by_the_namespace() {
    let demo = playing(Scenario::Flawed(Flaw::Quota));
    let session = ground(&demo).await;
    let finding = alone(&session, "dev", "quota").await;
    assert_eq!(finding.verdict, Verdict::Fail);
    assert!(finding.headline.contains("exceeded quota: small, requested: requests.memory=512Mi"), "{finding:#?}");
    assert!(finding.evidence.iter().any(|line| line == "quota small: 0 of 256Mi requests.memory used"), "{finding:#?}");
    assert_eq!(alone(&session, "dev", "pod-security").await.verdict, Verdict::Ok);

    let demo = playing(Scenario::Flawed(Flaw::PodSecurity));
    let session = ground(&demo).await;
    let finding = alone(&session, "dev", "pod-security").await;
    assert_eq!(
        finding.headline,
        "namespace mlflow enforces \"baseline\", and Deployment mlflow-dev uses directories of the node (hostPath)"
    );
    assert_eq!(alone(&session, "dev", "quota").await.verdict, Verdict::Ok);
    let finding = alone(&session, "dev", "directories").await;
    assert_eq!(finding.verdict, Verdict::Unknown);
    assert!(finding.evidence[0].contains("violates PodSecurity"), "{finding:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn leftovers_missing_and_equal_values_are_told_of_credentials() {
    let demo = playing(Scenario::Ok);
    let session = crate::support::session(&demo, crate::support::demo_project());
    let finding = alone(&session, "dev", "credentials").await;
    assert_eq!((finding.verdict, finding.headline.contains("has no value")), (Verdict::Fail, true), "{finding:#?}");
    let tfvars = crate::support::asset("demo/terraform.tfvars");
    session.take_leftovers("terraform.tfvars", &tfvars).await.unwrap();
    session.make_up("dev").await.unwrap();
    let finding = alone(&session, "dev", "credentials").await;
    assert_eq!(finding.verdict, Verdict::Warn);
    assert!(
        finding.evidence.iter().any(|line| line.contains("mlflow.password: leftover of an example")),
        "{finding:#?}"
    );
    assert!(fields(&finding).contains(&"mlflow.password".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_namespace_that_is_missing_is_the_only_thing_in_the_way() {
    let demo = playing(Scenario::Ok);
    let session = ground(&demo).await;
    let finding = alone(&session, "dev", "bucket").await;
    assert_eq!((finding.verdict, finding.headline.as_str()), (Verdict::Unknown, "namespace mlflow does not exist yet"));
    assert_eq!(finding.mend.unwrap().label, "make the namespace mlflow");
    let elsewhere = Asking { pods: Pods::In("default".to_owned()), ..asking(&["bucket"]) };
    let list = run(&session, "dev", elsewhere).await;
    assert_eq!(found(&list, "bucket").verdict, Verdict::Ok);
    let written: Vec<Seen> = demo.requests().into_iter().filter(Seen::writes).collect();
    assert!(written.iter().all(|seen| seen.path.starts_with("/api/v1/namespaces/default/")), "{written:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_image_on_a_live_database_wants_a_backup() {
    let demo = playing(Scenario::Ok);
    let session = ground(&demo).await;
    let finding = alone(&session, "dev", "backup").await;
    assert_eq!(finding.verdict, Verdict::Ok);
    crate::support::apply_well(&session, "dev").await;
    assert_eq!(alone(&session, "dev", "backup").await.verdict, Verdict::Ok);
    session.set_value("dev", "image", "ghcr.io/mlflow/mlflow:v3.19.0-full").unwrap();
    let finding = alone(&session, "dev", "backup").await;
    assert_eq!(finding.verdict, Verdict::Warn);
    assert!(commands(&finding)[0].starts_with("pg_dump -h pgsql-dev."), "{finding:#?}");
    assert_eq!(finding.evidence, ["ghcr.io/mlflow/mlflow:v3.18.0-full → ghcr.io/mlflow/mlflow:v3.19.0-full"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_smoke_test_uses_what_is_deployed() {
    let demo = playing(Scenario::Ok);
    let session = ground(&demo).await;
    let finding = alone(&session, "dev", "smoke").await;
    assert_eq!(finding.verdict, Verdict::Unknown, "nothing is deployed: {finding:#?}");
    crate::support::apply_well(&session, "dev").await;
    let finding = alone(&session, "dev", "smoke").await;
    assert_eq!((finding.verdict, finding.evidence.len()), (Verdict::Ok, 14), "{finding:#?}");

    let demo = playing(Scenario::Flawed(Flaw::ArtifactsLost));
    let session = ground(&demo).await;
    crate::support::apply_well(&session, "dev").await;
    let finding = alone(&session, "dev", "smoke").await;
    assert_eq!(finding.verdict, Verdict::Fail);
    assert!(finding.headline.starts_with("it is not so that an artifact is stored: PUT "), "{finding:#?}");
    assert!(finding.next.unwrap().contains("bucket"));
    let cleared = finding.evidence.iter().filter(|line| line.contains("/delete: 200")).count();
    assert_eq!(cleared, 2, "run and experiment are cleared away: {:#?}", finding.evidence);
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_machine_that_is_the_node_looks_at_the_directories_without_a_pod() {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};

    let demo = playing(Scenario::Ok);
    let root = tempfile::tempdir().unwrap();
    let mut of = crate::support::setup(&demo, crate::support::demo_project());
    of.who = "ann@worker-1".to_owned();
    let session = landfall::deploy::Session::with_web(of, landfall::system::Web::over(demo.web()));
    session.make_up("dev").await.unwrap();
    session.set_value("dev", "path.root", root.path().to_str().unwrap()).unwrap();
    let ask = || run(&session, "dev", Asking { pods: Pods::No, ..asking(&["identity", "directories", "disk"]) });
    let list = ask().await;
    assert!(list.items.iter().all(|item| item.finding().is_none()), "it may be either node: {list:#?}");
    session.set_value("dev", "node", "worker-1").unwrap();
    let list = ask().await;
    assert_eq!(list.items[0].finding(), None, "only a pod can tell who it runs as");
    let finding = found(&list, "directories");
    assert_eq!((finding.verdict, commands(&finding).len()), (Verdict::Fail, 3), "{finding:#?}");
    assert!(finding.headline.ends_with("dev/logs is not there"), "{finding:#?}");
    for name in ["logs", "packages"] {
        std::fs::create_dir_all(root.path().join("dev").join(name)).unwrap();
        let mode = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(root.path().join("dev").join(name), mode).unwrap();
    }
    let own = std::fs::metadata(root.path()).unwrap();
    if own.uid() == 0 {
        let finding = found(&ask().await, "directories");
        assert!(finding.headline.ends_with("logs belongs to 0:0, not to 1000:1000"), "{finding:#?}");
        for name in ["logs", "packages"] {
            std::os::unix::fs::chown(root.path().join("dev").join(name), Some(1000), Some(1000)).unwrap();
        }
    } else {
        session.set_value("dev", "uid", &own.uid().to_string()).unwrap();
        session.set_value("dev", "gid", &own.gid().to_string()).unwrap();
    }
    let list = ask().await;
    assert_eq!(found(&list, "directories").verdict, Verdict::Ok, "{list:#?}");
    assert!(found(&list, "disk").evidence[0].contains("GiB free"), "{list:#?}");
    assert!(!demo.requests().iter().any(Seen::writes));
}

#[tokio::test(flavor = "multi_thread")]
async fn going_on_in_spite_of_a_failing_check_is_written_into_the_outcome() {
    let demo = playing(Scenario::Flawed(Flaw::NoBucket));
    let session = ground(&demo).await;
    alone(&session, "dev", "bucket").await;
    let outcome = crate::support::apply_well(&session, "dev").await;
    assert_eq!(outcome.despite, ["Artifact store: there is no bucket mlflow-artifacts"]);
    let outcome = crate::support::apply_well(&session, "stg").await;
    assert_eq!(outcome.despite, Vec::<String>::new());
}
