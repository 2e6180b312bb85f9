//! Pod specs.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::meta::is_label;
use crate::demo::pick;
use crate::demo::quantity;
use crate::demo::status::Cause;

const PORT: &str = "must be between 1 and 65535, inclusive";
const LABEL: &str = "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must \
    start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is \
    '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";

/// Everything wrong with a pod spec whose place is `field`.
pub(super) fn spec(spec: &Value, field: &str) -> Vec<Cause> {
    let mut causes = Vec::new();
    let volumes: BTreeSet<&str> =
        pick::list(spec, "/volumes").iter().map(|volume| pick::text(volume, "/name")).collect();
    let mut names = BTreeSet::new();
    if pick::list(spec, "/containers").is_empty() {
        causes.push(Cause::required(format!("{field}.containers"), ""));
    }
    for list in ["initContainers", "containers"] {
        for (at, container) in pick::list(spec, &format!("/{list}")).iter().enumerate() {
            let here = format!("{field}.{list}[{at}]");
            let name = pick::text(container, "/name");
            if name.is_empty() {
                causes.push(Cause::required(format!("{here}.name"), ""));
            } else if !is_label(name) {
                causes.push(Cause::invalid(format!("{here}.name"), &json!(name), LABEL));
            } else if !names.insert(name) {
                causes.push(Cause::duplicate(format!("{here}.name"), &json!(name)));
            }
            self::container(container, &here, &volumes, &mut causes);
        }
    }
    for (at, volume) in pick::list(spec, "/volumes").iter().enumerate() {
        self::volume(volume, &format!("{field}.volumes[{at}]"), &mut causes);
    }
    causes
}

fn container(container: &Value, here: &str, volumes: &BTreeSet<&str>, causes: &mut Vec<Cause>) {
    let image = pick::text(container, "/image");
    if image.is_empty() {
        causes.push(Cause::required(format!("{here}.image"), ""));
    } else if image.trim() != image {
        let why = "must not have leading or trailing whitespace";
        causes.push(Cause::invalid(format!("{here}.image"), &json!(image), why));
    }
    for (at, port) in pick::list(container, "/ports").iter().enumerate() {
        let number = pick::number(port, "/containerPort");
        if !(1..=65_535).contains(&number) {
            causes.push(Cause::invalid(format!("{here}.ports[{at}].containerPort"), &json!(number), PORT));
        }
        let name = pick::text(port, "/name");
        if name.len() > 15 {
            let why = "must be no more than 15 characters";
            causes.push(Cause::invalid(format!("{here}.ports[{at}].name"), &json!(name), why));
        }
    }
    for (at, mount) in pick::list(container, "/volumeMounts").iter().enumerate() {
        let name = pick::text(mount, "/name");
        if !volumes.contains(name) {
            causes.push(Cause::not_found(format!("{here}.volumeMounts[{at}].name"), &json!(name)));
        }
    }
    resources(container, here, causes);
    for name in ["startupProbe", "readinessProbe", "livenessProbe"] {
        if let Some(probe) = container.get(name).filter(|probe| !probe.is_null()) {
            let handlers = ["exec", "httpGet", "tcpSocket", "grpc"];
            if !handlers.iter().any(|handler| probe.get(*handler).is_some()) {
                causes.push(Cause::required(format!("{here}.{name}"), "must specify a handler type"));
            }
        }
    }
}

fn resources(container: &Value, here: &str, causes: &mut Vec<Cause>) {
    for (resource, request) in pick::map(container, "/resources/requests").into_iter().flatten() {
        let request = request.as_str().unwrap_or_default();
        let limit = pick::text(container, &format!("/resources/limits/{resource}"));
        let (asked, most) = (quantity::milli(request), quantity::milli(limit));
        if !limit.is_empty() && asked > most {
            let why = format!("must be less than or equal to {resource} limit of {limit}");
            causes.push(Cause::invalid(format!("{here}.resources.requests"), &json!(request), &why));
        }
    }
}

fn volume(volume: &Value, here: &str, causes: &mut Vec<Cause>) {
    let name = pick::text(volume, "/name");
    if name.is_empty() {
        causes.push(Cause::required(format!("{here}.name"), ""));
    } else if !is_label(name) {
        causes.push(Cause::invalid(format!("{here}.name"), &json!(name), LABEL));
    }
    let sources = volume.as_object().map_or(0, |map| map.values().filter(|value| value.is_object()).count());
    if sources > 1 {
        causes.push(Cause::forbidden(here, "may not specify more than 1 volume type"));
    }
    if let Some(host) = volume.get("hostPath") {
        if pick::text(host, "/path").is_empty() {
            causes.push(Cause::required(format!("{here}.hostPath.path"), ""));
        } else if pick::text(host, "/path").split('/').any(|part| part == "..") {
            let path = host.get("path").cloned().unwrap_or_default();
            causes.push(Cause::invalid(format!("{here}.hostPath.path"), &path, "must not contain '..'"));
        }
        let known =
            ["", "DirectoryOrCreate", "Directory", "FileOrCreate", "File", "Socket", "CharDevice", "BlockDevice"];
        let kind = pick::text(host, "/type");
        if !known.contains(&kind) {
            causes.push(Cause::unsupported(format!("{here}.hostPath.type"), &json!(kind), &known[1..]));
        }
    }
}
