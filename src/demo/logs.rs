//! What containers print, and the log endpoint of pods.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use tokio::sync::watch;

use super::clock;
use super::cluster::Cluster;
use super::kinds;
use super::pick;
use super::request::Query;
use super::status::Refusal;
use super::watch::Line;

/// A line and when it came.
#[derive(Debug, Clone)]
struct Printed {
    time: String,
    text: String,
}

/// What one run of a container printed.
#[derive(Debug, Clone, Default)]
struct Run {
    lines: Vec<Printed>,
    ended: bool,
}

#[derive(Debug, Default)]
struct Runs {
    current: Option<Run>,
    previous: Option<Run>,
    /// Counts the starts, so that a follower ends with the run it follows.
    number: u64,
}

/// Pod uid and container name.
type Whose = (String, String);

/// The logs of all containers.
#[derive(Debug)]
pub(super) struct Logs {
    runs: Mutex<BTreeMap<Whose, Runs>>,
    news: watch::Sender<u64>,
}

impl Default for Logs {
    fn default() -> Self {
        Self { runs: Mutex::default(), news: watch::channel(0).0 }
    }
}

impl Logs {
    fn with<T>(&self, work: impl FnOnce(&mut BTreeMap<Whose, Runs>) -> T) -> T {
        work(&mut self.runs.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn ring(&self) {
        self.news.send_modify(|count| *count += 1);
    }

    /// A container starts: what it printed before is its previous log.
    pub(super) fn begin(&self, uid: &str, container: &str) {
        self.with(|runs| {
            let runs = runs.entry((uid.to_owned(), container.to_owned())).or_default();
            runs.previous = runs.current.replace(Run::default()).or(runs.previous.take());
            runs.number += 1;
        });
        self.ring();
    }

    pub(super) fn print(&self, uid: &str, container: &str, text: String) {
        self.with(|runs| {
            let run = runs.get_mut(&(uid.to_owned(), container.to_owned())).and_then(|runs| runs.current.as_mut());
            if let Some(run) = run {
                run.lines.push(Printed { time: clock::precise(), text });
            }
        });
        self.ring();
    }

    pub(super) fn end(&self, uid: &str, container: &str) {
        self.with(|runs| {
            let run = runs.get_mut(&(uid.to_owned(), container.to_owned())).and_then(|runs| runs.current.as_mut());
            if let Some(run) = run {
                run.ended = true;
            }
        });
        self.ring();
    }

    /// A pod is gone.
    pub(super) fn forget(&self, uid: &str) {
        self.with(|runs| runs.retain(|(owner, _), _| owner != uid));
        self.ring();
    }
}

/// A log request that can be answered.
#[derive(Debug)]
pub(super) struct Tail {
    whose: Whose,
    number: u64,
    at: usize,
    follow: bool,
    timestamps: bool,
    previous: bool,
}

/// Reads a log request.
///
/// # Errors
/// 404 for the pod, 400 in the words of API server and kubelet for a container that has no log.
pub(super) fn open(cluster: &Cluster, namespace: &str, name: &str, query: &Query) -> Result<Tail, Refusal> {
    let pod = cluster.with(|store| store.get(&kinds::POD, namespace, name));
    let Some(pod) = pod else { return Err(Refusal::not_found(&kinds::POD, name)) };
    let names = |list: &str| {
        let containers = pick::list(&pod, &format!("/spec/{list}"));
        containers.iter().map(|container| pick::text(container, "/name").to_owned()).collect::<Vec<_>>()
    };
    let (main, init) = (names("containers"), names("initContainers"));
    let container = match (query.text("container"), main.as_slice()) {
        ("", [only]) => only.clone(),
        ("", _) => {
            let init = if init.is_empty() {
                String::new()
            } else {
                format!(" or one of the init containers: [{}]", init.join(" "))
            };
            let choose = format!("choose one of: [{}]{init}", main.join(" "));
            return Err(Refusal::bad_request(format!("a container name must be specified for pod {name}, {choose}")));
        }
        (asked, _) if main.iter().chain(&init).any(|known| known == asked) => asked.to_owned(),
        (asked, _) => {
            return Err(Refusal::bad_request(format!("container {asked} is not valid for pod {name}")));
        }
    };
    let whose = (pick::uid(&pod).to_owned(), container);
    let previous = query.flag("previous");
    let found = cluster.logs.with(|runs| {
        let runs = runs.get(&whose)?;
        let run = if previous { runs.previous.as_ref() } else { runs.current.as_ref() };
        Some((run?.lines.clone(), runs.number))
    });
    let Some((lines, number)) = found else { return Err(silent(&pod, &whose.1, previous)) };
    let mut at = query
        .number("tailLines")
        .and_then(|count| usize::try_from(count).ok())
        .map_or(0, |count| lines.len().saturating_sub(count));
    if let Some(since) = clock::read(query.text("sinceTime")) {
        let fresh = |line: &Printed| clock::read(&line.time).is_none_or(|time| time >= since);
        at = at.max(lines.iter().position(fresh).unwrap_or(lines.len()));
    }
    let follow = query.flag("follow") && !previous;
    Ok(Tail { whose, number, at, follow, timestamps: query.flag("timestamps"), previous })
}

/// Why there is no log.
fn silent(pod: &serde_json::Value, container: &str, previous: bool) -> Refusal {
    let name = pick::name(pod);
    if pick::text(pod, "/spec/nodeName").is_empty() {
        return Refusal::bad_request(format!("pod {name} does not have a host assigned"));
    }
    if previous {
        let message = format!("previous terminated container {container:?} in pod {name:?} not found");
        return Refusal::bad_request(message);
    }
    let statuses = ["containerStatuses", "initContainerStatuses"];
    let reason = statuses
        .iter()
        .flat_map(|list| pick::list(pod, &format!("/status/{list}")))
        .find(|status| pick::text(status, "/name") == container)
        .map(|status| pick::text(status, "/state/waiting/reason").to_owned())
        .filter(|reason| !reason.is_empty())
        .unwrap_or_else(|| "ContainerCreating".to_owned());
    let how = match reason.as_str() {
        "ImagePullBackOff" | "ErrImagePull" => "trying and failing to pull image".to_owned(),
        reason => format!("waiting to start: {reason}"),
    };
    Refusal::bad_request(format!("container {container:?} in pod {name:?} is {how}"))
}

impl Tail {
    /// Sends what is there, and what comes while the container runs.
    pub(super) async fn run(mut self, cluster: Arc<Cluster>, mut line: Line) {
        let mut news = cluster.logs.news.subscribe();
        loop {
            news.borrow_and_update();
            let (text, ended) = self.next(&cluster.logs);
            if !text.is_empty() && line.send_data(Bytes::from(text)).await.is_err() {
                return;
            }
            if ended || !self.follow || news.changed().await.is_err() {
                return;
            }
        }
    }

    fn next(&mut self, logs: &Logs) -> (String, bool) {
        logs.with(|runs| {
            let Some(runs) = runs.get(&self.whose) else { return (String::new(), true) };
            // A new run has begun: what is left of the followed one is the previous log.
            let moved = runs.number != self.number;
            let run = if self.previous || moved { runs.previous.as_ref() } else { runs.current.as_ref() };
            let Some(run) = run else { return (String::new(), true) };
            let fresh = run.lines.get(self.at..).unwrap_or_default();
            let text = fresh.iter().map(|line| self.printed(line)).collect();
            self.at = run.lines.len();
            (text, run.ended || moved)
        })
    }

    fn printed(&self, line: &Printed) -> String {
        if self.timestamps { format!("{} {}\n", line.time, line.text) } else { format!("{}\n", line.text) }
    }
}

/// The error of a connection whose server is gone.
pub(super) fn refused() -> io::Error {
    io::Error::new(io::ErrorKind::ConnectionRefused, "connection refused")
}
