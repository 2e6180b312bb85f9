//! What an earlier run left in the cluster, because it was ended before it could clear away.

use jiff::Timestamp;

use crate::object::Object;

/// The label on everything that a check makes: the probe it belongs to.
pub const MARK: &str = "landfall.dev/check";
/// The label with the letters of one run.
pub(super) const RUN: &str = "landfall.dev/run";
/// The label with the project it belongs to.
pub const PROJECT: &str = "landfall.dev/project";
/// The annotation with whoever made it.
pub(super) const WHO: &str = "landfall.dev/who";
/// How long somebody else's may be under way, in seconds: longer than any of them lives.
const LONGEST: i64 = 900;

/// Those of the marked objects that nobody needs any more. One's own are of a run that was ended, unless that run is
/// among the `busy` ones; those of others are left alone while they may be under way.
pub fn leftovers<'o>(objects: &'o [Object], who: &str, busy: &[String], now: Timestamp) -> Vec<&'o Object> {
    let old = |object: &Object| {
        object.time("/metadata/creationTimestamp").is_none_or(|made| now.duration_since(made).as_secs() > LONGEST)
    };
    let is_busy = |object: &&Object| object.label(RUN).is_some_and(|run| busy.iter().any(|busy| busy == run));
    let idle = objects.iter().filter(|object| !is_busy(object));
    idle.filter(|object| object.annotation(WHO) == Some(who) || old(object)).collect()
}
