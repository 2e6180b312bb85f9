//! The only thing a person ever sees go wrong: what, where, why, and what to do next.
//!
//! Every room turns its own errors into a [`Failure`] at its door. A failure never carries a secret value.

use std::{fmt, io};

/// What sort of failure it is. The kind alone decides the exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// The operation was carried out and ended badly.
    Failed,
    /// Bad usage or bad input.
    Input,
    /// The vault is missing, locked or does not answer.
    Vault,
    /// Time ran out before a verdict.
    TimedOut,
    /// The cluster does not answer.
    NoContact,
    /// Something forbids to go on: a conflict, missing rights, another context, a check.
    Blocked,
    /// The operator stopped it.
    Stopped,
}

impl Kind {
    /// The documented exit code of this kind.
    pub const fn exit_code(self) -> u8 {
        match self {
            Self::Failed => 1,
            Self::Input => 2,
            Self::Vault => 3,
            Self::TimedOut => 4,
            Self::NoContact => 5,
            Self::Blocked => 6,
            Self::Stopped => 130,
        }
    }

    /// One lower-case word for machine-readable reports.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Failed => "failed",
            Self::Input => "input",
            Self::Vault => "vault",
            Self::TimedOut => "timed-out",
            Self::NoContact => "no-contact",
            Self::Blocked => "blocked",
            Self::Stopped => "stopped",
        }
    }
}

/// A place in a file, counted from 1.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Place {
    /// The file as the person named it.
    pub file: String,
    /// Line, from 1; 0 when only the file is known.
    pub line: usize,
    /// Column, from 1; 0 when only the line is known.
    pub column: usize,
}

impl Place {
    /// A whole file.
    pub fn file(file: impl Into<String>) -> Self {
        Self { file: file.into(), line: 0, column: 0 }
    }

    /// A line and column of a file, both from 1.
    pub fn new(file: impl Into<String>, line: usize, column: usize) -> Self {
        Self { file: file.into(), line, column }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.line, self.column) {
            (0, _) => write!(f, "{}", self.file),
            (line, 0) => write!(f, "{}:{line}", self.file),
            (line, column) => write!(f, "{}:{line}:{column}", self.file),
        }
    }
}

/// What went wrong, where, why, and what to do next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// Decides the exit code.
    pub kind: Kind,
    /// What failed, as one clause without a full stop: "the module asks for a value that is not there".
    pub what: String,
    /// Where, if it was in a file.
    pub place: Option<Place>,
    /// Why, as one clause, if known.
    pub why: Option<String>,
    /// What to do next, one step each.
    pub hints: Vec<String>,
}

/// A result whose error is meant for a person.
pub type Result<T, E = Failure> = std::result::Result<T, E>;

impl Failure {
    /// A failure of this kind.
    pub fn new(kind: Kind, what: impl Into<String>) -> Self {
        Self { kind, what: what.into(), place: None, why: None, hints: Vec::new() }
    }

    /// A panic, once it is over.
    pub fn broken() -> Self {
        Self::new(Kind::Failed, "a part of landfall broke down")
            .because("what it said stands above; what was applied stays applied")
            .hint("look at what is there with `landfall status`, then try again")
    }

    /// Bad usage or input.
    pub fn input(what: impl Into<String>) -> Self {
        Self::new(Kind::Input, what)
    }

    /// A file or folder that cannot be read, with the reason in words.
    pub fn unreadable(shown: impl Into<String>, error: &io::Error) -> Self {
        let why = match error.kind() {
            io::ErrorKind::NotFound => "it is not there",
            io::ErrorKind::PermissionDenied => "you may not read it",
            io::ErrorKind::InvalidData => "it is not UTF-8 text",
            io::ErrorKind::IsADirectory => "it is a folder",
            io::ErrorKind::NotADirectory => "a part of its path is no folder",
            _ => "the system does not hand it out",
        };
        Self::input("this file cannot be read").at(Place::file(shown)).because(why)
    }

    /// The same failure with its place.
    #[must_use]
    pub fn at(mut self, place: Place) -> Self {
        self.place = Some(place);
        self
    }

    /// The same failure with its reason.
    #[must_use]
    pub fn because(mut self, why: impl Into<String>) -> Self {
        self.why = Some(why.into());
        self
    }

    /// The same failure with one more next step.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(place) = &self.place {
            write!(f, "{place}: ")?;
        }
        f.write_str(&self.what)?;
        if let Some(why) = &self.why {
            write!(f, ": {why}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Failure {}
