//! The checklist as it stands, folded from what is told of its checks; the one source for panels and reports.

use jiff::{SignedDuration, Timestamp};
use tokio::sync::mpsc;

use super::{Finding, Verdict};

/// One item of the checklist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Its name, by which it can be run alone: `directories`.
    pub check: String,
    /// Its title: "Directories on the node".
    pub title: String,
    /// What asking takes.
    pub means: Means,
    /// How far it is.
    pub state: State,
}

/// What asking takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Means {
    /// It reads: this machine, the cluster, a registry. Nothing is written.
    Reads,
    /// A short-lived pod in the cluster.
    Pod,
    /// Calls of what was deployed, which write to it and take it away again.
    Calls,
}

/// How far a check is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// It has not begun.
    Waiting,
    /// It needs a pod, and nobody has agreed to one yet.
    Held,
    /// It asks.
    Running {
        /// Since when.
        since: Timestamp,
        /// What it waits for: "pulling the image on worker-1".
        doing: String,
    },
    /// It is done.
    Done {
        /// What it found out.
        finding: Box<Finding>,
        /// How long it took.
        took: SignedDuration,
    },
}

/// Something that happened to the checklist, and when.
#[derive(Debug, Clone)]
pub struct News {
    /// When.
    pub at: Timestamp,
    /// What.
    pub told: Told,
}

/// What happened.
#[derive(Debug, Clone)]
pub enum Told {
    /// These checks are asked now; those that were done before and are not among them stay.
    Began(Vec<Item>),
    /// A check asks, or goes on to something else.
    Doing {
        /// Which.
        check: String,
        /// What it waits for.
        doing: String,
    },
    /// A check is done.
    Found {
        /// Which.
        check: String,
        /// What it found out.
        finding: Box<Finding>,
        /// How long it took.
        took: SignedDuration,
    },
    /// Only a pod could answer it, and nobody agreed to one.
    Held {
        /// Which.
        check: String,
    },
    /// Nothing more comes.
    Ended,
}

/// Tells news; a listener that is gone stops nothing.
#[derive(Debug, Clone)]
pub struct Teller(mpsc::Sender<News>);

impl Teller {
    /// Tells whoever holds the other end.
    pub fn new(news: mpsc::Sender<News>) -> Self {
        Self(news)
    }

    /// Tells what happened.
    pub async fn tell(&self, told: Told) {
        let _ = self.0.send(News { at: Timestamp::now(), told }).await;
    }

    /// Tells what several checks wait for.
    pub async fn doing(&self, checks: &[String], doing: &str) {
        for check in checks {
            self.tell(Told::Doing { check: check.clone(), doing: doing.to_owned() }).await;
        }
    }
}

/// The checklist as it stands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Checklist {
    /// Its items in their own order.
    pub items: Vec<Item>,
    /// Whether checks are being asked.
    pub moving: bool,
}

impl Item {
    /// What it found out, once it is done.
    pub fn finding(&self) -> Option<&Finding> {
        match &self.state {
            State::Done { finding, .. } => Some(finding),
            State::Waiting | State::Held | State::Running { .. } => None,
        }
    }
}

impl Checklist {
    /// Folds news in.
    pub fn absorb(&mut self, news: &News) {
        match &news.told {
            Told::Began(items) => {
                self.moving = true;
                for item in items {
                    match self.items.iter_mut().find(|known| known.check == item.check) {
                        Some(known) => *known = item.clone(),
                        None => self.items.push(item.clone()),
                    }
                }
            }
            Told::Doing { check, doing } => {
                let Some(item) = self.item_mut(check) else { return };
                let since = match item.state {
                    State::Running { since, .. } => since,
                    State::Waiting | State::Held | State::Done { .. } => news.at,
                };
                item.state = State::Running { since, doing: doing.clone() };
            }
            Told::Found { check, finding, took } => {
                let Some(item) = self.item_mut(check) else { return };
                item.state = State::Done { finding: finding.clone(), took: *took };
            }
            Told::Held { check } => {
                if let Some(item) = self.item_mut(check) {
                    item.state = State::Held;
                }
            }
            Told::Ended => self.moving = false,
        }
    }

    /// The items, what is wrong first: fail, warn, in motion, waiting, cannot tell, held, ok.
    pub fn sorted(&self) -> Vec<&Item> {
        let mut items: Vec<&Item> = self.items.iter().collect();
        items.sort_by_key(|item| match &item.state {
            State::Done { finding, .. } => match finding.verdict {
                Verdict::Fail => 0,
                Verdict::Warn => 1,
                Verdict::Unknown => 4,
                Verdict::Ok => 6,
            },
            State::Running { .. } => 2,
            State::Waiting => 3,
            State::Held => 5,
        });
        items
    }

    /// How many came to a verdict.
    pub fn count(&self, verdict: Verdict) -> usize {
        self.items.iter().filter_map(Item::finding).filter(|finding| finding.verdict == verdict).count()
    }

    /// How many are still being asked.
    pub fn running(&self) -> usize {
        self.items.iter().filter(|item| matches!(item.state, State::Waiting | State::Running { .. })).count()
    }

    /// The worst verdict so far; ok when there is none.
    pub fn worst(&self) -> Verdict {
        self.items.iter().filter_map(Item::finding).map(|finding| finding.verdict).max().unwrap_or(Verdict::Ok)
    }

    /// Those that forbid to go on, since data would be lost.
    pub fn losing(&self) -> Vec<&Item> {
        let loses = |item: &&Item| item.finding().is_some_and(|found| found.loses && found.verdict == Verdict::Fail);
        self.items.iter().filter(loses).collect()
    }

    fn item_mut(&mut self, check: &str) -> Option<&mut Item> {
        self.items.iter_mut().find(|item| item.check == check)
    }
}
