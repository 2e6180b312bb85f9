//! `landfall check`: what it says, what it mends, and how it ends.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;

use serde_json::Value;

use super::{KUBECONFIG, Machine, Said, tfvars};

fn row<'r>(rows: &'r [Value], check: &str) -> &'r Value {
    rows.iter().find(|row| row["check"] == check).unwrap_or_else(|| panic!("no {check}: {rows:#?}"))
}

#[test]
fn without_a_pod_nothing_is_asked_that_needs_one() {
    let machine = Machine::new();
    let said = machine.run(&["check", "dev", "--demo", "--no-probe"]);
    said.ends(0)
        .says("✓ Ports: 30502 is free in the whole cluster")
        .says("needs a short-lived pod")
        .says("5 not asked");
    let said = machine.run(&["check", "dev", "--demo", "--no-probe", "-o", "json"]);
    let rows = said.ends(0).rows();
    assert_eq!(row(&rows, "database")["verdict"], "held");
    let cluster = row(&rows, "cluster");
    assert_eq!(
        (&cluster["type"], &cluster["verdict"], &cluster["losesData"]),
        (&"check".into(), &"ok".into(), &false.into())
    );
    let last = rows.last().unwrap();
    assert_eq!((&last["type"], &last["held"], &last["fail"]), (&"checked".into(), &5.into(), &0.into()));
}

#[test]
fn a_failing_check_ends_with_6_and_says_the_way_out() {
    let machine = Machine::new();
    let only = ["check", "dev", "--demo", "--scenario", "no-database", "--only", "database"];
    machine
        .run(&only)
        .ends(6)
        .says("✗ PostgreSQL: there is no database mlflow on pgsql-dev.pgsql.svc.cluster.local:5432")
        .says("→ create the database, owned by MLflow's user")
        .says("createdb -h pgsql-dev.pgsql.svc.cluster.local")
        .says("1 fail");
    machine.run(&["check", "dev", "--demo", "--only", "datbase"]).ends(2).complains("there is no check \"datbase\"");
    machine.run(&["check", "dev", "--demo", "--yes"]).ends(2);
}

#[test]
fn mending_takes_the_same_confirmation_as_applying() {
    let machine = Machine::new();
    let mend = |environment: &str, more: &[&str]| {
        let mut words =
            vec!["check", environment, "--demo", "--scenario", "wrong-owner", "--only", "directories", "--mend"];
        words.extend(more);
        machine.run(&words)
    };
    mend("dev", &[]).ends(6).complains("it was not confirmed").complains("needs --yes");
    mend("prod", &["--yes"]).ends(6).complains("needs --yes --confirm prod");
    mend("prod", &["--yes", "--confirm", "dev"]).ends(6).complains("--confirm says");
    for (environment, more) in [("dev", &["--yes"][..]), ("prod", &["--yes", "--confirm", "prod"])] {
        let said = mend(environment, more);
        said.ends(0).says("belongs to 0:0").says("both directories are there").says("1 ok");
    }
    // Where there is no namespace yet, that is what is mended first.
    let said = machine.run(&["check", "dev", "--demo", "--only", "bucket,database", "--mend", "--yes"]);
    said.ends(0).says("namespace mlflow does not exist yet").says("namespace mlflow is there").says("2 ok");
}

#[test]
fn applying_in_spite_of_a_failing_check_says_so() {
    let machine = Machine::new();
    let words = ["apply", "dev", "--demo", "--scenario", "no-bucket", "--check", "--yes"];
    machine.run(&words).ends(0).says("In spite of  Artifact store: there is no bucket mlflow-artifacts");
}

/// A registry is asked through the proxy of this machine, signed in there, and never with the registry's own login.
#[test]
fn a_registry_is_asked_through_the_proxy() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let proxy = std::thread::spawn(move || {
        let (stream, _) = listener.accept().unwrap();
        let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
        let asked: Vec<String> = lines.by_ref().map(Result::unwrap).take_while(|line| !line.is_empty()).collect();
        (&stream).write_all(b"HTTP/1.1 403 Forbidden\r\n\r\n").unwrap();
        asked
    });
    let machine = Machine::new();
    machine.write("terraform.tfvars", &tfvars());
    machine.write(".kube/config", KUBECONFIG);
    let import = ["import", "terraform.tfvars", "--vault", "env", "--yes", "--set", "access.hosts=a"];
    machine.run(&import).ends(0);
    let mut command = machine.command(&["check", "dev", "--only", "image", "--vault", "env"]);
    command.env("HTTPS_PROXY", format!("http://ann:pr0xy-canary@{address}")).env("NO_PROXY", "127.0.0.1");
    for name in [
        "DEV_MLFLOW_PASSWORD",
        "DEV_PGSQL_PASSWORD",
        "DEV_MINIO_ACCESS_KEY",
        "DEV_MINIO_SECRET_KEY",
        "DEV_GENERATED_SESSION_KEY",
        "DEV_GENERATED_ENCRYPTION_PASSPHRASE",
        "SHARED_REGISTRY_USERNAME",
        "SHARED_REGISTRY_TOKEN",
    ] {
        command.env(format!("LANDFALL_CREDENTIAL_{name}"), "registry-canary-7-that-is-long-enough-for-all");
    }
    let said = Said::of(command.spawn().unwrap());
    said.says("ghcr.io is not reached from this machine").says("the proxy did not let the call through");
    said.keeps_quiet("pr0xy-canary").keeps_quiet("registry-canary");
    let asked = proxy.join().unwrap();
    assert_eq!(asked.first().map(String::as_str), Some("CONNECT ghcr.io:443 HTTP/1.1"), "{asked:?}");
    let signed = asked.iter().any(|line| line.to_lowercase().starts_with("proxy-authorization: basic "));
    assert!(signed && !asked.iter().any(|line| line.contains("registry-canary")), "{asked:?}");
}
