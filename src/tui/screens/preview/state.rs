//! The plan and how it is looked at.

use crate::deploy::{Payload, TakeOver};
use crate::failure::Failure;
use crate::plan::{Action, Blocker, Change, Conflict, Knob, Plan};
use crate::tui::Filter;
use crate::tui::shown::Pane;

/// What is shown of an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Shows {
    /// What differs.
    #[default]
    Diff,
    /// The whole object.
    Yaml,
}

/// The plan and how it is looked at.
#[derive(Debug, Default)]
pub struct Preview {
    /// The plan, once it is drawn; gone once it is approved.
    pub plan: Option<Plan<Payload>>,
    /// Why there is none.
    pub failure: Option<Failure>,
    /// The chosen object.
    pub cursor: usize,
    /// The pane that takes keys.
    pub pane: Pane,
    /// What is shown of the object.
    pub shows: Shows,
    /// Whether the fields that the cluster fills are shown.
    pub filled: bool,
    /// How far the detail is scrolled.
    pub scroll: usize,
    /// What this plan takes over from others who hold it.
    pub takes_over: TakeOver,
    /// The chosen one of the fields that others hold.
    pub field: usize,
    /// What must be in a row of the list.
    pub filter: Filter,
}

impl Preview {
    /// The chosen change.
    pub fn change(&self) -> Option<&Change> {
        self.plan.as_ref()?.changes.get(self.cursor)
    }

    /// The chosen one of the fields of the chosen object that others hold, while the differences take keys.
    pub fn conflict(&self) -> Option<&Conflict> {
        let there = self.pane == Pane::Detail && self.shows == Shows::Diff;
        let conflicts = &self.change().filter(|_| there)?.conflicts;
        conflicts.get(self.field.min(conflicts.len().saturating_sub(1)))
    }

    /// Whether something of the chosen object can be taken over, or left to others again.
    pub fn can_take(&self) -> bool {
        let chosen =
            |change: &Change| !change.conflicts.is_empty() || self.takes_over.keys().any(|key| *key == change.key);
        self.change().is_some_and(chosen)
    }

    /// The rows that the filter lets through, as places in the plan.
    pub fn rows(&self) -> Vec<usize> {
        let changes = self.plan.iter().flat_map(|plan| &plan.changes).enumerate();
        changes.filter(|(_, change)| self.filter.takes(&row(change))).map(|(at, _)| at).collect()
    }

    /// What forbids the chosen object, or the whole plan.
    pub fn blockers(&self) -> impl Iterator<Item = &Blocker> {
        self.plan.iter().flat_map(|plan| &plan.blockers)
    }

    /// The value that would mend what forbids the plan, that of the chosen object first.
    pub fn knob(&self) -> Option<&Knob> {
        let chosen = self.change().map(|change| &change.key);
        let mine = self.blockers().filter(|blocker| blocker.key.as_ref() == chosen);
        mine.chain(self.blockers()).find_map(|blocker| blocker.knob.as_ref())
    }

    /// Whether there is something to apply and nothing forbids it.
    pub fn is_ready(&self) -> bool {
        self.plan.as_ref().is_some_and(|plan| !plan.is_empty() && plan.blockers.is_empty() && !plan.has_conflicts())
    }

    /// Whether applying would change nothing and nothing forbids it.
    pub fn is_settled(&self) -> bool {
        self.plan.as_ref().is_some_and(|plan| plan.is_empty() && plan.blockers.is_empty() && !plan.has_conflicts())
    }

    /// How many objects stay.
    pub fn staying(&self) -> usize {
        self.plan.as_ref().map_or(0, |plan| plan.count(Action::Unchanged) + plan.count(Action::LeftAlone))
    }
}

/// What a filter looks for the words in.
fn row(change: &Change) -> String {
    let holders: Vec<&str> = change.conflicts.iter().map(|conflict| conflict.manager.as_str()).collect();
    let Change { key, action, summary, .. } = change;
    format!("{} {} {} {summary} {}", key.kind, key.name, action.word(), holders.join(" "))
}
