//! How credentials here and in the cluster stand to each other.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::column::Widths;
use super::json::failure;
use super::paint::{Role, paint};
use crate::deploy::{Accord, Compared, Comparison, Edit};
use crate::secret::Stage;

/// For programs: an environment.
pub(super) fn row(comparison: &Comparison) -> Value {
    json!({
        "environment": comparison.environment,
        "fields": fields(comparison),
        "trouble": comparison.trouble.as_ref().map(failure),
    })
}

/// For programs: its credentials.
pub(super) fn fields(comparison: &Comparison) -> Value {
    let named = |compared: &Compared| {
        let mut row = field(compared);
        row["name"] = compared.field.as_str().into();
        row
    };
    comparison.fields.iter().map(named).collect()
}

/// For programs: one credential.
pub(super) fn field(compared: &Compared) -> Value {
    json!({
        "state": compared.accord.word(),
        "place": compared.place,
        "by": compared.edit.as_ref().map(|edit| &edit.by),
        "when": compared.edit.as_ref().and_then(|edit| edit.when),
        "applied": compared.applied,
        "stuck": compared.stuck,
        "rotation": compared.turn.map(Stage::word),
    })
}

/// For people: an environment.
pub(super) fn words(comparison: &Comparison) -> String {
    let mut out = format!("{}\n", paint(Role::Title, &comparison.environment));
    if let Some(trouble) = &comparison.trouble {
        let _ = writeln!(out, "  ? {trouble}");
        for hint in &trouble.hints {
            let _ = writeln!(out, "    → {hint}");
        }
        return out;
    }
    let rows: Vec<[String; 3]> = comparison.fields.iter().map(cells).collect();
    let widths = Widths::of(rows.iter().map(|row| row.each_ref().map(String::as_str)));
    for (row, compared) in rows.iter().zip(&comparison.fields) {
        let [name, said, place] = widths.pad(row.each_ref().map(String::as_str));
        let line = format!("  {} {name}  {said}  {}", sign(compared.accord), paint(Role::Quiet, place.trim_end()));
        let _ = writeln!(out, "{}", line.trim_end());
    }
    for next in nexts(comparison) {
        let _ = writeln!(out, "  → {next}");
    }
    out
}

/// For people: what would be taken over.
pub(super) fn taking(comparison: &Comparison, names: &[String]) -> String {
    let mut out = format!("From the cluster of {} into the vault:\n", comparison.environment);
    let taken = comparison.fields.iter().filter(|compared| names.contains(&compared.field));
    let rows: Vec<[String; 3]> = taken.map(cells).collect();
    let widths = Widths::of(rows.iter().map(|row| row.each_ref().map(String::as_str)));
    for row in &rows {
        let _ = writeln!(out, "  {}", widths.pad(row.each_ref().map(String::as_str)).join("  ").trim_end());
    }
    out
}

/// What is said of each field, with what the cluster says where it is not plainly the same.
pub(super) fn added(said: &[(String, String)], there: Option<&Comparison>) -> Vec<(String, String)> {
    let mut all = said.to_vec();
    let Some(there) = there.filter(|there| there.trouble.is_none() && !is_bare(there)) else { return all };
    for compared in there.fields.iter().filter(|compared| compared.accord != Accord::Unset) {
        match all.iter_mut().find(|(name, _)| *name == compared.field) {
            Some((_, words)) if words.is_empty() => *words = self::said(compared),
            Some((_, words)) => *words = format!("{words}, {}", self::said(compared)),
            None => all.push((compared.field.clone(), self::said(compared))),
        }
    }
    all
}

/// Whether the cluster has nothing of it yet.
fn is_bare(comparison: &Comparison) -> bool {
    comparison.fields.iter().all(|compared| matches!(compared.accord, Accord::NotApplied | Accord::Unset))
}

fn cells(compared: &Compared) -> [String; 3] {
    [compared.field.clone(), said(compared), compared.place.clone().unwrap_or_default()]
}

/// The state in words, with who and when where somebody else is behind it.
fn said(compared: &Compared) -> String {
    let state = compared.accord.to_string();
    let who = |edit: &Edit| {
        let when = edit.when.map_or_else(String::new, |when| format!(", {}", when.strftime("%Y-%m-%d %H:%M UTC")));
        format!("{state} by {}{when}", edit.by)
    };
    match (compared.accord, &compared.edit, &compared.stuck) {
        (
            Accord::ChangedThere | Accord::ChangedBoth | Accord::Differs | Accord::OnlyThere,
            Some(edit),
            None | Some(_),
        ) => who(edit).replace("cluster by", "cluster, by"),
        (Accord::Untold, _, Some(why)) => format!("{state}: {why}"),
        (Accord::NewerHere, ..) => match compared.applied {
            Some(applied) => format!("{state}, applied last {}", applied.strftime("%Y-%m-%d %H:%M UTC")),
            None => state,
        },
        (
            Accord::InSync
            | Accord::ChangedThere
            | Accord::ChangedBoth
            | Accord::Differs
            | Accord::NotApplied
            | Accord::OnlyThere
            | Accord::Unset
            | Accord::Locked
            | Accord::Untold,
            ..,
        ) => state,
    }
}

fn sign(accord: Accord) -> String {
    let (role, sign) = match accord {
        Accord::InSync => (Role::Good, "✓"),
        Accord::NewerHere | Accord::NotApplied | Accord::OnlyThere => (Role::Warn, "!"),
        Accord::ChangedThere | Accord::ChangedBoth | Accord::Differs => (Role::Bad, "≠"),
        Accord::Unset => (Role::Quiet, "–"),
        Accord::Locked | Accord::Untold => (Role::Warn, "?"),
    };
    paint(role, sign)
}

/// What can be done about it.
fn nexts(comparison: &Comparison) -> Vec<String> {
    let name = &comparison.environment;
    let any = |wanted: &[Accord]| comparison.fields.iter().any(|compared| wanted.contains(&compared.accord));
    let mut nexts = Vec::new();
    if any(&[Accord::NewerHere, Accord::NotApplied]) {
        nexts.push(format!("bring what is here into the cluster: landfall apply {name}"));
    }
    if any(&[Accord::OnlyThere, Accord::ChangedThere]) {
        nexts.push(format!("take over what is in the cluster: landfall creds pull {name}"));
    }
    if any(&[Accord::ChangedBoth, Accord::Differs]) {
        nexts.push(format!("choose for each: landfall creds pull {name} FIELD, or overwrite it by applying"));
    }
    if any(&[Accord::ChangedThere]) {
        nexts.push(format!("or overwrite it with what is here: landfall apply {name} --take-over"));
    }
    if any(&[Accord::Locked]) {
        nexts.push("unlock the vault and ask again".to_owned());
    }
    nexts
}
