//! One HTTP call from this machine. A redirect is an answer like any other: a login never follows one to another host.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{Method, Request, StatusCode, header};
use http_body_util::Full;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use zeroize::Zeroizing;

use super::Reply;
use crate::secret::Secret;

/// How long a call may take.
const PATIENCE: Duration = Duration::from_secs(15);

/// One call.
#[derive(Debug, Clone)]
pub struct Sending {
    /// The method.
    pub method: String,
    /// The address.
    pub url: String,
    /// User and password of basic authentication.
    pub login: Option<(String, Secret)>,
    /// The body, as JSON.
    pub body: Option<Secret>,
}

/// Makes a call. Its status alone counts: 2xx is yes, 401 and 403 refuse the login.
pub async fn send(sending: &Sending) -> Reply {
    let Some(request) = request(sending) else { return Reply::Other("the address is not one".to_owned()) };
    // Read at each call and not at the start: most runs need none.
    let Ok(connector) = hyper_rustls::HttpsConnectorBuilder::new().with_native_roots() else {
        return Reply::Silent("this machine trusts no certificates".to_owned());
    };
    let client: Client<_, Full<Bytes>> =
        Client::builder(TokioExecutor::new()).build(connector.https_or_http().enable_http1().build());
    let status = match tokio::time::timeout(PATIENCE, client.request(request)).await {
        Ok(Ok(answer)) => answer.status(),
        Ok(Err(_)) => return Reply::Silent("it cannot be reached from this machine".to_owned()),
        Err(_) => return Reply::Silent(format!("no answer within {} s", PATIENCE.as_secs())),
    };
    match status {
        status if status.is_success() => Reply::Yes,
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Reply::Refused,
        // Something on the way answers in its place.
        StatusCode::BAD_GATEWAY | StatusCode::SERVICE_UNAVAILABLE | StatusCode::GATEWAY_TIMEOUT => {
            Reply::Silent("it is not up".to_owned())
        }
        StatusCode::BAD_REQUEST | StatusCode::UNPROCESSABLE_ENTITY => {
            Reply::Other("it does not take the new value".to_owned())
        }
        StatusCode::NOT_FOUND => Reply::Other("it does not know the account, or has no such address".to_owned()),
        status => Reply::Other(status.canonical_reason().map_or_else(
            || "it answers something unknown".to_owned(),
            |reason| format!("it answers {:?}", reason.to_lowercase()),
        )),
    }
}

#[expect(clippy::disallowed_methods, reason = "the system behind the address is to be told")]
fn request(sending: &Sending) -> Option<Request<Full<Bytes>>> {
    let method: Method = sending.method.parse().ok()?;
    let mut request = Request::builder().method(method).uri(&sending.url);
    request = request.header(header::USER_AGENT, concat!("landfall/", env!("CARGO_PKG_VERSION")));
    if let Some((user, password)) = &sending.login {
        let pair = password.open(|password| Zeroizing::new(format!("{user}:{password}")));
        let mut value: header::HeaderValue = format!("Basic {}", STANDARD.encode(pair.as_bytes())).parse().ok()?;
        value.set_sensitive(true);
        request = request.header(header::AUTHORIZATION, value);
    }
    let body = match &sending.body {
        Some(body) => {
            request = request.header(header::CONTENT_TYPE, "application/json");
            body.open(|body| Bytes::copy_from_slice(body.as_bytes()))
        }
        None => Bytes::new(),
    };
    request.body(Full::new(body)).ok()
}
