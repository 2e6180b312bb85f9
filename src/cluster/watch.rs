//! Following all objects of a kind: list, watch, and again from there, with a back-off of our own.
//!
//! The client library's watcher waits long after the server is back and never notices a silent connection. Here a watch
//! lasts 25 s at most, a silent one is dropped, expired history is listed anew at once, and a broken connection is tried
//! again after 0.25 s, doubling to 2 s.

use std::time::Duration;

use futures::StreamExt;
use http::StatusCode;
use http_body_util::BodyExt;
use kube::api::WatchParams;
use kube::core::Request;
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::sync::mpsc;
use tokio_util::io::StreamReader;

use super::discover::Resource;
use super::fetch::{Cut, Pages};
use super::refusal::Refusal;
use super::wire::{Call, Cluster};
use crate::object::{Key, Object};

/// How long one watch lasts, in seconds.
const LASTS: u32 = 25;

/// What to follow.
#[derive(Debug, Clone)]
pub struct Watched {
    /// The kind.
    pub resource: Resource,
    /// The namespace; none for the whole cluster.
    pub namespace: Option<String>,
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

/// Follows a kind until the receiver is gone.
pub async fn follow(cluster: Cluster, watched: Watched, news: mpsc::Sender<News>) {
    let mut version = None;
    let mut wait = Duration::ZERO;
    let mut lost = false;
    loop {
        if news.is_closed() {
            return;
        }
        let result = round(&cluster, &watched, &mut version, &news, &mut lost).await;
        match result {
            Ok(()) => wait = Duration::ZERO,
            Err(End::Closed) => return,
            Err(End::Refused(Refusal::Expired)) => version = None,
            Err(End::Refused(refusal @ (Refusal::Forbidden(_) | Refusal::NoSuchKind))) => {
                let kind = watched.resource.kind.clone();
                let _ = news.send(News::Denied { kind, refusal }).await;
                return;
            }
            Err(End::Refused(refusal)) => {
                wait = (wait * 2).clamp(Duration::from_millis(250), Duration::from_secs(2));
                lost = true;
                if news.send(News::Lost(refusal)).await.is_err() {
                    return;
                }
                tokio::select! {
                    () = tokio::time::sleep(wait) => {}
                    () = news.closed() => return,
                }
            }
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
async fn round(
    cluster: &Cluster,
    watched: &Watched,
    version: &mut Option<String>,
    news: &mpsc::Sender<News>,
    lost: &mut bool,
) -> Result<(), End> {
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
    if std::mem::take(lost) {
        tell(news, News::Back).await?;
    }
    let stream = body.into_data_stream().map(|chunk| chunk.map_err(std::io::Error::other));
    let mut lines = BufReader::new(StreamReader::new(stream)).lines();
    let silence = Duration::from_secs(u64::from(LASTS) + 5);
    loop {
        let line = tokio::time::timeout(silence, lines.next_line()).await.map_err(|_| Refusal::late(silence))?;
        let Some(line) = line.map_err(|error| Refusal::broken(&error))? else { return Ok(()) };
        let event: Value = serde_json::from_str(&line).map_err(|_| Refusal::garbled())?;
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
    if let Some(at) = object.pointer("/metadata/resourceVersion").and_then(Value::as_str) {
        *version = Some(at.to_owned());
    }
    match kind {
        "ADDED" | "MODIFIED" => tell(news, News::Put(Box::new(cluster.take(object, Cut::Slim)?))).await,
        "DELETED" => tell(news, News::Gone(cluster.take(object, Cut::Slim)?.key().clone())).await,
        _ => Ok(()), // bookmarks carry only the version
    }
}
