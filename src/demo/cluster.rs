//! What server and controllers share: the store behind its lock, the news of a change, time, and the end.

use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::Seen;
use super::access::Access;
use super::kinds::Kind;
use super::logs::Logs;
use super::scenario::Scenario;
use super::store::Store;
use super::story::Story;

/// One cluster.
pub(super) struct Cluster {
    store: Mutex<Store>,
    news: watch::Sender<u64>,
    seen: Mutex<Vec<Seen>>,
    story: Mutex<Story>,
    pub(super) logs: Logs,
    pub(super) access: Access,
    pub(super) scenario: Scenario,
    pace: f64,
    /// Ends every task of this cluster.
    pub(super) end: CancellationToken,
}

fn open<T>(lock: &Mutex<T>) -> MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Cluster {
    pub(super) fn new(scenario: Scenario, pace: f64, access: Access) -> Arc<Self> {
        Arc::new(Self {
            store: Mutex::new(Store::new()),
            news: watch::channel(0).0,
            seen: Mutex::default(),
            story: Mutex::default(),
            logs: Logs::default(),
            access,
            scenario,
            // Without any delay the loops that try again would never let go of the processor.
            pace: if pace.is_finite() { pace.max(0.001) } else { 1.0 },
            end: CancellationToken::new(),
        })
    }

    /// Works on the store and spreads the news if it changed.
    pub(super) fn with<T>(&self, work: impl FnOnce(&mut Store) -> T) -> T {
        let mut store = open(&self.store);
        let before = store.version();
        let result = work(&mut store);
        let after = store.version();
        drop(store);
        if after != before {
            self.news.send_replace(after);
        }
        result
    }

    /// What the scenario remembers of earlier failures.
    pub(super) fn story<T>(&self, work: impl FnOnce(&mut Story) -> T) -> T {
        work(&mut open(&self.story))
    }

    /// Wakes with each change of the store.
    pub(super) fn news(&self) -> watch::Receiver<u64> {
        self.news.subscribe()
    }

    /// The version of the newest change of any of these kinds.
    pub(super) fn changed(&self, kinds: &[&Kind]) -> u64 {
        let store = open(&self.store);
        kinds.iter().map(|kind| store.changed(kind)).max().unwrap_or_default()
    }

    pub(super) fn record(&self, seen: Seen) {
        open(&self.seen).push(seen);
    }

    pub(super) fn requests(&self) -> Vec<Seen> {
        open(&self.seen).clone()
    }

    /// A span of this many seconds at this cluster's pace.
    pub(super) fn span(&self, seconds: f64) -> Duration {
        Duration::from_secs_f64((seconds * self.pace).max(0.0))
    }

    pub(super) async fn pause(&self, seconds: f64) {
        tokio::time::sleep(self.span(seconds)).await;
    }

    /// Runs a task until it is done or the cluster ends.
    pub(super) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        let end = self.end.clone();
        tokio::spawn(async move {
            end.run_until_cancelled(task).await;
        });
    }
}
