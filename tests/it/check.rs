//! The checklist over the demo cluster: what each check says when all is well, and what when something is wrong.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod engine;
mod flaws;
mod killed;
mod pure;
mod sockets;

use std::time::Duration;

use landfall::check::{Checklist, Finding, Verdict};
use landfall::demo::{Access, Demo, Options, Scenario};
use landfall::deploy::{Asking, Pods, Session, Stop};
use landfall::plan::Consent;
use landfall::system::Web;
use tokio::sync::mpsc;

use crate::support::{PACE, demo_project, setup};

/// A session of the embedded project with strong credentials over a demo cluster, which also plays what is around it.
async fn ground(demo: &Demo) -> Session {
    let session = Session::with_web(setup(demo, demo_project()), Web::over(demo.web()));
    for environment in session.environments() {
        session.make_up(&environment).await.unwrap();
    }
    session
}

/// A cluster that plays a scenario.
fn playing(scenario: Scenario) -> Demo {
    Demo::start(Options { scenario, pace: PACE })
}

/// A cluster for a restricted user.
fn restricted(access: Access) -> Demo {
    Demo::start_as(Options { scenario: Scenario::Ok, pace: PACE }, access)
}

/// What to ask, with pods.
fn asking(only: &[&str]) -> Asking {
    Asking {
        only: only.iter().map(|check| (*check).to_owned()).collect(),
        pods: Pods::Here,
        patience: Duration::from_secs(20),
        url: None,
    }
}

/// Runs checks; what is told on the way has to come to the same.
async fn run(session: &Session, environment: &str, asking: Asking) -> Checklist {
    let (news, mut listening) = mpsc::channel(64);
    let hearing = async {
        let mut heard = Checklist::default();
        while let Some(one) = listening.recv().await {
            heard.absorb(&one);
        }
        heard
    };
    let work = Box::pin(session.check(environment, asking, news, Stop::new()));
    let (list, heard) = tokio::join!(work, hearing);
    let list = list.unwrap();
    assert_eq!(list, heard, "what is told and what comes back differ");
    list
}

/// The finding of one check, asked alone.
async fn alone(session: &Session, environment: &str, check: &str) -> Finding {
    let list = run(session, environment, asking(&[check])).await;
    assert_eq!(list.items.len(), 1, "{list:#?}");
    found(&list, check)
}

#[track_caller]
fn found(list: &Checklist, check: &str) -> Finding {
    let item = list.items.iter().find(|item| item.check == check).unwrap_or_else(|| panic!("no {check}: {list:#?}"));
    item.finding().unwrap_or_else(|| panic!("{check} is not done: {item:#?}")).clone()
}

/// Makes the namespace of an environment, as the checklist itself offers it.
async fn make_namespace(session: &Session, environment: &str) {
    let mend = alone(session, environment, "directories").await.mend.unwrap();
    let consent = Consent::Named(environment.to_owned());
    session.mend(environment, &mend, &consent, Stop::new()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn all_is_well_on_a_healthy_cluster() {
    let demo = playing(Scenario::Ok);
    let session = ground(&demo).await;
    make_namespace(&session, "dev").await;
    // Without it no pod would be taken.
    let account = http::Request::get("/api/v1/namespaces/mlflow/serviceaccounts/default").body(Vec::new()).unwrap();
    demo.client().request_text(account).await.unwrap();
    let list = run(&session, "dev", asking(&[])).await;
    let wrong: Vec<_> = list.items.iter().filter(|item| item.finding().unwrap().verdict != Verdict::Ok).collect();
    // Two nodes, and nobody said which one has the directories.
    assert_eq!(wrong.iter().map(|item| item.check.as_str()).collect::<Vec<_>>(), ["nodes"], "{wrong:#?}");
    assert_eq!(list.items.len(), 15, "{list:#?}");
    assert_eq!(found(&list, "cluster").headline, "cluster v1.36.2 answers, context is demo");
    assert_eq!(found(&list, "ports").headline, "30502 is free in the whole cluster");
    assert_eq!(session.despite("dev"), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_written_unless_somebody_agreed_to_a_pod() {
    let demo = playing(Scenario::Flawed(landfall::demo::Flaw::NoBucket));
    let session = ground(&demo).await;
    let list = run(&session, "dev", Asking { pods: Pods::No, ..asking(&[]) }).await;
    let held: Vec<&str> =
        list.items.iter().filter(|item| item.finding().is_none()).map(|item| item.check.as_str()).collect();
    assert_eq!(held, ["identity", "directories", "disk", "database", "bucket"]);
    let written: Vec<_> = demo.requests().into_iter().filter(landfall::demo::Seen::writes).collect();
    assert!(written.is_empty(), "{written:#?}");
}
