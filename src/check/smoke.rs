//! What was deployed is used as its users will: calls over HTTP from this machine, one after the other.
//!
//! Calls that clear away are made at the end whatever happened before, as far as there is something to clear.

use std::time::{Duration, Instant};

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Request, header};
use serde_json::{Map, Value};

use super::{Finding, Scrub};
use crate::failure::Result;
use crate::module::{Call, Check, Module, Scene};
use crate::object::clean;
use crate::secret::Secret;
use crate::system::{Answered, Web, basic};

/// How long one call may take.
const DEADLINE: Duration = Duration::from_secs(30);
/// The most of an answer that is shown.
const SHOWN: usize = 200;

/// What a smoke test needs.
#[derive(Debug, Clone, Copy)]
pub struct Smoke<'a> {
    /// The way to make calls.
    pub web: &'a Web,
    /// The module.
    pub module: &'a Module,
    /// The check that declares the calls.
    pub check: &'a Check,
    /// The environment.
    pub scene: &'a Scene<'a>,
    /// What stands before every path.
    pub base: &'a str,
    /// What signs in.
    pub login: Option<&'a (String, Secret)>,
    /// The name of this run, to tell what it makes from everything else.
    pub run: &'a str,
}

/// Makes the calls. The reason is one of the check's own, if the call that failed gives one.
///
/// # Errors
/// When an expression of the check cannot be evaluated.
pub async fn smoke(of: Smoke<'_>) -> Result<(Finding, Option<String>)> {
    let scrub = Scrub::new(of.login.map(|(_, password)| password.clone()));
    let tidy = of.module.steps(of.check);
    let order = (0..tidy.len()).filter(|at| !tidy[*at]).chain((0..tidy.len()).filter(|at| tidy[*at]));
    let (mut taken, mut evidence, mut wrong) = (Value::Object(Map::new()), Vec::new(), None);
    for at in order {
        if wrong.is_some() && !tidy[at] {
            continue;
        }
        let call = match of.module.call(of.check, at, of.scene, (of.run, &taken)) {
            Ok(call) => call,
            // What an earlier call did not bring back needs no clearing away.
            Err(_) if wrong.is_some() => continue,
            Err(failure) => return Err(failure),
        };
        let began = Instant::now();
        let answer = make(of, &call).await;
        let took = began.elapsed().as_millis();
        let said = answer.as_ref().map_or_else(Clone::clone, |reply| reply.status.to_string());
        evidence.push(scrub.text(&format!("{} {}: {said} in {took} ms", call.method, call.path)));
        let judged = match &answer {
            Ok(reply) => judge(&call, reply, &mut taken).map_err(|why| scrub.text(&why)),
            Err(why) => Err(why.clone()),
        };
        if let Err(why) = judged {
            let first = at == 0;
            wrong = wrong.or(Some((call, why, answer.is_err() && first)));
        }
    }
    Ok(match wrong {
        None => (Finding::ok(format!("{} calls, all well: {}", evidence.len(), of.base)).seen(evidence), None),
        Some((_, why, true)) => (
            Finding::unknown(format!("this machine does not reach {}", of.base))
                .because(why)
                .next("run it from a machine that reaches the nodes, or name another way to it: --url URL"),
            None,
        ),
        Some((call, why, false)) => {
            (Finding::fail(format!("it is not so that {}: {why}", call.says)).seen(evidence), call.reason)
        }
    })
}

async fn make(of: Smoke<'_>, call: &Call) -> Result<Answered, String> {
    let address = format!("{}{}", of.base.trim_end_matches('/'), call.path);
    let (body, kind) = call.sends.clone().unwrap_or_default();
    let made = Request::builder().method(call.method).uri(&address).body(Bytes::from(body));
    let mut request = made.map_err(|_| format!("{address} is no address"))?;
    let headers = request.headers_mut();
    headers.insert(header::USER_AGENT, HeaderValue::from_static(concat!("landfall/", env!("CARGO_PKG_VERSION"))));
    if !kind.is_empty() {
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    }
    for (name, value) in &call.headers {
        let pair = HeaderName::try_from(name.as_str()).ok().zip(HeaderValue::from_str(value).ok());
        let (name, value) = pair.ok_or_else(|| format!("{name} cannot be sent as a header"))?;
        headers.insert(name, value);
    }
    if let Some(login) = of.login.filter(|_| call.signed) {
        headers.insert(header::AUTHORIZATION, basic(login));
    }
    of.web.call(request, DEADLINE).await
}

/// Whether an answer is what it has to be; what later calls need is taken from it.
fn judge(call: &Call, reply: &Answered, taken: &mut Value) -> Result<(), String> {
    let text = String::from_utf8_lossy(&reply.body);
    if reply.status != call.status {
        let shown = short(&text);
        let colon = if shown.is_empty() { "" } else { ": " };
        return Err(format!("{} {} answered {}{colon}{shown}", call.method, call.path, reply.status));
    }
    if call.body.as_ref().is_some_and(|wanted| *wanted != text) {
        return Err(format!("{} {} gave back something else", call.method, call.path));
    }
    if call.take.is_empty() {
        return Ok(());
    }
    let body: Value = serde_json::from_str(&text).unwrap_or_default();
    for (name, pointer) in &call.take {
        let found = body.pointer(pointer).filter(|found| !found.is_null());
        let found = found.ok_or_else(|| format!("{} {} answered without {pointer}", call.method, call.path))?;
        taken[name.as_str()] = found.clone();
    }
    Ok(())
}

fn short(text: &str) -> String {
    let text = clean(text).split_whitespace().collect::<Vec<_>>().join(" ");
    match text.char_indices().nth(SHOWN) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text,
    }
}
