//! Whether environments keep out of each other's way.

use super::{Finding, Verdict};
use crate::module::{Clash, Level};

/// What the clashes that concern one environment come to. What the module says must not be shared would lose or mix
/// data, so a clash that it blocks forbids to go on.
pub fn separation(clashes: &[Clash], rules: &[String], others: usize) -> Finding {
    let Some(first) = clashes.iter().min_by_key(|clash| clash.level) else {
        return match (others, rules) {
            (0, _) => Finding::ok("it is the only environment of the project"),
            (_, []) => Finding::ok("the module names nothing that environments must not share"),
            (_, [one]) => Finding::ok(format!("it shares no {one} with another environment")),
            (_, [first @ .., last]) => {
                Finding::ok(format!("it shares no {} or {last} with another environment", first.join(", ")))
            }
        };
    };
    let verdict = match first.level {
        Level::Block => Verdict::Fail,
        Level::Warn => Verdict::Warn,
    };
    let mut finding = Finding::new(verdict, first.sentence.clone()).next(first.remedy.clone());
    finding.evidence = clashes.iter().map(|clash| format!("{}: {}", clash.sentence, clash.why)).collect();
    finding.loses = verdict == Verdict::Fail;
    finding
}
