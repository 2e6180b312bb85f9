//! All that the terminal program knows. It holds and answers; it does not act.

mod ask;
mod environment;

use jiff::Timestamp;
use ratatui::layout::Size;

pub use ask::{Pending, Slot};
pub use environment::{Environment, Known};

use super::Filter;
use super::effect::{Effect, Wish};
use super::keymap::Mode;
use super::shown::{Pane, Shown};
use super::theme::Role;
use crate::secret::{Health, Standing};
use crate::tui::screens::confirm::Confirm;
use crate::tui::screens::help::Text;
use crate::tui::screens::rollout::Containers;
use crate::tui::screens::rotation::Rotation;
use crate::tui::screens::unlock::Unlock;
use crate::tui::screens::value::Value;

/// Which screen is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Screen {
    /// All environments.
    Matrix,
    /// Step 1.
    Credentials,
    /// Step 2.
    Checks,
    /// Step 3.
    Preview,
    /// Step 4, and watching.
    Rollout,
    /// Step 5.
    Outcome,
}

/// What lies over the screen.
#[derive(Debug)]
pub enum Dialog {
    /// The question before applying.
    Confirm(Confirm),
    /// Another value for this run.
    Value(Value),
    /// The passphrase of the vault.
    Unlock(Unlock),
    /// A rotation.
    Rotation(Rotation),
    /// The choice of a log.
    Containers(Containers),
    /// A text to read.
    Text(Text),
    /// The help of a place.
    Help {
        /// Which place.
        of: Mode,
        /// How far it is scrolled.
        scroll: usize,
    },
    /// The words that rows of the pane must have, while they are typed.
    Filter,
    /// The question before leaving.
    Leave,
}

/// A short word about what just happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// What.
    pub text: String,
    /// How it looks.
    pub role: Role,
    /// When it goes away.
    pub until: Timestamp,
}

/// How long a notice stays, in seconds.
const NOTICE: i64 = 6;

/// All that the terminal program knows.
#[derive(Debug)]
pub struct State {
    /// The module's name and title.
    pub module: (String, String),
    /// The module's checks that ask whether what was deployed really works.
    pub after: Vec<String>,
    /// The vault, once it answered.
    pub vault: Option<Standing>,
    /// The environments in the order of the project.
    pub environments: Vec<Environment>,
    /// The chosen one.
    pub chosen: usize,
    /// The screen.
    pub screen: Screen,
    /// How far the story below the matrix is scrolled.
    pub story: usize,
    /// What lies over it.
    pub dialogs: Vec<Dialog>,
    /// The time, as last told.
    pub now: Timestamp,
    /// The size of the terminal.
    pub size: Size,
    /// A short word about what just happened.
    pub notice: Option<Notice>,
    /// When Ctrl-C was pressed last.
    pub interrupted: Option<Timestamp>,
    /// The exit code of the last run.
    pub code: u8,
    /// Questions that are not answered yet.
    pub pending: Pending,
    /// What was drawn last.
    pub shown: Shown,
}

impl State {
    /// The chosen environment.
    pub fn environment(&self) -> Option<&Environment> {
        self.environments.get(self.chosen)
    }

    /// The chosen environment, to change it.
    pub fn environment_mut(&mut self) -> Option<&mut Environment> {
        self.environments.get_mut(self.chosen)
    }

    /// The environment of a name.
    pub fn named(&mut self, name: &str) -> Option<&mut Environment> {
        self.environments.iter_mut().find(|environment| environment.name == name)
    }

    /// The place in which keys have their meaning now.
    pub fn mode(&self) -> Mode {
        match self.dialogs.last() {
            Some(Dialog::Confirm(_)) => Mode::Confirm,
            Some(Dialog::Value(_)) => Mode::Value,
            Some(Dialog::Unlock(_)) => Mode::Unlock,
            Some(Dialog::Rotation(_)) => Mode::Rotation,
            Some(Dialog::Containers(_)) => Mode::Containers,
            Some(Dialog::Text(_) | Dialog::Help { .. }) => Mode::Text,
            Some(Dialog::Filter) => Mode::Filter,
            Some(Dialog::Leave) => Mode::Leave,
            None => match self.screen {
                Screen::Matrix => Mode::Matrix,
                Screen::Credentials if self.form_is_open() => Mode::Credentials,
                Screen::Credentials => Mode::Vault,
                Screen::Checks => Mode::Checks,
                Screen::Preview => Mode::Preview,
                Screen::Rollout => Mode::Rollout,
                Screen::Outcome => Mode::Outcome,
            },
        }
    }

    /// Whether there is a form to type into: the vault is ready and the form is there.
    pub fn form_is_open(&self) -> bool {
        let ready = self.vault.as_ref().is_none_or(|standing| matches!(standing.health, Health::Ready));
        let there = self.environment().and_then(|environment| environment.credentials.as_ref());
        ready && there.is_some_and(|credentials| !credentials.fields.is_empty())
    }

    /// A wish with a number; an older one in the same slot is no longer waited for.
    pub fn ask(&mut self, slot: Slot, wish: Wish) -> Effect {
        Effect { question: self.pending.open(slot, self.now), wish }
    }

    /// Says a short word about what just happened.
    pub fn say(&mut self, text: impl Into<String>, role: Role) {
        let until = self.now.checked_add(jiff::SignedDuration::from_secs(NOTICE)).unwrap_or(self.now);
        self.notice = Some(Notice { text: text.into(), role, until });
    }

    /// Which environment has a run that is not over, the chosen one first.
    pub fn running(&self) -> Option<usize> {
        let runs = |at: usize| self.environments.get(at).is_some_and(Environment::is_applying);
        if runs(self.chosen) { Some(self.chosen) } else { (0..self.environments.len()).find(|at| runs(*at)) }
    }

    /// Whether something on the screen moves.
    pub fn is_moving(&self) -> bool {
        !self.pending.is_empty()
            || self.environments.iter().any(|environment| environment.is_applying() || environment.is_on_its_way())
            || self
                .environment()
                .is_some_and(|environment| environment.checks.is_moving() || environment.smoke.is_moving())
            || self.environment().is_some_and(|environment| environment.rollout.as_ref().is_some_and(|r| !r.is_over()))
    }

    /// The words that rows of the pane which takes keys must have; none where rows are not filtered.
    pub fn filter(&self) -> Option<&Filter> {
        let environment = self.environment()?;
        match self.screen {
            Screen::Matrix | Screen::Credentials | Screen::Checks | Screen::Outcome => None,
            Screen::Preview => Some(&environment.preview.filter),
            Screen::Rollout => environment.rollout.as_ref().map(|rollout| rollout.filters.of(rollout.pane)),
        }
    }

    /// The pane that takes keys.
    pub fn pane(&self) -> Pane {
        let environment = self.environment();
        match self.screen {
            Screen::Matrix | Screen::Credentials | Screen::Checks | Screen::Outcome => Pane::Main,
            Screen::Preview => environment.map_or(Pane::Main, |environment| environment.preview.pane),
            Screen::Rollout => environment.and_then(|e| e.rollout.as_ref()).map_or(Pane::Main, |rollout| rollout.pane),
        }
    }
}
