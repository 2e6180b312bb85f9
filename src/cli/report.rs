//! The only printing: reports for people and for programs. Standard output holds the report, the error stream the rest.

mod follow;
mod json;
mod plan;
mod text;

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
        text.push_str(&format!("  → {hint}\n"));
    }
    put(&mut io::stderr(), &text);
}

/// A closed pipe is the reader's way to say that it has had enough.
fn put(to: &mut dyn Write, text: &str) {
    let _ = to.write_all(text.as_bytes()).and_then(|()| to.flush());
}

impl Report {
    pub(super) const fn new(json: bool) -> Self {
        Self { json }
    }

    /// Text as it stands.
    pub(super) fn text(self, text: &str) {
        put(&mut io::stdout(), text);
    }

    fn row(self, value: &Value) {
        self.text(&format!("{value}\n"));
    }

    /// Something worth knowing that is not part of the report.
    pub(super) fn advice(self, words: &str) {
        put(&mut io::stderr(), &format!("{words}\n"));
    }

    /// Objects as YAML documents, or as one JSON list.
    pub(super) fn objects(self, objects: &[Value]) {
        if self.json {
            return self.row(&Value::Array(objects.to_vec()));
        }
        for object in objects {
            self.text(&format!("---\n{}", to_yaml(object)));
        }
    }

    /// A plan.
    pub(super) fn plan(self, plan: &Plan<Payload>) {
        if self.json { self.row(&json::plan(plan)) } else { self.text(&plan::text(plan)) }
    }

    /// How an operation ended.
    pub(super) fn outcome(self, outcome: &Outcome) {
        if self.json { self.row(&json::outcome(outcome)) } else { self.text(&text::outcome(outcome)) }
    }

    /// How environments are.
    pub(super) fn status(self, looks: &[(Glance, Survey)]) {
        if self.json {
            self.row(&looks.iter().map(|(glance, survey)| json::look(glance, survey)).collect());
        } else {
            self.text(&text::status(looks));
        }
    }

    /// One line, or one JSON row, for each object.
    pub(super) fn verdicts(self, verdicts: &[(Key, Health)]) {
        for (key, health) in verdicts {
            if self.json { self.row(&json::verdict(key, health)) } else { self.text(&text::verdict(key, health)) }
        }
    }

    /// Which credentials are there, with what is said of each.
    pub(super) fn credentials(self, forms: &[(Form, Vec<(String, String)>)]) {
        if self.json {
            self.row(&forms.iter().map(|(form, said)| json::form(form, said)).collect());
        } else {
            forms.iter().for_each(|(form, said)| self.text(&text::form(form, said)));
        }
    }

    /// Something that was done, and to what.
    pub(super) fn done(self, what: &str, place: &str, names: &[String]) {
        if self.json {
            return self.row(&json!({"done": what, "place": place, "names": names}));
        }
        let names = if names.is_empty() { String::new() } else { format!(": {}", names.join(", ")) };
        self.text(&format!("{what} {place}{names}\n"));
    }

    /// What beginning a project will do.
    pub(super) fn draft(self, draft: &Draft, path: &Path, text: &str, vault: &Standing) {
        if self.json {
            return self.row(&json::draft(draft, path, vault));
        }
        self.text(&text::draft(draft, path, text, vault));
    }

    /// The secrets that still stand in a file.
    pub(super) fn still_there(self, file: &str, places: &[String]) {
        if self.json {
            return self.row(&json!({"stillInFile": file, "secrets": places}));
        }
        let lines: Vec<_> = places.iter().map(|place| format!("  {place}\n")).collect();
        self.text(&format!("These secrets still stand in {file}:\n{}", lines.concat()));
    }

    /// A diff in which values are masked already.
    pub(super) fn diff(self, diff: &str) {
        if !self.json {
            self.text(diff);
        }
    }
}
