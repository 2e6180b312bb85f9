//! The API server ends in the middle of a rollout and comes back.

use jiff::{SignedDuration, Timestamp};
use landfall::deploy::{End, What};

use super::{SLACK, begin, mend, warn};
use crate::conformance::watching::too_old;
use crate::ground::{grant, rules};
use crate::plane::Plane;
use crate::site::Site;

/// Killed, and asked to end (then open watches stay open and silent for a while); the user is one of RBAC, whom a server
/// that has just started does not know yet.
#[tokio::test]
async fn a_restart_is_seen_through() {
    let plane = Plane::own().await;
    let admin = plane.client().await;
    let user = plane.user("ann").await;
    grant(&admin, "ann", &rules(&[])).await;
    for signal in ["KILL", "TERM"] {
        let site = Site::new(&plane, &plane.server()).await;
        site.signs_in(&std::fs::read_to_string(&user).unwrap());
        let session = site.session().await;
        let mut running = begin(&session, &admin, &site.namespace).await;

        let ended = Timestamp::now();
        let stopping = plane.stop("kube-apiserver", signal);
        let waiting = async {
            let lost = running.lost().await;
            let after = lost.duration_since(ended);
            assert!(after < SignedDuration::from_secs(5) + SLACK, "{signal}: called old after {after:#}");
            // Long enough that a back-off without a bound would sleep on.
            tokio::time::sleep(std::time::Duration::from_secs(6)).await;
        };
        tokio::join!(stopping, waiting);
        plane.start("kube-apiserver").await;
        let ready = Timestamp::now();
        let words = warn(&admin, &site.namespace).await;
        let fresh = running
            .at("fresh data", |what| matches!(what, What::Told(told) if told.iter().any(|told| told.message == words)))
            .await;
        let after = fresh.duration_since(ready);
        assert!(after < SignedDuration::from_secs(3) + SLACK, "{signal}: fresh data after {after:#}");
        running.live().await;
        mend(&admin, &site.namespace).await;
        let outcome = running.ends().await;
        assert_eq!(outcome.end, End::Healthy, "{signal}: {}", outcome.headline);
    }
    // And the server has forgotten what was before.
    too_old(&admin, "default").await;
}
