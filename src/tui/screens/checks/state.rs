//! The checklist and how it is looked at.

use std::collections::BTreeMap;

use crate::check::{Checklist, Finding, Item, Mend, Remedy, State, Verdict};
use crate::deploy::Pods;
use crate::failure::Failure;
use crate::tui::effect::Question;

/// The checklist and how it is looked at.
#[derive(Debug, Default)]
pub struct Checks {
    /// The checklist, folded from all that was told.
    pub list: Checklist,
    /// What is being run, by its name in the slots; several runs may go on side by side.
    pub runs: BTreeMap<String, Question>,
    /// Why nothing could be checked.
    pub failure: Option<Failure>,
    /// The chosen check, once somebody chose one; else the first one.
    pub chosen: Option<String>,
    /// How far the evidence is scrolled.
    pub scroll: usize,
    /// Whether somebody agreed to short-lived pods.
    pub agreed: bool,
}

impl Checks {
    /// Where the chosen check stands.
    pub fn at(&self) -> usize {
        let chosen = |item: &&Item| Some(&item.check) == self.chosen.as_ref();
        self.list.sorted().iter().position(chosen).unwrap_or(0)
    }

    /// The chosen check.
    pub fn item(&self) -> Option<&Item> {
        self.list.sorted().get(self.at()).copied()
    }

    /// What the chosen check found out.
    pub fn finding(&self) -> Option<&Finding> {
        self.item()?.finding()
    }

    /// The ways out that the chosen check offers, best first.
    pub fn remedies(&self) -> &[Remedy] {
        self.finding().map_or(&[], |finding| &finding.remedies)
    }

    /// What landfall could mend of it.
    pub fn mend(&self) -> Option<&Mend> {
        self.finding()?.mend.as_ref()
    }

    /// How many fail.
    pub fn failing(&self) -> usize {
        self.list.count(Verdict::Fail)
    }

    /// The checks that wait for somebody to agree to a pod.
    pub fn held(&self) -> Vec<String> {
        self.list.items.iter().filter(|item| item.state == State::Held).map(|item| item.check.clone()).collect()
    }

    /// Whether pods may be made.
    pub fn pods(&self) -> Pods {
        if self.agreed { Pods::Here } else { Pods::No }
    }

    /// Whether something is being asked.
    pub fn is_moving(&self) -> bool {
        !self.runs.is_empty()
    }
}
