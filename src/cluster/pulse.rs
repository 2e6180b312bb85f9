//! Whether the server is there: a small request every second, so that silence is noticed within 5 s.
//!
//! A watch says nothing while nothing changes, and nothing either on a connection that is dead.

use std::time::Duration;

use tokio::sync::{mpsc, watch};

use super::refusal::Refusal;
use super::watch::News;
use super::wire::{Call, Cluster};

/// How often the server is asked.
const EVERY: Duration = Duration::from_secs(1);
/// How long it may take to answer, in seconds.
const PATIENCE: u64 = 3;

/// Asks until nobody listens. Tells once when contact is lost; when the server answers again, all who follow something
/// are made to begin anew, on connections that are alive, and the first of them tells that there is contact.
pub(super) async fn pulse(cluster: Cluster, news: mpsc::Sender<News>, again: watch::Sender<()>) {
    let mut lost = false;
    loop {
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            () = news.closed() => return,
        }
        let used = cluster.line.number();
        match beat(&cluster).await {
            Some(refusal) => {
                cluster.line.renew(used, &refusal).await;
                if !std::mem::replace(&mut lost, true) && news.send(News::Lost(refusal)).await.is_err() {
                    return;
                }
            }
            None if std::mem::take(&mut lost) && again.send(()).is_err() => {
                // Nothing is followed any more that could tell.
                drop(news.send(News::Back).await);
            }
            None => {}
        }
    }
}

/// Why there is no contact, if there is none. Whatever the server says to the question, it is there; a crowded one too.
async fn beat(cluster: &Cluster) -> Option<Refusal> {
    let answer = cluster.once(Call::get("/version").ok()?.within(PATIENCE)).await;
    answer.err().filter(|refusal| matches!(refusal, Refusal::NoContact { .. } | Refusal::Unauthorized))
}
