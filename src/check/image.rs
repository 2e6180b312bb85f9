//! Whether an image is there and the pull credentials open it: the registry is asked for its manifest, from this machine.
//!
//! The dialogue is the one of container runtimes (OCI distribution specification; token authentication as Docker's
//! registry describes it): a refusal names where a token is made, and the credentials are shown there alone.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Request, header};
use serde_json::Value;
use zeroize::Zeroizing;

use super::{Finding, Reference, Remedy};
use crate::secret::Secret;
use crate::system::{Answered, Web, basic, sealed};

/// How long one answer may take.
const DEADLINE: Duration = Duration::from_secs(8);

/// What a manifest may be: an index of several platforms, or one image, by OCI and by Docker.
const MANIFESTS: &str = "application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json, \
    application/vnd.docker.distribution.manifest.list.v2+json, application/vnd.docker.distribution.manifest.v2+json";

/// An image and what it is pulled with.
#[derive(Debug, Clone)]
pub struct Pull {
    /// The image.
    pub image: String,
    /// User name and password or token; none where pods name no pull Secret for its registry.
    pub login: Option<(String, Secret)>,
    /// The credentials that these came from.
    pub fields: Vec<String>,
}

/// What a registry demands.
enum Demand {
    /// Nothing: the answer counts.
    Nothing,
    /// The login itself.
    Basic,
    /// A token, made at this address.
    Token(String),
}

/// Asks the registry for an image.
pub async fn pull(web: &Web, pull: &Pull) -> Finding {
    let reference = Reference::parse(&pull.image);
    match ask(web, pull, &reference).await {
        Ok(finding) => finding,
        Err(why) => Finding::unknown(format!("{} is not reached from this machine", reference.registry))
            .because(format!("{}: {why}", reference.manifest()))
            .next("see from the cluster whether the image can be pulled; nodes may reach what this machine does not"),
    }
}

async fn ask(web: &Web, pull: &Pull, reference: &Reference) -> Result<Finding, String> {
    let first = head(web, reference, None).await?;
    let authorization = match demand(&first, reference) {
        Demand::Nothing => return Ok(judge(pull, reference, &first)),
        Demand::Basic => pull.login.as_ref().map(basic),
        Demand::Token(address) => match token(web, pull, &address).await? {
            Ok(token) => Some(bearer(&token)),
            Err(status) => return Ok(refused(pull, reference, status)),
        },
    };
    let second = head(web, reference, authorization).await?;
    Ok(judge(pull, reference, &second))
}

/// Asks for the manifest without taking it.
async fn head(web: &Web, reference: &Reference, authorization: Option<HeaderValue>) -> Result<Answered, String> {
    let mut request = request(Method::HEAD, &reference.manifest())?;
    request.headers_mut().insert(header::ACCEPT, HeaderValue::from_static(MANIFESTS));
    if let Some(authorization) = authorization {
        request.headers_mut().insert(header::AUTHORIZATION, authorization);
    }
    web.call(request, DEADLINE).await
}

/// Has a token made: the token, or the status that says that there is none for these credentials.
async fn token(web: &Web, pull: &Pull, address: &str) -> Result<Result<Secret, u16>, String> {
    let mut request = request(Method::GET, address)?;
    if let Some(login) = &pull.login {
        request.headers_mut().insert(header::AUTHORIZATION, basic(login));
    }
    let reply = web.call(request, DEADLINE).await?;
    if reply.status != 200 {
        return match reply.status {
            401 | 403 => Ok(Err(reply.status)),
            status => Err(format!("its token service answered {status}")),
        };
    }
    let body: Value = serde_json::from_slice(&reply.body).unwrap_or_default();
    let token = ["token", "access_token"].iter().find_map(|name| body.get(name).and_then(Value::as_str));
    token.map(|token| Ok(Secret::new(token))).ok_or_else(|| "its token service gave no token".to_owned())
}

fn request(method: Method, address: &str) -> Result<Request<Bytes>, String> {
    let agent = concat!("landfall/", env!("CARGO_PKG_VERSION"));
    let made = Request::builder().method(method).uri(address).header(header::USER_AGENT, agent).body(Bytes::new());
    made.map_err(|_| "its address cannot be read".to_owned())
}

/// What the first answer demands. Where a token is made is only taken if nobody on the way can listen.
fn demand(reply: &Answered, reference: &Reference) -> Demand {
    if reply.status != 401 {
        return Demand::Nothing;
    }
    let asked = text(&reply.headers, header::WWW_AUTHENTICATE);
    let part = |name: &str| Some(asked.split_once(&format!("{name}=\""))?.1.split('"').next()?.to_owned());
    if asked.to_ascii_lowercase().starts_with("basic") {
        return Demand::Basic;
    }
    let local = reference.manifest().starts_with("http://");
    let Some(realm) = part("realm").filter(|realm| realm.starts_with("https://") || local) else {
        return Demand::Nothing;
    };
    let scope = part("scope").unwrap_or_else(|| format!("repository:{}:pull", reference.repository));
    let mut query = form_urlencoded::Serializer::new(String::new());
    if let Some(service) = part("service") {
        query.append_pair("service", &service);
    }
    query.append_pair("scope", &scope);
    let sign = if realm.contains('?') { '&' } else { '?' };
    Demand::Token(format!("{realm}{sign}{}", query.finish()))
}

fn text(headers: &HeaderMap, name: header::HeaderName) -> &str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

#[expect(clippy::disallowed_methods, reason = "the registry gave this token, and is shown it again")]
fn bearer(token: &Secret) -> HeaderValue {
    token.open(|token| sealed(&Zeroizing::new(format!("Bearer {token}"))))
}

fn judge(pull: &Pull, reference: &Reference, reply: &Answered) -> Finding {
    let with = match &pull.login {
        Some((user, _)) => format!("as {user}"),
        None => "without credentials".to_owned(),
    };
    let evidence = format!("HEAD {} {with}: {}", reference.manifest(), reply.status);
    match reply.status {
        200 => {
            let digest = reply.headers.get("docker-content-digest").and_then(|value| value.to_str().ok());
            Finding::ok(format!("{} can be pulled {with}", pull.image))
                .because(evidence)
                .seen(digest.map(|digest| crate::object::clean(&format!("digest {digest}"))))
        }
        401 | 403 => refused(pull, reference, reply.status).because(evidence),
        404 => {
            Finding::fail(format!("{} has no {} of {}", reference.registry, reference.version, reference.repository))
                .because(evidence)
                .next("correct the image in the module's values; or the credentials, if it is a private one")
        }
        429 => Finding::unknown(format!("{} limits how often it is asked", reference.registry))
            .because(evidence)
            .next("run it again later"),
        status => Finding::unknown(format!("{} answered {status}, which says nothing", reference.registry))
            .because(evidence)
            .next("run it again later"),
    }
}

fn refused(pull: &Pull, reference: &Reference, status: u16) -> Finding {
    let finding = match &pull.login {
        None => Finding::fail(format!("{} wants credentials for {}", reference.registry, reference.repository))
            .next("name a pull Secret for this registry in the module"),
        Some((user, _)) => {
            let words = format!("{} refused {} to {user}", reference.registry, reference.repository);
            Finding::fail(words)
                .next("enter a token that may read packages; the one that is stored is wrong or has expired")
        }
    };
    let finding = finding.because(format!("the registry answered {status} to the credentials"));
    if pull.fields.is_empty() {
        return finding;
    }
    finding.remedy(Remedy::Credentials { fields: pull.fields.clone(), label: "enter a new token".to_owned() })
}
