//! What an answer with an error means: status code and `metav1.Status` body.
//!
//! The signs are those of Kubernetes 1.36: apimachinery's validation, the kinds' strategies, the admission plugins and
//! structured-merge-diff. A sign that is not there leaves the plainest meaning of the code.

use std::time::Duration;

use http::StatusCode;
use serde_json::Value;

use super::refusal::{Held, Refusal};
use super::userinfo::without_userinfo;
use crate::object::clean;

/// A refusal from a status code and its body; `after` is what the header `Retry-After` said.
pub(super) fn classify(status: u16, body: &Value, after: Option<Duration>) -> Refusal {
    let text = |pointer: &str| body.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
    let whole = taken(text("/message"));
    let message = one_line(&whole);
    let causes = body.pointer("/details/causes").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let after =
        after.or_else(|| body.pointer("/details/retryAfterSeconds").and_then(Value::as_u64).map(Duration::from_secs));
    // A webhook or policy may deny with any code.
    if status != 401 && denies(&message) {
        return Refusal::Denied(after_first(&message, " is forbidden: "));
    }
    match status {
        401 => Refusal::Unauthorized,
        403 if causes.iter().any(|cause| of(cause, "reason") == "NamespaceTerminating") => {
            Refusal::NamespaceTerminating(message)
        }
        403 if admission(&message) => Refusal::Denied(after_first(&message, " is forbidden: ")),
        403 if message.is_empty() => Refusal::Forbidden("the server does not say which right is missing".to_owned()),
        403 => Refusal::Forbidden(after_first(&message, " is forbidden: ")),
        404 if text("/details/kind") == "namespaces" => Refusal::NamespaceMissing(clean(text("/details/name"))),
        404 if text("/reason") == "NotFound" && !text("/details/name").is_empty() => Refusal::Missing,
        404 => Refusal::NoSuchKind,
        409 => match held(causes) {
            held if held.is_empty() => Refusal::Stale(message),
            held => Refusal::Conflict(held),
        },
        410 => Refusal::Expired,
        413 => Refusal::Invalid { message: "the object is larger than the server takes".to_owned(), field: None },
        400 if message.contains("strict decoding error: ") => Refusal::UnknownField(after_last(&message, "error: ")),
        400 | 422 => invalid(message, causes),
        429 => Refusal::Busy { message: String::new(), after }, // its text only asks for patience
        502..=504 => Refusal::Busy { message, after },
        500 if message.contains("failed to create typed patch object")
            || message.contains("duplicate entries for key") =>
        {
            Refusal::UnknownField(typed(&whole))
        }
        500 if message.contains("failed calling webhook") => Refusal::Busy { message: webhook(&message), after },
        _ if message.is_empty() => {
            let code = StatusCode::from_u16(status).map_or_else(|_| status.to_string(), |code| code.to_string());
            Refusal::Trouble(format!("the server answered {code} and nothing more"))
        }
        _ => Refusal::Trouble(message),
    }
}

fn taken(text: &str) -> String {
    clean(&without_userinfo(text))
}

/// A text in one line, without its full stop.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").trim_end_matches('.').to_owned()
}

fn of<'v>(cause: &'v Value, field: &str) -> &'v str {
    cause.get(field).and_then(Value::as_str).unwrap_or_default()
}

/// Whether a webhook or a `ValidatingAdmissionPolicy` said no, or cannot be asked by a dry run.
fn denies(message: &str) -> bool {
    message.contains("admission webhook") && (message.contains("denied the request") || message.contains("dry run"))
        || message.contains("ValidatingAdmissionPolicy") && message.contains("denied request")
}

/// Whether a 403 comes from an admission plugin (quota, limits, PodSecurity), not from a missing right. A missing right
/// is told as `User "ann" cannot patch resource …` or as an attempt to grant what one has not.
fn admission(message: &str) -> bool {
    let right = message.contains("\" cannot ") || message.contains("attempting to grant");
    message.contains(" is forbidden: ") && !right
}

/// A 422 (or 400): a field that cannot change, an object that is another one by now, or a value that is wrong.
fn invalid(message: String, causes: &[Value]) -> Refusal {
    // The uid in a request is a guard: a 422 about it means that the object was made anew since.
    if causes.iter().any(|cause| of(cause, "field") == "metadata.uid") {
        return Refusal::Stale(message);
    }
    // Making it anew helps only if nothing else is wrong.
    let cannot_change = |text: &str| IMMUTABLE.iter().any(|signs| signs.iter().all(|sign| text.contains(sign)));
    let immutable = match causes {
        [] => cannot_change(&message),
        causes => causes.iter().all(|cause| cannot_change(of(cause, "message"))),
    };
    if immutable {
        let short = |cause: &Value| {
            let field = taken(of(cause, "field"));
            let why = one_line(taken(of(cause, "message")).lines().next().unwrap_or_default());
            format!("{field}: {}", after_last(&why, ": "))
        };
        let words: Vec<String> = causes.iter().map(short).collect();
        return Refusal::Immutable(if words.is_empty() { message } else { words.join(", ") });
    }
    let message = match after_first(&message, " is invalid: ") {
        message if message.is_empty() => "the server does not say why".to_owned(),
        message => message,
    };
    Refusal::Invalid {
        message,
        field: causes.first().map(|cause| of(cause, "field")).filter(|field| !field.is_empty()).map(clean),
    }
}

/// What the API server writes when a field cannot change; each row's signs stand together.
const IMMUTABLE: [&[&str]; 8] = [
    &["field is immutable"],
    &["may not change once set"],
    &["cannot change roleRef"],
    &["is immutable after creation"],
    &["updates to ", " are forbidden"],
    &["pod updates may not change fields"],
    &["may not be changed in an update"],
    &["Value is immutable"],
];

/// The end of a text, from behind the first such sign: the object's name in front is said elsewhere.
fn after_first(text: &str, sign: &str) -> String {
    text.split_once(sign).map_or(text, |(_, end)| end).to_owned()
}

/// The end of a text, from behind the last such sign.
fn after_last(text: &str, sign: &str) -> String {
    text.rsplit_once(sign).map_or(text, |(_, end)| end).to_owned()
}

/// What structured-merge-diff complains of, without the object it names first: `.spec.foo: field not declared in schema`.
fn typed(message: &str) -> String {
    let complaints = message.split_once("): ").map_or(message, |(_, rest)| rest);
    let lines: Vec<&str> = complaints.lines().map(|line| line.trim().trim_start_matches('.')).collect();
    lines.into_iter().filter(|line| !line.is_empty() && *line != "errors:").collect::<Vec<_>>().join(", ")
}

/// A webhook that does not answer: its name and the innermost reason.
fn webhook(message: &str) -> String {
    let name = message.split("failed calling webhook \"").nth(1).and_then(|rest| rest.split('"').next());
    let why = after_last(message, ": ");
    format!("the admission webhook {} does not answer: {why}", name.unwrap_or("of the cluster"))
}

/// The managers in the causes of a 409; a manager's name is only inside the message (`conflict with "NAME" using …`).
fn held(causes: &[Value]) -> Vec<Held> {
    causes
        .iter()
        .filter(|cause| of(cause, "reason") == "FieldManagerConflict")
        .map(|cause| {
            let manager = of(cause, "message").split('"').nth(1).unwrap_or("another manager");
            Held { field: clean(of(cause, "field")), manager: clean(manager) }
        })
        .collect()
}
