//! Which pods would restart, and why.

use std::collections::BTreeSet;

use serde_json::Value;

use super::change::{Action, Change, Restart};
use super::compare::Difference;
use super::naming::{CONFIG, called, data_key, in_template};
use super::subject::{Rehearsal, Subject};
use crate::object::Object;

/// One subject with what was found out about it.
pub(super) struct Drawn<'s> {
    pub(super) subject: &'s Subject,
    pub(super) change: Change,
    pub(super) differences: Vec<Difference>,
}

/// The restart of a workload's pods, if applying would bring one about.
///
/// Pods follow their template (`spec.template`) whoever changes it, a webhook too; a change of anything else leaves them
/// alone. The pods of a Job or CronJob are never replaced by an apply.
pub(super) fn restart(drawn: &Drawn<'_>, all: &[Drawn<'_>]) -> Option<Restart> {
    let Drawn { subject, change, differences } = drawn;
    let live = subject.live.as_ref()?;
    let pods = pods(live)?;
    let anew = change.action == Action::Replace;
    let next = match &subject.rehearsal {
        Rehearsal::Valid { object, .. } => object,
        Rehearsal::Unseen(_)
        | Rehearsal::Held(_)
        | Rehearsal::Immutable(_)
        | Rehearsal::LeftAlone(_)
        | Rehearsal::Refused { .. } => &subject.desired,
    };
    let waits = next.is("/spec/paused") || next.text("/spec/updateStrategy/type") == Some("OnDelete");
    if pods == 0 || !anew && (change.action != Action::Update || waits) {
        return None;
    }
    let mut because: Vec<String> = Vec::new();
    let mut names: Vec<String> =
        differences.iter().filter(|found| anew || in_template(&found.path).is_some()).flat_map(called).collect();
    // What the template itself says comes before what its pods read.
    names.sort_by_key(|name| name == CONFIG);
    for name in names {
        let names = if name == CONFIG { configuration(next, all) } else { vec![name] };
        because.extend(names.into_iter().filter(|name| !because.contains(name)).collect::<Vec<_>>());
    }
    if because.is_empty() {
        if !anew {
            return None;
        }
        because.push("a field that cannot change".to_owned());
    }
    let downtime = anew || next.text("/spec/strategy/type") == Some("Recreate");
    Some(Restart { workload: change.key.clone(), pods, because, downtime })
}

/// How many pods a workload keeps; none for a kind that does not replace its pods.
fn pods(live: &Object) -> Option<i64> {
    let replicas = || live.number("/spec/replicas").unwrap_or(1);
    match (live.key().group(), live.kind()) {
        ("apps", "Deployment") => Some(replicas()),
        // Only pods from the partition on are replaced.
        ("apps", "StatefulSet") => {
            let spared = live.number("/spec/updateStrategy/rollingUpdate/partition").unwrap_or(0);
            Some((replicas() - spared).max(0))
        }
        ("apps", "DaemonSet") => Some(live.number("/status/desiredNumberScheduled").unwrap_or(1)),
        _ => None,
    }
}

/// The names of the keys that change in what a workload's pods read.
fn configuration(object: &Object, all: &[Drawn<'_>]) -> Vec<String> {
    let mut read = BTreeSet::new();
    if let Some(template) = object.at("/spec/template") {
        collect(template, &mut read);
    }
    let mut names: Vec<String> = Vec::new();
    let sources = all.iter().filter(|drawn| {
        let key = &drawn.change.key;
        key.namespace.as_deref() == object.namespace() && read.contains(&(key.kind.as_str(), key.name.as_str()))
    });
    for Drawn { change, differences, .. } in sources {
        match change.action {
            Action::Update | Action::Replace => {
                names.extend(differences.iter().filter_map(|found| data_key(&found.path)).map(str::to_owned));
            }
            Action::Create => names.push(change.key.to_string()),
            Action::Blocked | Action::Conflict | Action::Delete | Action::Unchanged | Action::LeftAlone => {}
        }
    }
    if names.is_empty() {
        names.push("its configuration".to_owned());
    }
    names
}

/// The ConfigMaps and Secrets that a pod template refers to, as environment or as files.
fn collect<'v>(value: &'v Value, read: &mut BTreeSet<(&'static str, &'v str)>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| collect(item, read)),
        Value::Object(map) => {
            for (field, value) in map {
                let named = |name: &str| value.get(name).and_then(Value::as_str);
                read.extend(match field.as_str() {
                    "configMapRef" | "configMapKeyRef" | "configMap" => named("name").map(|name| ("ConfigMap", name)),
                    "secretRef" | "secretKeyRef" => named("name").map(|name| ("Secret", name)),
                    "secret" => named("secretName").or_else(|| named("name")).map(|name| ("Secret", name)),
                    _ => None,
                });
                collect(value, read);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
