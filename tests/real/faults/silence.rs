//! Ways on which bytes take long or get lost.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use landfall::deploy::{End, What};
use rstest::rstest;

use super::{SLACK, begin, mend, warn};
use crate::plane::Plane;
use crate::proxy::Proxy;
use crate::site::Site;
use crate::support::apply_well;

#[tokio::test]
async fn silence_is_noticed_and_got_over() {
    let plane = Plane::shared();
    let admin = plane.client().await;
    let proxy = Proxy::to(&plane.server(), Duration::ZERO).await;
    let site = Site::new(&plane, proxy.url()).await;
    let session = site.session().await;
    let mut running = begin(&session, &admin, &site.namespace).await;

    proxy.swallow(true);
    let silent = Timestamp::now();
    let after = running.lost().await.duration_since(silent);
    assert!(after < SignedDuration::from_secs(5) + SLACK, "called old after {after:#}");
    // What happens meanwhile is not lost.
    let words = warn(&admin, &site.namespace).await;
    tokio::time::sleep(Duration::from_secs(5)).await;
    proxy.swallow(false);
    let heals = Timestamp::now();
    let after = running.live().await.duration_since(heals);
    assert!(after < SignedDuration::from_secs(30), "fresh after {after:#}");
    running
        .at("what happened", |what| matches!(what, What::Told(told) if told.iter().any(|told| told.message == words)))
        .await;
    // A connection of before, still in the pool, must not hold up what comes after.
    let begun = std::time::Instant::now();
    session.survey("dev").await.unwrap();
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
    mend(&admin, &site.namespace).await;
    let outcome = running.ends().await;
    assert_eq!(outcome.end, End::Healthy, "{}", outcome.headline);
}

#[rstest]
#[case(25)]
#[case(100)]
#[tokio::test]
async fn a_far_cluster_is_only_slower(#[case] milliseconds: u64) {
    let plane = Plane::shared();
    let proxy = Proxy::to(&plane.server(), Duration::from_millis(milliseconds) / 2).await;
    let site = Site::new(&plane, proxy.url()).await;
    let session = site.session().await;
    let outcome = apply_well(&session, "dev").await;
    assert!(outcome.took < SignedDuration::from_secs(30), "{:#}", outcome.took);
    assert!(session.prepare("dev", false).await.unwrap().is_empty());
}
