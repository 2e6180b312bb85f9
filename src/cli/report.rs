//! The only printing: reports for people and for programs. Standard output holds the report, the error stream the rest.

mod check;
mod column;
mod follow;
mod json;
mod paint;
mod plan;
mod rotate;
mod sync;
mod vault;
mod words;

use std::fmt::Write as _;
use std::io::{self, IsTerminal, Write};
use std::path::Path;
use std::sync::OnceLock;

use serde_json::{Value, json};

use super::args::Output;
use crate::deploy::{Comparison, Draft, Form, Glance, Instruction, Outcome, Payload, Proof, Survey};
use crate::document::to_yaml;
use crate::failure::{Failure, Kind, Result};
use crate::health::Health;
use crate::object::Key;
use crate::plan::Plan;
use crate::secret::{Standing, VaultKind};
use paint::{Role, paint};
pub(super) use rotate::Turned;
pub(super) use vault::Status;

/// Where credentials that were found in a file go.
#[derive(Debug, Clone)]
pub(super) enum Rest {
    /// Into a vault.
    Vault(Standing),
    /// Nowhere: this vault keeps nothing of what it is given.
    Nowhere(VaultKind),
}

/// An environment's credentials as a list.
#[derive(Debug)]
pub(super) struct Listed {
    /// What there is.
    pub(super) form: Form,
    /// What is said of each value.
    pub(super) said: Vec<(String, String)>,
    /// How they stand to those in the cluster, if it could be asked.
    pub(super) there: Option<Comparison>,
}

/// Writes reports.
#[derive(Debug, Clone, Copy)]
pub(super) struct Report {
    json: bool,
}

/// Says what went wrong, where, why, and what to do next; with `-o json` as one JSON object on the error stream.
pub fn complain(failure: &Failure, output: Output) {
    let text = match output {
        Output::Json => format!("{}\n", json::complaint(failure)),
        Output::Text => {
            let mut text = format!("{}: {failure}\n", paint(Role::Bad, "landfall"));
            for hint in &failure.hints {
                let _ = writeln!(text, "  → {hint}");
            }
            text
        }
    };
    let _ = put(&mut anstream::stderr(), &text);
}

/// Why the report could not be written, once it could not.
static LOST: OnceLock<io::ErrorKind> = OnceLock::new();

fn put(to: &mut dyn Write, text: &str) -> io::Result<()> {
    to.write_all(text.as_bytes()).and_then(|()| to.flush())
}

/// Whether the reader of the report has gone: a closed pipe is its way to say that it has had enough.
fn reader_gone() -> bool {
    LOST.get() == Some(&io::ErrorKind::BrokenPipe)
}

/// What became of the report: a reader that has gone is no failure, a full disk is one.
///
/// # Errors
/// When a part of the report could not be written.
pub(super) fn written() -> Result<()> {
    match LOST.get() {
        None | Some(io::ErrorKind::BrokenPipe) => Ok(()),
        Some(kind) => {
            Err(Failure::new(Kind::Failed, "the report could not be written whole").because(kind.to_string()))
        }
    }
}

/// Text; colours only reach a terminal.
pub(super) fn text(text: &str) {
    if let Err(error) = put(&mut anstream::stdout(), text) {
        let _ = LOST.set(error.kind());
    }
}

/// Whether somebody looks at the report: it goes to a terminal.
pub(super) fn is_seen() -> bool {
    io::stdout().is_terminal()
}

/// Something that is no text of ours: a file that was saved elsewhere.
pub(super) fn bytes(bytes: &[u8]) {
    let mut out = io::stdout();
    if let Err(error) = out.write_all(bytes).and_then(|()| out.flush()) {
        let _ = LOST.set(error.kind());
    }
}

/// Something worth knowing that is not part of the report.
pub(super) fn advice(words: &str) {
    let _ = put(&mut anstream::stderr(), &format!("{words}\n"));
}

fn row(value: &Value) {
    text(&format!("{value}\n"));
}

impl Report {
    pub(super) const fn new(json: bool) -> Self {
        Self { json }
    }

    /// Objects as YAML documents, or as one JSON list.
    pub(super) fn objects(self, objects: &[Value]) {
        if self.json {
            return row(&Value::Array(objects.to_vec()));
        }
        for object in objects {
            text(&format!("---\n{}", to_yaml(object)));
        }
    }

    /// A plan that is only looked at.
    pub(super) fn plan(self, plan: &Plan<Payload>) {
        if self.json { row(&json::plan(plan)) } else { text(&plan::words(plan, " Nothing was written.")) }
    }

    /// A plan that is about to be carried out.
    pub(super) fn intention(self, plan: &Plan<Payload>) {
        if self.json { row(&json::plan(plan)) } else { text(&plan::words(plan, "")) }
    }

    /// How an operation ended.
    pub(super) fn outcome(self, outcome: &Outcome) {
        if self.json { row(&json::outcome(outcome)) } else { text(&words::outcome(outcome)) }
    }

    /// How environments are.
    pub(super) fn status(self, looks: &[(Glance, Survey)]) {
        if self.json {
            row(&looks.iter().map(|(glance, survey)| json::look(glance, survey)).collect());
        } else {
            text(&words::status(looks));
        }
    }

    /// One line, or one JSON row, for each object.
    pub(super) fn verdicts(self, verdicts: &[(Key, Health)]) {
        for (key, health) in verdicts {
            if self.json { row(&json::verdict(key, health)) } else { text(&words::verdict(key, health)) }
        }
    }

    /// Which credentials are there, with what is said of each.
    pub(super) fn credentials(self, forms: &[Listed]) {
        if self.json {
            let row_of = |listed: &Listed| json::form(&listed.form, &listed.said, listed.there.as_ref());
            return row(&forms.iter().map(row_of).collect());
        }
        for Listed { form, said, there } in forms {
            text(&words::form(form, &sync::added(said, there.as_ref())));
        }
    }

    /// How credentials stand to those in the cluster.
    pub(super) fn comparisons(self, comparisons: &[Comparison]) {
        if self.json {
            return row(&comparisons.iter().map(sync::row).collect());
        }
        for comparison in comparisons {
            text(&sync::words(comparison));
        }
    }

    /// What would be taken over from the cluster.
    pub(super) fn taking(self, comparison: &Comparison, names: &[String]) {
        if !self.json {
            text(&sync::taking(comparison, names));
        }
    }

    /// How far a rotation is.
    pub(super) fn turned(self, environment: &str, turn: &Turned<'_>) {
        if self.json { row(&rotate::row(environment, turn)) } else { text(&rotate::words(turn)) }
    }

    /// What somebody has to do at a system.
    pub(super) fn instruction(self, instruction: &Instruction) {
        if self.json { row(&rotate::instruction_row(instruction)) } else { text(&rotate::instruction(instruction)) }
    }

    /// What was rotated, and what proved it.
    pub(super) fn rotated(self, environment: &str, done: &[(String, Proof)]) {
        if self.json { row(&rotate::done_row(environment, done)) } else { text(&rotate::done(environment, done)) }
    }

    /// Something that was done, and to what.
    pub(super) fn done(self, what: &str, place: &str, names: &[String]) {
        if self.json {
            return row(&json!({"type": "done", "done": what, "place": place, "names": names}));
        }
        let names = if names.is_empty() { String::new() } else { format!(": {}", names.join(", ")) };
        text(&format!("{what} {place}{names}\n"));
    }

    /// Something that had nothing to be done to, and why.
    pub(super) fn nothing(self, what: &str, place: &str, why: &str) {
        if self.json { self.done(what, place, &[]) } else { advice(why) }
    }

    /// What beginning a project will do.
    pub(super) fn draft(self, draft: &Draft, path: &Path, yaml: &str, rest: &Rest) {
        if self.json {
            return row(&json::draft(draft, path, rest));
        }
        text(&words::draft(draft, path, yaml, rest));
    }

    /// The secrets that still stand in a file.
    pub(super) fn still_there(self, file: &str, places: &[String]) {
        if self.json {
            return row(&json!({"type": "still-in-file", "file": file, "secrets": places}));
        }
        let lines: Vec<_> = places.iter().map(|place| format!("  {place}\n")).collect();
        text(&format!("These secrets still stand in {file}:\n{}", lines.concat()));
    }

    /// A diff in which values are masked already.
    pub(super) fn diff(self, diff: &str) {
        if !self.json {
            text(diff);
        }
    }
}
