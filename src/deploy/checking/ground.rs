//! What the checks of one environment stand on: its values, credentials, objects, and the contact with its cluster.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;
use tokio::sync::OnceCell;

use super::builtin::BUILT_IN;
use super::{Asking, Pods, READING, Work};
use crate::check::{Finding, Scrub, Teller};
use crate::cluster::{Cluster, Refusal};
use crate::deploy::desired::Load;
use crate::deploy::{Session, Stop};
use crate::failure::{Failure, Result};
use crate::module::{Check, Scene};
use crate::object::{Key, Object};
use crate::project::{Environment, Project};
use crate::release::Release;
use crate::secret::{Credential, Credentials, Secret, generate};

/// A workload, and what the server has against a pod of it.
pub(super) type Tried = (String, Option<Refusal>);

/// What the checks of one environment stand on.
pub(super) struct Ground {
    pub(super) session: Session,
    pub(super) project: Arc<Project>,
    pub(super) environment: Environment,
    pub(super) release: Release,
    pub(super) asking: Asking,
    pub(super) values: Value,
    /// Every credential; where one is missing, something made up, that goes nowhere.
    pub(super) credentials: Credentials,
    /// What is missing of the credentials.
    pub(super) missing: Option<Failure>,
    pub(super) loads: Result<Vec<Load>>,
    contact: OnceCell<Result<(Cluster, String)>>,
    namespace: OnceCell<Result<Option<Object>, Refusal>>,
    /// What the server said to a dry run of a pod of each workload.
    pub(super) admission: OnceCell<Result<Vec<Tried>, Refusal>>,
}

impl Ground {
    pub(super) async fn new(session: &Session, name: &str, asking: Asking) -> Result<Self> {
        let project = session.project();
        let environment = project.environment(name)?.clone();
        let values = session.inner.module.settle(&project, name)?;
        let (credentials, missing) = match session.complete(&project, name).await {
            Ok(credentials) => (credentials, None),
            Err(failure) => (session.made_up(&project, name).await, Some(failure)),
        };
        let loads = session.desired(&project, &environment, &credentials, None);
        let release = session.release(&project, &environment);
        Ok(Self {
            session: session.clone(),
            project,
            environment,
            release,
            asking,
            values,
            credentials,
            missing,
            loads,
            contact: OnceCell::new(),
            namespace: OnceCell::new(),
            admission: OnceCell::new(),
        })
    }

    /// The cluster and its version, asked once for all checks.
    pub(super) async fn contact(&self) -> Result<(Cluster, String)> {
        let asked = self.contact.get_or_init(|| async {
            let cluster = self.session.open(&self.environment).await?;
            let version = cluster.version().await;
            let version = version.map_err(|refusal| refusal.failure("ask this cluster", cluster.server()))?;
            Ok((cluster, version))
        });
        asked.await.clone()
    }

    /// The cluster, for a check that needs it.
    ///
    /// # Errors
    /// The finding of a check that cannot ask.
    pub(super) async fn cluster(&self) -> Result<Cluster, Finding> {
        match self.contact().await {
            Ok((cluster, _)) => Ok(cluster),
            Err(failure) => Err(Finding::unknown("the cluster cannot be asked").because(failure.to_string())),
        }
    }

    /// The objects of the environment, for a check that needs them.
    ///
    /// # Errors
    /// The finding of a check that cannot know them.
    pub(super) fn loads(&self) -> Result<&[Load], Box<Finding>> {
        match &self.loads {
            Ok(loads) => Ok(loads),
            Err(failure) => Err(Box::new(Finding::of(crate::check::Verdict::Unknown, failure))),
        }
    }

    /// The namespace, if it is there; one that may not be looked at is taken as there.
    pub(super) async fn namespace(&self, cluster: &Cluster) -> Result<Option<Object>, Refusal> {
        let key = Key::new("v1", "Namespace", None, self.probe_namespace());
        self.namespace.get_or_init(|| async { cluster.get(&key).await }).await.clone()
    }

    /// Where probes are made.
    pub(super) fn probe_namespace(&self) -> &str {
        match &self.asking.pods {
            Pods::In(namespace) => namespace,
            Pods::No | Pods::Here => &self.release.namespace,
        }
    }

    pub(super) fn scene(&self) -> Scene<'_> {
        let module = &self.session.inner.module;
        module.scene(&self.project, &self.environment, &self.values, &self.credentials)
    }

    /// What must not come back from outside.
    pub(super) fn scrub(&self) -> Scrub {
        let masked = self.session.fields().filter(|field| field.masked);
        Scrub::new(masked.filter_map(|field| Some(self.credentials.get(&field.name)?.value.clone())))
    }

    /// The declared check of a name.
    pub(super) fn declared(&self, name: &str) -> Option<&Check> {
        self.session.inner.module.checks().iter().find(|check| check.check == name)
    }

    /// The work that answers these checks: one for each, but one for all that the same pod answers.
    pub(super) fn works<'a>(&'a self, checks: &[String], teller: &'a Teller, stop: &'a Stop) -> Vec<Work<'a>> {
        let mut works = Vec::new();
        let mut probes: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for name in checks {
            let check = name.clone();
            if let Some(built_in) = BUILT_IN.iter().find(|one| one.check == name) {
                let asked = built_in.asked;
                works.push(self.reading(check, stop, Box::pin(async move { self.ask(asked).await })));
            } else if let Some(declared) = self.declared(name) {
                match &declared.probe {
                    Some(_) if self.asking.pods == Pods::No => works.push(self.beside(check, declared)),
                    Some(probe) => probes.entry(probe).or_default().push(check),
                    None => works.push(self.reading(check, stop, Box::pin(self.declared_reading(declared)))),
                }
            }
        }
        for (probe, checks) in probes {
            let asked = self.probe(probe, checks.clone(), (teller, stop));
            works.push(Work { checks, asked: Box::pin(asked) });
        }
        works
    }

    /// A check that only reads, with its deadline.
    fn reading<'a>(&self, check: String, stop: &'a Stop, asking: futures::future::BoxFuture<'a, Finding>) -> Work<'a> {
        let calls = self.declared(&check).is_some_and(|declared| declared.after);
        let deadline: Duration = if calls { self.asking.patience } else { READING };
        let asked = async move {
            tokio::select! {
                finding = asking => finding,
                () = tokio::time::sleep(deadline) => {
                    Finding::unknown(format!("no answer within {} s", deadline.as_secs())).next("run it again")
                }
                () = stop.cancelled() => Finding::unknown("it was stopped").next("run it again"),
            }
        };
        let name = check.clone();
        Work { checks: vec![check], asked: Box::pin(async move { vec![(name, Some(asked.await))] }) }
    }

    /// A check that a pod would answer, as far as this machine can.
    fn beside<'a>(&'a self, check: String, declared: &'a Check) -> Work<'a> {
        let asked = async move {
            let found = tokio::time::timeout(READING, self.local(declared)).await;
            vec![(declared.check.clone(), found.unwrap_or_default())]
        };
        Work { checks: vec![check], asked: Box::pin(asked) }
    }
}

impl Session {
    /// The stored credentials, with something made up where one is missing: to know the objects, not to use them.
    async fn made_up(&self, project: &Project, environment: &str) -> Credentials {
        let mut given = self.gather(project, environment).await.unwrap_or_default();
        for field in self.fields() {
            if !given.contains_key(&field.name) {
                let made = generate(crate::secret::LENGTH).ok();
                let value = field.default.clone().map(Secret::new).or(made).unwrap_or_else(|| Secret::new("-"));
                given.insert(field.name.clone(), Credential::new(value, Timestamp::now()));
            }
        }
        given
    }
}
