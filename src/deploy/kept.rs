//! Credentials that must never change: with another one, what was written with it could not be read any more.

use super::{Accord, Payload, Session};
use crate::cluster::Cluster;
use crate::plan::{Action, Blocker, Plan};
use crate::project::{Environment, Project};

impl Session {
    /// The credentials that must never change and have another value here than in the cluster. What cannot be compared
    /// is none of them.
    pub(super) async fn kept_apart(
        &self,
        cluster: &Cluster,
        project: &Project,
        environment: &Environment,
    ) -> Vec<String> {
        if !self.fields().any(|field| field.keep) {
            return Vec::new();
        }
        let Ok(comparison) = self.compare_in(cluster, project, environment).await else { return Vec::new() };
        let apart = |accord: Accord| accord.is_apart() || accord == Accord::NewerHere;
        let kept = |name: &str| self.field(name).is_ok_and(|field| field.keep);
        let fields = comparison.fields.into_iter().filter(|compared| apart(compared.accord) && kept(&compared.field));
        fields.map(|compared| compared.field).collect()
    }

    /// Blocks a plan that would replace one. The cluster is asked only where a Secret changes at all.
    pub(super) async fn kept(
        &self,
        plan: &Plan<Payload>,
        project: &Project,
        environment: &Environment,
    ) -> Vec<Blocker> {
        let changes = |change: &crate::plan::Change| change.action == Action::Update && change.key.kind == "Secret";
        if !plan.changes.iter().any(changes) {
            return Vec::new();
        }
        let apart = self.kept_apart(&plan.payload().cluster, project, environment).await;
        let blocker = |field: String| Blocker {
            key: None,
            sentence: format!("{field} must never change, and the cluster has another one: {LOST}."),
            next: format!("Take the cluster's over: {}.", pull(&environment.name, &field)),
            pointer: None,
            knob: None,
        };
        apart.into_iter().map(blocker).collect()
    }
}

/// Why it must not change.
pub(super) const LOST: &str = "what was encrypted with that could not be read any more";

/// How the cluster's value becomes ours.
pub(super) fn pull(environment: &str, field: &str) -> String {
    format!("landfall creds pull {environment} {field}, or F3 on Credentials")
}
