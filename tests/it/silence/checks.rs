//! Probes carry credentials into the cluster in a short-lived Secret; nothing else does, and nothing brings them back,
//! even when the pod says everything it was lent.

use std::fmt::Write as _;
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use landfall::check::{News, Verdict};
use landfall::demo::{Demo, Flaw, Options, Scenario};
use landfall::deploy::{Asking, Entry, Pods, Session, Stop};
use landfall::secret::Secret;
use landfall::system::Web;
use serde_json::{Value, json};
use tokio::sync::mpsc;

use super::ears::{Ears, FIELDS, canary};
use crate::support::{PACE, demo_project, setup};
use crate::wire::{Asked, Fate, Wire, over};

/// A pod that has ended and says every secret there is, as it is and in base64.
fn talkative(asked: &Asked) -> Fate {
    let name = asked.path().rsplit('/').next().unwrap_or_default().to_owned();
    let is_pod = asked.path().contains("/pods/landfall-check-dev-") && !asked.path().ends_with("/log");
    if asked.method != "GET" || !is_pod {
        return Fate::Pass;
    }
    let all: Vec<String> = FIELDS.iter().map(|field| canary(field)).collect();
    let answer = |check: &str, verdict: &str| {
        json!({
            "check": check, "verdict": verdict, "says": format!("it was told {}", all.join(" and ")),
            "evidence": all.iter().map(|value| BASE64_STANDARD.encode(value)).collect::<Vec<_>>(),
        })
    };
    let mut lines: Vec<String> = all.clone();
    lines.extend(["database", "bucket", "directories"].map(|check| answer(check, "fail").to_string()));
    Fate::Answer(
        200,
        None,
        json!({
            "apiVersion": "v1", "kind": "Pod",
            "metadata": {"name": name, "namespace": "mlflow", "uid": "u"},
            "spec": {"nodeName": "worker-1", "containers": [{"name": "probe", "image": "i"}]},
            "status": {"phase": "Succeeded", "containerStatuses": [{"name": "probe", "state": {"terminated": {
                "exitCode": 0, "message": lines.join("\n"),
            }}}]},
        }),
    )
}

/// Fills an environment with canaries and runs every check; what was told, in one text.
async fn checked(demo: &Demo, judge: impl Fn(&Asked) -> Fate + Send + Sync + 'static) -> (String, Wire, Vec<Verdict>) {
    let (client, wire) = over(&demo.client(), judge);
    let mut of = setup(demo, demo_project());
    of.source =
        landfall::cluster::Source::Given { client, context: Demo::CONTEXT.to_owned(), server: Demo::SERVER.to_owned() };
    let session = Session::with_web(of, Web::over(demo.web()));
    let mut entries: Vec<Entry> =
        FIELDS.map(|field| Entry { field: field.to_owned(), value: Secret::new(canary(field)) }).into();
    for (field, value) in [("minio.access_key", "key"), ("registry.username", "bot")] {
        entries.push(Entry { field: field.to_owned(), value: Secret::new(value) });
    }
    session.save("dev", entries).await.unwrap();
    let (news, mut listening) = mpsc::channel::<News>(64);
    let hearing = async {
        let mut heard = String::new();
        while let Some(one) = listening.recv().await {
            let _ = writeln!(heard, "{one:?}");
        }
        heard
    };
    let asking = Asking { pods: Pods::Here, patience: Duration::from_secs(20), ..Asking::default() };
    let work = Box::pin(session.check("dev", asking, news, Stop::new()));
    let (list, heard) = tokio::join!(work, hearing);
    let list = list.unwrap();
    let verdicts = list.items.iter().map(|item| item.finding().unwrap().verdict).collect();
    (format!("{heard}{list:?}{:?}", session.despite("dev")), wire, verdicts)
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_probes_own_secrets_say_it_and_they_are_gone_afterwards() {
    let ears = Ears::new();
    let demo = Demo::start(Options { scenario: Scenario::Flawed(Flaw::NoBucket), pace: PACE });
    let (heard, wire, verdicts) = checked(&demo, |_| Fate::Pass).await;
    assert!(verdicts.contains(&Verdict::Fail), "{verdicts:?}");
    ears.silence("the checklist", &heard);
    let mut meant = 0;
    for request in wire.asked() {
        ears.silence("an address", &request.address);
        let own = request.path().contains("/secrets/landfall-check-dev-") && request.method == "PATCH";
        if own && !request.is_dry_run() {
            meant += usize::from(!ears.hear(&request.body).is_empty());
            continue;
        }
        ears.silence(&format!("{} {}", request.method, request.address), &request.body);
    }
    assert!(meant >= 3, "the probes' Secrets were never written: {meant}");
    for kind in ["secrets", "pods"] {
        let request = http::Request::get(format!("/api/v1/namespaces/mlflow/{kind}")).body(Vec::new()).unwrap();
        let list: Value = demo.client().request(request).await.unwrap();
        let left: Vec<&str> =
            list["items"].as_array().unwrap().iter().filter_map(|item| item["metadata"]["name"].as_str()).collect();
        assert!(left.iter().all(|name| !name.starts_with("landfall-check")), "{left:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_probe_that_says_what_it_was_lent_is_not_heard() {
    let ears = Ears::new();
    let demo = Demo::start(Options { scenario: Scenario::Flawed(Flaw::NoBucket), pace: PACE });
    let (heard, _, verdicts) = checked(&demo, talkative).await;
    assert!(verdicts.iter().filter(|verdict| **verdict == Verdict::Fail).count() >= 3, "{verdicts:?}\n{heard}");
    ears.silence("the checklist", &heard);
}
