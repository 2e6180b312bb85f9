//! A way to a cluster that records what goes over it and can be disturbed.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::future::{pending, ready};
use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use futures::{StreamExt, TryStreamExt, stream};
use http::{Request, Response, header};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::Frame;
use kube::client::Body;
use serde_json::{Value, json};
use tokio::sync::watch;

/// One request.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) method: String,
    pub(crate) address: String,
    pub(crate) body: Bytes,
}

impl Asked {
    pub(crate) fn is_watch(&self) -> bool {
        self.address.contains("watch=")
    }

    pub(crate) fn is_dry_run(&self) -> bool {
        self.address.contains("dryRun=")
    }

    /// The path without its query.
    pub(crate) fn path(&self) -> &str {
        self.address.split('?').next().unwrap_or_default()
    }
}

/// What becomes of a request.
#[derive(Debug, Clone)]
pub(crate) enum Fate {
    /// It is answered.
    Pass,
    /// It is answered later.
    Late(Duration),
    /// There is no connection.
    Refused,
    /// No answer ever comes.
    Silence,
    /// Something else answers: status code, `Retry-After` in seconds, body.
    Answer(u16, Option<u64>, Value),
}

impl Fate {
    /// A `Status` with a code, a reason and a message.
    pub(crate) fn status(code: u16, reason: &str, message: &str) -> Self {
        let body = json!({"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure",
            "code": code, "reason": reason, "message": message});
        Self::Answer(code, None, body)
    }
}

type Answer = Response<UnsyncBoxBody<Bytes, io::Error>>;
type Judge = Box<dyn Fn(&Asked) -> Fate + Send + Sync>;

/// The way itself, seen from beside.
#[derive(Clone)]
pub(crate) struct Wire {
    asked: Arc<Mutex<Vec<Asked>>>,
    cut: watch::Sender<u32>,
}

impl Wire {
    /// Every request so far.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    /// Breaks every answer that is still streaming.
    pub(crate) fn cut(&self) {
        self.cut.send_modify(|cuts| *cuts += 1);
    }
}

/// A client over another whose requests meet a fate.
pub(crate) fn over(
    client: &kube::Client,
    judge: impl Fn(&Asked) -> Fate + Send + Sync + 'static,
) -> (kube::Client, Wire) {
    let wire = Wire { asked: Arc::default(), cut: watch::channel(0).0 };
    let (client, seen, judge) = (client.clone(), wire.clone(), Arc::new(Box::new(judge) as Judge));
    let service = tower::service_fn(move |request| carry(client.clone(), seen.clone(), Arc::clone(&judge), request));
    (kube::Client::new(service, "default"), wire)
}

async fn carry(client: kube::Client, wire: Wire, judge: Arc<Judge>, request: Request<Body>) -> io::Result<Answer> {
    let (head, body) = request.into_parts();
    let body = body.collect().await.map_err(io::Error::other)?.to_bytes();
    let asked = Asked { method: head.method.to_string(), address: head.uri.to_string(), body: body.clone() };
    let fate = judge(&asked);
    wire.asked.lock().unwrap().push(asked);
    match fate {
        Fate::Pass => {}
        Fate::Late(time) => tokio::time::sleep(time).await,
        Fate::Refused => return Err(io::ErrorKind::ConnectionRefused.into()),
        Fate::Silence => pending().await,
        Fate::Answer(code, after, body) => return Ok(said(code, after, &body)),
    }
    let answer = client.send(Request::from_parts(head, Body::from(body))).await.map_err(io::Error::other)?;
    Ok(answer.map(|body| {
        let mut cuts = wire.cut.subscribe();
        let broken = stream::once(async move {
            let _ = cuts.changed().await;
            Some(Err(io::ErrorKind::ConnectionReset.into()))
        });
        let chunks = body.into_data_stream().map_err(io::Error::other).map(Some).chain(stream::iter([None]));
        // What comes first ends it: its own end, or the cut.
        let frames = stream::select(chunks, broken).scan((), |(), chunk| ready(chunk)).map_ok(Frame::data);
        BodyExt::boxed_unsync(StreamBody::new(frames))
    }))
}

fn said(code: u16, after: Option<u64>, body: &Value) -> Answer {
    let mut answer = Response::builder().status(code).header(header::CONTENT_TYPE, "application/json");
    if let Some(seconds) = after {
        answer = answer.header(header::RETRY_AFTER, seconds);
    }
    let body = Full::new(Bytes::from(body.to_string())).map_err(|never| match never {});
    answer.body(BodyExt::boxed_unsync(body)).unwrap()
}
