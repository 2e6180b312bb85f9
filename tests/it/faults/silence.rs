//! A connection that goes silent without an end, as one through a VPN does.

use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use landfall::cluster::{SignIns, Source};
use landfall::demo::{Demo, Options, Scenario};
use landfall::deploy::{Contact, End, Session, Setup, Stop, What};
use landfall::module::Module;
use landfall::plan::Consent;
use landfall::project::Project;
use landfall::secret::{Keeper, Memory, VaultKind};
use tokio::sync::mpsc;

use crate::program::{Place, serve};
use crate::proxy::Proxy;

/// What a busy machine adds to what is promised.
const SLACK: SignedDuration = SignedDuration::from_secs(3);

/// A session that opens the cluster as the program does.
async fn session(place: &Place) -> Session {
    let project = Project::load(&place.path("")).unwrap();
    let session = Session::new(Setup {
        module: Module::load(&project.module, &project.folder).unwrap(),
        project,
        keeper: Keeper::open(VaultKind::Memory, || Ok(Box::new(Memory::default()))),
        source: Source::Kubeconfig {
            file: Some(place.path("kubeconfig")),
            context: None,
            sign_ins: SignIns::default(),
        },
        state: place.path("state"),
        who: "ann@laptop".to_owned(),
        patience: Duration::from_mins(2),
        flags: String::new(),
    });
    session.make_up("dev").await.unwrap();
    session
}

#[tokio::test]
async fn silence_is_noticed_and_got_over() {
    let demo = Demo::start(Options { scenario: Scenario::Ok, pace: 1.0 });
    let proxy = Proxy::to(&serve(demo.client()).await, Duration::ZERO).await;
    let place = Place::new(proxy.url(), "{}");
    let session = session(&place).await;
    let plan = session.prepare("dev", false).await.unwrap();
    let (sender, mut receiver) = mpsc::channel(256);
    let work = session.run(plan.approve(&Consent::Yes).unwrap(), sender, Stop::new());
    let listen = async {
        let (mut silent, mut heals, mut again) = (None, None, false);
        while let Some(event) = receiver.recv().await {
            match &event.what {
                What::Seen(tree) if silent.is_none() && !tree.roots.is_empty() => {
                    proxy.swallow(true);
                    silent = Some(Timestamp::now());
                }
                What::Contact(Contact::Lost { .. }) if heals.is_none() => {
                    let after = event.at.duration_since(silent.unwrap());
                    assert!(after < SignedDuration::from_secs(5) + SLACK, "called old after {after:#}");
                    proxy.swallow(false);
                    heals = Some(Timestamp::now());
                }
                What::Contact(Contact::Live) => {
                    let after = event.at.duration_since(heals.unwrap());
                    assert!(after < SignedDuration::from_secs(30), "fresh after {after:#}");
                    again = true;
                }
                _ => {}
            }
        }
        assert!(again, "contact never came back");
    };
    let (outcome, ()) = tokio::join!(work, listen);
    assert_eq!(outcome.end, End::Healthy, "{}", outcome.headline);
    let begun = Instant::now();
    session.survey("dev").await.unwrap();
    assert!(begun.elapsed() < Duration::from_secs(10), "a dead connection held it up: {:?}", begun.elapsed());
}
