//! What a cause means for this module, and the ways out that can be carried out from here.

use serde_json::Value;

use super::prepare::Payload;
use super::{Remedy, Session};
use crate::cluster::Cluster;
use crate::health::{Cause, Node, Trouble};
use crate::object::{Key, Objects};
use crate::plan::{Knob, Plan};
use crate::release::Release;

impl Session {
    /// Puts a cause into the module's words where it knows what an exit code means, and says who else is concerned.
    pub(super) fn explain(&self, release: &Release, objects: &Objects, cause: &mut Cause) {
        if let Trouble::Crash { exit, words, .. } = &cause.trouble
            && let Some(container) = &cause.container
            && let Some(known) = i32::try_from(*exit).ok().and_then(|code| self.inner.module.exit(container, code))
        {
            cause.headline.clone_from(&known.headline);
            cause.sentence.clone_from(&known.sentence);
            let last = words.lines().rev().find(|line| !line.trim().is_empty());
            if let Some(last) = last {
                cause.sentence = format!("{} It said: {}", known.sentence, last.trim());
            }
            cause.next.clone_from(&known.next);
        }
        // The module may know better than "make it" what a directory on a node needs.
        if matches!(cause.trouble, Trouble::HostPath { .. }) && !self.required_commands(&release.environment).is_empty()
        {
            "Run the commands of this module's requirements on that node, then try again.".clone_into(&mut cause.next);
        }
        if let Trouble::RegistryRefused { pull_secrets, .. } = &cause.trouble {
            let secrets =
                objects.of_kind("Secret").filter(|secret| pull_secrets.iter().any(|name| name == secret.name()));
            let others: Vec<String> = secrets.flat_map(|secret| release.other_users(secret)).collect();
            let said = match others.as_slice() {
                [] => String::new(),
                [one] => format!(" {one} uses the same one."),
                [first @ .., last] => format!(" {} and {last} use the same one.", first.join(", ")),
            };
            cause.sentence.push_str(&said);
        }
    }

    /// The same for every cause of a tree.
    pub(super) fn explain_all(&self, release: &Release, objects: &Objects, nodes: &mut [Node]) {
        for node in nodes {
            if let Some(cause) = &mut node.health.cause {
                self.explain(release, objects, cause);
            }
            self.explain_all(release, objects, &mut node.children);
        }
    }

    /// The ways out of a cause, best first.
    pub(super) fn remedies(&self, cause: &Cause, payload: &Payload) -> Vec<Remedy> {
        let mut ways = Vec::new();
        match &cause.trouble {
            Trouble::RegistryRefused { pull_secrets, .. } => {
                let fields = self.fields_of(payload, pull_secrets.iter().map(String::as_str), None);
                ways.extend(self.enter(fields, ", apply only that Secret, retry"));
            }
            Trouble::Crash { exit, .. } => {
                let container = cause.container.as_deref().unwrap_or_default();
                let known = i32::try_from(*exit).ok().and_then(|code| self.inner.module.exit(container, code));
                let fields = known.map(|known| known.credentials.clone()).unwrap_or_default();
                ways.extend(self.enter(fields, ", apply, retry"));
            }
            Trouble::Missing { kind, name, key } if kind == "Secret" => {
                let fields = self.fields_of(payload, [name.as_str()], key.as_deref());
                ways.extend(self.enter(fields, ", apply, retry"));
            }
            Trouble::HostPath { node, .. } => {
                let lines = self.required_commands(&payload.release.environment);
                if !lines.is_empty() {
                    let label = node.as_ref().map_or_else(
                        || "copy the commands".to_owned(),
                        |node| format!("copy the commands for node {node}"),
                    );
                    ways.push(Remedy::Commands { lines, label });
                }
            }
            Trouble::Unschedulable { resource: Some(resource) } => ways.extend(less(payload, resource)),
            Trouble::ImageMissing { .. } => {
                ways.extend(value_at(payload, "/image").map(|(path, current)| Remedy::Value {
                    path,
                    current,
                    suggestion: None,
                    label: "use another image in this run".to_owned(),
                }));
            }
            Trouble::Deadline
            | Trouble::RegistryUnreachable { .. }
            | Trouble::OutOfMemory
            | Trouble::Probe { .. }
            | Trouble::Missing { .. }
            | Trouble::Container
            | Trouble::Volume
            | Trouble::Sandbox
            | Trouble::Unschedulable { resource: None }
            | Trouble::Quota
            | Trouble::Admission
            | Trouble::Job
            | Trouble::Claim
            | Trouble::Evicted
            | Trouble::Deleting
            | Trouble::Silent
            | Trouble::Other => {}
        }
        if cause.object.kind == "Pod" {
            ways.push(Remedy::Retry { label: "it is mended, try again".to_owned() });
        }
        ways
    }

    fn enter(&self, mut fields: Vec<String>, then: &str) -> Option<Remedy> {
        // The secret one first: a user name is seldom what is wrong.
        fields.sort_by_key(|name| !self.inner.module.field(name).is_some_and(|field| field.masked));
        let first = self.inner.module.field(fields.first()?)?;
        Some(Remedy::Credentials { label: format!("enter a new {}{then}", first.title.to_lowercase()), fields })
    }

    /// The credentials that went into Secrets of these names, or into one key of them.
    fn fields_of<'n>(
        &self,
        payload: &Payload,
        names: impl IntoIterator<Item = &'n str>,
        key: Option<&str>,
    ) -> Vec<String> {
        let mut found = Vec::new();
        for name in names {
            let loads =
                payload.loads.iter().filter(|(load, _)| load.object.kind() == "Secret" && load.object.name() == name);
            for (load, _) in loads {
                let keys = load.fields.iter().filter(|(found, _)| key.is_none_or(|key| key == *found));
                found.extend(keys.flat_map(|(_, fields)| fields.clone()));
            }
        }
        found.retain(|name| self.inner.module.field(name).is_some_and(|field| !field.unasked));
        found.sort();
        found.dedup();
        found
    }

    /// The commands by which the module's requirements are met, for one environment.
    fn required_commands(&self, environment: &str) -> Vec<String> {
        let project = self.project();
        let Ok(environment) = project.environment(environment) else { return Vec::new() };
        let facts = self.facts(&project, environment, &crate::secret::Credentials::new());
        facts.map(|facts| facts.requires.into_iter().flat_map(|need| need.commands).collect()).unwrap_or_default()
    }

    /// Says which value stands behind each thing the server complained about, and a NodePort's owner and a free one.
    pub(super) async fn turn_knobs(&self, plan: &mut Plan<Payload>) {
        for at in 0..plan.blockers.len() {
            let (Some(key), Some(pointer)) = (&plan.blockers[at].key, &plan.blockers[at].pointer) else { continue };
            let Some((knob, owner)) = self.knob(plan.payload(), key, pointer).await else { continue };
            let blocker = &mut plan.blockers[at];
            if let Some(owner) = owner {
                blocker.sentence = format!("{owner}.");
                blocker.next = match &knob.suggestion {
                    Some(free) => format!("Free it, or set {} to a free port such as {free}.", knob.path),
                    None => format!("Free it, or set {} to another port.", knob.path),
                };
            }
            blocker.knob = Some(knob);
        }
    }

    /// The value behind a field that the server complained about; for a NodePort also who has it and a free one.
    pub(super) async fn knob(&self, payload: &Payload, key: &Key, pointer: &str) -> Option<(Knob, Option<String>)> {
        let load = payload.loads.iter().map(|(load, _)| load).find(|load| load.object.key() == key)?;
        let path = load.sources.get(pointer)?.clone();
        let mut knob = Knob { path, current: text(load.object.at(pointer)?), suggestion: None };
        if !pointer.ends_with("/nodePort") {
            return Some((knob, None));
        }
        let taken = ports(&payload.cluster).await;
        let owner = taken.iter().find(|(port, _)| port.to_string() == knob.current);
        let said = owner.map(|(_, owner)| format!("NodePort {} is used by Service {owner}", knob.current));
        knob.suggestion = self.free_port(&knob, &taken);
        Some((knob, said))
    }

    /// The next port that no Service has and no environment of the project asks for.
    pub(super) fn free_port(&self, knob: &Knob, taken: &[(i64, String)]) -> Option<String> {
        let project = self.project();
        let asked: Vec<String> = project
            .environments
            .iter()
            .filter_map(|environment| {
                let values = self.inner.module.settle(&project, &environment.name).ok()?;
                Some(text(values.pointer(&format!("/{}", knob.path.replace('.', "/")))?))
            })
            .collect();
        let start: i64 = knob.current.parse().ok()?;
        (start..=32767)
            .find(|port| !taken.iter().any(|(used, _)| used == port) && !asked.contains(&port.to_string()))
            .map(|port| port.to_string())
    }
}

/// Every NodePort in use with the Service that has it; empty where Services may not be listed.
async fn ports(cluster: &Cluster) -> Vec<(i64, String)> {
    let Ok(resource) = cluster.resource("v1", "Service").await else { return Vec::new() };
    let services = cluster.list(&resource, None, "").await.unwrap_or_default();
    let mut ports = Vec::new();
    for service in &services {
        let owner = format!("{}/{}", service.namespace().unwrap_or_default(), service.name());
        let numbers = service.list("/spec/ports").iter().filter_map(|port| port.get("nodePort")?.as_i64());
        ports.extend(numbers.map(|number| (number, owner.clone())));
    }
    ports
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// The value behind the first field whose pointer ends like this, and what it is.
fn value_at(payload: &Payload, end: &str) -> Option<(String, String)> {
    payload.loads.iter().find_map(|(load, _)| {
        let (pointer, path) = load.sources.iter().find(|(pointer, _)| pointer.ends_with(end))?;
        Some((path.clone(), text(load.object.at(pointer)?)))
    })
}

/// Asking for half as much of a resource.
fn less(payload: &Payload, resource: &str) -> Option<Remedy> {
    let (path, current) = value_at(payload, &format!("/containers/0/resources/requests/{resource}"))?;
    let digits = current.find(|c: char| !c.is_ascii_digit()).unwrap_or(current.len());
    let (number, unit) = current.split_at(digits);
    let suggestion = number.parse::<u64>().ok().map(|number| format!("{}{unit}", number.div_ceil(2)));
    Some(Remedy::Value { path, current, suggestion, label: format!("ask for less {resource} in this run") })
}

/// The pods that are stuck under a tree: failed, or with a cause.
pub(super) fn stuck(nodes: &[Node]) -> Vec<Key> {
    let mut found = Vec::new();
    for node in nodes {
        if node.key.kind == "Pod" && node.health.cause.is_some() {
            found.push(node.key.clone());
        }
        found.extend(stuck(&node.children));
    }
    found
}
