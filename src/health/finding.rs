//! What was found wrong, with whether waiting is over.

use super::{Cause, Health, Verdict};

/// A cause, weighed: some are fatal at once, some after a grace, some are only waited for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Finding {
    pub(super) cause: Cause,
    /// Whether what shows it will not get there without help.
    pub(super) doomed: bool,
}

impl Finding {
    /// Waiting cannot cure it.
    pub(super) fn fatal(mut cause: Cause) -> Self {
        cause.fatal = true;
        Self { cause, doomed: true }
    }

    /// It may pass, until the grace is over.
    pub(super) fn after(cause: Cause, over: bool) -> Self {
        Self { cause, doomed: over }
    }

    /// It is waited for.
    pub(super) fn waiting(cause: Cause) -> Self {
        Self { cause, doomed: false }
    }

    /// The health of the object that shows it.
    pub(super) fn health(self, reason: impl Into<String>) -> Health {
        let verdict = if self.doomed { Verdict::Failed } else { Verdict::Progressing };
        Health::new(verdict, reason).because(Some(self.cause))
    }

    /// The worst of several; the first among equals.
    pub(super) fn worst(findings: impl IntoIterator<Item = Self>) -> Option<Self> {
        findings.into_iter().reduce(|worst, next| if next.weight() > worst.weight() { next } else { worst })
    }

    fn weight(&self) -> (bool, bool) {
        (self.doomed, self.cause.fatal)
    }
}
