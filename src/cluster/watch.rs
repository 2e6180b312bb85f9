//! Following all objects of a kind: list, watch, and again from there, with a back-off of our own.
//!
//! The client library's watcher waits long after the server is back and never notices a silent connection. Here a watch
//! lasts 25 s at most, the server is asked every second whether it is there, expired history is listed anew at once, and
//! a broken connection is tried again after 0.25 s, doubling to 2 s.

use std::time::{Duration, Instant};

use futures::StreamExt;
use http::StatusCode;
use http_body_util::BodyExt;
use kube::api::WatchParams;
use kube::core::Request;
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::sync::{mpsc, watch};
use tokio_util::io::StreamReader;
use tokio_util::sync::CancellationToken;

use super::discover::Resource;
use super::fetch::{Cut, Pages};
use super::lean::Lean;
use super::pulse::pulse;
use super::refusal::Refusal;
use super::wire::{Call, Cluster};
use crate::object::{Key, Object};

/// How long one watch lasts, in seconds.
const LASTS: u32 = 25;
/// How long what could be followed before may be refused: a server that has just started does not know all rights and
/// kinds yet.
const GRACE: Duration = Duration::from_secs(10);

/// What to follow.
#[derive(Debug, Clone)]
pub struct Watched {
    /// The kind.
    pub resource: Resource,
    /// The namespace; none for the whole cluster.
    pub namespace: Option<String>,
    /// What it waits for before it begins.
    pub after: Option<CancellationToken>,
}

/// What there is to tell of a followed kind.
#[derive(Debug, Clone)]
pub enum News {
    /// All objects of a kind are told anew from here.
    Listing {
        /// The kind.
        kind: String,
    },
    /// Since then all there are have been told; whatever else was known of this kind is gone.
    Listed {
        /// The kind.
        kind: String,
    },
    /// An object is new or changed.
    Put(Box<Object>),
    /// An object is gone.
    Gone(Key),
    /// There is no contact; why.
    Lost(Refusal),
    /// There is contact again.
    Back,
    /// This kind cannot be followed (no rights, no such kind).
    Denied {
        /// The kind.
        kind: String,
        /// Why.
        refusal: Refusal,
    },
}

/// Follows kinds, each in a task of its own, until the receiver is gone.
pub fn follow(cluster: &Cluster, kinds: Vec<Watched>, news: &mpsc::Sender<News>) {
    let (again, _) = watch::channel(());
    for watched in kinds {
        tokio::spawn(one(cluster.clone(), watched, news.clone(), again.subscribe()));
    }
    tokio::spawn(pulse(cluster.clone(), news.clone(), again));
}

/// How far a kind has been followed.
#[derive(Default)]
struct Way {
    version: Option<String>,
    lost: bool,
}

/// Follows a kind until the receiver is gone; begins anew when `again` wakes, since contact was lost and is there again.
async fn one(cluster: Cluster, watched: Watched, news: mpsc::Sender<News>, mut again: watch::Receiver<()>) {
    let mut way = Way::default();
    let mut wait = Duration::ZERO;
    let mut refused: Option<Instant> = None;
    let mut seen = false;
    if let Some(after) = &watched.after {
        tokio::select! {
            () = after.cancelled() => {}
            () = news.closed() => return,
        }
    }
    while !news.is_closed() {
        let (used, begun) = (cluster.line.number(), Instant::now());
        let result = tokio::select! {
            result = round(&cluster, &watched, &mut way, &news) => result,
            Ok(()) = again.changed() => {
                // Whatever this kind was waiting for is on a connection of before.
                (way.lost, wait) = (true, Duration::ZERO);
                continue;
            }
        };
        seen |= way.version.is_some();
        if begun.elapsed() > Duration::from_secs(2) {
            wait = Duration::ZERO;
        }
        let longer = (wait * 2).clamp(Duration::from_millis(250), Duration::from_secs(2));
        match result {
            Ok(()) => {
                refused = None;
                // A watch that ends as soon as it begins must not be a storm.
                wait = if begun.elapsed() < Duration::from_millis(250) { longer } else { Duration::ZERO };
            }
            Err(End::Closed) => return,
            Err(End::Refused(Refusal::Expired)) => {
                wait = if way.version.take().is_some() && wait.is_zero() { Duration::ZERO } else { longer };
            }
            Err(End::Refused(refusal @ (Refusal::Forbidden(_) | Refusal::NoSuchKind))) => {
                let since = *refused.get_or_insert(begun);
                if !seen || since.elapsed() > GRACE {
                    let kind = watched.resource.kind.clone();
                    let _ = news.send(News::Denied { kind, refusal }).await;
                    return;
                }
                wait = longer;
            }
            Err(End::Refused(refusal)) => {
                wait = longer;
                way.lost = true;
                cluster.line.renew(used, &refusal).await;
                if news.send(News::Lost(refusal)).await.is_err() {
                    return;
                }
            }
        }
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            Ok(()) = again.changed() => (way.lost, wait) = (true, Duration::ZERO),
            () = news.closed() => return,
        }
    }
}

enum End {
    Closed,
    Refused(Refusal),
}

impl From<Refusal> for End {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

async fn tell(news: &mpsc::Sender<News>, item: News) -> Result<(), End> {
    news.send(item).await.map_err(|_| End::Closed)
}

/// Lists if nothing is known yet, then watches until the watch ends.
async fn round(cluster: &Cluster, watched: &Watched, way: &mut Way, news: &mpsc::Sender<News>) -> Result<(), End> {
    let version = &mut way.version;
    let resource = &watched.resource;
    if version.is_none() {
        let kind = &resource.kind;
        tell(news, News::Listing { kind: kind.clone() }).await?;
        let mut pages = Pages::new(resource, watched.namespace.as_deref(), "", Cut::Slim);
        while let Some(objects) = cluster.turn(&mut pages).await? {
            for object in objects {
                tell(news, News::Put(Box::new(object))).await?;
            }
        }
        *version = Some(pages.version);
        tell(news, News::Listed { kind: kind.clone() }).await?;
    }
    let params = WatchParams { timeout: Some(LASTS), bookmarks: true, ..WatchParams::default() };
    let request = Request::new(resource.path(watched.namespace.as_deref()))
        .watch(&params, version.as_deref().unwrap_or_default());
    let call = Call::new(request)?;
    let late = Duration::from_secs(10);
    let (status, headers, body) =
        tokio::time::timeout(late, cluster.send(call)).await.map_err(|_| Refusal::late(late))??;
    if !status.is_success() {
        let bytes = body.collect().await.map_err(|error| Refusal::broken(&error))?.to_bytes();
        return Err(Refusal::read(status, &headers, &bytes).into());
    }
    if std::mem::take(&mut way.lost) {
        tell(news, News::Back).await?;
    }
    let stream = body.into_data_stream().map(|chunk| chunk.map_err(std::io::Error::other));
    let mut lines = BufReader::new(StreamReader::new(stream)).lines();
    let silence = Duration::from_secs(u64::from(LASTS) + 5);
    loop {
        let line = tokio::time::timeout(silence, lines.next_line()).await.map_err(|_| Refusal::late(silence))?;
        let Some(line) = line.map_err(|error| Refusal::broken(&error))? else { return Ok(()) };
        let Lean(event) = serde_json::from_str(&line).map_err(|_| Refusal::garbled())?;
        take(cluster, event, version, news).await?;
    }
}

async fn take(
    cluster: &Cluster,
    mut event: Value,
    version: &mut Option<String>,
    news: &mpsc::Sender<News>,
) -> Result<(), End> {
    let object = event.get_mut("object").map(Value::take).unwrap_or_default();
    let kind = event.get("type").and_then(Value::as_str).unwrap_or_default();
    if kind == "ERROR" {
        let code = object.get("code").and_then(Value::as_u64).and_then(|code| u16::try_from(code).ok());
        let status = code.and_then(|code| StatusCode::from_u16(code).ok()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        return Err(Refusal::classify(status, &object, None).into());
    }
    let at = object.pointer("/metadata/resourceVersion").and_then(Value::as_str).map(str::to_owned);
    match kind {
        "ADDED" | "MODIFIED" => tell(news, News::Put(Box::new(cluster.take(object, Cut::Slim)?))).await?,
        "DELETED" => tell(news, News::Gone(cluster.take(object, Cut::Slim)?.key().clone())).await?,
        _ => {} // bookmarks carry only the version
    }
    // Only what was told is behind us: this may be dropped while it waits.
    if at.is_some() {
        *version = at;
    }
    Ok(())
}
