//! A users API as MLflow has one: `GET /version` with a login, `PATCH …/update-password` with the current password.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use http::{Method, Request, Response, StatusCode, header};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpListener;

/// The API, as long as it is held.
pub(super) struct Users {
    address: SocketAddr,
    account: Arc<Mutex<Account>>,
    task: tokio::task::JoinHandle<()>,
}

struct Account {
    name: String,
    password: String,
    changes: usize,
    /// Whether a change is never answered.
    stalls: bool,
}

impl Users {
    pub(super) async fn start(name: &str, password: &str) -> Self {
        let account = Account { name: name.to_owned(), password: password.to_owned(), changes: 0, stalls: false };
        let account = Arc::new(Mutex::new(account));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::clone(&account);
        let task = tokio::spawn(async move {
            loop {
                let Ok((stream, _)) = listener.accept().await else { return };
                let account = Arc::clone(&shared);
                let service = service_fn(move |request| {
                    let account = Arc::clone(&account);
                    async move {
                        let changes = request.method() == Method::PATCH;
                        let answer = answer(&account, request).await;
                        if changes && account.lock().unwrap().stalls {
                            std::future::pending::<()>().await;
                        }
                        Ok::<_, std::convert::Infallible>(answer)
                    }
                });
                tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
            }
        });
        Self { address, account, task }
    }

    pub(super) fn address(&self) -> String {
        self.address.to_string()
    }

    pub(super) fn password(&self) -> String {
        self.account.lock().unwrap().password.clone()
    }

    /// From now on a change is made and never answered; or answered again.
    pub(super) fn stalls(&self, stalls: bool) {
        self.account.lock().unwrap().stalls = stalls;
    }

    pub(super) fn changes(&self) -> usize {
        self.account.lock().unwrap().changes
    }
}

impl Drop for Users {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn answer(account: &Mutex<Account>, request: Request<Incoming>) -> Response<Full<Bytes>> {
    let (head, body) = request.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    let mut account = account.lock().unwrap();
    let login = format!("Basic {}", BASE64_STANDARD.encode(format!("{}:{}", account.name, account.password)));
    let status = if head.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()) != Some(&login) {
        StatusCode::UNAUTHORIZED
    } else if head.method == Method::GET && head.uri.path() == "/version" {
        StatusCode::OK
    } else if head.method == Method::PATCH && head.uri.path() == "/api/2.0/mlflow/users/update-password" {
        let asked: Value = serde_json::from_slice(&body).unwrap();
        let text = |name: &str| asked.get(name).and_then(Value::as_str).unwrap_or_default();
        if text("username") != account.name
            || text("current_password") != account.password
            || text("password").len() < 12
        {
            StatusCode::BAD_REQUEST
        } else {
            text("password").clone_into(&mut account.password);
            account.changes += 1;
            StatusCode::OK
        }
    } else {
        StatusCode::NOT_FOUND
    };
    Response::builder().status(status).body(Full::default()).unwrap()
}
