//! What a check came to.

use std::fmt;

use serde::Deserialize;

/// What a check came to, in the order of gravity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// In order.
    Ok,
    /// It could not be found out; the finding says why.
    #[serde(rename = "cannot-tell")]
    Unknown,
    /// It works, and is worth a look.
    Warn,
    /// It will not work.
    Fail,
}

impl Verdict {
    /// Its word in reports.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Unknown => "cannot-tell",
            Self::Warn => "warn",
            Self::Fail => "fail",
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unknown => "cannot tell",
            Self::Ok | Self::Warn | Self::Fail => self.word(),
        })
    }
}
