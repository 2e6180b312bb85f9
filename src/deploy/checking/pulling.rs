//! Whether the images can be pulled with the credentials that the pods will have.

use serde_json::Value;

use super::builtin::pod_spec;
use super::ground::Ground;
use crate::check::{Finding, Pull, Reference, Verdict, pull};
use crate::deploy::desired::Load;
use crate::secret::Secret;

/// The type and the key of a Secret that images are pulled with.
const TYPE: &str = "kubernetes.io/dockerconfigjson";
const KEY: &str = ".dockerconfigjson";

impl Ground {
    /// Asks the registries for every image of the environment.
    pub(super) async fn images(&self) -> Result<Finding, Finding> {
        let loads = self.loads()?;
        let mut pulls: Vec<Pull> = Vec::new();
        for load in loads {
            let Some(spec) = pod_spec(&load.object) else { continue };
            let secrets = named(spec, "imagePullSecrets", "name");
            let containers =
                named(spec, "initContainers", "image").into_iter().chain(named(spec, "containers", "image"));
            for image in containers {
                if !pulls.iter().any(|pull| pull.image == image) {
                    pulls.push(login(loads, image, &secrets));
                }
            }
        }
        if let (Some(missing), true) = (&self.missing, pulls.iter().any(|pull| pull.login.is_some())) {
            return Err(Finding::of(Verdict::Unknown, missing));
        }
        let web = &self.session.inner.web;
        let mut findings = futures::future::join_all(pulls.iter().map(|one| pull(web, one))).await;
        findings.sort_by_key(|finding| std::cmp::Reverse(finding.verdict));
        let mut findings = findings.into_iter();
        let Some(mut worst) = findings.next() else { return Ok(Finding::ok("nothing of it runs an image")) };
        for finding in findings {
            worst.evidence.push(format!("{}: {}", finding.verdict, finding.headline));
            worst.evidence.extend(finding.evidence);
        }
        Ok(worst)
    }
}

/// The texts of one field of each item of a list, without repetitions.
fn named(spec: &Value, list: &str, field: &str) -> Vec<String> {
    let items = spec.get(list).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let mut found: Vec<String> = items.iter().filter_map(|item| Some(item.get(field)?.as_str()?.to_owned())).collect();
    found.dedup();
    found
}

/// An image with the credentials that the pull Secrets hold for its registry.
fn login(loads: &[Load], image: String, secrets: &[String]) -> Pull {
    let reference = Reference::parse(&image);
    let held = loads.iter().filter(|load| {
        load.object.kind() == "Secret"
            && load.object.text("/type") == Some(TYPE)
            && secrets.iter().any(|name| name == load.object.name())
    });
    for load in held {
        let Some(value) = load.data.get(KEY) else { continue };
        #[expect(clippy::disallowed_methods, reason = "the login of the registry is taken out of the pull Secret")]
        let found = value.open(|text| credentials(text, &reference));
        if let Some(login) = found {
            return Pull { image, login: Some(login), fields: load.fields.get(KEY).cloned().unwrap_or_default() };
        }
    }
    Pull { image, login: None, fields: Vec::new() }
}

fn credentials(text: &str, reference: &Reference) -> Option<(String, Secret)> {
    let value: Value = serde_json::from_str(text).ok()?;
    let auths = value.get("auths")?.as_object()?;
    let (_, entry) = auths.iter().find(|(host, _)| reference.is_kept_under(host))?;
    let text = |name: &str| entry.get(name).and_then(Value::as_str);
    Some((text("username")?.to_owned(), Secret::new(text("password")?)))
}
