//! landfall is killed in each wave of an apply; the next run finishes what it began.

use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use rstest::rstest;
use serde_json::Value;
use tokio::io::AsyncWriteExt;
use tokio::sync::Notify;

use crate::plane::Plane;
use crate::program::{run, serve};
use crate::site::{CREDENTIALS, Site};
use crate::wire::{Fate, over};

/// Which writes are held back, so that it is killed while it waits for them: in the wave of each, others have passed.
#[rstest]
#[case::at_the_namespace("/api/v1/namespaces/NS")]
#[case::at_the_record("/secrets")]
#[case::among_secrets_and_config("/configmaps/mlflow-files-dev")]
#[case::at_the_service("/services/")]
#[case::at_the_deployment("/deployments/")]
#[case::while_it_becomes_ready("/nothing/")]
#[tokio::test]
async fn the_next_run_finishes_what_a_killed_one_began(#[case] held: &str) {
    let plane = Plane::shared();
    let (armed, met) = (Arc::new(AtomicBool::new(true)), Arc::new(Notify::new()));
    // The project's namespace is not known before its server is.
    let held = held.strip_suffix("NS").map_or_else(|| held.to_owned(), |base| format!("{base}mlflow-"));
    let judge = {
        let (armed, met, held) = (Arc::clone(&armed), Arc::clone(&met), held.clone());
        move |asked: &crate::wire::Asked| {
            let writes =
                asked.method != "GET" && !asked.is_dry_run() && !asked.path().contains("/authorization.k8s.io/");
            let path = asked.path();
            let here = match held.as_str() {
                // The record is the one Secret that is not patched.
                "/secrets" => asked.method == "POST" && path.ends_with("/secrets"),
                "/api/v1/namespaces/mlflow-" => path.starts_with(&held) && path.matches('/').count() == 4,
                other => path.contains(other),
            };
            if armed.load(Ordering::SeqCst) && writes && here {
                met.notify_one();
                return Fate::Silence;
            }
            Fate::Pass
        }
    };
    let (client, _) = over(&plane.client().await, judge);
    let url = serve(client).await;
    let site = Site::new(&plane, &url).await;
    let apply = ["apply", "dev", "--yes", "--vault", "stdin", "-o", "json"];

    let mut command = site.place.landfall(&apply);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(CREDENTIALS.as_bytes()).await.unwrap();
    if held == "/nothing/" {
        waits(&mut child).await;
    } else {
        tokio::time::timeout(Duration::from_mins(1), met.notified()).await.expect("it never came to that wave");
    }
    child.kill().await.unwrap();
    armed.store(false, Ordering::SeqCst);

    let said = run(site.place.landfall(&apply), CREDENTIALS).await;
    assert_eq!(said.code, Some(0), "{said:#?}");
    let said = run(site.place.landfall(&["plan", "dev", "--exit-code", "--vault", "stdin"]), CREDENTIALS).await;
    assert_eq!(said.code, Some(0), "something is still to be done: {said:#?}");
    let said = run(site.place.landfall(&["status", "dev", "--vault", "stdin", "-o", "json"]), CREDENTIALS).await;
    let rows: Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!(rows[0]["verdict"], "ready", "{rows:#}");
}

/// Waits until everything is applied.
async fn waits(child: &mut tokio::process::Child) {
    use tokio::io::{AsyncBufReadExt, BufReader};

    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    while let Some(line) = lines.next_line().await.unwrap() {
        if serde_json::from_str::<Value>(&line).unwrap()["type"] == "waiting" {
            return;
        }
    }
    panic!("it ended before everything was applied");
}
