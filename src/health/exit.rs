//! What the end of a container means.

use serde_json::Value;

use super::condition::{text, time};
use super::say;

/// The exit code of an ended container.
pub(super) fn code(end: &Value) -> i64 {
    end.get("exitCode").and_then(Value::as_i64).unwrap_or(0)
}

/// Whether it was killed for memory.
pub(super) fn for_memory(end: &Value) -> bool {
    text(end, "reason") == "OOMKilled"
}

/// What the end means, to stand after the container's name. Codes over 128 are 128 plus the signal.
pub(super) fn meaning(end: &Value) -> String {
    let (what, why) = told(end);
    let why = if why.is_empty() { String::new() } else { format!(": {why}") };
    format!("{what}{}{why}", after(end))
}

fn told(end: &Value) -> (String, String) {
    let message = text(end, "message");
    let unstarted = matches!(text(end, "reason"), "ContainerCannotRun" | "StartError");
    let code = code(end);
    let why = match code {
        _ if say::has(message, &["exec format error"]) => {
            return (
                "cannot run on this node".to_owned(),
                "the image is built for another CPU architecture".to_owned(),
            );
        }
        _ if unstarted => {
            let why = if say::has(message, &["no such file", "not found"]) {
                "its command does not exist in the image".to_owned()
            } else if say::has(message, &["permission denied"]) {
                "its command may not be executed".to_owned()
            } else {
                say::calm(message)
            };
            return ("cannot start".to_owned(), why);
        }
        0 => return ("ends by itself with exit code 0".to_owned(), "it should keep running".to_owned()),
        126 => "its command is not executable",
        127 => "its command was not found in the image",
        128 => "its command could not be started",
        134 => "it aborted itself (SIGABRT)",
        137 => "it was killed (SIGKILL) by a probe or a stop that took too long",
        139 => "it crashed on a memory fault (SIGSEGV)",
        143 => "it was told to stop (SIGTERM)",
        _ => "",
    };
    (format!("ends with exit code {code}"), why.to_owned())
}

/// " after 3 s", or nothing when it is not known.
fn after(end: &Value) -> String {
    match (time(end, "startedAt"), time(end, "finishedAt")) {
        (Some(from), Some(until)) if until >= from => format!(" after {}", say::span(until.duration_since(from))),
        _ => String::new(),
    }
}

/// Its last words; the end message holds them when the container asks for it.
pub(super) fn words(end: &Value) -> String {
    let unstarted = matches!(text(end, "reason"), "ContainerCannotRun" | "StartError");
    if unstarted { say::calm(text(end, "message")) } else { say::last_line(text(end, "message")) }
}
