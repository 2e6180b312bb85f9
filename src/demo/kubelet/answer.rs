//! Probe pods: nothing runs in here, so the scenario decides what a probe says, in the words of the module's script.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use serde_json::{Value, json};

use super::Worker;
use super::environ::Environment;
use crate::demo::flaw::Flaw;
use crate::demo::pick;
use crate::demo::scenario::Scenario;

/// The label of pods that belong to a check.
const MARK: &str = "/metadata/labels/landfall.dev~1check";

impl Worker {
    /// Whether the pod belongs to a check.
    pub(super) fn probes(&self) -> bool {
        pick::has(&self.pod, MARK)
    }

    /// What a pod of a check prints.
    pub(super) fn answers(&self, environment: &Environment) -> Vec<(f64, String)> {
        if pick::text(&self.pod, MARK) == "setup" {
            self.cluster.story(crate::demo::story::Story::mend);
            return vec![(0.3, "both directories are there and belong to their user".to_owned())];
        }
        let text = |name: &str| environment.get(name).map(String::as_str).unwrap_or_default();
        let checks = text("LANDFALL_CHECKS").split(',').filter(|check| !check.is_empty());
        checks.map(|check| (0.3, self.answer(check, environment).to_string())).collect()
    }

    fn answer(&self, check: &str, environment: &Environment) -> Value {
        let text = |name: &str| environment.get(name).cloned().unwrap_or_default();
        let owner = format!("{}:{}", text("PROBE_UID"), text("PROBE_GID"));
        let directory = text("PROBE_DIRECTORIES")
            .split(';')
            .next()
            .and_then(|one| one.rsplit('=').next())
            .unwrap_or_default()
            .to_owned();
        let (base, bucket) = (format!("{}:{}", text("PGHOST"), text("PGPORT")), text("S3_BUCKET"));
        let (user, database) = (text("PGUSER"), text("PGDATABASE"));
        let say = |verdict: &str, says: String, reason: &str, evidence: String| {
            let mut answer = json!({"check": check, "verdict": verdict, "says": says, "evidence": [evidence]});
            if !reason.is_empty() {
                answer["reason"] = json!(reason);
            }
            answer
        };
        let fail = |says: String, reason: &str, evidence: String| say("fail", says, reason, evidence);
        let ok = |says: String, evidence: String| say("ok", says, "", evidence);
        let mended = self.cluster.story(|story| story.is_mended());
        match (check, self.cluster.scenario) {
            ("directories", Scenario::Flawed(Flaw::WrongOwner)) if !mended => fail(
                format!("{directory} belongs to 0:0, MLflow runs as {owner}"),
                "owner",
                format!("{directory}: owner 0:0, mode 755"),
            ),
            ("directories", _) => ok(
                format!("{directory} belongs to {owner} and is writable"),
                format!("{directory}: owner {owner}, mode 755"),
            ),
            ("identity", _) => ok(format!("the cluster runs it as {owner}"), "further groups: none".to_owned()),
            ("disk", Scenario::Flawed(Flaw::DiskLow)) => say(
                "warn",
                format!("6.0 GiB free in {directory}, 10 GiB recommended"),
                "room",
                format!("{directory}: 6.0 of 50.0 GiB free"),
            ),
            ("disk", _) => ok(format!("38 GiB free in {directory}"), format!("{directory}: 38.2 of 50.0 GiB free")),
            ("database", Scenario::Flawed(Flaw::DatabaseDown)) => fail(
                format!("PostgreSQL at {base} does not answer"),
                "unreachable",
                format!("connection to server at {base} failed: Connection refused"),
            ),
            ("database", Scenario::Flawed(Flaw::NoDatabase)) => fail(
                format!("there is no database {database} on {base}"),
                "missing",
                format!("FATAL:  database \"{database}\" does not exist"),
            ),
            ("database", Scenario::Flawed(Flaw::NoRight)) => fail(
                format!("{user} may not create tables in {database}"),
                "right",
                format!("PostgreSQL 15.18 at {base}, owner postgres"),
            ),
            ("database", Scenario::Flawed(Flaw::NewerTables)) if self.is_first("the tables", &database) => fail(
                format!(
                    "the tables in {database} are of a newer MLflow or of another program: this image knows no revision \
                     b7c8d9e0f1a2"
                ),
                "tables",
                "tables of MLflow: b7c8d9e0f1a2".to_owned(),
            ),
            ("database", Scenario::CrashLoop) if self.is_first("the database", &text("PGPASSWORD")) => fail(
                format!("PostgreSQL at {base} refused the login of {user}"),
                "login",
                format!("FATAL:  password authentication failed for user \"{user}\""),
            ),
            ("database", _) => {
                ok(format!("{user} may use {database} on {base}"), format!("PostgreSQL 15.18 at {base}, owner {user}"))
            }
            ("bucket", Scenario::Flawed(Flaw::NoBucket)) => {
                fail(format!("there is no bucket {bucket}"), "missing", "bucket: 404 NoSuchBucket".to_owned())
            }
            ("bucket", _) => ok(format!("{bucket} takes, gives, lists and deletes"), "put: well".to_owned()),
            (other, _) => ok(format!("{other} is in order"), "looked at".to_owned()),
        }
    }

    /// Whether this is still the word with which it went wrong first.
    fn is_first(&self, what: &str, word: &str) -> bool {
        let mut hasher = DefaultHasher::new();
        word.hash(&mut hasher);
        self.cluster.story(|story| story.crashes(what, hasher.finish()))
    }
}
