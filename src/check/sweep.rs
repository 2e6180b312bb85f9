//! What an earlier run left in the cluster, because it was ended before it could clear away.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::object::Object;

/// The label on everything that a check makes: the probe it belongs to.
pub const MARK: &str = "landfall.dev/check";
/// The label with the letters of one run.
pub(super) const RUN: &str = "landfall.dev/run";
/// The label with the project it belongs to.
pub const PROJECT: &str = "landfall.dev/project";
/// The annotation with whoever made it.
const WHO: &str = "landfall.dev/who";
/// The annotation with the number of the process that made it, on the machine of whoever did.
const PROCESS: &str = "landfall.dev/process";
/// How long somebody else's may be under way, in seconds: longer than any of them lives.
const LONGEST: i64 = 900;

/// What tells whose an object is.
pub(super) fn sign(metadata: &mut Value, who: &str) {
    metadata["annotations"][WHO] = json!(who);
    metadata["annotations"][PROCESS] = json!(std::process::id().to_string());
}

/// Those of the marked objects that nobody needs any more. One's own are of a run that was ended, unless that run is
/// among the `busy` ones or another process of this machine has it under way; those of others are left alone while they
/// may be under way.
pub fn leftovers<'o>(objects: &'o [Object], who: &str, busy: &[String], now: Timestamp) -> Vec<&'o Object> {
    let old = |object: &Object| {
        object.time("/metadata/creationTimestamp").is_none_or(|made| now.duration_since(made).as_secs() > LONGEST)
    };
    let is_busy = |object: &&Object| object.label(RUN).is_some_and(|run| busy.iter().any(|busy| busy == run));
    let idle = objects.iter().filter(|object| !is_busy(object));
    idle.filter(|object| (object.annotation(WHO) == Some(who) && !lives(object)) || old(object)).collect()
}

/// Whether another process has it under way. A number that was given away again only makes it stay until it is old.
fn lives(object: &Object) -> bool {
    let process = object.annotation(PROCESS).and_then(|number| number.parse::<u32>().ok());
    process.is_some_and(|number| number != std::process::id() && is_running(number))
}

#[cfg(unix)]
fn is_running(number: u32) -> bool {
    let process = i32::try_from(number).ok().and_then(rustix::process::Pid::from_raw);
    process.is_some_and(|process| rustix::process::test_kill_process(process) != Err(rustix::io::Errno::SRCH))
}

#[cfg(not(unix))]
fn is_running(_: u32) -> bool {
    false // nobody can tell there without more than this is worth
}
