//! A cluster in a box: an in-process API server and its controllers, reached only through a `kube::Client`.
//!
//! It answers as a Kubernetes 1.36 server does, statuses, `Status` bodies and ownership included; what passes on it
//! and fails on a real server is a bug in it. It knows nothing of the rest of landfall, and the engine never
//! imports it.

mod access;
mod actor;
mod admission;
mod allocate;
mod apply;
mod clock;
mod cluster;
mod colour;
mod controllers;
mod defaults;
mod delete;
mod discovery;
mod events;
mod fields;
mod flaw;
mod inherit;
mod kinds;
mod kubelet;
mod logs;
mod managed;
mod merge;
mod pick;
mod quantity;
mod read;
mod request;
mod scale;
mod scenario;
mod schema;
mod seed;
mod select;
mod server;
mod shape;
mod status;
mod store;
mod story;
mod validate;
mod watch;
mod web;
mod write;

use std::sync::Arc;

use bytes::Bytes;
use http::{Request, Response};
use tower::service_fn;
use tower::util::BoxCloneSyncService;

pub use access::Access;
pub use flaw::Flaw;
pub use scenario::Scenario;

use cluster::Cluster;

/// How a demo cluster behaves.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Options {
    /// What goes wrong.
    pub scenario: Scenario,
    /// Multiplies every delay of the controllers; 1.0 is believable time.
    pub pace: f64,
}

impl Default for Options {
    fn default() -> Self {
        Self { scenario: Scenario::Ok, pace: 1.0 }
    }
}

/// A request the server has seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// `GET`, `PATCH`, …
    pub method: String,
    /// The path without its query.
    pub path: String,
    /// Whether it asked for a dry run.
    pub dry_run: bool,
    /// The field manager it named.
    pub manager: Option<String>,
}

impl Seen {
    fn of(asked: &request::Asked, body: &[u8]) -> Self {
        // Deletions say it in their body.
        let dry_body = asked.method == http::Method::DELETE
            && request::body(body).is_ok_and(|body| !pick::list(&body, "/dryRun").is_empty());
        let manager = asked.query.text("fieldManager");
        Self {
            method: asked.method.to_string(),
            path: asked.path.clone(),
            dry_run: asked.dry() || dry_body,
            manager: (!manager.is_empty()).then(|| manager.to_owned()),
        }
    }

    /// Whether it could have changed the cluster: not a read, not a dry run, not a review.
    pub fn writes(&self) -> bool {
        self.method != "GET" && !self.dry_run && !self.path.starts_with("/apis/authorization.k8s.io/")
    }
}

/// A running demo cluster; dropping it ends its tasks.
pub struct Demo {
    cluster: Arc<Cluster>,
}

impl Demo {
    /// The name of its context.
    pub const CONTEXT: &str = "demo";
    /// The address it is shown under; nothing listens there.
    pub const SERVER: &str = "https://demo.landfall.invalid:6443";

    /// Starts a cluster whose user may do everything, unless the scenario is about that. Needs a tokio runtime around it.
    pub fn start(options: Options) -> Self {
        Self::start_as(options, Access::of(options.scenario))
    }

    /// Starts a cluster for a user with these rights. Needs a tokio runtime around it.
    pub fn start_as(options: Options, access: Access) -> Self {
        let cluster = Cluster::new(options.scenario, options.pace, access);
        seed::plant(&cluster);
        controllers::start(&cluster);
        Self { cluster }
    }

    /// A client of this cluster, with the namespace `default`.
    pub fn client(&self) -> kube::Client {
        let cluster = Arc::clone(&self.cluster);
        let service = service_fn(move |request| server::serve(Arc::clone(&cluster), request));
        kube::Client::new(service, "default")
    }

    /// A way to what answers around this cluster over HTTP: a registry, and what is deployed.
    pub fn web(&self) -> BoxCloneSyncService<Request<Bytes>, Response<Bytes>, std::io::Error> {
        let cluster = Arc::clone(&self.cluster);
        BoxCloneSyncService::new(service_fn(move |request| web::answer(Arc::clone(&cluster), request)))
    }

    /// Every request so far, in order.
    pub fn requests(&self) -> Vec<Seen> {
        self.cluster.requests()
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        self.cluster.end.cancel();
    }
}
