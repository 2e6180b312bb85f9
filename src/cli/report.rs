//! The only printing: reports for people and for programs. Standard output holds the report, the error stream the rest.

mod follow;
mod json;
mod plan;
mod words;

use std::fmt::Write as _;
use std::io::{self, Write};
use std::path::Path;

use serde_json::{Value, json};

use crate::deploy::{Draft, Form, Glance, Outcome, Payload, Survey};
use crate::document::to_yaml;
use crate::failure::Failure;
use crate::health::Health;
use crate::object::Key;
use crate::plan::Plan;
use crate::secret::Standing;

/// Writes reports.
#[derive(Debug, Clone, Copy)]
pub(super) struct Report {
    json: bool,
}

/// Says what went wrong, where, why, and what to do next.
pub fn complain(failure: &Failure) {
    let mut text = format!("landfall: {failure}\n");
    for hint in &failure.hints {
        let _ = writeln!(text, "  → {hint}");
    }
    put(&mut io::stderr(), &text);
}

/// A closed pipe is the reader's way to say that it has had enough.
fn put(to: &mut dyn Write, text: &str) {
    let _ = to.write_all(text.as_bytes()).and_then(|()| to.flush());
}

/// Text as it stands.
pub(super) fn text(text: &str) {
    put(&mut io::stdout(), text);
}

/// Something worth knowing that is not part of the report.
pub(super) fn advice(words: &str) {
    put(&mut io::stderr(), &format!("{words}\n"));
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

    /// A plan.
    pub(super) fn plan(self, plan: &Plan<Payload>) {
        if self.json { row(&json::plan(plan)) } else { text(&plan::words(plan)) }
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
    pub(super) fn credentials(self, forms: &[(Form, Vec<(String, String)>)]) {
        if self.json {
            row(&forms.iter().map(|(form, said)| json::form(form, said)).collect());
        } else {
            for (form, said) in forms {
                text(&words::form(form, said));
            }
        }
    }

    /// Something that was done, and to what.
    pub(super) fn done(self, what: &str, place: &str, names: &[String]) {
        if self.json {
            return row(&json!({"done": what, "place": place, "names": names}));
        }
        let names = if names.is_empty() { String::new() } else { format!(": {}", names.join(", ")) };
        text(&format!("{what} {place}{names}\n"));
    }

    /// What beginning a project will do.
    pub(super) fn draft(self, draft: &Draft, path: &Path, yaml: &str, vault: &Standing) {
        if self.json {
            return row(&json::draft(draft, path, vault));
        }
        text(&words::draft(draft, path, yaml, vault));
    }

    /// The secrets that still stand in a file.
    pub(super) fn still_there(self, file: &str, places: &[String]) {
        if self.json {
            return row(&json!({"stillInFile": file, "secrets": places}));
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
