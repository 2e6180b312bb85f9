//! One HTTP call from the operator's machine: to a registry, or to what was deployed. API servers are asked elsewhere.
//!
//! Every call has a deadline, answers are read up to a limit, and a redirect is an answer like any other: credentials
//! never follow one to another host. Over TLS it goes through the proxy that `HTTPS_PROXY` and `NO_PROXY` name.

use std::error::Error;
use std::fmt;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::uri::Scheme;
use http::{HeaderMap, HeaderValue, Request, Response};
use http_body_util::{BodyExt, Full, Limited};
use hyper_rustls::HttpsConnectorBuilder;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::proxy::Tunnel;
use hyper_util::client::proxy::matcher::{Intercept, Matcher};
use hyper_util::rt::TokioExecutor;
use tower::util::BoxCloneSyncService;
use tower::{ServiceExt, service_fn};
use zeroize::Zeroizing;

use crate::secret::Secret;

/// The most of an answer that is read.
const LARGEST: usize = 1024 * 1024;

/// A way to make calls. Cheap to clone.
#[derive(Clone)]
pub struct Web(Arc<BoxCloneSyncService<Request<Bytes>, Response<Bytes>, io::Error>>);

/// What came back.
#[derive(Debug, Clone)]
pub struct Answered {
    /// The status code.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
}

impl fmt::Debug for Web {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Web")
    }
}

impl Web {
    /// The network of this machine, with the certificates it trusts.
    pub fn real() -> Self {
        Self::over(BoxCloneSyncService::new(service_fn(send)))
    }

    /// Calls that somebody else answers.
    pub fn over(service: BoxCloneSyncService<Request<Bytes>, Response<Bytes>, io::Error>) -> Self {
        Self(Arc::new(service))
    }

    /// Makes a call.
    ///
    /// # Errors
    /// Why there was no answer, as one clause.
    pub async fn call(&self, request: Request<Bytes>, deadline: Duration) -> Result<Answered, String> {
        let call = (*self.0).clone().oneshot(request);
        let answer = tokio::time::timeout(deadline, call)
            .await
            .map_err(|_| format!("no answer within {} s", deadline.as_secs().max(1)))?
            .map_err(|error| reason(&error))?;
        let (head, body) = answer.into_parts();
        Ok(Answered { status: head.status.as_u16(), headers: head.headers, body })
    }
}

/// Sends a request over the network. Certificates come from files, so they are read only where TLS wants them.
async fn send(request: Request<Bytes>) -> Result<Response<Bytes>, io::Error> {
    let request = request.map(Full::new);
    let builder = Client::builder(TokioExecutor::new());
    let plain = HttpConnector::new();
    let answer = if request.uri().scheme() == Some(&Scheme::HTTP) {
        builder.build::<_, Full<Bytes>>(plain).request(request).await
    } else {
        let tls = HttpsConnectorBuilder::new().with_native_roots()?.https_only().enable_http1();
        match Matcher::from_env().intercept(request.uri()) {
            Some(proxy) => {
                builder.build::<_, Full<Bytes>>(tls.wrap_connector(through(&proxy, plain))).request(request).await
            }
            None => builder.build::<_, Full<Bytes>>(tls.wrap_connector(direct(plain))).request(request).await,
        }
    };
    let (head, body) = answer.map_err(io::Error::other)?.into_parts();
    let body = Limited::new(body, LARGEST).collect().await.map_err(io::Error::other)?.to_bytes();
    Ok(Response::from_parts(head, body))
}

/// A connector whose connections TLS is spoken over.
fn direct(mut connector: HttpConnector) -> HttpConnector {
    connector.enforce_http(false);
    connector
}

/// A way through a proxy. What is spoken with the proxy itself is plain, as nearly every proxy has it.
fn through(proxy: &Intercept, connector: HttpConnector) -> Tunnel<HttpConnector> {
    let tunnel = Tunnel::new(proxy.uri().clone(), connector);
    match proxy.basic_auth() {
        Some(login) => tunnel.with_auth(login.clone()),
        None => tunnel,
    }
}

/// The header that signs a call in with a name and a password.
#[expect(clippy::disallowed_methods, reason = "whoever knows the login is told it")]
pub fn basic((user, password): &(String, Secret)) -> HeaderValue {
    let encoded = password.open(|password| {
        let both = Zeroizing::new(format!("{user}:{password}"));
        Zeroizing::new(STANDARD.encode(both.as_bytes()))
    });
    sealed(&Zeroizing::new(format!("Basic {}", encoded.as_str())))
}

/// A header that no log shows.
pub fn sealed(text: &str) -> HeaderValue {
    let mut value = HeaderValue::from_str(text).unwrap_or_else(|_| HeaderValue::from_static(""));
    value.set_sensitive(true);
    value
}

/// Why there was no answer. Only recognised signs go on.
fn reason(error: &io::Error) -> String {
    let mut next: Option<&(dyn Error + 'static)> = Some(error);
    let mut texts = Vec::new();
    while let Some(inner) = next {
        if let Some(system) = inner.downcast_ref::<io::Error>() {
            let said = match system.kind() {
                io::ErrorKind::ConnectionRefused => "the connection was refused",
                io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionAborted => "the connection was reset",
                io::ErrorKind::NetworkUnreachable | io::ErrorKind::HostUnreachable => "the network is unreachable",
                io::ErrorKind::TimedOut => "the connection did not come about in time",
                _ => "",
            };
            if !said.is_empty() {
                return said.to_owned();
            }
        }
        texts.push(inner.to_string().to_lowercase());
        // An `io::Error` made of another error hands out that one's source, not the error itself.
        next = inner
            .downcast_ref::<io::Error>()
            .and_then(io::Error::get_ref)
            .map_or_else(|| inner.source(), |inner| Some(inner));
    }
    let says = |sign: &str| texts.iter().any(|text| text.contains(sign));
    if says("dns error") || says("lookup address") {
        "the name cannot be resolved".to_owned()
    } else if says("proxy") || says("tunnel") {
        "the proxy did not let the call through".to_owned()
    } else if says("native root ca") {
        "this machine trusts no certificate authority".to_owned()
    } else if says("certificate") {
        "its certificate is not accepted".to_owned()
    } else if says("length limit") {
        "the answer is longer than expected".to_owned()
    } else {
        "the connection did not come about".to_owned()
    }
}
