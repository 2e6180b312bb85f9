//! A container that ends although it should not.

use serde_json::Value;

use super::condition::text;
use super::container::{Container, Role};
use super::finding::Finding;
use super::scene::Scene;
use super::{Cause, Trouble, exit, probe, say};
use crate::object::Object;

/// So many restarts since the deploy started are no accident.
const RESTARTS: i64 = 2;

/// Why it ends, and whether it was often enough.
pub(super) fn finding(container: &Container<'_>, pod: &Object, scene: &Scene<'_>) -> Finding {
    let end = container.ended().or_else(|| container.ended_before()).unwrap_or(&Value::Null);
    let restarts = container.restarts() - scene.memory.restarts_before(pod, container.name);
    let over = restarts >= RESTARTS || !container.restarted(pod);
    let cause = if exit::for_memory(end) {
        memory(container, pod)
    } else if let Some(killed) = probe::killed(container, pod, scene) {
        killed
    } else {
        crash(container, pod, end)
    };
    Finding::after(cause, over)
}

fn memory(container: &Container<'_>, pod: &Object) -> Cause {
    let name = container.name;
    let limit = container.spec.pointer("/resources/limits/memory").and_then(Value::as_str);
    let of = limit.map_or_else(String::new, |limit| format!(" of {limit}"));
    Cause::new(Trouble::OutOfMemory, pod.key())
        .inside(name)
        .headline(format!("{name} runs out of memory"))
        .sentence(format!("{name} was killed for exceeding its memory limit{of}."))
        .also(&restarted(container.restarts()))
        .next(match limit {
            Some(limit) => format!("raise the memory limit of {name} above {limit}, or make it use less"),
            None => format!("give {name} more memory, or make it use less"),
        })
}

fn crash(container: &Container<'_>, pod: &Object, end: &Value) -> Cause {
    let name = container.name;
    let init = container.role == Role::Init;
    let words = exit::words(end);
    let trouble = Trouble::Crash { init, exit: exit::code(end), words: words.clone() };
    let what = if init { format!("init container {name}") } else { name.to_owned() };
    let known = !text(end, "reason").is_empty() || end.get("exitCode").is_some();
    let meaning = if known { exit::meaning(end) } else { "ends soon after it starts".to_owned() };
    let headline = if container.restarted(pod) {
        format!("{what} crashes again and again")
    } else {
        format!("{what} ended with an error")
    };
    let last = match words.as_str() {
        "" => String::new(),
        words if meaning.contains(words) => String::new(),
        words => format!("Last line: {}", say::cut(words, 160)),
    };
    Cause::new(trouble, pod.key())
        .inside(name)
        .headline(headline)
        .sentence(format!("{what} {meaning}."))
        .also(&restarted(container.restarts()))
        .also(&last)
        .next(format!("read the log of the last run of {name} and correct what it names"))
}

/// "It was restarted 3 times so far.", or nothing.
pub(super) fn restarted(times: i64) -> String {
    match times {
        ..=0 => String::new(),
        1 => "It was restarted once so far.".to_owned(),
        times => format!("It was restarted {times} times so far."),
    }
}
