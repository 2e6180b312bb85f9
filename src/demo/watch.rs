//! Watches: changes of a kind as a stream of lines, with bookmarks and the news that a start is too old.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::channel::Sender;
use serde_json::{Value, json};
use tokio::time::{Instant, sleep_until};

use super::cluster::Cluster;
use super::kinds::Kind;
use super::read::Shown;
use super::request::Query;
use super::scenario::Scenario;
use super::select::Selector;
use super::status::Refusal;
use super::store::{Change, Store};

/// Seconds a watch lasts where the client does not say (kube-apiserver `--min-request-timeout`).
const LASTS: u64 = 1800;
/// Seconds between bookmarks.
const BOOKMARKS: f64 = 60.0;
/// Seconds until a watch breaks off where the server is flaky.
const BREAKS: f64 = 4.0;

/// The sending side of a streamed answer.
pub(super) type Line = Sender<Bytes, io::Error>;

/// What a watch begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Start {
    /// Everything there is, as ADDED events.
    Now,
    /// The same, closed by a bookmark that says so (streaming list).
    Streamed,
    /// The changes after this version.
    After(u64),
}

/// A watch as asked for.
#[derive(Debug, Clone)]
pub(super) struct Watch {
    kind: &'static Kind,
    namespace: String,
    selector: Selector,
    start: Start,
    bookmarks: bool,
    shown: Shown,
    lasts: Duration,
}

impl Watch {
    /// Reads the query of a watch.
    ///
    /// # Errors
    /// 400 and 422 for what the server refuses before it streams.
    pub(super) fn read(kind: &'static Kind, namespace: &str, query: &Query, shown: Shown) -> Result<Self, Refusal> {
        let version = query.text("resourceVersion");
        let bookmarks = query.flag("allowWatchBookmarks");
        let start = if query.flag("sendInitialEvents") {
            if query.text("resourceVersionMatch") != "NotOlderThan" {
                return Err(Refusal::initial_events());
            }
            Start::Streamed
        } else if version.is_empty() || version == "0" {
            Start::Now
        } else {
            let version = version.parse().map_err(|_| {
                Refusal::bad_request(format!("invalid resource version {version:?}: strconv.ParseUint: invalid syntax"))
            })?;
            Start::After(version)
        };
        Ok(Self {
            kind,
            namespace: namespace.to_owned(),
            selector: Selector::read(kind, query.text("labelSelector"), query.text("fieldSelector"))?,
            start,
            bookmarks,
            shown,
            lasts: Duration::from_secs(query.number("timeoutSeconds").unwrap_or(LASTS)),
        })
    }

    /// Streams until the client leaves, the time is over or the server breaks off.
    pub(super) async fn run(self, cluster: Arc<Cluster>, mut line: Line) {
        let end = Instant::now() + self.lasts;
        let breaks = match cluster.scenario {
            Scenario::Flaky => Some(Instant::now() + cluster.span(BREAKS)),
            Scenario::Ok
            | Scenario::ImagePull
            | Scenario::CrashLoop
            | Scenario::Hostpath
            | Scenario::PortTaken
            | Scenario::Unschedulable
            | Scenario::Slow
            | Scenario::Edited
            | Scenario::Flawed(_) => None,
        };
        let mut news = cluster.news();
        let (mut cursor, first) = cluster.with(|store| self.first(store));
        if !first.is_empty() && line.send_data(Bytes::from(first)).await.is_err() {
            return;
        }
        let mut bookmark = Instant::now() + cluster.span(BOOKMARKS).max(Duration::from_millis(500));
        loop {
            news.borrow_and_update();
            let (lines, open) = cluster.with(|store| self.next(store, &mut cursor));
            if !lines.is_empty() && line.send_data(Bytes::from(lines)).await.is_err() {
                return;
            }
            if !open {
                return;
            }
            tokio::select! {
                changed = news.changed() => {
                    if changed.is_err() {
                        return;
                    }
                }
                () = sleep_until(end) => {
                    if self.bookmarks {
                        // Without an answer to wait for: the stream ends either way.
                        let _ = line.send_data(Bytes::from(self.bookmark(cursor, None))).await;
                    }
                    return;
                }
                () = sleep_until(bookmark), if self.bookmarks => {
                    bookmark = Instant::now() + cluster.span(BOOKMARKS).max(Duration::from_millis(500));
                    if line.send_data(Bytes::from(self.bookmark(cursor, None))).await.is_err() {
                        return;
                    }
                }
                () = sleep_until(breaks.unwrap_or(end)), if breaks.is_some() => {
                    line.abort(io::Error::new(io::ErrorKind::UnexpectedEof, "unexpected EOF"));
                    return;
                }
            }
        }
    }

    /// The version to go on from, and the lines that come first.
    fn first(&self, store: &Store) -> (u64, String) {
        let version = store.version();
        let mut lines = String::new();
        match self.start {
            Start::After(version) => return (version, lines),
            Start::Now | Start::Streamed => {}
        }
        for object in store.list(self.kind, &self.namespace) {
            if self.selector.matches(&object) {
                lines += &self.line("ADDED", &object);
            }
        }
        if self.start == Start::Streamed && self.bookmarks {
            let ended = json!({"k8s.io/initial-events-end": "true"});
            lines += &self.bookmark(version, Some(ended));
        }
        (version, lines)
    }

    /// The lines since the cursor, and whether the stream goes on.
    fn next(&self, store: &Store, cursor: &mut u64) -> (String, bool) {
        let changes = match store.since(self.kind, *cursor) {
            Ok(changes) => changes,
            Err(old) => {
                let message = format!("too old resource version: {cursor} ({})", old.oldest);
                let event = json!({"type": "ERROR", "object": Refusal::expired(message).body()});
                return (format!("{event}\n"), false);
            }
        };
        *cursor = (*cursor).max(store.version());
        (changes.iter().filter_map(|change| self.event(change)).collect(), true)
    }

    /// A change as this watch sees it: an object may enter or leave what is selected.
    fn event(&self, change: &Change) -> Option<String> {
        let here = |object: &Value| {
            (self.namespace.is_empty() || super::pick::namespace(object) == self.namespace)
                && self.selector.matches(object)
        };
        let was = change.before.as_deref().is_some_and(here);
        let is = !change.deleted && here(&change.object);
        match (was, is) {
            (false, false) => None,
            (false, true) => Some(self.line("ADDED", &change.object)),
            (true, true) => Some(self.line("MODIFIED", &change.object)),
            (true, false) => Some(self.line("DELETED", &change.object)),
        }
    }

    fn line(&self, what: &str, object: &Value) -> String {
        match self.shown {
            Shown::Whole => format!("{{\"type\":\"{what}\",\"object\":{object}}}\n"),
            Shown::Metadata => {
                format!("{{\"type\":\"{what}\",\"object\":{}}}\n", self.shown.object(object))
            }
        }
    }

    fn bookmark(&self, version: u64, annotations: Option<Value>) -> String {
        let mut object = json!({
            "kind": self.kind.name, "apiVersion": self.kind.api_version(),
            "metadata": {"resourceVersion": version.to_string(), "creationTimestamp": null},
        });
        if let Some(annotations) = annotations {
            object["metadata"]["annotations"] = annotations;
        }
        format!("{}\n", json!({"type": "BOOKMARK", "object": object}))
    }
}
