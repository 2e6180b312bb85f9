//! MLflow as a browser and a client on the network meet it: through a NodePort.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::net::Ipv4Addr;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE, HOST, ORIGIN};
use http::{Method, Request, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;

use crate::kubelet::Running;

/// The port of MLflow's container.
const PORT: u16 = 5000;
/// The ports Kubernetes gives to NodePorts.
const NODE_PORTS: std::ops::RangeInclusive<u16> = 30000..=32767;
/// How long an answer may take; a store that is down makes MLflow try for four minutes.
const PATIENCE: Duration = Duration::from_mins(1);
/// What the module's startup probe grants.
const START: Duration = Duration::from_mins(4);

/// A NodePort nobody has on this machine, held open.
pub(crate) struct NodePort {
    listener: TcpListener,
    pub(crate) number: u16,
}

impl NodePort {
    pub(crate) async fn choose() -> Self {
        loop {
            let number = rand::random_range(NODE_PORTS);
            if let Ok(listener) = TcpListener::bind((Ipv4Addr::LOCALHOST, number)).await {
                return Self { listener, number };
            }
        }
    }

    /// Passes every connection on to a pod.
    pub(crate) fn lead_to(self, pod: Ipv4Addr) {
        tokio::spawn(async move {
            while let Ok((mut here, _)) = self.listener.accept().await {
                tokio::spawn(async move {
                    if let Ok(mut there) = TcpStream::connect((pod, PORT)).await {
                        let _ = copy_bidirectional(&mut here, &mut there).await;
                    }
                });
            }
        });
    }
}

/// A place to ask from: which host is named, and who asks.
#[derive(Debug, Clone)]
pub(crate) struct Web {
    port: u16,
    host: String,
    login: Option<String>,
    origin: Option<String>,
}

/// What was answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) body: Bytes,
}

impl Answer {
    /// The body as JSON, when all went well; an artifact that was taken is answered with nothing.
    #[track_caller]
    pub(crate) fn well(&self) -> Value {
        assert_eq!(self.status, 200, "{:?}", self.body);
        if self.body.is_empty() { Value::Null } else { serde_json::from_slice(&self.body).unwrap() }
    }
}

impl Web {
    /// Somebody without a login who opens `http://HOST:PORT`.
    pub(crate) fn open(host: &str, port: u16) -> Self {
        Self { port, host: format!("{host}:{port}"), login: None, origin: None }
    }

    pub(crate) fn signed_in(&self, user: &str, password: &str) -> Self {
        let login = format!("Basic {}", BASE64_STANDARD.encode(format!("{user}:{password}")));
        Self { login: Some(login), ..self.clone() }
    }

    /// The same, sent by a page of this origin.
    pub(crate) fn from(&self, origin: &str) -> Self {
        Self { origin: Some(origin.to_owned()), ..self.clone() }
    }

    /// The same, asked for under another host and port.
    pub(crate) fn at(&self, host: &str) -> Self {
        Self { host: host.to_owned(), ..self.clone() }
    }

    /// The URL in the browser's address field.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.host)
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, Bytes::new()).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Answer {
        self.send(Method::POST, path, body.to_string().into()).await
    }

    pub(crate) async fn send(&self, method: Method, path: &str, body: Bytes) -> Answer {
        timeout(PATIENCE, self.try_send(method, path, body)).await.unwrap().unwrap()
    }

    async fn try_send(&self, method: Method, path: &str, body: Bytes) -> Result<Answer, Box<dyn std::error::Error>> {
        let mut request = Request::builder().method(method).uri(path).header(HOST, &self.host);
        request = request.header(CONTENT_TYPE, "application/json");
        for (name, value) in [(AUTHORIZATION, &self.login), (ORIGIN, &self.origin)] {
            if let Some(value) = value {
                request = request.header(name, value);
            }
        }
        let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).await?;
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
        tokio::spawn(connection);
        let response = sender.send_request(request.body(Full::new(body))?).await?;
        let status = response.status();
        Ok(Answer { status, body: response.into_body().collect().await?.to_bytes() })
    }

    /// Waits as the startup probe does until the server answers.
    pub(crate) async fn answers(&self, server: &mut Running) {
        let begun = Instant::now();
        loop {
            match self.try_send(Method::GET, "/health", Bytes::new()).await {
                Ok(answer) if answer.status == 200 => return,
                Ok(_) | Err(_) => {}
            }
            assert!(!server.is_over(), "it ended by itself: {}", server.words());
            assert!(begun.elapsed() < START, "it does not start: {}", server.words());
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }
}
