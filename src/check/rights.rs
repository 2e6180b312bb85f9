//! Whether the user may do everything that the deployment needs, and what is missing, as a Role that is ready to apply.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::{Finding, Remedy};
use crate::cluster::{Need, Rule};
use crate::document::to_yaml;

/// Whether rules allow what is needed, as the authorizer of roles reads them (kubernetes `pkg/apis/rbac/v1/evaluation_helpers.go`).
pub fn allowed(rules: &[Rule], need: &Need) -> bool {
    let has = |list: &[String], word: &str| list.iter().any(|one| one == "*" || one == word);
    let resource = |rule: &Rule| {
        let below = need.resource.split_once('/').map(|(_, sub)| format!("*/{sub}"));
        has(&rule.resources, &need.resource) || below.is_some_and(|below| rule.resources.contains(&below))
    };
    let named = |rule: &Rule| rule.names.is_empty() || need.name.as_ref().is_some_and(|name| rule.names.contains(name));
    rules
        .iter()
        .any(|rule| has(&rule.verbs, &need.verb) && has(&rule.groups, &need.group) && resource(rule) && named(rule))
}

/// What the rights come to. `needs` are all, `missing` those that are not granted, `besides` those missing ones that
/// only the checks' own pods need.
pub fn rights(namespace: &str, needs: usize, missing: &[Need], besides: &[Need]) -> Finding {
    if missing.is_empty() && besides.is_empty() {
        return Finding::ok(format!("all {needs} that this deployment needs"));
    }
    let all: Vec<&Need> = missing.iter().chain(besides).collect();
    let sentence = |need: &Need| {
        let place = need.namespace.as_ref().map_or("in the whole cluster".to_owned(), |ns| format!("in {ns}"));
        format!("{} {} {place}", need.verb, full(need))
    };
    let headline = match all.as_slice() {
        [one] => format!("you may not {}", sentence(one)),
        [first, rest @ ..] => format!("you may not {}, and {} more", sentence(first), rest.len()),
        [] => String::new(),
    };
    let finding = if missing.is_empty() {
        Finding::warn(format!("{headline}; only the checks that run a pod need it"))
    } else {
        Finding::fail(headline)
    };
    let roles = roles(namespace, &all);
    finding
        .seen(all.iter().map(|need| format!("missing: {}", sentence(need))))
        .next("give an administrator the Role below, bound to your user")
        .remedy(Remedy::Commands {
            lines: roles.lines().map(str::to_owned).collect(),
            label: "copy the missing rights as a Role".to_owned(),
        })
}

fn full(need: &Need) -> String {
    if need.group.is_empty() { need.resource.clone() } else { format!("{}.{}", need.resource, need.group) }
}

/// The missing rights as a Role, and a `ClusterRole` for what is no matter of a namespace.
fn roles(namespace: &str, needs: &[&Need]) -> String {
    let mut documents = Vec::new();
    for (kind, place) in [("Role", Some(namespace)), ("ClusterRole", None)] {
        let here = needs.iter().filter(|need| need.namespace.is_some() == place.is_some());
        // Resources of one group that need the same verbs are one rule.
        let mut verbs: BTreeMap<(&str, &str, Option<&str>), BTreeSet<&str>> = BTreeMap::new();
        for need in here {
            verbs.entry((&need.group, &need.resource, need.name.as_deref())).or_default().insert(&need.verb);
        }
        let mut rules: BTreeMap<_, Vec<&str>> = BTreeMap::new();
        for ((group, resource, name), verbs) in verbs {
            rules.entry((group, name, Vec::from_iter(verbs))).or_default().push(resource);
        }
        if rules.is_empty() {
            continue;
        }
        let rules: Vec<Value> = rules
            .into_iter()
            .map(|((group, name, verbs), resources)| {
                let mut rule = json!({"apiGroups": [group], "resources": resources, "verbs": verbs});
                if let Some(name) = name {
                    rule["resourceNames"] = json!([name]);
                }
                rule
            })
            .collect();
        let mut metadata = json!({"name": "landfall-operator"});
        if let Some(namespace) = place {
            metadata["namespace"] = json!(namespace);
        }
        let role =
            json!({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": kind, "metadata": metadata, "rules": rules});
        documents.push(to_yaml(&role));
    }
    documents.join("---\n")
}
