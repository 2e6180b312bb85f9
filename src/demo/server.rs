//! The server: one request in, one answer out.

use std::io;
use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderValue, Method, Request, Response, StatusCode, header};
use http_body_util::{BodyExt as _, Channel, Either, Full};
use kube::client::Body;
use serde_json::{Value, json};

use super::Seen;
use super::access::Wish;
use super::apply;
use super::cluster::Cluster;
use super::delete;
use super::discovery;
use super::kinds::{Kind, Sub};
use super::logs;
use super::pick;
use super::read::{self, Shown};
use super::request::{self, Asked, Target};
use super::scale;
use super::status::Refusal;
use super::watch::Watch;
use super::write::{self, Mode, Written};

/// A body that is there at once, or one that streams.
pub(super) type Answer = Response<Either<Full<Bytes>, Channel<Bytes, io::Error>>>;

/// Lines a streamed answer may be ahead of its reader.
const AHEAD: usize = 64;

/// Answers a request.
///
/// # Errors
/// A refused connection once the cluster has ended.
pub(super) async fn serve(cluster: Arc<Cluster>, request: Request<Body>) -> Result<Answer, io::Error> {
    if cluster.end.is_cancelled() {
        return Err(logs::refused());
    }
    let asked = Asked::read(&request);
    let bytes = request.into_body().collect().await.map_err(io::Error::other)?.to_bytes();
    cluster.record(Seen::of(&asked, &bytes));
    Ok(answer(&cluster, &asked, &bytes).unwrap_or_else(|refusal| refused(&refusal)))
}

fn answer(cluster: &Arc<Cluster>, asked: &Asked, bytes: &[u8]) -> Result<Answer, Refusal> {
    if let Some(refusal) = cluster.story(|story| story.stumble(cluster.scenario)) {
        return Err(refusal);
    }
    let aggregated = asked.accept().contains(discovery::AGGREGATED);
    match &asked.target {
        Target::Version => Ok(json(200, &discovery::version())),
        Target::Health => Ok(plain(200, "ok")),
        Target::CoreVersions if aggregated => Ok(discovered(&discovery::aggregated(true))),
        Target::CoreVersions => Ok(json(200, &discovery::core_versions())),
        Target::Groups if aggregated => Ok(discovered(&discovery::aggregated(false))),
        Target::Groups => Ok(json(200, &discovery::group_list())),
        Target::Group(name) => discovery::group(name).map(|body| json(200, &body)).ok_or_else(Refusal::page),
        Target::Resources { group, version } => {
            discovery::resources(group, version).map(|body| json(200, &body)).ok_or_else(Refusal::page)
        }
        Target::AccessReview if asked.method == Method::POST => {
            Ok(json(201, &cluster.access.review(request::body(bytes)?)))
        }
        Target::RulesReview if asked.method == Method::POST => {
            Ok(json(201, &cluster.access.rules(request::body(bytes)?)))
        }
        Target::AccessReview | Target::RulesReview => Err(Refusal::method()),
        Target::Collection { kind, namespace } => {
            allowed(cluster, asked, (kind, None), (namespace, ""))?;
            collection(cluster, asked, kind, namespace, bytes)
        }
        Target::Object { kind, namespace, name, sub } => {
            allowed(cluster, asked, (kind, *sub), (namespace, name))?;
            match sub {
                Some(Sub::Log) => log(cluster, asked, namespace, name),
                Some(Sub::Scale) => scaled(cluster, asked, kind, (namespace, name), bytes),
                Some(Sub::Status) | None => object(cluster, asked, (kind, *sub), (namespace, name), bytes),
            }
        }
        Target::Nothing => Err(Refusal::page()),
    }
}

fn allowed(
    cluster: &Cluster,
    asked: &Asked,
    (kind, sub): (&Kind, Option<Sub>),
    (namespace, name): (&str, &str),
) -> Result<(), Refusal> {
    may(cluster, asked.verb(), (kind, sub), (namespace, name))
}

fn may(
    cluster: &Cluster,
    verb: &str,
    (kind, sub): (&Kind, Option<Sub>),
    (namespace, name): (&str, &str),
) -> Result<(), Refusal> {
    let resource = sub.map_or_else(|| kind.plural.to_owned(), |sub| format!("{}/{}", kind.plural, sub.word()));
    let wish = Wish { verb, group: kind.group, resource: &resource, namespace };
    cluster.access.refuses(&wish).map_or(Ok(()), |why| Err(Refusal::forbidden(kind, name, &why)))
}

fn collection(
    cluster: &Arc<Cluster>,
    asked: &Asked,
    kind: &'static Kind,
    namespace: &str,
    bytes: &[u8],
) -> Result<Answer, Refusal> {
    let shown = Shown::of(asked.accept());
    match asked.method.as_str() {
        "GET" if asked.query.flag("watch") => {
            let watch = Watch::read(kind, namespace, &asked.query, shown)?;
            let (line, body) = Channel::new(AHEAD);
            cluster.spawn(watch.run(Arc::clone(cluster), line));
            Ok(streamed("application/json", body))
        }
        "GET" => {
            let list = cluster.with(|store| read::list(store, kind, namespace, &asked.query, shown))?;
            Ok(json(200, &list))
        }
        "POST" if kind.namespaced() && namespace.is_empty() => Err(Refusal::method()),
        "POST" => {
            let body = request::body(bytes)?;
            let write = asked.write(kind, namespace, "", None);
            written(cluster.with(|store| write::create(store, &write, body))?)
        }
        "DELETE" => {
            let options = options(asked, bytes)?;
            cluster.with(|store| {
                let list = read::list(store, kind, namespace, &asked.query, Shown::Whole)?;
                for item in pick::list(&list, "/items") {
                    let write = delete_of(asked, kind, (pick::namespace(item), pick::name(item)), &options);
                    delete::delete(store, &write, &options)?;
                }
                Ok(json(200, &list))
            })
        }
        _ => Err(Refusal::method()),
    }
}

fn object(
    cluster: &Arc<Cluster>,
    asked: &Asked,
    (kind, sub): (&'static Kind, Option<Sub>),
    (namespace, name): (&str, &str),
    bytes: &[u8],
) -> Result<Answer, Refusal> {
    let write = asked.write(kind, namespace, name, sub);
    match asked.method.as_str() {
        "GET" => {
            let found = cluster.with(|store| store.get(kind, namespace, name));
            let found = found.ok_or_else(|| Refusal::not_found(kind, name))?;
            Ok(json(200, &Shown::of(asked.accept()).object(&found)))
        }
        "PUT" => {
            let body = request::body(bytes)?;
            written(cluster.with(|store| write::replace(store, &write, body))?)
        }
        "PATCH" => {
            let body = request::body(bytes)?;
            match asked.content_type().split(';').next().unwrap_or_default() {
                "application/apply-patch+yaml" => {
                    if cluster.with(|store| store.get(kind, namespace, name)).is_none() {
                        may(cluster, "create", (kind, sub), (namespace, name))?;
                    }
                    written(cluster.with(|store| apply::apply(store, &write, body))?)
                }
                // For plain maps and values a strategic merge is a merge; kubectl's annotations and labels need no more.
                "application/merge-patch+json" | "application/strategic-merge-patch+json" => {
                    written(cluster.with(|store| write::merge_patch(store, &write, &body))?)
                }
                _ => Err(Refusal::media_type()),
            }
        }
        "DELETE" if sub.is_none() => {
            let options = options(asked, bytes)?;
            let write = delete_of(asked, kind, (namespace, name), &options);
            Ok(json(200, &cluster.with(|store| delete::delete(store, &write, &options))?))
        }
        _ => Err(Refusal::method()),
    }
}

fn scaled(
    cluster: &Arc<Cluster>,
    asked: &Asked,
    kind: &'static Kind,
    (namespace, name): (&str, &str),
    bytes: &[u8],
) -> Result<Answer, Refusal> {
    let write = asked.write(kind, namespace, name, Some(Sub::Scale));
    let body = request::body(bytes)?;
    let answer = cluster.with(|store| match asked.method.as_str() {
        "GET" => scale::read(store, &write),
        "PUT" | "PATCH" => scale::write(store, &write, &body),
        _ => Err(Refusal::method()),
    })?;
    Ok(json(200, &answer))
}

fn log(cluster: &Arc<Cluster>, asked: &Asked, namespace: &str, name: &str) -> Result<Answer, Refusal> {
    let tail = logs::open(cluster, namespace, name, &asked.query)?;
    let (line, body) = Channel::new(AHEAD);
    cluster.spawn(tail.run(Arc::clone(cluster), line));
    Ok(streamed("text/plain", body))
}

/// Delete options come in the body, in the query, or in both.
fn options(asked: &Asked, bytes: &[u8]) -> Result<Value, Refusal> {
    let mut options = request::body(bytes)?;
    if options.is_null() {
        options = json!({});
    }
    let policy = asked.query.text("propagationPolicy");
    if !policy.is_empty() {
        options["propagationPolicy"] = json!(policy);
    }
    if let Some(grace) = asked.query.number("gracePeriodSeconds") {
        options["gracePeriodSeconds"] = json!(grace);
    }
    Ok(options)
}

fn delete_of(asked: &Asked, kind: &'static Kind, (namespace, name): (&str, &str), options: &Value) -> write::Write {
    let mut write = asked.write(kind, namespace, name, None);
    if pick::list(options, "/dryRun").iter().any(|word| word == "All") {
        write.mode = Mode::DryRun;
    }
    write
}

#[expect(clippy::unnecessary_wraps, reason = "every branch of the router answers a Result")]
fn written(written: Written) -> Result<Answer, Refusal> {
    Ok(match written {
        Written::Created(object) => json(201, &object),
        Written::Existed(object) => json(200, &object),
    })
}

fn refused(refusal: &Refusal) -> Answer {
    let mut answer =
        if refusal.plain { plain(refusal.code, &refusal.message) } else { json(refusal.code, &refusal.body()) };
    if let Some(seconds) = refusal.retry_after {
        answer.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    answer
}

fn json(code: u16, body: &Value) -> Answer {
    whole(code, "application/json", body.to_string())
}

fn discovered(body: &Value) -> Answer {
    whole(200, "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList", body.to_string())
}

fn plain(code: u16, text: &str) -> Answer {
    whole(code, "text/plain; charset=utf-8", text.to_owned())
}

fn whole(code: u16, kind: &'static str, body: String) -> Answer {
    let mut answer = Response::new(Either::Left(Full::new(Bytes::from(body))));
    *answer.status_mut() = StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    dress(&mut answer, kind);
    answer
}

fn streamed(kind: &'static str, body: Channel<Bytes, io::Error>) -> Answer {
    let mut answer = Response::new(Either::Right(body));
    dress(&mut answer, kind);
    answer
}

fn dress(answer: &mut Answer, kind: &'static str) {
    let headers = answer.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    let date = jiff::Timestamp::now().strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
    if let Ok(date) = HeaderValue::from_str(&date) {
        headers.insert(header::DATE, date);
    }
}
