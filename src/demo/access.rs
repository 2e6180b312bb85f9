//! Who may do what: one list of what is denied, and the reviews that tell a client.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::flaw::Flaw;
use super::kinds;
use super::pick;
use super::scenario::Scenario;

/// The user behind every client.
const USER: &str = "demo";

/// What the user may do: everything that is not denied.
#[derive(Debug, Clone, Default)]
pub struct Access {
    denied: Vec<(String, String)>,
}

/// One question of the authorizer.
#[derive(Debug, Clone)]
pub(super) struct Wish<'a> {
    pub(super) verb: &'a str,
    pub(super) group: &'a str,
    /// With its sub-resource: `pods/log`.
    pub(super) resource: &'a str,
    pub(super) namespace: &'a str,
}

impl Access {
    /// A user who may do everything.
    pub fn all() -> Self {
        Self::default()
    }

    /// The user of a scenario.
    pub(super) fn of(scenario: Scenario) -> Self {
        if scenario != Scenario::Flawed(Flaw::RightsMissing) {
            return Self::all();
        }
        Self::all().deny("create", "services").deny("patch", "services").deny("get", "pods/log")
    }

    /// The same user without this verb on this resource; `*` stands for every verb or resource.
    #[must_use]
    pub fn deny(mut self, verb: &str, resource: &str) -> Self {
        self.denied.push((verb.to_owned(), resource.to_owned()));
        self
    }

    /// The reason for a refusal, in the words of the RBAC authorizer, or nothing.
    pub(super) fn refuses(&self, wish: &Wish<'_>) -> Option<String> {
        if self.allows(wish.verb, wish.resource) {
            return None;
        }
        let place = if wish.namespace.is_empty() {
            "at the cluster scope".to_owned()
        } else {
            format!("in the namespace {:?}", wish.namespace)
        };
        Some(format!(
            "User {USER:?} cannot {} resource {:?} in API group {:?} {place}",
            wish.verb, wish.resource, wish.group
        ))
    }

    fn allows(&self, verb: &str, resource: &str) -> bool {
        let fits = |pattern: &str, word: &str| pattern == "*" || pattern == word;
        !self.denied.iter().any(|(verbs, resources)| fits(verbs, verb) && fits(resources, resource))
    }

    /// Answers a `SelfSubjectAccessReview`.
    pub(super) fn review(&self, mut review: Value) -> Value {
        let wanted = review.pointer("/spec/resourceAttributes").cloned().unwrap_or_default();
        let resource = match pick::text(&wanted, "/subresource") {
            "" => pick::text(&wanted, "/resource").to_owned(),
            sub => format!("{}/{sub}", pick::text(&wanted, "/resource")),
        };
        let allowed =
            pick::has(&review, "/spec/nonResourceAttributes") || self.allows(pick::text(&wanted, "/verb"), &resource);
        pick::set(&mut review, "/kind", "SelfSubjectAccessReview");
        pick::set(&mut review, "/apiVersion", "authorization.k8s.io/v1");
        pick::set(&mut review, "/status", json!({"allowed": allowed}));
        review
    }

    /// Answers a `SelfSubjectRulesReview`.
    pub(super) fn rules(&self, mut review: Value) -> Value {
        let rules = if self.denied.is_empty() {
            vec![json!({"verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]})]
        } else {
            self.listed()
        };
        pick::set(&mut review, "/kind", "SelfSubjectRulesReview");
        pick::set(&mut review, "/apiVersion", "authorization.k8s.io/v1");
        let paths = json!([{"verbs": ["get"], "nonResourceURLs": ["/api", "/api/*", "/apis", "/apis/*", "/healthz",
            "/livez", "/openapi", "/openapi/*", "/readyz", "/version", "/version/"]}]);
        let status = json!({"resourceRules": rules, "nonResourceRules": paths, "incomplete": false});
        pick::set(&mut review, "/status", status);
        review
    }

    fn listed(&self) -> Vec<Value> {
        let mut by_verbs: BTreeMap<(&str, Vec<&str>), Vec<String>> = BTreeMap::new();
        for kind in kinds::ALL {
            let subs = kind.subs.iter().map(|sub| format!("{}/{}", kind.plural, sub.word()));
            for resource in std::iter::once(kind.plural.to_owned()).chain(subs) {
                let verbs: Vec<&str> = kinds::VERBS.into_iter().filter(|verb| self.allows(verb, &resource)).collect();
                if !verbs.is_empty() {
                    by_verbs.entry((kind.group, verbs)).or_default().push(resource);
                }
            }
        }
        by_verbs
            .into_iter()
            .map(|((group, verbs), resources)| json!({"verbs": verbs, "apiGroups": [group], "resources": resources}))
            .collect()
    }
}
