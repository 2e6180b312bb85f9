//! Servers that ask for patience, or are not up.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use landfall::deploy::End;
use serde_json::json;

use crate::plane::Plane;
use crate::site::Site;
use crate::support::apply;
use crate::wire::{Fate, over};

#[tokio::test]
async fn a_crowded_server_is_asked_again_when_it_says_so() {
    let plane = Plane::shared();
    let site = Site::new(&plane, &plane.server()).await;
    let count = AtomicUsize::new(0);
    let (client, wire) = over(&plane.client().await, move |_| match count.fetch_add(1, Ordering::SeqCst) % 11 {
        5 => Fate::Answer(429, Some(1), json!({"kind": "Status", "code": 429, "reason": "TooManyRequests"})),
        9 => Fate::status(503, "ServiceUnavailable", "the server is currently unable to handle the request"),
        _ => Fate::Pass,
    });
    let session = site.session_over(client).await;
    let begun = Instant::now();
    let (outcome, _) = apply(&session, "dev").await;
    assert_eq!(outcome.end, End::Healthy, "{}: {:#?}", outcome.headline, outcome.failure);
    assert!(begun.elapsed().as_secs() >= 1, "it did not wait as long as the server asked");
    assert!(wire.asked().len() < 300, "{} requests", wire.asked().len());
}
