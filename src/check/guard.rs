//! Whether the namespace takes the pods: PodSecurity, quotas, limits, policies.
//!
//! The server itself is asked by a dry run of one pod. Where that is not allowed, the namespace's label still says what
//! the level of PodSecurity forbids without doubt (Pod Security Standards, level "baseline").

use serde_json::Value;

use super::Finding;
use crate::object::Object;

/// The label by which a namespace refuses pods.
const ENFORCE: &str = "pod-security.kubernetes.io/enforce";

/// What the label of a namespace says to the pods of a workload; none where there is nothing to say against them.
pub fn enforced(namespace: &Object, workload: &str, spec: &Value) -> Option<Finding> {
    let level = namespace.label(ENFORCE).filter(|level| *level != "privileged")?;
    let against = baseline(spec);
    if against.is_empty() {
        return None;
    }
    let name = namespace.name();
    let finding =
        Finding::fail(format!("namespace {name} enforces {level:?}, and {workload} uses {}", against.join(", ")));
    Some(finding.because(format!("{ENFORCE}: {level}")).next(format!(
        "ask an administrator to allow it: kubectl label namespace {name} {ENFORCE}=privileged --overwrite"
    )))
}

/// What the level "baseline", and with it "restricted", forbids.
fn baseline(spec: &Value) -> Vec<&'static str> {
    let list = |name: &str| spec.get(name).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let is = |value: &Value, pointer: &str| value.pointer(pointer).and_then(Value::as_bool).unwrap_or(false);
    let containers = || list("containers").iter().chain(list("initContainers"));
    let ports = |container: &Value| {
        let ports = container.get("ports").and_then(Value::as_array).cloned().unwrap_or_default();
        ports.iter().any(|port| port.get("hostPort").and_then(Value::as_i64).is_some_and(|port| port > 0))
    };
    let mut against = Vec::new();
    let mut say = |yes: bool, words: &'static str| {
        if yes {
            against.push(words);
        }
    };
    say(list("volumes").iter().any(|volume| volume.get("hostPath").is_some()), "directories of the node (hostPath)");
    say(["/hostNetwork", "/hostPID", "/hostIPC"].iter().any(|at| is(spec, at)), "namespaces of the node");
    say(containers().any(|container| is(container, "/securityContext/privileged")), "privileged containers");
    say(containers().any(ports), "ports of the node (hostPort)");
    against
}

/// What the server said to a dry run of each pod: workload and refusal.
pub fn admitted(answers: &[(String, Option<String>)]) -> Finding {
    let mut refused = answers.iter().filter_map(|(workload, refusal)| Some((workload, refusal.as_ref()?)));
    let Some((workload, why)) = refused.next() else {
        return Finding::ok("the namespace takes the pods: PodSecurity, quotas, limits and policies");
    };
    let next = if why.contains("exceeded quota") {
        "raise the quota, or ask for less in the module's values"
    } else if why.contains("PodSecurity") {
        "ask an administrator to allow it in this namespace, or deploy into another one"
    } else {
        "meet the rule, or ask whoever made it"
    };
    Finding::fail(format!("the cluster would not take the pods of {workload}: {}", first(why)))
        .because(why.clone())
        .next(next)
}

/// The beginning of a long refusal.
fn first(why: &str) -> String {
    match why.char_indices().nth(160) {
        Some((at, _)) => format!("{}…", &why[..at]),
        None => why.to_owned(),
    }
}
