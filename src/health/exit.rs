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
    let message = text(end, "message");
    let unstarted = matches!(text(end, "reason"), "ContainerCannotRun" | "StartError");
    match code(end) {
        _ if say::has(message, &["exec format error"]) => {
            "cannot run on this node: the image is built for another CPU architecture".to_owned()
        }
        _ if unstarted && say::has(message, &["no such file", "not found"]) => {
            "cannot start: its command does not exist in the image".to_owned()
        }
        _ if unstarted && say::has(message, &["permission denied"]) => {
            "cannot start: its command may not be executed".to_owned()
        }
        _ if unstarted => format!("cannot start: {}", say::calm(message)),
        0 => "ends by itself with exit code 0, though it should keep running".to_owned(),
        126 => "ends with exit code 126: its command is not executable".to_owned(),
        127 => "ends with exit code 127: its command was not found in the image".to_owned(),
        128 => "ends with exit code 128: its command could not be started".to_owned(),
        134 => "ends with exit code 134: it aborted itself (SIGABRT)".to_owned(),
        137 => "was killed (exit code 137, SIGKILL): a probe or a stop that took too long".to_owned(),
        139 => "ends with exit code 139: it crashed on a memory fault (SIGSEGV)".to_owned(),
        143 => "was told to stop (exit code 143, SIGTERM)".to_owned(),
        code => format!("ends with exit code {code}"),
    }
}

/// " after 3 s", or nothing when it is not known.
pub(super) fn after(end: &Value) -> String {
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
