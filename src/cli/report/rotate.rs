//! How far rotations are, and what somebody has to do in between.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::paint::{Role, paint};
use crate::deploy::{Instruction, Proof};
use crate::secret::Stage;

/// How far a rotation is.
pub(in crate::cli) struct Turned<'a> {
    /// The credential.
    pub(in crate::cli) field: &'a str,
    /// What was done last.
    pub(in crate::cli) stage: Stage,
}

pub(super) fn row(environment: &str, turn: &Turned<'_>) -> Value {
    json!({
        "type": "rotation",
        "environment": environment,
        "field": turn.field,
        "stage": turn.stage.word(),
        "done": turn.stage.to_string(),
    })
}

pub(super) fn words(turn: &Turned<'_>) -> String {
    format!("{} {}: {}\n", paint(Role::Good, "✓"), turn.field, turn.stage)
}

pub(super) fn instruction_row(instruction: &Instruction) -> Value {
    json!({
        "type": "instruction",
        "field": instruction.field,
        "system": instruction.system,
        "why": instruction.why,
        "say": instruction.say,
        "lines": instruction.lines,
        "needsValue": instruction.needs_value,
    })
}

pub(super) fn instruction(instruction: &Instruction) -> String {
    let mut out = format!("{} {} has to be told\n", paint(Role::Warn, "→"), instruction.system);
    if let Some(why) = &instruction.why {
        let _ = writeln!(out, "  {why}");
    }
    let _ = writeln!(out, "  {}", instruction.say);
    // At the edge, so that it can be copied as it is.
    for line in &instruction.lines {
        let _ = writeln!(out, "\n{line}");
    }
    if !instruction.lines.is_empty() {
        out.push('\n');
    }
    out
}

pub(super) fn done_row(environment: &str, done: &[(String, Proof)]) -> Value {
    let fields: Vec<Value> = done.iter().map(|(field, proof)| json!({"field": field, "proof": proof.word()})).collect();
    json!({"type": "rotated", "environment": environment, "fields": fields})
}

pub(super) fn done(environment: &str, done: &[(String, Proof)]) -> String {
    let mut out = String::new();
    for (field, proof) in done {
        let why = match proof {
            Proof::Login => "a login with the new value works",
            Proof::Rollout => "what reads the new value is ready with it",
            Proof::Nothing => "nothing could prove the new value from here; the next use of it will",
        };
        let _ = writeln!(out, "{} {environment} {field} is rotated: {why}", paint(Role::Good, "✓"));
    }
    out
}
