//! An outcome as labelled facts.

use crate::deploy::{End, Outcome};
use crate::object::Key;
use crate::tui::screens::rollout::stage_words;

/// A label and what there is to say.
pub(super) type Fact = (&'static str, String);

/// What is worth saying of an outcome, in order.
pub(super) fn facts(outcome: &Outcome) -> Vec<Fact> {
    let mut facts = Vec::new();
    let mut add = |label, text: String| {
        if !text.is_empty() {
            facts.push((label, text));
        }
    };
    match outcome.end {
        End::Healthy => {
            let login = outcome.login.as_ref().map_or_else(String::new, |login| format!("      user {login}"));
            add("Open", outcome.url.as_ref().map_or_else(String::new, |url| format!("{url}{login}")));
        }
        End::Failed | End::Stopped | End::TimedOut | End::NoContact => {
            if let Some(cause) = &outcome.cause {
                // The headline stands on top already.
                add("Cause", cause.sentence.clone());
                add("", cause.next.clone());
            }
            if let Some(failure) = &outcome.failure {
                let said = failure.to_string();
                add("Why", if said == outcome.headline { String::new() } else { said });
                failure.hints.iter().for_each(|hint| add("", hint.clone()));
            }
            add("Done", listed(&outcome.done, "nothing was written"));
            add("Not done", listed(&outcome.undone, "nothing is left undone"));
        }
    }
    for despite in &outcome.despite {
        add("Despite", despite.clone());
    }
    add("Changed", outcome.changed.join(", "));
    add("Pods", outcome.pods.clone());
    let mut time = stage_words(&outcome.stages);
    if !time.is_empty() && outcome.end == End::Healthy {
        time.push_str(" ▪ ready");
    }
    add("Time", time);
    add("Same again", outcome.command.clone());
    facts
}

fn listed(keys: &[Key], none: &str) -> String {
    match keys {
        [] => none.to_owned(),
        keys => keys.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
    }
}
