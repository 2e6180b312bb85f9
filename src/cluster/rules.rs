//! What the user may do in a namespace, in one answer; authorizers other than roles may leave it incomplete.

use serde_json::{Value, json};

use super::discover::Resource;
use super::refusal::Refusal;
use super::wire::Cluster;

/// One rule that the user is granted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// Verbs; `*` is every one.
    pub verbs: Vec<String>,
    /// API groups; empty text is the core group.
    pub groups: Vec<String>,
    /// Resources.
    pub resources: Vec<String>,
    /// Only objects of these names; empty means all.
    pub names: Vec<String>,
}

impl Cluster {
    /// The rules that the user is granted in a namespace. Any signed-in user may ask.
    ///
    /// # Errors
    /// When the server cannot be asked.
    pub async fn rules(&self, namespace: &str) -> Result<Vec<Rule>, Refusal> {
        let resource = Resource {
            api: "authorization.k8s.io/v1".to_owned(),
            kind: "SelfSubjectRulesReview".to_owned(),
            plural: "selfsubjectrulesreviews".to_owned(),
            namespaced: false,
        };
        let body = json!({"apiVersion": resource.api, "kind": resource.kind, "spec": {"namespace": namespace}});
        let answer = self.review(&resource, &body).await?;
        let rules = answer.pointer("/status/resourceRules").and_then(Value::as_array).cloned().unwrap_or_default();
        let texts = |rule: &Value, field: &str| -> Vec<String> {
            let list = rule.get(field).and_then(Value::as_array).cloned().unwrap_or_default();
            list.iter().filter_map(Value::as_str).map(str::to_owned).collect()
        };
        Ok(rules
            .iter()
            .map(|rule| Rule {
                verbs: texts(rule, "verbs"),
                groups: texts(rule, "apiGroups"),
                resources: texts(rule, "resources"),
                names: texts(rule, "resourceNames"),
            })
            .collect())
    }
}
