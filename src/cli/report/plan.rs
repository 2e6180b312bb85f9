//! A plan as text.

use std::fmt::Write as _;

use crate::deploy::Payload;
use crate::plan::{Action, Change, FieldChange, Plan, Validation};

/// The plan: what happens to each object, field by field, and what must be known.
pub(super) fn words(plan: &Plan<Payload>) -> String {
    let mut out = String::new();
    let target = &plan.target;
    let _ =
        writeln!(out, "{} in {} · ns {} · {}\n", target.environment, target.context, target.namespace, target.server);
    for change in plan.changes.iter().filter(|change| change.action != Action::Unchanged) {
        row(&mut out, change);
    }
    let staying = plan.count(Action::Unchanged);
    match staying {
        0 => {}
        1 => drop(writeln!(out, "  1 object stays as it is")),
        more => drop(writeln!(out, "  {more} objects stay as they are")),
    }
    for restart in &plan.restarts {
        let pods =
            if restart.pods == 1 { "1 pod restarts".to_owned() } else { format!("{} pods restart", restart.pods) };
        let downtime = if restart.downtime { " (Recreate: no service while it does)" } else { "" };
        let _ = writeln!(out, "\n{} of {}: {} changes{downtime}", pods, restart.workload, restart.because.join(", "));
    }
    for warning in &plan.warnings {
        let _ = writeln!(out, "\n! {warning}");
    }
    for blocker in &plan.blockers {
        let _ = writeln!(out, "\n✗ {}\n  → {}", blocker.sentence, blocker.next);
        if let Some(knob) = &blocker.knob {
            let _ = writeln!(out, "  ({} is {} in landfall.yaml)", knob.path, knob.current);
        }
    }
    let _ = writeln!(out, "\n{}", sum(plan));
    out
}

fn row(out: &mut String, change: &Change) {
    let validation = match &change.validation {
        Validation::Valid if change.action == Action::LeftAlone => "",
        Validation::Valid => "server: valid",
        Validation::Unseen(why) => why.as_str(),
        Validation::Refused(_) => "server: refused",
    };
    let key = &change.key;
    let _ =
        writeln!(out, "{} {:<12} {:<24} {:<28} {validation}", change.action.sign(), key.kind, key.name, change.summary);
    for field in &change.fields {
        self::field(out, field);
    }
    for conflict in &change.conflicts {
        let value = |value: &Option<String>| value.clone().unwrap_or_else(|| "nothing".to_owned());
        let _ = writeln!(
            out,
            "    ! {} is held by {}: {} there, {} here",
            conflict.path,
            conflict.manager,
            value(&conflict.theirs),
            value(&conflict.ours)
        );
    }
    for note in &change.notes {
        let _ = writeln!(out, "    {note}");
    }
}

fn field(out: &mut String, field: &FieldChange) {
    let _ = match (&field.before, &field.after) {
        (Some(before), Some(after)) => writeln!(out, "    ~ {}: {before} → {after}", field.path),
        (None, Some(after)) => writeln!(out, "    + {}: {after}", field.path),
        (Some(before), None) => writeln!(out, "    - {}: {before}", field.path),
        (None, None) => Ok(()),
    };
}

fn sum(plan: &Plan<Payload>) -> String {
    if plan.is_empty() && plan.blockers.is_empty() && !plan.has_conflicts() {
        return "Nothing changes.".to_owned();
    }
    let words = [
        (Action::Create, "created"),
        (Action::Update, "changed"),
        (Action::Replace, "replaced"),
        (Action::Delete, "deleted"),
        (Action::Unchanged, "unchanged"),
        (Action::LeftAlone, "left alone"),
        (Action::Conflict, "in conflict"),
        (Action::Blocked, "blocked"),
    ];
    let parts: Vec<String> = words
        .iter()
        .filter(|(action, _)| plan.count(*action) > 0)
        .map(|(action, word)| format!("{} {word}", plan.count(*action)))
        .collect();
    format!("{}. Nothing was written.", parts.join(", "))
}
