//! What environments must not have in common.

use serde_json::Value;

use super::load::Module;
use super::manifest::{Level, Rule, Within};
use super::scene::words;
use crate::project::{Environment, Project};
use crate::secret::Credentials;

/// Two environments that get in each other's way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clash {
    /// How grave it is.
    pub level: Level,
    /// The two environments.
    pub environments: (String, String),
    /// What they have in common: "dev and stg have the same NodePort, 30502".
    pub sentence: String,
    /// Why that matters.
    pub why: String,
    /// What to do.
    pub remedy: String,
    /// The value to change, as a dotted path.
    pub path: String,
}

impl Module {
    /// What environments must not have in common, by its titles.
    pub fn apart(&self) -> Vec<String> {
        let mut titles: Vec<String> = self.manifest.unique.iter().map(|rule| rule.title.clone()).collect();
        titles.dedup();
        titles
    }

    /// What environments of a project have in common and should not. Environments whose values are not settled are
    /// left out; [`Module::settle`] says what is wrong with them.
    pub fn survey(&self, project: &Project) -> Vec<Clash> {
        let none = Credentials::new();
        let settled: Vec<_> = project
            .environments
            .iter()
            .filter_map(|environment| {
                let values = self.settle(project, &environment.name).ok()?;
                let names = self.names(&self.scene(project, environment, &values, &none));
                Some((environment, words(&names)))
            })
            .collect();
        let mut clashes = Vec::new();
        for rule in &self.manifest.unique {
            let said: Vec<_> = settled
                .iter()
                .filter_map(|(environment, names)| {
                    Some((*environment, self.speech.say(&rule.value, names).ok().flatten()?))
                })
                .collect();
            for (at, (one, value)) in said.iter().enumerate() {
                for (other, twin) in &said[at + 1..] {
                    if value == twin && meet(rule, one, other) {
                        clashes.push(clash(rule, one, other, value));
                    }
                }
            }
        }
        clashes.sort_by_key(|clash| clash.level);
        clashes
    }
}

fn meet(rule: &Rule, one: &Environment, other: &Environment) -> bool {
    match rule.within {
        Within::Everywhere => true,
        Within::Cluster => same_cluster(one, other),
    }
}

/// Whether two environments are in one cluster, as far as the project says; where it says nothing, they may be.
fn same_cluster(one: &Environment, other: &Environment) -> bool {
    match ((&one.server, &other.server), (&one.context, &other.context)) {
        ((Some(one), Some(other)), _) | (_, (Some(one), Some(other))) => one == other,
        _ => true,
    }
}

fn clash(rule: &Rule, one: &Environment, other: &Environment, value: &Value) -> Clash {
    let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    Clash {
        level: rule.level,
        environments: (one.name.clone(), other.name.clone()),
        sentence: format!("{} and {} have the same {}, {value}", one.name, other.name, rule.title),
        why: rule.why.clone(),
        remedy: rule.remedy.clone(),
        path: rule.at.clone(),
    }
}
