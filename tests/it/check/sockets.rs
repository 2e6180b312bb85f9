//! Over real sockets: a registry and a server of this test, asked as the program asks them.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use http::{Request, Response, StatusCode, header};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use landfall::check::{Finding, Pull, Remedy, Verdict, pull};
use landfall::demo::Scenario;
use landfall::deploy::{Asking, Session};
use landfall::secret::Secret;
use landfall::system::Web;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::{asking, found, playing, run};
use crate::support::{demo_project, setup};

type Answer = Response<Full<Bytes>>;

/// Serves on a port of this machine; gives `127.0.0.1:PORT`.
async fn serve(answer: impl Fn(&str, &Request<Bytes>) -> Answer + Send + Sync + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let host = listener.local_addr().unwrap().to_string();
    let (answer, own) = (Arc::new(answer), host.clone());
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (answer, own) = (Arc::clone(&answer), own.clone());
            let service = service_fn(move |request: Request<Incoming>| {
                let (answer, own) = (Arc::clone(&answer), own.clone());
                async move {
                    let (head, body) = request.into_parts();
                    let body = body.collect().await?.to_bytes();
                    Ok::<_, hyper::Error>(answer(&own, &Request::from_parts(head, body)))
                }
            });
            tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
        }
    });
    host
}

fn says(status: u16, body: impl Into<Bytes>) -> Answer {
    let mut answer = Response::new(Full::new(body.into()));
    *answer.status_mut() = StatusCode::from_u16(status).unwrap();
    answer
}

fn shown<'r>(request: &'r Request<Bytes>, name: &header::HeaderName) -> &'r str {
    request.headers().get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
}

/// A registry that wants a token, and makes one for `bot` with the right password.
fn registry(own: &str, request: &Request<Bytes>) -> Answer {
    let authorization = shown(request, &header::AUTHORIZATION);
    match (request.method().as_str(), request.uri().path()) {
        ("GET", "/token") => {
            let query = request.uri().query().unwrap_or_default();
            assert!(
                query.contains("scope=repository%3Aacme%2Fapp%3Apull") && query.contains("service=test"),
                "{query}"
            );
            let right = format!("Basic {}", BASE64_STANDARD.encode("bot:right"));
            let public = format!("Basic {}", BASE64_STANDARD.encode("bot:other"));
            match authorization {
                found if found == right => says(200, r#"{"token": "opens"}"#),
                found if found == public => says(200, r#"{"access_token": "elsewhere"}"#),
                _ => says(403, r#"{"errors":[{"code":"DENIED"}]}"#),
            }
        }
        ("HEAD", "/v2/acme/app/manifests/1.0") if authorization == "Bearer opens" => {
            assert!(shown(request, &header::ACCEPT).contains("vnd.oci.image.index.v1+json"));
            says(200, "")
        }
        ("HEAD", path) if authorization == "Bearer opens" && path.ends_with("/busy") => says(429, ""),
        ("HEAD", _) if authorization == "Bearer opens" => says(404, ""),
        ("HEAD", _) if !authorization.is_empty() => says(403, ""),
        ("HEAD", _) => {
            let mut answer = says(401, "");
            let demand =
                format!("Bearer realm=\"http://{own}/token\",service=\"test\",scope=\"repository:acme/app:pull\"");
            answer.headers_mut().insert(header::WWW_AUTHENTICATE, demand.parse().unwrap());
            answer
        }
        (method, path) => panic!("{method} {path} was asked"),
    }
}

async fn pulled(host: &str, tag: &str, password: Option<&str>) -> Finding {
    let of = Pull {
        image: format!("{host}/acme/app:{tag}"),
        login: password.map(|password| ("bot".to_owned(), Secret::new(password))),
        fields: vec!["registry.token".to_owned()],
    };
    pull(&Web::real(), &of).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_registry_is_asked_as_container_runtimes_ask_it() {
    let host = serve(registry).await;
    let finding = pulled(&host, "1.0", Some("right")).await;
    assert_eq!(finding.verdict, Verdict::Ok, "{finding:#?}");
    let finding = pulled(&host, "2.0", Some("right")).await;
    assert_eq!((finding.verdict, finding.headline), (Verdict::Fail, format!("{host} has no 2.0 of acme/app")));
    assert_eq!(pulled(&host, "busy", Some("right")).await.verdict, Verdict::Unknown);
    for password in ["wrong", "other"] {
        let finding = pulled(&host, "1.0", Some(password)).await;
        assert_eq!((finding.verdict, &finding.headline), (Verdict::Fail, &format!("{host} refused acme/app to bot")));
        assert!(matches!(&finding.remedies[..], [Remedy::Credentials { .. }]), "{finding:#?}");
        assert!(!format!("{finding:?}").contains(&BASE64_STANDARD.encode(format!("bot:{password}"))));
    }
    let finding = pulled(&host, "1.0", None).await;
    assert_eq!((finding.verdict, finding.headline), (Verdict::Fail, format!("{host} wants credentials for acme/app")));
    let finding = pulled("127.0.0.1:1", "1.0", Some("right")).await;
    assert_eq!(finding.verdict, Verdict::Unknown);
    assert!(finding.evidence[0].ends_with("the connection was refused"), "{finding:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_pull_secret_of_the_module_is_what_the_registry_is_shown() {
    let host = serve(registry).await;
    let demo = playing(Scenario::Ok);
    let session = Session::with_web(setup(&demo, demo_project()), Web::real());
    session.set_value("dev", "image", &format!("{host}/acme/app:1.0")).unwrap();
    session.set_value("dev", "registry", &host).unwrap();
    let entry =
        |field: &str, value: &str| landfall::deploy::Entry { field: field.to_owned(), value: Secret::new(value) };
    session.save("dev", vec![entry("registry.username", "bot"), entry("registry.token", "right")]).await.unwrap();
    session.make_up("dev").await.unwrap();
    let list = run(&session, "dev", asking(&["image"])).await;
    let finding = found(&list, "image");
    assert_eq!((finding.verdict, finding.headline), (Verdict::Ok, format!("{host}/acme/app:1.0 can be pulled as bot")));
}

/// A tracking server as far as the smoke test goes; it keeps what it is given.
#[derive(Default)]
struct Tracking {
    artifacts: BTreeMap<String, Bytes>,
    alive: Vec<String>,
    refuses_origin: bool,
}

fn tracking(state: &Mutex<Tracking>, own: &str, request: &Request<Bytes>) -> Answer {
    let mut state = state.lock().unwrap();
    let sent: Value = serde_json::from_slice(request.body()).unwrap_or_default();
    let path = request.uri().path().to_owned();
    let signed =
        shown(request, &header::AUTHORIZATION) == format!("Basic {}", BASE64_STANDARD.encode("admin:a-long-password"));
    if path == "/health" {
        return says(200, "OK");
    }
    if !signed {
        return says(401, "You are not authenticated.");
    }
    if state.refuses_origin && !shown(request, &header::ORIGIN).is_empty() {
        return says(403, format!("Cross-origin request blocked at {own}"));
    }
    let made = |state: &mut Tracking, name: &str, answer: Value| {
        state.alive.push(name.to_owned());
        says(200, answer.to_string())
    };
    match (request.method().as_str(), path.trim_start_matches("/api/2.0/")) {
        ("GET", "/version") => says(200, "3.18.0"),
        ("POST", "mlflow/experiments/create") => {
            assert!(sent["name"].as_str().unwrap().starts_with("landfall-smoke-"));
            made(&mut state, "experiment", json!({"experiment_id": "7"}))
        }
        ("POST", "mlflow/runs/create") => {
            assert_eq!(sent["experiment_id"], "7");
            made(&mut state, "run", json!({"run": {"info": {"run_id": "r1"}}}))
        }
        ("POST", "mlflow/runs/log-metric") => {
            assert_eq!((&sent["run_id"], &sent["value"]), (&json!("r1"), &json!(1)));
            says(200, "{}")
        }
        ("PUT", artifact) => {
            assert_eq!(artifact, "mlflow-artifacts/artifacts/7/r1/artifacts/probe.txt");
            state.artifacts.insert(artifact.to_owned(), request.body().clone());
            says(200, "{}")
        }
        ("GET", artifact) => {
            state.artifacts.get(artifact).map_or_else(|| says(404, ""), |found| says(200, found.clone()))
        }
        ("DELETE", "mlflow/registered-models/delete") => gone(&mut state, "model"),
        ("DELETE", artifact) => state.artifacts.remove(artifact).map_or_else(|| says(404, ""), |_| says(200, "{}")),
        ("POST", "mlflow/registered-models/create") => {
            made(&mut state, "model", json!({"registered_model": {"name": sent["name"]}}))
        }
        ("POST", "mlflow/experiments/search") => says(200, "{}"),
        ("POST", "mlflow/runs/delete") => gone(&mut state, "run"),
        ("POST", "mlflow/experiments/delete") => gone(&mut state, "experiment"),
        (method, path) => says(404, format!("{method} {path}")),
    }
}

fn gone(state: &mut Tracking, name: &str) -> Answer {
    let before = state.alive.len();
    state.alive.retain(|one| one != name);
    if state.alive.len() == before { says(404, "") } else { says(200, "{}") }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_smoke_test_clears_away_what_it_made_whatever_happens() {
    let state = Arc::new(Mutex::new(Tracking::default()));
    let served = Arc::clone(&state);
    let host = serve(move |own, request| tracking(&served, own, request)).await;
    let demo = playing(Scenario::Ok);
    let session = Session::with_web(setup(&demo, demo_project()), Web::real());
    let password =
        landfall::deploy::Entry { field: "mlflow.password".to_owned(), value: Secret::new("a-long-password") };
    session.save("dev", vec![password]).await.unwrap();
    session.make_up("dev").await.unwrap();
    let smoke = Asking { url: Some(format!("http://{host}")), ..asking(&["smoke"]) };
    let list = run(&session, "dev", smoke.clone()).await;
    let finding = found(&list, "smoke");
    assert_eq!((finding.verdict, finding.evidence.len()), (Verdict::Ok, 14), "{finding:#?}");
    let is_clear = || {
        let state = state.lock().unwrap();
        state.alive.is_empty() && state.artifacts.is_empty()
    };
    assert!(is_clear());

    state.lock().unwrap().refuses_origin = true;
    let finding = found(&run(&session, "dev", smoke.clone()).await, "smoke");
    assert_eq!(finding.verdict, Verdict::Fail);
    assert!(finding.headline.contains("answered 403: Cross-origin request blocked"), "{finding:#?}");
    assert_eq!(finding.next.as_deref(), Some("list the address you open in the browser under access.hosts"));
    assert!(is_clear(), "what was made before the failure is gone");

    let wrong = landfall::deploy::Entry { field: "mlflow.password".to_owned(), value: Secret::new("another-password") };
    session.save("dev", vec![wrong]).await.unwrap();
    let finding = found(&run(&session, "dev", smoke).await, "smoke");
    assert!(finding.headline.starts_with("it is not so that the login is accepted"), "{finding:#?}");
    assert!(matches!(&finding.remedies[..], [Remedy::Credentials { fields, .. }] if fields == &["mlflow.password"]));
}
