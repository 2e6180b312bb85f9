//! A plan as text.

use std::fmt::Write as _;

use super::column::Widths;
use super::paint::{Role, paint};
use crate::deploy::Payload;
use crate::plan::{Action, Change, FieldChange, Knob, Plan, Validation};

/// The plan: what happens to each object, field by field, and what must be known.
///
/// `ending` is what is said after the sum.
pub(super) fn words(plan: &Plan<Payload>, ending: &str) -> String {
    let mut out = String::new();
    let target = &plan.target;
    let name = paint(Role::Title, &target.environment);
    let _ = writeln!(out, "{name} in {} · ns {} · {}\n", target.context, target.namespace, target.server);
    let shown = || plan.changes.iter().filter(|change| change.action != Action::Unchanged);
    let widths = Widths::of(shown().map(cells));
    for change in shown() {
        row(&mut out, change, &widths);
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
        let last = plan.took.map(|took| format!("{} s last time", took.as_secs().max(1)));
        let downtime = match (restart.downtime, last) {
            (true, Some(last)) => format!(" (Recreate: no service while it does, {last})"),
            (true, None) => " (Recreate: no service while it does)".to_owned(),
            (false, Some(last)) => format!(" ({last})"),
            (false, None) => String::new(),
        };
        let _ = writeln!(out, "\n{} of {}: {} changes{downtime}", pods, restart.workload, restart.because.join(", "));
    }
    for warning in &plan.warnings {
        let _ = writeln!(out, "\n{} {warning}", paint(Role::Warn, "!"));
    }
    for blocker in &plan.blockers {
        let _ = writeln!(out, "\n{} {}\n  → {}", paint(Role::Bad, "✗"), blocker.sentence, blocker.next);
        if let Some(Knob { path, current, suggestion }) = &blocker.knob {
            let other = suggestion.as_deref().unwrap_or("VALUE");
            let _ = writeln!(out, "  → {path} is {current}; another one for this run: --set {path}={other}");
        }
    }
    let _ = writeln!(out, "\n{}{ending}", sum(plan));
    out
}

fn cells(change: &Change) -> [&str; 3] {
    [&change.key.kind, &change.key.name, &change.summary]
}

fn row(out: &mut String, change: &Change, widths: &Widths<3>) {
    let validation = match &change.validation {
        Validation::Valid if change.action == Action::LeftAlone => "",
        Validation::Valid => "server: valid",
        Validation::Unseen(why) => why.as_str(),
        Validation::Refused(_) => "server: refused",
    };
    let [kind, name, summary] = widths.pad(cells(change));
    let role = Role::of_action(change.action);
    let sign = paint(role, change.action.sign());
    let line = format!("{sign} {kind}  {name}  {}  {}", paint(role, &summary), paint(Role::Quiet, validation));
    let _ = writeln!(out, "{}", line.trim_end());
    for field in &change.fields {
        self::field(out, field);
    }
    for conflict in &change.conflicts {
        let value = |value: &Option<String>| value.clone().unwrap_or_else(|| "nothing".to_owned());
        let _ = writeln!(
            out,
            "    {} {} is held by {}: {} there, {} here",
            paint(Role::Warn, "!"),
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
        (Some(before), Some(after)) => {
            writeln!(out, "    {} {}: {before} → {after}", paint(Role::Warn, "~"), field.path)
        }
        (None, Some(after)) => writeln!(out, "    {} {}: {after}", paint(Role::Good, "+"), field.path),
        (Some(before), None) => writeln!(out, "    {} {}: {before}", paint(Role::Bad, "-"), field.path),
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
    format!("{}.", parts.join(", "))
}
