//! Credentials that must never change: with another one, what was written with it could not be read any more.

use super::{Accord, Payload, Session};
use crate::cluster::Cluster;
use crate::object::{Path, Step};
use crate::plan::{Blocker, Plan};
use crate::project::{Environment, Project};

impl Session {
    /// The credentials that must never change and have another value here than in the cluster; none where the cluster
    /// does not answer.
    pub(super) async fn kept_apart(
        &self,
        cluster: &Cluster,
        project: &Project,
        environment: &Environment,
    ) -> Option<Vec<String>> {
        if !self.fields().any(|field| field.keep) {
            return Some(Vec::new());
        }
        let comparison = self.compare_in(cluster, project, environment).await.ok()?;
        if comparison.trouble.is_some() {
            return None;
        }
        let apart = |accord: Accord| accord.is_apart() || accord == Accord::NewerHere;
        let kept = |name: &str| self.field(name).is_ok_and(|field| field.keep);
        let fields = comparison.fields.into_iter().filter(|compared| apart(compared.accord) && kept(&compared.field));
        Some(fields.map(|compared| compared.field).collect())
    }

    /// Blocks a plan that would replace one. The cluster is asked only where the plan changes a key that holds one.
    pub(super) async fn kept(
        &self,
        plan: &Plan<Payload>,
        project: &Project,
        environment: &Environment,
    ) -> Vec<Blocker> {
        if !self.touches_kept(plan) {
            return Vec::new();
        }
        let blocker = |sentence: String, next: String| Blocker { key: None, sentence, next, pointer: None, knob: None };
        let Some(apart) = self.kept_apart(&plan.payload().cluster, project, environment).await else {
            let sentence = "A credential that must never change could not be compared with the cluster's.";
            return vec![blocker(sentence.to_owned(), "Plan again.".to_owned())];
        };
        let other = |field: &String| {
            let sentence = format!("{field} must never change, and the cluster has another one: {LOST}.");
            blocker(sentence, format!("Take the cluster's over: {}.", pull(&environment.name, field)))
        };
        apart.iter().map(other).collect()
    }

    /// Whether a value in the cluster that is made of such a credential would become another one.
    fn touches_kept(&self, plan: &Plan<Payload>) -> bool {
        let kept = |name: &String| self.field(name).is_ok_and(|field| field.keep);
        plan.payload().loads.iter().any(|(load, _)| {
            let keys = load.fields.iter().filter(|(_, fields)| fields.iter().any(kept)).map(|(key, _)| key);
            let change = plan.changes.iter().find(|change| change.key == *load.object.key());
            let replaced: Vec<&str> = change
                .into_iter()
                .flat_map(|change| &change.fields)
                .filter(|field| field.before.is_some())
                .map(|field| field.path.as_str())
                .collect();
            keys.map(|key| Path(vec![Step::Field("data".to_owned()), Step::Field(key.clone())]).to_string())
                .any(|path| replaced.contains(&path.as_str()))
        })
    }
}

/// Why it must not change.
pub(super) const LOST: &str = "what was encrypted with that could not be read any more";

/// How the cluster's value becomes ours.
pub(super) fn pull(environment: &str, field: &str) -> String {
    format!("landfall creds pull {environment} {field}, or F3 on Credentials")
}
