//! Colour by role, for a terminal only: `put` takes it out again in pipes, under `NO_COLOR` and on dumb terminals.

use clap::builder::styling::{AnsiColor, Style};

use crate::health::Verdict;
use crate::plan::Action;

/// What a word is, which decides its colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// Well, or new.
    Good,
    /// Worth a look, or changing.
    Warn,
    /// Wrong, or going.
    Bad,
    /// A title.
    Title,
    /// Said besides.
    Quiet,
}

impl Role {
    pub(super) const fn of(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Ready => Self::Good,
            Verdict::Progressing | Verdict::Terminating | Verdict::Unknown => Self::Warn,
            Verdict::Failed => Self::Bad,
        }
    }

    pub(super) const fn of_action(action: Action) -> Self {
        match action {
            Action::Create => Self::Good,
            Action::Update => Self::Warn,
            Action::Replace | Action::Delete | Action::Conflict | Action::Blocked => Self::Bad,
            Action::Unchanged | Action::LeftAlone => Self::Quiet,
        }
    }

    fn style(self) -> Style {
        match self {
            Self::Good => AnsiColor::Green.on_default(),
            Self::Warn => AnsiColor::Yellow.on_default(),
            Self::Bad => AnsiColor::Red.on_default(),
            Self::Title => Style::new().bold(),
            Self::Quiet => Style::new().dimmed(),
        }
    }
}

/// Words in the colour of their role. Pad before painting: colour has no width.
pub(super) fn paint(role: Role, words: &str) -> String {
    let style = role.style();
    format!("{style}{words}{style:#}")
}
