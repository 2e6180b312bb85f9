//! What a check found out: verdict, sentence, evidence, and what can be done about it.

use super::{Remedy, Verdict};
use crate::failure::Failure;

/// What a check found out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What it came to.
    pub verdict: Verdict,
    /// One clause without a full stop: "/d/k8s/volumes/mlflow/dev/logs belongs to 0:0, not 1000:1000".
    pub headline: String,
    /// What to do next, as one clause; none when there is nothing to do.
    pub next: Option<String>,
    /// What it rests on, line by line, masked and cleaned.
    pub evidence: Vec<String>,
    /// Ways out that a person takes, best first.
    pub remedies: Vec<Remedy>,
    /// What landfall can carry out itself, after its own confirmation.
    pub mend: Option<Mend>,
    /// Whether going on would lose data: applying is then refused.
    pub loses: bool,
}

/// Something landfall can carry out to mend a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mend {
    /// In words: "set it up on the node for you".
    pub label: String,
    /// What would be done, line by line, for whoever has to confirm it.
    pub says: Vec<String>,
    /// What it is.
    pub errand: Errand,
}

/// What landfall can carry out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Errand {
    /// Make a namespace.
    Namespace(String),
    /// Run a setup of the module, by the name of its template.
    Setup(String),
}

impl From<Box<Self>> for Finding {
    fn from(finding: Box<Self>) -> Self {
        *finding
    }
}

impl Finding {
    /// A finding of this verdict.
    pub fn new(verdict: Verdict, headline: impl Into<String>) -> Self {
        Self {
            verdict,
            headline: headline.into(),
            next: None,
            evidence: Vec::new(),
            remedies: Vec::new(),
            mend: None,
            loses: false,
        }
    }

    /// In order.
    pub fn ok(headline: impl Into<String>) -> Self {
        Self::new(Verdict::Ok, headline)
    }

    /// Worth a look.
    pub fn warn(headline: impl Into<String>) -> Self {
        Self::new(Verdict::Warn, headline)
    }

    /// It will not work.
    pub fn fail(headline: impl Into<String>) -> Self {
        Self::new(Verdict::Fail, headline)
    }

    /// It could not be found out.
    pub fn unknown(headline: impl Into<String>) -> Self {
        Self::new(Verdict::Unknown, headline)
    }

    /// A failure of asking, or of what has to be there before anything can be asked.
    pub fn of(verdict: Verdict, failure: &Failure) -> Self {
        let mut finding = Self::new(verdict, failure.what.clone());
        finding.next = failure.hints.first().cloned();
        finding.evidence.extend(failure.why.clone());
        finding
    }

    /// The same with the next step.
    #[must_use]
    pub fn next(mut self, next: impl Into<String>) -> Self {
        self.next = Some(next.into());
        self
    }

    /// The same with one more line of evidence.
    #[must_use]
    pub fn because(mut self, line: impl Into<String>) -> Self {
        self.evidence.push(line.into());
        self
    }

    /// The same with more lines of evidence.
    #[must_use]
    pub fn seen(mut self, lines: impl IntoIterator<Item = String>) -> Self {
        self.evidence.extend(lines);
        self
    }

    /// The same with one more way out.
    #[must_use]
    pub fn remedy(mut self, remedy: Remedy) -> Self {
        self.remedies.push(remedy);
        self
    }

    /// The same with what landfall can carry out.
    #[must_use]
    pub fn mend(mut self, mend: Mend) -> Self {
        self.mend = Some(mend);
        self
    }
}
