//! What landfall carries out to mend a finding: only after its own confirmation, like applying.

use std::time::Duration;

use backon::{ConstantBuilder, Retryable};
use serde_json::json;
use tokio::sync::mpsc;

use super::ground::Ground;
use super::probing::Busy;
use super::{Asking, Pods};
use crate::check::{Errand, Mend, Order, Probe, Teller};
use crate::cluster::{self, Cluster, Refusal};
use crate::deploy::{Session, Stop};
use crate::failure::{Failure, Kind, Result};
use crate::module::{Probing, SecretData};
use crate::object::{Key, Object};
use crate::plan::Consent;

impl Session {
    /// Carries out what mends a finding; what was done, as a clause. The check is to be run again afterwards.
    ///
    /// # Errors
    /// The environment is protected and its name was not typed, or it could not be done.
    pub async fn mend(&self, environment: &str, mend: &Mend, consent: &Consent, stop: Stop) -> Result<String> {
        let asking = Asking { pods: Pods::Here, ..Asking::default() };
        let ground = Ground::new(self, environment, asking).await?;
        let agreed = match consent {
            Consent::Named(name) => name == environment,
            Consent::Yes => !ground.environment.protected,
        };
        if !agreed {
            return Err(Failure::new(Kind::Blocked, format!("{environment} was not confirmed, nothing was done"))
                .hint(format!("type its name: {environment}")));
        }
        match &mend.errand {
            Errand::Namespace(name) => ground.make_namespace(name).await,
            Errand::Setup(name) => ground.set_up(name, &stop).await,
        }
    }
}

impl Ground {
    /// Makes a namespace: the module's own object of it, if it has one.
    async fn make_namespace(&self, name: &str) -> Result<String> {
        let (cluster, _) = self.contact().await?;
        let bare = || Object::new(json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}));
        let loads = self.loads.as_ref().map_err(Clone::clone)?;
        let known = loads.iter().find(|load| load.object.kind() == "Namespace" && load.object.name() == name);
        let (object, manager) = match known {
            Some(load) => (load.object.clone(), load.manager.clone()),
            None => (bare()?, self.release.manager()),
        };
        let data = SecretData::new();
        let order = cluster::Order { object: &object, data: &data, manager: &manager, force: true, uid: None };
        let failed = |refusal: Refusal| refusal.failure(&format!("make namespace {name}"), cluster.server());
        cluster.apply(order).await.map_err(failed)?;
        settled(&cluster, name).await;
        Ok(format!("namespace {name} is there"))
    }

    /// Runs a setup of the module to its end.
    async fn set_up(&self, name: &str, stop: &Stop) -> Result<String> {
        if let Some(missing) = &self.missing {
            return Err(missing.clone());
        }
        let (cluster, _) = self.contact().await?;
        let busy = Busy::begin(&self.session);
        let called = format!("landfall-setup-{}-{}", self.environment.name, busy.run);
        let probing = Probing { probe: name, name: &called, checks: &[] };
        let objects = self.session.inner.module.probe(&self.scene(), probing, &self.session.inner.digest)?;
        let (labels, manager, scrub) = (self.release.labels(), self.release.manager(), self.scrub());
        let order = Order {
            probe: name,
            run: &busy.run,
            objects: &objects,
            labels: &labels,
            who: &self.session.inner.who,
            manager: &manager,
            patience: self.asking.patience,
            scrub: &scrub,
        };
        let (news, _unheard) = mpsc::channel(1);
        Session::told(&Probe::new(&cluster, order).run(&[], &Teller::new(news), stop).await)
    }
}

/// Waits for the account that pods run as: a controller makes it a moment after the namespace, and until then every pod
/// is refused. Whoever may not look at it goes on, and so does who has waited long enough.
async fn settled(cluster: &Cluster, namespace: &str) {
    let account = Key::new("v1", "ServiceAccount", Some(namespace), "default");
    let missing = || async {
        match cluster.get(&account).await {
            Ok(None) => Err(()),
            Ok(Some(_)) | Err(_) => Ok(()),
        }
    };
    let patience = ConstantBuilder::default().with_delay(Duration::from_millis(100)).with_max_times(50);
    let _late = missing.retry(patience).await;
}
