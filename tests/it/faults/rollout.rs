//! A rollout over a way that is slow, broken, silent or crowded.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use landfall::demo::{Demo, Options, Scenario};
use landfall::deploy::{Contact, End, Event, Outcome, Session, Stop, What};
use landfall::failure::Kind;
use landfall::plan::Consent;
use serde_json::json;
use tokio::sync::mpsc;

use crate::support::{apply, apply_well, demo, demo_project, session_in};
use crate::wire::{Asked, Fate, Wire, over};

async fn session(client: kube::Client, patience: Duration) -> Session {
    let session = session_in(client, demo_project(), std::env::temp_dir().join("landfall-tests"), patience);
    session.make_up("dev").await.unwrap();
    session
}

async fn with(demo: &Demo, judge: impl Fn(&Asked) -> Fate + Send + Sync + 'static) -> (Session, Wire) {
    let (client, wire) = over(&demo.client(), judge);
    (session(client, Duration::from_mins(1)).await, wire)
}

/// Something that can be switched while a judge looks at it.
#[derive(Clone, Default)]
struct Switch(Arc<AtomicBool>);

impl Switch {
    fn turn(&self, on: bool) {
        self.0.store(on, Ordering::SeqCst);
    }

    fn fate(&self, fate: &Fate) -> Fate {
        if self.0.load(Ordering::SeqCst) { fate.clone() } else { Fate::Pass }
    }
}

/// Applies dev; does something as soon as everything is applied.
async fn disturbed(session: &Session, stop: &Stop, then: impl AsyncFnOnce()) -> (Outcome, Vec<Event>) {
    let plan = session.prepare("dev", false).await.unwrap();
    let approved = plan.approve(&Consent::Yes).unwrap();
    let (sender, mut receiver) = mpsc::channel(256);
    let work = session.run(approved, sender, stop.clone());
    let mut then = Some(then);
    let listen = async {
        let mut events = Vec::new();
        while let Some(event) = receiver.recv().await {
            let waiting = matches!(event.what, What::Waiting);
            events.push(event);
            if let Some(then) = then.take_if(|_| waiting) {
                // Events go on being taken from a channel that holds many.
                then().await;
            }
        }
        events
    };
    tokio::join!(work, listen)
}

fn believable() -> Demo {
    Demo::start(Options { scenario: Scenario::Ok, pace: 0.2 })
}

#[tokio::test]
async fn a_far_cluster_is_only_slower() {
    let demo = demo(Scenario::Ok);
    let (session, _) = with(&demo, |_| Fate::Late(Duration::from_millis(25))).await;
    apply_well(&session, "dev").await;
}

#[tokio::test]
async fn what_is_shown_is_called_old_while_there_is_no_contact() {
    let demo = believable();
    let down = Switch::default();
    let judge = down.clone();
    let (session, wire) = with(&demo, move |_| judge.fate(&Fate::Refused)).await;
    let (outcome, events) = disturbed(&session, &Stop::new(), async || {
        tokio::time::sleep(Duration::from_millis(200)).await;
        down.turn(true);
        wire.cut();
        tokio::time::sleep(Duration::from_secs(1)).await;
        down.turn(false);
    })
    .await;
    assert_eq!(outcome.end, End::Healthy, "{}", outcome.headline);
    let contacts: Vec<&Contact> =
        events.iter().filter_map(|event| if let What::Contact(c) = &event.what { Some(c) } else { None }).collect();
    let [Contact::Lost { why, .. }, .., Contact::Live] = contacts.as_slice() else { panic!("{contacts:#?}") };
    assert!(why.starts_with("the connection "), "{why}");
}

#[tokio::test]
async fn a_crowded_server_is_asked_again_when_it_says_so() {
    let demo = demo(Scenario::Ok);
    let count = AtomicUsize::new(0);
    let (session, wire) = with(&demo, move |_| match count.fetch_add(1, Ordering::SeqCst) {
        at if at % 11 == 5 => {
            Fate::Answer(429, Some(1), json!({"kind": "Status", "code": 429, "reason": "TooManyRequests"}))
        }
        at if at % 11 == 9 => {
            Fate::status(503, "ServiceUnavailable", "the server is currently unable to handle the request")
        }
        _ => Fate::Pass,
    })
    .await;
    let begun = Instant::now();
    let (outcome, _) = apply(&session, "dev").await;
    assert_eq!(outcome.end, End::Healthy, "{}: {:#?}", outcome.headline, outcome.failure);
    assert!(begun.elapsed() >= Duration::from_secs(1), "it did not wait as long as the server asked");
    assert!(wire.asked().len() < 200, "{} requests", wire.asked().len());
}

#[tokio::test]
async fn credentials_that_are_no_longer_accepted_end_it_with_the_way_in() {
    let demo = believable();
    let down = Switch::default();
    let judge = down.clone();
    let (session, wire) = with(&demo, move |_| judge.fate(&Fate::status(401, "Unauthorized", "Unauthorized"))).await;
    let begun = Instant::now();
    let (outcome, _) = disturbed(&session, &Stop::new(), async || {
        down.turn(true);
        wire.cut();
    })
    .await;
    assert!(begun.elapsed() < Duration::from_secs(30), "{:?}", begun.elapsed());
    assert_eq!(outcome.end, End::NoContact, "{}", outcome.headline);
    let failure = outcome.failure.unwrap();
    assert!(failure.to_string().contains("does not accept the credentials of this context"), "{failure}");
    assert!(failure.hints.iter().any(|hint| hint.contains("sign in again")), "{failure:?}");
    let refused = session.prepare("dev", false).await.unwrap_err();
    assert_eq!(refused.kind, Kind::Blocked, "{refused}");
    assert!(refused.to_string().contains("does not accept the credentials of this context"), "{refused}");
}

#[tokio::test]
async fn a_server_that_never_answers_is_not_waited_for_for_ever() {
    let demo = demo(Scenario::Ok);
    let (session, _) = with(&demo, |_| Fate::Silence).await;
    let begun = Instant::now();
    let failure = session.prepare("dev", false).await.unwrap_err();
    assert_eq!(failure.kind, Kind::NoContact, "{failure}");
    assert!(failure.to_string().contains("within 10"), "{failure}");
    assert!(begun.elapsed() < Duration::from_secs(15), "{:?}", begun.elapsed());
}

#[tokio::test]
async fn silence_in_the_middle_is_stopped_at_once_and_ends_with_its_time() {
    for (patience, stops) in [(60, true), (2, false)] {
        let demo = believable();
        let down = Switch::default();
        let judge = down.clone();
        let (client, _) = over(&demo.client(), move |_| judge.fate(&Fate::Silence));
        let session = session(client, Duration::from_secs(patience)).await;
        let stop = Stop::new();
        let mut began = None;
        let (outcome, _) = disturbed(&session, &stop, async || {
            down.turn(true);
            began = Some(Instant::now());
            if stops {
                stop.cancel();
            }
        })
        .await;
        assert_eq!(outcome.end, if stops { End::Stopped } else { End::TimedOut }, "{}", outcome.headline);
        // Closing the record of the revision has 5 s.
        assert!(began.unwrap().elapsed() < Duration::from_secs(10), "{:?}", began.unwrap().elapsed());
    }
}

/// A server that has just started does not know all rights yet.
#[tokio::test]
async fn rights_that_were_there_before_are_waited_for() {
    let demo = believable();
    let down = Switch::default();
    let judge = down.clone();
    let (session, wire) = with(&demo, move |asked| {
        let refused = Fate::status(403, "Forbidden", "pods is forbidden: User \"ann\" cannot watch resource");
        if asked.path().ends_with("/pods") { judge.fate(&refused) } else { Fate::Pass }
    })
    .await;
    let pods = |asked: &Asked| asked.is_watch() && asked.path().ends_with("/pods");
    let mut healed = 0;
    let (outcome, _) = disturbed(&session, &Stop::new(), async || {
        // They have been listed once.
        while !wire.asked().iter().any(pods) {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        down.turn(true);
        wire.cut();
        tokio::time::sleep(Duration::from_secs(1)).await;
        healed = wire.asked().len();
        down.turn(false);
    })
    .await;
    assert_eq!(outcome.end, End::Healthy, "{}", outcome.headline);
    assert!(wire.asked()[healed..].iter().any(pods), "pods were never watched again");
}

#[tokio::test]
async fn a_history_that_is_gone_is_listed_anew() {
    let expired = json!({"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure", "code": 410,
        "reason": "Expired", "message": "too old resource version"});
    let inside = json!({"type": "ERROR", "object": expired});
    for fate in [Fate::Answer(410, None, expired), Fate::Answer(200, None, inside)] {
        let demo = believable();
        let count = AtomicUsize::new(0);
        let (session, _) = with(&demo, move |asked| {
            let gone = asked.is_watch() && count.fetch_add(1, Ordering::SeqCst) < 12;
            if gone { fate.clone() } else { Fate::Pass }
        })
        .await;
        let (outcome, events) = apply(&session, "dev").await;
        assert_eq!(outcome.end, End::Healthy, "{}", outcome.headline);
        assert!(!events.iter().any(|event| matches!(event.what, What::Contact(_))), "that is no lost contact");
    }
}
