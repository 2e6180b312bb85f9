//! An operation while it runs: one line, or one JSON row, for what is new.

use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;

use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::sync::mpsc::Receiver;

use super::paint::{Role, paint};
use super::{Report, json as rows};
use crate::deploy::{Contact, Event, Operation, Stop, What};
use crate::health::{Cause, Node, Verdict};
use crate::object::Key;

impl Report {
    /// Runs an operation and reports its events. The first Ctrl-C (or SIGTERM) stops starting new things, the second
    /// leaves; then there is no result.
    pub(in crate::cli) async fn follow<T>(
        self,
        work: impl Future<Output = T>,
        mut events: Receiver<Event>,
        stop: Stop,
    ) -> Option<T> {
        let mut told = Told::new(self);
        let mut asked = false;
        tokio::pin!(work);
        // Made before it is waited for, so that no signal is lost between two events.
        let mut signal = Box::pin(interrupted());
        loop {
            tokio::select! {
                biased;
                () = &mut signal => {
                    if asked {
                        return None;
                    }
                    asked = true;
                    signal = Box::pin(interrupted());
                    if told.operation == Operation::Apply {
                        super::advice("stopping: nothing new is started; once more to leave at once");
                    }
                    stop.cancel();
                }
                event = events.recv() => match event {
                    Some(event) => {
                        told.tell(&event);
                        // Applying goes on when nobody reads; watching would be for nothing.
                        if told.operation == Operation::Watch && super::reader_gone() {
                            stop.cancel();
                        }
                    }
                    None => return Some(work.await),
                },
                result = &mut work => {
                    while let Ok(event) = events.try_recv() {
                        told.tell(&event);
                    }
                    return Some(result);
                }
            }
        }
    }
}

/// Comes back when somebody wants it to end: Ctrl-C, SIGTERM, SIGHUP.
pub(super) async fn interrupted() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let (Ok(mut term), Ok(mut hang)) = (signal(SignalKind::terminate()), signal(SignalKind::hangup())) {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = term.recv() => {}
                _ = hang.recv() => {}
            }
            return;
        }
    }
    let _ = tokio::signal::ctrl_c().await;
}

/// What has been told already.
struct Told {
    report: Report,
    operation: Operation,
    started: Timestamp,
    /// How each object was when it was told last.
    seen: BTreeMap<Key, String>,
    /// Causes and cluster events that people have read already.
    read: BTreeSet<String>,
}

impl Told {
    fn new(report: Report) -> Self {
        let (seen, read) = (BTreeMap::new(), BTreeSet::new());
        Self { report, operation: Operation::Apply, started: Timestamp::now(), seen, read }
    }

    fn tell(&mut self, event: &Event) {
        match &event.what {
            What::Started { target, operation, .. } => {
                self.started = event.at;
                self.operation = *operation;
                let words = format!("{} in {}", target.environment, target.context);
                self.line(event, "started", &words, json!({"environment": target.environment}));
            }
            What::Applied { key, took } => {
                let words = format!("applied {key} in {} ms", took.as_millis());
                self.line(event, "applied", &words, json!({"object": rows::key(key)}));
            }
            What::Refused { key, failure } => {
                let more = json!({"object": rows::key(key), "failure": rows::failure(failure)});
                self.line(event, "refused", &failure.to_string(), more);
            }
            What::Waiting => self.line(event, "waiting", "everything is applied, waiting until it is ready", json!({})),
            What::Seen(tree) => {
                tree.roots.iter().for_each(|node| self.node(event, node));
                tree.causes().into_iter().for_each(|cause| self.cause(event, cause));
            }
            What::Told(news) => {
                for told in news.iter().filter(|told| told.warning) {
                    let words = format!("{}: {}: {}", told.object, told.reason, told.message);
                    // People read the same words once; programs get every count.
                    if !self.report.json && !self.read.insert(words.clone()) {
                        continue;
                    }
                    let more = json!({"object": rows::key(&told.object), "reason": told.reason, "message": told.message, "count": told.count});
                    self.line(event, "event", &words, more);
                }
            }
            What::Contact(Contact::Live) => self.line(event, "contact", "contact again", json!({"live": true})),
            What::Contact(Contact::Lost { why, .. }) => {
                let words = format!("no contact: {why}; what was said before may be old");
                self.line(event, "contact", &words, json!({"live": false, "why": why}));
            }
            What::Stopping => self.line(event, "stopping", "stopping", json!({})),
            // Logs are for the screen; the outcome is reported by itself.
            What::Sending(_) | What::Logged(_) | What::Ended(_) => {}
        }
    }

    /// Tells how an object is when that is news; objects that only exist are none.
    fn node(&mut self, event: &Event, node: &Node) {
        let health = &node.health;
        let quiet = health.verdict == Verdict::Ready && node.children.is_empty();
        if quiet || self.seen.get(&node.key) == Some(&health.reason) {
            return;
        }
        self.seen.insert(node.key.clone(), health.reason.clone());
        let words = format!("{}: {}", node.key, paint(Role::of(health.verdict), &health.reason));
        let more =
            json!({"object": rows::key(&node.key), "verdict": health.verdict.to_string(), "reason": health.reason});
        self.line(event, "state", &words, more);
    }

    /// Tells what is wrong and what to do about it, once.
    fn cause(&mut self, event: &Event, cause: &Cause) {
        if !self.read.insert(cause.headline.clone()) {
            return;
        }
        let words =
            format!("{} {}\n       {}\n       → {}", paint(Role::Bad, "!"), cause.headline, cause.sentence, cause.next);
        self.line(event, "cause", &words, json!({"cause": rows::cause(cause)}));
    }

    fn line(&self, event: &Event, kind: &str, words: &str, more: Value) {
        if self.report.json {
            let mut row = json!({"type": kind, "at": event.at});
            if let (Some(row), Value::Object(more)) = (row.as_object_mut(), more) {
                row.extend(more);
            }
            return super::row(&row);
        }
        let seconds = event.at.duration_since(self.started).as_secs();
        super::text(&format!("{seconds:>4}s  {words}\n"));
    }
}
