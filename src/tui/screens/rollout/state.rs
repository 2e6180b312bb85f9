//! A run and how it is looked at.

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::deploy::{Log, LogOf, Operation, Phase, Progress, Remedy, Told};
use crate::failure::Failure;
use crate::object::Key;
use crate::tui::Filter;
use crate::tui::effect::Question;
use crate::tui::shown::Pane;

/// A run or a watch.
#[derive(Debug)]
pub struct Rollout {
    /// Its number; events of other numbers are dropped.
    pub run: Question,
    /// Applying or watching.
    pub operation: Operation,
    /// When it was asked for.
    pub asked: Timestamp,
    /// All events so far.
    pub progress: Progress,
    /// The ways out of what is wrong while it runs, and the headline they belong to.
    pub ways: Option<(String, Vec<Remedy>)>,
    /// Why it ended without an outcome.
    pub failure: Option<Failure>,
    /// The pane that takes keys.
    pub pane: Pane,
    /// The chosen line of the tree, once somebody chose one.
    pub cursor: Option<usize>,
    /// How far the events are scrolled.
    pub events: usize,
    /// How far back in the log; none follows the end.
    pub back: Option<usize>,
    /// The log that is followed, and its number.
    pub follows: Option<(Question, LogOf)>,
    /// Whether somebody chose that log.
    pub chosen: bool,
    /// What must be in a row of each pane.
    pub filters: Filters,
    /// Objects that somebody folded, and pods that somebody opened.
    pub turned: BTreeSet<Key>,
}

/// What must be in a row to be shown, for each pane.
#[derive(Debug, Clone, Default)]
pub struct Filters {
    tree: Filter,
    events: Filter,
    log: Filter,
}

impl Filters {
    /// That of a pane.
    pub fn of(&self, pane: Pane) -> &Filter {
        match pane {
            Pane::Main | Pane::Detail => &self.tree,
            Pane::Events => &self.events,
            Pane::Log => &self.log,
        }
    }

    /// That of a pane, to change it.
    pub fn of_mut(&mut self, pane: Pane) -> &mut Filter {
        match pane {
            Pane::Main | Pane::Detail => &mut self.tree,
            Pane::Events => &mut self.events,
            Pane::Log => &mut self.log,
        }
    }
}

/// The choice of a log.
#[derive(Debug)]
pub struct Containers {
    /// What there is: pod and container.
    pub choices: Vec<LogOf>,
    /// The chosen one.
    pub cursor: usize,
}

impl Rollout {
    /// A run that was just asked for.
    pub fn new(run: Question, operation: Operation, now: Timestamp) -> Self {
        Self {
            run,
            operation,
            asked: now,
            progress: Progress { operation, ..Progress::default() },
            ways: None,
            failure: None,
            pane: Pane::Main,
            cursor: None,
            events: 0,
            back: None,
            follows: None,
            chosen: false,
            filters: Filters::default(),
            turned: BTreeSet::new(),
        }
    }

    /// Whether it is over.
    pub fn is_over(&self) -> bool {
        self.progress.phase == Phase::Ended || self.failure.is_some()
    }

    /// The ways out that can be taken now, best first: not before everything is applied.
    pub fn remedies(&self) -> &[Remedy] {
        if let Some(outcome) = &self.progress.outcome {
            return &outcome.remedies;
        }
        match (&self.ways, self.progress.causes().first()) {
            (Some((headline, ways)), Some(cause)) if *headline == cause.headline && self.is_applied() => ways,
            (_, _) => &[],
        }
    }

    /// Whether everything is applied, or nothing is to be.
    pub fn is_applied(&self) -> bool {
        match self.progress.phase {
            Phase::Waiting | Phase::Ended => true,
            Phase::Starting | Phase::Applying | Phase::Stopping => self.operation == Operation::Watch,
        }
    }

    /// What the cluster told, the newest first, as far as the filter lets it through.
    pub fn told(&self) -> Vec<&Told> {
        let filter = self.filters.of(Pane::Events);
        let takes = |told: &&Told| {
            !filter.is_set() || filter.takes(&format!("{} {} {}", told.object, told.reason, told.message))
        };
        self.progress.told.iter().rev().filter(takes).collect()
    }

    /// The lines of the log that is followed, as far as the filter lets them through.
    pub fn lines(&self) -> Vec<&str> {
        let filter = self.filters.of(Pane::Log);
        self.log()
            .into_iter()
            .flat_map(|log| &log.lines)
            .map(String::as_str)
            .filter(|line| filter.takes(line))
            .collect()
    }

    /// What has come of the log that is followed.
    pub fn log(&self) -> Option<&Log> {
        let (_, of) = self.follows.as_ref()?;
        self.progress.log.as_ref().filter(|log| log.container == of.container && log.pod.name == of.pod)
    }

    /// Other rows of the pane are shown: begins with the first of them.
    pub(crate) fn refilter(&mut self) {
        match self.pane {
            Pane::Main | Pane::Detail => self.cursor = Some(0),
            Pane::Events => self.events = 0,
            Pane::Log => self.back = None,
        }
    }

    /// Whether ways out are offered.
    pub fn offers(&self) -> bool {
        self.is_over() || !self.remedies().is_empty()
    }

    /// Whether an event of this number is ours.
    pub fn is_mine(&self, question: Question) -> bool {
        self.run == question || self.follows.as_ref().is_some_and(|(follow, _)| *follow == question)
    }
}
