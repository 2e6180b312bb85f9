//! One project, one vault, one way to its clusters: what every use case starts from.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, RwLock};
use std::time::Duration;

use serde_json::{Map, Value};

use super::refer::note_variables;
use crate::check::Checklist;
use crate::cluster::{Cluster, Source, Unopened};
use crate::failure::{Failure, Result};
use crate::module::{CredentialField, Module};
use crate::plan::Target;
use crate::project::{Environment, Project, merge};
use crate::release::Release;
use crate::secret::{Digest, Fetch, Item, Judge, Keeper, Rule, Secret, Standing, Unlock};
use crate::system::Web;

/// Asks a running operation to stop.
pub type Stop = tokio_util::sync::CancellationToken;

/// What a session is made of.
pub struct Setup {
    /// The project.
    pub project: Project,
    /// Its module.
    pub module: Module,
    /// The vault's keeper.
    pub keeper: Keeper,
    /// The way to the clusters.
    pub source: Source,
    /// Where evidence is saved.
    pub state: PathBuf,
    /// Who works here: "ann@laptop".
    pub who: String,
    /// How long an operation may take until it is well.
    pub patience: Duration,
    /// What follows the verb in "the same again": empty, or ` --demo`.
    pub flags: String,
}

/// One project, one vault, one way to its clusters. Cheap to clone.
#[derive(Clone)]
pub struct Session {
    pub(super) inner: Arc<Inner>,
}

pub(super) struct Inner {
    pub(super) project: RwLock<Arc<Project>>,
    pub(super) module: Module,
    pub(super) keeper: Keeper,
    pub(super) source: Source,
    pub(super) digest: Digest,
    pub(super) judge: Judge,
    pub(super) fetch: Fetch,
    pub(super) state: PathBuf,
    pub(super) who: String,
    pub(super) patience: Duration,
    pub(super) flags: String,
    /// How registries and what was deployed are called.
    pub(super) web: Web,
    /// What the checks of this session found, by environment.
    pub(super) checked: Mutex<BTreeMap<String, Checklist>>,
    /// The letters of the probes that are under way.
    pub(super) busy: Mutex<Vec<String>>,
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session").field("module", &self.inner.module.name).finish_non_exhaustive()
    }
}

impl Session {
    /// Begins a session.
    pub fn new(setup: Setup) -> Self {
        Self::with_web(setup, Web::real())
    }

    /// Begins a session whose calls of registries and of what was deployed somebody else answers.
    pub fn with_web(setup: Setup, web: Web) -> Self {
        let Setup { project, module, keeper, source, state, who, patience, flags } = setup;
        note_variables(&project);
        let project = RwLock::new(Arc::new(project));
        let (digest, judge, fetch) = (Digest::random(), Judge::default(), Fetch::default());
        let (checked, busy) = (Mutex::default(), Mutex::default());
        let inner = Inner {
            project,
            module,
            keeper,
            source,
            digest,
            judge,
            fetch,
            state,
            who,
            patience,
            flags,
            web,
            checked,
            busy,
        };
        Self { inner: Arc::new(inner) }
    }

    /// The module's name and title.
    pub fn module(&self) -> (String, String) {
        (self.inner.module.name.clone(), self.inner.module.title.clone())
    }

    /// The project as it stands, with the values set for this run.
    pub fn project(&self) -> Arc<Project> {
        // A poisoned lock still holds the last whole project.
        Arc::clone(&self.inner.project.read().unwrap_or_else(std::sync::PoisonError::into_inner))
    }

    /// The names of the environments, in the order of the project.
    pub fn environments(&self) -> Vec<String> {
        self.project().environments.iter().map(|environment| environment.name.clone()).collect()
    }

    /// Which vault, and whether it is ready. Takes at most 3 s.
    pub async fn vault(&self) -> Standing {
        self.inner.keeper.standing().await
    }

    /// Opens the vault with its passphrase, for this session only.
    ///
    /// # Errors
    /// It is another passphrase, or the vault has none.
    pub async fn unlock(&self, passphrase: Secret) -> Result<()> {
        self.inner.keeper.unlock(Unlock { passphrase, remember: None }).await
    }

    /// Waits until everything given to the vault is stored.
    ///
    /// # Errors
    /// When the vault does not answer in time.
    pub async fn settle(&self) -> Result<()> {
        self.inner.keeper.settle().await
    }

    /// Uses another value in this run (dotted path; as typed at a prompt);
    /// `landfall.yaml` stays as it is.
    ///
    /// # Errors
    /// When the module does not take the value; nothing is changed then.
    pub fn set_value(&self, environment: &str, path: &str, value: &str) -> Result<()> {
        let project = self.project();
        project.environment(environment)?;
        let mut next = (*project).clone();
        if let Some(found) = next.environments.iter_mut().find(|found| found.name == environment) {
            let value = self.inner.module.schema().typed(path, value);
            let tree =
                path.rsplit('.').fold(value, |tree, name| Value::Object(Map::from_iter([(name.to_owned(), tree)])));
            if found.overrides.is_null() {
                found.overrides = Value::Object(Map::new());
            }
            merge(&mut found.overrides, &tree);
        }
        self.inner.module.settle(&next, environment)?;
        *self.inner.project.write().unwrap_or_else(std::sync::PoisonError::into_inner) = Arc::new(next);
        Ok(())
    }

    /// Opens the cluster of an environment.
    ///
    /// # Errors
    /// When the environment names no usable context, or another server than that context has.
    pub(super) async fn open(&self, environment: &Environment) -> Result<Cluster> {
        Ok(self.look_in(environment).await?)
    }

    /// As [`Session::open`], and says when somebody has to sign in.
    pub(super) async fn look_in(&self, environment: &Environment) -> Result<Cluster, Unopened> {
        let (context, server) = (environment.context.as_deref(), environment.server.as_deref());
        self.inner.source.open(context, server, &self.inner.digest).await
    }

    /// Lets the credential plugin of an environment's context ask at this terminal; what it gives holds for this run.
    /// Dropped, it ends the plugin.
    ///
    /// # Errors
    /// When the plugin gives nothing, or the environment names no usable context.
    pub async fn sign_in(&self, environment: &str) -> Result<()> {
        let project = self.project();
        let environment = project.environment(environment)?;
        self.inner.source.sign_in(environment.context.as_deref(), environment.server.as_deref()).await
    }

    pub(super) fn release(&self, project: &Project, environment: &Environment) -> Release {
        Release {
            project: project.id.clone(),
            environment: environment.name.clone(),
            namespace: self.inner.module.namespace_of(environment).to_owned(),
        }
    }

    pub(super) fn target(&self, project: &Project, environment: &Environment, cluster: &Cluster) -> Target {
        Target {
            project: project.id.clone(),
            module: self.inner.module.name.clone(),
            environment: environment.name.clone(),
            context: cluster.context().to_owned(),
            server: cluster.server().to_owned(),
            namespace: self.inner.module.namespace_of(environment).to_owned(),
            protected: environment.protected,
        }
    }

    pub(super) fn item(project: &Project, environment: Option<&str>) -> Item {
        Item { project: project.id.clone(), environment: environment.map(str::to_owned) }
    }

    /// The module's credential of a name.
    pub(super) fn field(&self, name: &str) -> Result<&CredentialField> {
        let fields = || self.inner.module.groups.iter().flat_map(|group| &group.fields);
        fields().find(|field| field.name == name).ok_or_else(|| {
            let names: Vec<_> = fields().map(|field| field.name.as_str()).collect();
            Failure::input(format!("the module asks for no credential {name:?}"))
                .hint(format!("it asks for: {}", names.join(", ")))
        })
    }

    /// What the module asks of a credential, for the judge.
    pub(super) fn rule(&self, field: &CredentialField) -> Rule {
        let group = self.inner.module.groups.iter().find(|group| group.fields.iter().any(|f| f.name == field.name));
        Rule {
            name: field.name.clone(),
            title: group.map_or_else(|| field.title.clone(), |group| group.title.clone()),
            minimum: field.minimum,
            pattern: field.pattern.as_deref().and_then(|pattern| pattern.parse().ok()),
            leftovers: field.leftovers.clone(),
            masked: field.masked,
        }
    }
}
