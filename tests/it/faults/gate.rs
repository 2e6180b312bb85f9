//! The real program in front of servers and kubeconfigs that let nobody in.

use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use landfall::demo::Scenario;

use crate::program::{Place, Said, run, serve};
use crate::support::demo;
use crate::wire::{Fate, over};

const CREDENTIALS: &str = r#"{"shared": {"registry.username": "bot", "registry.token": "a-token-that-is-long"},
    "dev": {"mlflow.username": "admin", "mlflow.password": "a-password-that-is-long", "pgsql.username": "mlflow",
    "pgsql.password": "another-password-that-is-long", "minio.access_key": "key", "minio.secret_key": "a-key-that-is-long",
    "generated.session_key": "0123456789012345678901234567890123456789",
    "generated.encryption_passphrase": "abcdefghijklmnopqrstuvwxyzabcdefghijklmnop"}}"#;

async fn plans(place: &Place) -> Said {
    run(place.landfall(&["plan", "dev", "--vault", "stdin"]), CREDENTIALS).await
}

/// The program ended with a code, a sentence and a way out, without escapes, soon.
fn complains(said: &Said, code: i32, sentence: &str, hint: &str) {
    assert_eq!(said.code, Some(code), "{said:#?}");
    assert!(said.err.starts_with("landfall: "), "{said:#?}");
    assert!(said.err.contains(sentence) && said.err.contains(hint), "{said:#?}");
    assert!(said.err.contains("\n  → ") && !said.err.contains('\u{1b}'), "{said:#?}");
}

#[tokio::test]
async fn it_works_when_nothing_is_wrong() {
    let demo = demo(Scenario::Ok);
    let place = Place::new(&serve(demo.client()).await, "{}");
    let said = plans(&place).await;
    assert_eq!(said.code, Some(0), "{said:#?}");
}

#[tokio::test]
async fn nobody_is_there() {
    let place = Place::new("https://127.0.0.1:1", "{}");
    let said = plans(&place).await;
    complains(&said, 5, "https://127.0.0.1:1 does not answer: the connection was refused", "VPN, proxy, firewall");
    assert!(said.took < Duration::from_secs(15), "{:?}", said.took);
}

#[tokio::test]
async fn what_answers_does_not_speak_tls() {
    let demo = demo(Scenario::Ok);
    let url = serve(demo.client()).await.replace("http:", "https:");
    let said = plans(&Place::new(&url, "{}")).await;
    complains(&said, 5, "what answers there does not speak TLS", "certificate");
}

#[tokio::test]
async fn the_context_leads_to_another_cluster() {
    let demo = demo(Scenario::Ok);
    let url = serve(demo.client()).await;
    let place = Place::new("https://10.9.0.1:6443", "{}");
    place.kubeconfig(&url, "{}");
    for arguments in [&["plan", "dev"][..], &["apply", "dev", "--yes"]] {
        let mut command = place.landfall(arguments);
        command.args(["--vault", "stdin"]);
        let said = run(command, CREDENTIALS).await;
        complains(&said, 6, &format!("context demo leads to {url}"), "nothing was sent");
    }
    assert!(demo.requests().is_empty(), "{:#?}", demo.requests());
}

#[tokio::test]
async fn the_context_is_not_there() {
    let demo = demo(Scenario::Ok);
    let place = Place::new(&serve(demo.client()).await, "{}");
    let mut command = place.landfall(&["plan", "dev", "--vault", "stdin", "--context", "elsewhere"]);
    command.env("TERM", "dumb");
    let said = run(command, CREDENTIALS).await;
    complains(&said, 6, "the kubeconfig has no context \"elsewhere\"", "it has: demo");
    assert!(demo.requests().is_empty());
}

#[tokio::test]
async fn the_token_is_not_accepted() {
    let demo = demo(Scenario::Ok);
    let (client, _) = over(&demo.client(), |_| Fate::status(401, "Unauthorized", "Unauthorized"));
    let place = Place::new(&serve(client).await, "{token: a-token-that-ran-out}");
    let said = plans(&place).await;
    complains(&said, 6, "does not accept the credentials of this context", "sign in again");
    assert!(!said.err.contains("ran-out"), "{said:#?}");
}

/// A user whose token comes from a script.
fn plugin(place: &Place, script: &str) -> String {
    place.write("plugin", &format!("#!/bin/sh\n{script}\n"));
    let path = place.path("plugin");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    format!(
        "{{exec: {{apiVersion: client.authentication.k8s.io/v1, command: \"{}\", interactiveMode: IfAvailable}}}}",
        path.display()
    )
}

async fn plugged(script: &str) -> Said {
    let demo = demo(Scenario::Ok);
    let url = serve(demo.client()).await;
    let place = Place::new(&url, "{}");
    place.kubeconfig(&url, &plugin(&place, script));
    plans(&place).await
}

#[tokio::test]
async fn a_plugin_gives_a_token() {
    let token = r#"echo '{"apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential", "status": {"token": "t"}}'"#;
    let said = plugged(token).await;
    assert_eq!(said.code, Some(0), "{said:#?}");
}

#[tokio::test]
async fn a_plugin_that_asks_gets_no_answer() {
    let said = plugged("printf 'Password: ' >&2\nread answer || exit 1\necho \"$answer\"").await;
    complains(&said, 6, "the credential plugin of this context did not give a token", "kubectl --context demo");
    assert!(!said.err.contains("Password:"), "{said:#?}");
}

#[tokio::test]
async fn a_plugin_that_hangs_is_not_waited_for_for_ever() {
    let said = plugged("exec sleep 600").await;
    complains(&said, 6, "the credential plugin of this context does not answer", "kubectl --context demo");
    assert!(said.took < Duration::from_secs(40), "{:?}", said.took);
}
