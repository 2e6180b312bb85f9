//! What the server says about itself: version, groups and resources, in the classic and the aggregated form.

use serde_json::{Value, json};

use super::kinds::{self, Kind, Sub};

/// The media type of aggregated discovery, as a client asks for it.
pub(super) const AGGREGATED: &str = "g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";

/// `/version`.
pub(super) fn version() -> Value {
    json!({
        "major": "1", "minor": "36", "emulationMajor": "1", "emulationMinor": "36", "minCompatibilityMajor": "1",
        "minCompatibilityMinor": "35", "gitVersion": "v1.36.2", "gitTreeState": "clean", "goVersion": "go1.26.1",
        "compiler": "gc", "platform": "linux/amd64", "buildDate": "2026-06-17T12:00:00Z",
        "gitCommit": "0000000000000000000000000000000000000000",
    })
}

/// `/api`.
pub(super) fn core_versions() -> Value {
    let address = json!([{"clientCIDR": "0.0.0.0/0", "serverAddress": "10.0.0.4:6443"}]);
    json!({"kind": "APIVersions", "versions": ["v1"], "serverAddressByClientCIDRs": address})
}

/// Groups other than core, in the order a server lists them.
fn groups() -> Vec<(&'static str, &'static str)> {
    let mut groups: Vec<(&str, &str)> = vec![("apps", "v1"), ("authorization.k8s.io", "v1")];
    for kind in kinds::ALL {
        if !kind.group.is_empty() && !groups.contains(&(kind.group, kind.version)) {
            groups.push((kind.group, kind.version));
        }
    }
    groups
}

/// `/apis`.
pub(super) fn group_list() -> Value {
    let groups: Vec<Value> = groups().into_iter().map(|(group, version)| group_entry(group, version)).collect();
    json!({"kind": "APIGroupList", "apiVersion": "v1", "groups": groups})
}

/// `/apis/GROUP`.
pub(super) fn group(name: &str) -> Option<Value> {
    let (group, version) = groups().into_iter().find(|(group, _)| *group == name)?;
    let mut entry = group_entry(group, version);
    entry["kind"] = json!("APIGroup");
    entry["apiVersion"] = json!("v1");
    Some(entry)
}

fn group_entry(group: &str, version: &str) -> Value {
    let version = json!({"groupVersion": format!("{group}/{version}"), "version": version});
    json!({"name": group, "versions": [version], "preferredVersion": version})
}

/// `/api/v1` and `/apis/GROUP/VERSION`.
pub(super) fn resources(group: &str, version: &str) -> Option<Value> {
    let mut resources = Vec::new();
    for kind in kinds::ALL.into_iter().filter(|kind| kind.group == group && kind.version == version) {
        let mut entry = json!({
            "name": kind.plural, "singularName": kind.name.to_lowercase(), "namespaced": kind.namespaced(),
            "kind": kind.name, "verbs": kinds::VERBS,
        });
        if !kind.short.is_empty() {
            entry["shortNames"] = json!(kind.short);
        }
        resources.push(entry);
        for sub in kind.subs {
            resources.push(json!({
                "name": format!("{}/{}", kind.plural, sub.word()), "singularName": "",
                "namespaced": kind.namespaced(), "kind": sub_kind(kind, *sub), "verbs": sub_verbs(*sub),
            }));
        }
    }
    if group == "authorization.k8s.io" && version == "v1" {
        for (plural, kind) in REVIEWS {
            resources.push(json!({"name": plural, "singularName": kind.to_lowercase(), "namespaced": false,
                "kind": kind, "verbs": ["create"]}));
        }
    }
    let name = if group.is_empty() { version.to_owned() } else { format!("{group}/{version}") };
    let list = json!({"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": name, "resources": resources});
    (!resources.is_empty()).then_some(list)
}

const REVIEWS: [(&str, &str); 2] =
    [("selfsubjectaccessreviews", "SelfSubjectAccessReview"), ("selfsubjectrulesreviews", "SelfSubjectRulesReview")];

fn sub_kind(kind: &Kind, sub: Sub) -> &'static str {
    match sub {
        Sub::Status | Sub::Log => kind.name,
        Sub::Scale => "Scale",
    }
}

fn sub_verbs(sub: Sub) -> &'static [&'static str] {
    match sub {
        Sub::Log => &["get"],
        Sub::Status | Sub::Scale => &["get", "patch", "update"],
    }
}

/// `/api` or `/apis` as one `APIGroupDiscoveryList`.
pub(super) fn aggregated(core: bool) -> Value {
    let groups: Vec<(&str, &str)> = if core { vec![("", "v1")] } else { groups() };
    let items: Vec<Value> = groups
        .into_iter()
        .map(|(group, version)| {
            let mut metadata = json!({"creationTimestamp": null});
            if !group.is_empty() {
                metadata["name"] = json!(group);
            }
            let resources = aggregated_resources(group, version);
            let version = json!({"version": version, "freshness": "Current", "resources": resources});
            json!({"metadata": metadata, "versions": [version]})
        })
        .collect();
    json!({"kind": "APIGroupDiscoveryList", "apiVersion": "apidiscovery.k8s.io/v2", "metadata": {}, "items": items})
}

fn aggregated_resources(group: &str, version: &str) -> Vec<Value> {
    let response = |kind: &str, group: &str, version: &str| json!({"group": group, "version": version, "kind": kind});
    let mut resources = Vec::new();
    for kind in kinds::ALL.into_iter().filter(|kind| kind.group == group && kind.version == version) {
        let scope = if kind.namespaced() { "Namespaced" } else { "Cluster" };
        let mut entry = json!({
            "resource": kind.plural, "responseKind": response(kind.name, group, version), "scope": scope,
            "singularResource": kind.name.to_lowercase(), "verbs": kinds::VERBS,
        });
        if !kind.short.is_empty() {
            entry["shortNames"] = json!(kind.short);
        }
        let subs: Vec<Value> = kind
            .subs
            .iter()
            .map(|sub| {
                let response = match sub {
                    Sub::Scale => response("Scale", "autoscaling", "v1"),
                    Sub::Status | Sub::Log => response(kind.name, group, version),
                };
                json!({"subresource": sub.word(), "responseKind": response, "verbs": sub_verbs(*sub)})
            })
            .collect();
        if !subs.is_empty() {
            entry["subresources"] = json!(subs);
        }
        resources.push(entry);
    }
    if group == "authorization.k8s.io" {
        for (plural, kind) in REVIEWS {
            resources.push(json!({
                "resource": plural, "responseKind": response(kind, group, version), "scope": "Cluster",
                "singularResource": kind.to_lowercase(), "verbs": ["create"],
            }));
        }
    }
    resources
}
