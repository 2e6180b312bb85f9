//! What is known of one environment, and how far its walk is.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::deploy::{Compared, Comparison, Glance, Operation, Reach, Survey};
use crate::failure::{Failure, Result};
use crate::health::Verdict;
use crate::secret::Typed;
use crate::tui::screens::checks::Checks;
use crate::tui::screens::credentials::Credentials;
use crate::tui::screens::preview::Preview;
use crate::tui::screens::rollout::Rollout;

/// Something that was asked for.
#[derive(Debug, Clone, Default)]
pub enum Known<T> {
    /// No answer yet.
    #[default]
    Asked,
    /// The answer, and when it came.
    Yes(Box<T>, Timestamp),
    /// Why there is none.
    No(Failure),
}

impl<T> Known<T> {
    /// Takes an answer.
    pub fn from(answer: Result<T>, now: Timestamp) -> Self {
        match answer {
            Ok(value) => Self::Yes(Box::new(value), now),
            Err(failure) => Self::No(failure),
        }
    }

    /// The answer, if there is one.
    pub fn get(&self) -> Option<&T> {
        match self {
            Self::Yes(value, _) => Some(value),
            Self::Asked | Self::No(_) => None,
        }
    }

    /// Why there is no answer, if that is known.
    pub fn failure(&self) -> Option<&Failure> {
        match self {
            Self::No(failure) => Some(failure),
            Self::Asked | Self::Yes(..) => None,
        }
    }
}

/// One environment.
#[derive(Debug)]
pub struct Environment {
    /// Its name.
    pub name: String,
    /// What is known of it without its cluster.
    pub glance: Known<Glance>,
    /// What its cluster says.
    pub survey: Known<Survey>,
    /// Why nobody is signed in although it was tried.
    pub refused: Option<Failure>,
    /// Its form, with all that was typed.
    pub credentials: Option<Credentials>,
    /// Its credentials compared with those in its cluster.
    pub sync: Option<Comparison>,
    /// The rotations that go on once it is applied and well.
    pub rotating: Vec<String>,
    /// The new values of rotations that were left while they were typed, by field.
    pub unfinished: BTreeMap<String, Typed>,
    /// The field that keys shall go to once the form is there.
    pub wanted: Option<String>,
    /// Its checklist.
    pub checks: Checks,
    /// What came of asking whether it really works.
    pub smoke: Checks,
    /// Its plan.
    pub preview: Preview,
    /// Its run or watch.
    pub rollout: Option<Rollout>,
}

impl Environment {
    /// An environment of which nothing is known yet.
    pub fn new(name: String) -> Self {
        Self {
            name,
            glance: Known::Asked,
            survey: Known::Asked,
            refused: None,
            credentials: None,
            sync: None,
            rotating: Vec::new(),
            unfinished: BTreeMap::new(),
            wanted: None,
            checks: Checks::default(),
            smoke: Checks::default(),
            preview: Preview::default(),
            rollout: None,
        }
    }

    /// What is known of it without its cluster.
    pub fn glance(&self) -> Option<&Glance> {
        self.glance.get()
    }

    /// What its cluster says.
    pub fn survey(&self) -> Option<&Survey> {
        self.survey.get()
    }

    /// Whether the cluster has another value of a field, and it can be taken over.
    pub fn can_be_taken(&self, field: &str) -> bool {
        self.sync.as_ref().and_then(|sync| sync.field(field)).is_some_and(Compared::can_be_taken)
    }

    /// The fields that are made without asking and are only in the cluster: new ones would replace what is used there.
    pub fn only_there(&self) -> Vec<String> {
        let unasked = self.credentials.iter().flat_map(|credentials| &credentials.unasked);
        let names = unasked.filter(|field| field.stored.is_none()).map(|field| &field.name);
        names.filter(|name| self.can_be_taken(name)).cloned().collect()
    }

    /// Whether a plan is being carried out.
    pub fn is_applying(&self) -> bool {
        self.rollout.as_ref().is_some_and(|rollout| rollout.operation == Operation::Apply && !rollout.is_over())
    }

    /// Whether what its cluster said is in motion.
    pub fn is_on_its_way(&self) -> bool {
        self.survey()
            .and_then(|survey| survey.health.as_ref())
            .is_some_and(|health| matches!(health.verdict, Verdict::Progressing | Verdict::Terminating))
    }

    /// The program that would sign in to its cluster, if somebody has to.
    pub fn sign_in(&self) -> Option<&str> {
        match &self.survey()?.reach {
            Reach::SignIn { program } => Some(program),
            Reach::Yes(_) | Reach::No { .. } => None,
        }
    }
}
