//! The pre-deployment checklist of one environment: which checks there are, asked side by side, each with a deadline.
//!
//! Nothing is written unless somebody agreed to a pod. What came of it is remembered for the session, so that an outcome
//! can say what somebody went on in spite of.

mod builtin;
mod calling;
mod ground;
mod mending;
mod probing;
mod pulling;

use std::time::{Duration, Instant};

use futures::future::BoxFuture;
use jiff::{SignedDuration, Timestamp};
use tokio::sync::mpsc;

use super::{Session, Stop};
use crate::check::{Checklist, Finding, Item, Means, News, State, Teller, Told, Verdict};
use crate::document::suggest;
use crate::failure::{Failure, Result};
use crate::module::Check;
use crate::plan::Blocker;
use builtin::BUILT_IN;
use ground::Ground;

/// How long a check that only reads may take.
const READING: Duration = Duration::from_secs(30);

/// What to check, and what may be written for it.
#[derive(Debug, Clone)]
pub struct Asking {
    /// Only these checks; empty means all of those that come before a deployment.
    pub only: Vec<String>,
    /// Whether a short-lived pod may be made.
    pub pods: Pods,
    /// How long a pod may take, the pull of its image included.
    pub patience: Duration,
    /// Another way to what was deployed than its own URL.
    pub url: Option<String>,
}

/// Whether a check may make a short-lived pod.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pods {
    /// Nobody agreed to one.
    No,
    /// In the environment's own namespace.
    Here,
    /// In another namespace, where the own one does not exist yet.
    In(String),
}

impl Default for Asking {
    fn default() -> Self {
        Self { only: Vec::new(), pods: Pods::No, patience: Duration::from_mins(3), url: None }
    }
}

/// Checks that are answered together, and how.
struct Work<'a> {
    checks: Vec<String>,
    /// What each found out; none where only a pod could, and nobody agreed to one.
    asked: BoxFuture<'a, Vec<(String, Option<Finding>)>>,
}

impl Session {
    /// The checklist of an environment before anything is asked; checks that need a pod are held.
    ///
    /// # Errors
    /// When there is no such environment.
    pub fn checklist(&self, environment: &str) -> Result<Checklist> {
        self.project().environment(environment)?;
        let items = self.items(&Asking::default())?;
        Ok(Checklist { items, moving: false })
    }

    /// The module's checks that come after a deployment: whether it really works.
    pub fn checks_after(&self) -> Vec<String> {
        let after = self.inner.module.checks().iter().filter(|check| check.after);
        after.map(|check| check.check.clone()).collect()
    }

    /// Runs checks side by side and tells what happens; the last news is that it ended. Run again alone, a check is
    /// named in `only`.
    ///
    /// # Errors
    /// There is no such environment or check, or the values of the environment are wrong. What cannot be found out
    /// otherwise is a finding.
    pub async fn check(
        &self,
        environment: &str,
        asking: Asking,
        news: mpsc::Sender<News>,
        stop: Stop,
    ) -> Result<Checklist> {
        let items = self.items(&asking)?;
        let ground = Ground::new(self, environment, asking).await?;
        let teller = Teller::new(news);
        let mut list = Checklist::default();
        let began = Told::Began(items.clone());
        list.absorb(&News { at: Timestamp::now(), told: began.clone() });
        teller.tell(began).await;
        let open: Vec<String> =
            items.iter().filter(|item| item.state == State::Waiting).map(|item| item.check.clone()).collect();
        let works = ground.works(&open, &teller, &stop);
        let teller = &teller;
        let running = works.into_iter().map(|work| async move {
            let started = Instant::now();
            teller.doing(&work.checks, "asking").await;
            let found = work.asked.await;
            let took = SignedDuration::try_from(started.elapsed()).unwrap_or_default();
            let mut news = Vec::new();
            for (check, finding) in found {
                let told = match finding {
                    Some(finding) => Told::Found { check, finding: Box::new(finding), took },
                    None => Told::Held { check },
                };
                teller.tell(told.clone()).await;
                news.push(told);
            }
            news
        });
        for told in futures::future::join_all(running).await.into_iter().flatten() {
            list.absorb(&News { at: Timestamp::now(), told });
        }
        list.moving = false;
        self.note_findings(environment, &list);
        teller.tell(Told::Ended).await;
        Ok(list)
    }

    /// The items that are asked, in their order.
    fn items(&self, asking: &Asking) -> Result<Vec<Item>> {
        let module = &self.inner.module;
        let built_in = BUILT_IN.iter().map(|one| (one.check, one.title, Means::Reads, None));
        let own = module.checks().iter();
        let own = own.map(|check| (check.check.as_str(), check.title.as_str(), means(check), Some(check)));
        let all: Vec<_> = built_in.chain(own).collect();
        for name in &asking.only {
            if !all.iter().any(|(check, ..)| check == name) {
                let names: Vec<&str> = all.iter().map(|(check, ..)| *check).collect();
                return Err(Failure::input(format!("there is no check {name:?}"))
                    .hint(suggest(name, &names))
                    .hint(format!("there are: {}", names.join(", "))));
            }
        }
        let wanted = |check: &str, after: bool| match asking.only.as_slice() {
            [] => !after,
            only => only.iter().any(|name| name == check),
        };
        Ok(all
            .into_iter()
            .filter(|(check, _, _, own)| wanted(check, own.is_some_and(|own| own.after)))
            .map(|(check, title, means, own)| Item {
                check: check.to_owned(),
                title: title.to_owned(),
                means,
                state: match (means, &asking.pods, own) {
                    (Means::Pod, Pods::No, Some(own)) if !own.is_local() => State::Held,
                    (_, _, _) => State::Waiting,
                },
            })
            .collect())
    }

    fn note_findings(&self, environment: &str, list: &Checklist) {
        let mut all = self.inner.checked.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let known = all.entry(environment.to_owned()).or_default();
        known.absorb(&News { at: Timestamp::now(), told: Told::Began(list.items.clone()) });
        known.moving = false;
    }

    /// What the checks of this session found wrong with an environment, as it stands: what somebody who applies goes on
    /// in spite of.
    pub fn despite(&self, environment: &str) -> Vec<String> {
        let all = self.inner.checked.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let items = all.get(environment).map(|list| list.items.as_slice()).unwrap_or_default();
        let failing = |item: &Item| {
            let finding = item.finding().filter(|finding| finding.verdict == Verdict::Fail)?;
            Some(format!("{}: {}", item.title, finding.headline))
        };
        items.iter().filter_map(failing).collect()
    }

    /// Failing checks of this session that forbid to go on, since data would be lost.
    pub(super) fn losing(&self, environment: &str) -> Vec<Blocker> {
        let all = self.inner.checked.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let Some(list) = all.get(environment) else { return Vec::new() };
        let blocker = |item: &Item| {
            let finding = item.finding()?;
            Some(Blocker {
                key: None,
                sentence: format!("{}: {}. Going on would lose data.", item.title, finding.headline),
                next: finding.next.clone().map_or_else(String::new, |next| format!("Remedy: {next}.")),
                pointer: None,
                knob: None,
            })
        };
        list.losing().into_iter().filter_map(blocker).collect()
    }
}

fn means(check: &Check) -> Means {
    match (&check.probe, check.after) {
        (Some(_), _) => Means::Pod,
        (None, true) => Means::Calls,
        (None, false) => Means::Reads,
    }
}
