//! An account behind HTTP: one call that changes its password, or tries it.

use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request, StatusCode, header};

use super::web::basic;
use super::{Reply, Web};
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
pub async fn send(web: &Web, sending: &Sending) -> Reply {
    let Some(request) = request(sending) else { return Reply::Other("the address is not one".to_owned()) };
    let status = match web.call(request, PATIENCE).await {
        Ok(answer) => answer.status,
        Err(why) => return Reply::Silent(why),
    };
    match status {
        200..300 => Reply::Yes,
        401 | 403 => Reply::Refused,
        // Something on the way answers in its place.
        502..=504 => Reply::Silent("it is not up".to_owned()),
        400 | 422 => Reply::Other("it does not take the new value".to_owned()),
        404 => Reply::Other("it does not know the account, or has no such address".to_owned()),
        status => {
            let reason = StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason());
            Reply::Other(reason.map_or_else(
                || "it answers something unknown".to_owned(),
                |reason| format!("it answers {:?}", reason.to_lowercase()),
            ))
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "the system behind the address is to be told")]
fn request(sending: &Sending) -> Option<Request<Bytes>> {
    let method: Method = sending.method.parse().ok()?;
    let mut request = Request::builder().method(method).uri(&sending.url);
    request = request.header(header::USER_AGENT, concat!("landfall/", env!("CARGO_PKG_VERSION")));
    if let Some(login) = &sending.login {
        request = request.header(header::AUTHORIZATION, basic(login));
    }
    let body = match &sending.body {
        Some(body) => {
            request = request.header(header::CONTENT_TYPE, "application/json");
            body.open(|body| Bytes::copy_from_slice(body.as_bytes()))
        }
        None => Bytes::new(),
    };
    request.body(body).ok()
}
