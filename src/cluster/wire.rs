//! One call: a request with a deadline, an answer with its body, or a refusal.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use backon::{ExponentialBuilder, Retryable};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Request, StatusCode, header};
use http_body_util::BodyExt;
use kube::client::Body;
use serde_json::Value;

use super::Ingest;
use super::discover::Resource;
use super::lean::Lean;
use super::line::Line;
use super::refusal::Refusal;
use crate::secret::Digest;

/// How the server's audit log knows us.
const USER_AGENT: &str = concat!("landfall/", env!("CARGO_PKG_VERSION"));

/// One cluster, ready to be asked. Cheap to clone.
#[derive(Clone)]
pub struct Cluster {
    pub(super) line: Arc<Line>,
    pub(super) ingest: Ingest,
    pub(super) known: Arc<Mutex<HashMap<String, Arc<Vec<Resource>>>>>,
    context: String,
    server: String,
}

impl fmt::Debug for Cluster {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cluster").field("context", &self.context).field("server", &self.server).finish_non_exhaustive()
    }
}

/// A request with its deadline.
pub(super) struct Call {
    request: Request<Vec<u8>>,
    deadline: Duration,
    /// Whether the answer is read without field managers.
    lean: bool,
}

impl Call {
    /// A request with the deadline of small answers.
    pub(super) fn new(request: Result<Request<Vec<u8>>, kube::core::request::Error>) -> Result<Self, Refusal> {
        let request = request.map_err(|_| Refusal::garbled())?;
        Ok(Self { request, deadline: Duration::from_secs(10), lean: false })
    }

    /// A GET of an address without parameters.
    pub(super) fn get(path: &str) -> Result<Self, Refusal> {
        let request = Request::get(path).body(Vec::new()).map_err(|_| Refusal::garbled())?;
        Ok(Self { request, deadline: Duration::from_secs(10), lean: false })
    }

    /// The same with another deadline.
    pub(super) fn within(self, seconds: u64) -> Self {
        Self { deadline: Duration::from_secs(seconds), ..self }
    }

    /// The same with an answer that is read without field managers, or not.
    pub(super) fn lean(self, lean: bool) -> Self {
        Self { lean, ..self }
    }
}

/// What came back.
pub(super) struct Reply {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Value,
}

impl Cluster {
    /// A cluster at the end of a line.
    pub(super) fn new(line: Line, context: &str, server: &str, digest: Digest) -> Self {
        Self {
            line: Arc::new(line),
            ingest: Ingest::new(digest),
            known: Arc::default(),
            context: context.to_owned(),
            server: server.to_owned(),
        }
    }

    /// The kubeconfig context.
    pub fn context(&self) -> &str {
        &self.context
    }

    /// The server's URL.
    pub fn server(&self) -> &str {
        &self.server
    }

    /// How objects are taken in.
    pub fn ingest(&self) -> &Ingest {
        &self.ingest
    }

    /// The server's version, such as `v1.36.2`.
    ///
    /// # Errors
    /// When it does not answer within 10 s.
    pub async fn version(&self) -> Result<String, Refusal> {
        let reply = self.call(|| Call::get("/version")).await?;
        Ok(crate::object::clean(reply.body.get("gitVersion").and_then(Value::as_str).unwrap_or("unknown")))
    }

    /// Makes a call, again after a moment where that can help: the server is busy, or the connection broke; and once with
    /// another client where the old one is no longer let in. Every call made here may be repeated, since all writes are
    /// server-side applies or guarded by preconditions.
    pub(super) async fn call(&self, make: impl Fn() -> Result<Call, Refusal> + Send + Sync) -> Result<Reply, Refusal> {
        let patience = ExponentialBuilder::default()
            .with_min_delay(Duration::from_millis(250))
            .with_max_delay(Duration::from_secs(2))
            .with_max_times(5)
            .with_jitter();
        (|| self.attempt(&make))
            .retry(patience)
            .when(Refusal::may_pass)
            .adjust(|refusal, delay| match (refusal, delay) {
                (Refusal::Busy { after: Some(after), .. }, Some(delay)) => Some(delay.max(*after)),
                (Refusal::NoContact { tried, .. }, _) if !tried.is_transient() => None,
                (_, delay) => delay,
            })
            .await
    }

    async fn attempt(&self, make: &(impl Fn() -> Result<Call, Refusal> + Sync)) -> Result<Reply, Refusal> {
        let used = self.line.number();
        match self.once(make()?).await {
            Err(refusal) if self.line.renew(used, &refusal).await && refusal == Refusal::Unauthorized => {
                self.once(make()?).await
            }
            answer => answer,
        }
    }

    /// Makes a call once.
    pub(super) async fn once(&self, call: Call) -> Result<Reply, Refusal> {
        let (deadline, lean) = (call.deadline, call.lean);
        let exchange = async {
            let (status, headers, body) = self.send(call).await?;
            let bytes = body.collect().await.map_err(|error| Refusal::broken(&error))?.to_bytes();
            Ok((status, headers, bytes))
        };
        let (status, headers, bytes): (_, _, Bytes) =
            tokio::time::timeout(deadline, exchange).await.map_err(|_| Refusal::late(deadline))??;
        if status.is_success() {
            let body = if lean {
                serde_json::from_slice(&bytes).map(|Lean(body)| body)
            } else {
                serde_json::from_slice(&bytes)
            };
            Ok(Reply { status, headers, body: body.map_err(|_| Refusal::garbled())? })
        } else {
            Err(Refusal::read(status, &headers, &bytes))
        }
    }

    /// Sends a request and returns as soon as the answer's head is there.
    pub(super) async fn send(&self, call: Call) -> Result<(StatusCode, HeaderMap, Body), Refusal> {
        let mut request = call.request.map(Body::from);
        request.headers_mut().insert(header::USER_AGENT, HeaderValue::from_static(USER_AGENT));
        let response = self.line.client().send(request).await.map_err(|error| Refusal::transport(&error))?;
        let (head, body) = response.into_parts();
        Ok((head.status, head.headers, body))
    }
}
