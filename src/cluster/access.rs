//! What the user may do: one access review per question.

use futures::StreamExt;
use serde_json::{Value, json};

use super::discover::Resource;
use super::refusal::Refusal;
use super::wire::Cluster;

/// Something the user has to be allowed to do.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Need {
    /// The verb: `patch`.
    pub verb: String,
    /// The API group; empty for the core group.
    pub group: String,
    /// The resource: `deployments`.
    pub resource: String,
    /// The namespace; none for the whole cluster.
    pub namespace: Option<String>,
    /// One name only, if the question is about one object.
    pub name: Option<String>,
}

impl Cluster {
    /// Those of the needs that the user is not granted. Any signed-in user may ask.
    ///
    /// # Errors
    /// When the server cannot be asked.
    pub async fn missing(&self, needs: &[Need]) -> Result<Vec<Need>, Refusal> {
        let resource = Resource {
            api: "authorization.k8s.io/v1".to_owned(),
            kind: "SelfSubjectAccessReview".to_owned(),
            plural: "selfsubjectaccessreviews".to_owned(),
            namespaced: false,
        };
        let asking: Vec<_> = needs
            .iter()
            .cloned()
            .map(|need| {
                let resource = resource.clone();
                async move {
                    let body = json!({
                        "apiVersion": resource.api,
                        "kind": resource.kind,
                        "spec": {"resourceAttributes": {
                            "verb": need.verb,
                            "group": need.group,
                            "resource": need.resource,
                            "namespace": need.namespace,
                            "name": need.name,
                        }},
                    });
                    let answer = self.review(&resource, &body).await?;
                    let allowed = answer.pointer("/status/allowed").and_then(Value::as_bool).unwrap_or(false);
                    Ok::<_, Refusal>((!allowed).then_some(need))
                }
            })
            .collect();
        let answers: Vec<_> = futures::stream::iter(asking).buffered(16).collect().await;
        answers.into_iter().filter_map(Result::transpose).collect()
    }
}
