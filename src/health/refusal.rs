//! Pods that may not even be created: quota, PodSecurity, webhooks, limits. The controller says it in the condition
//! `ReplicaFailure` or in an Event `FailedCreate`.

use jiff::Timestamp;

use super::finding::Finding;
use super::scene::Scene;
use super::{Cause, Trouble, quota, say};
use crate::object::Object;

/// What a refusal means for an object; `since` is when it began.
pub(super) fn finding(told: &str, object: &Object, since: Option<Timestamp>, scene: &Scene<'_>) -> Finding {
    if let Some(cause) = quota::read(told, object) {
        return Finding::fatal(cause);
    }
    let cause = Cause::new(Trouble::Admission, object.key());
    if let Some(level) = say::between(told, "violates PodSecurity \"", "\"") {
        let level = level.split(':').next().unwrap_or(level);
        let fields = security(told);
        let next = if fields.is_empty() {
            "change the pod's security settings".to_owned()
        } else {
            format!("set in the pod: {}", fields.join("; "))
        };
        return Finding::fatal(
            cause
                .headline(format!("the namespace forbids this pod (PodSecurity {level})"))
                .sentence(format!(
                    "Namespace {} enforces {level}; {}.",
                    object.namespace().unwrap_or("default"),
                    lacks(told)
                ))
                .next(next),
        );
    }
    let webhook = told.find("admission webhook \"").and_then(|at| say::between(&told[at..], "\"", "\""));
    if let Some((webhook, (_, why))) = webhook.zip(told.split_once("denied the request")) {
        let why = why.trim_start_matches([':', ' ']);
        return Finding::fatal(
            cause
                .headline(format!("the policy {webhook} refuses the pods"))
                .sentence(format!("It says: {}.", say::calm(why)))
                .next("change the pod as the policy asks, or ask for an exception"),
        );
    }
    if let Some(policy) = say::between(told, "ValidatingAdmissionPolicy '", "'") {
        let why = told.split_once("denied request: ").map_or("", |(_, why)| why);
        return Finding::fatal(
            cause
                .headline(format!("the policy {policy} refuses the pods"))
                .sentence(format!("It says: {}.", say::calm(why)))
                .next("change the pod as the policy asks, or ask for an exception"),
        );
    }
    if let Some(webhook) = say::between(told, "failed calling webhook \"", "\"") {
        let cause = cause
            .headline(format!("the admission webhook {webhook} does not answer"))
            .sentence("No pod can be created until it does.")
            .next(format!("check the pods and the Service behind webhook {webhook}"));
        return Finding::after(cause, scene.older(since, 120));
    }
    if let Some(account) = say::between(told, "serviceaccount \"", "\" not found") {
        let cause = Cause::new(Trouble::Other, object.key())
            .headline(format!("ServiceAccount {account} does not exist"))
            .sentence(format!("The pods are to run as ServiceAccount {account}, which does not exist."))
            .next(format!("create ServiceAccount {account}"));
        let over = !scene.knows("ServiceAccount", object.namespace(), account) && scene.older(since, 30);
        return Finding::after(cause, over);
    }
    let cause = Cause::new(Trouble::Other, object.key())
        .headline("the pods cannot be created")
        .sentence(format!("The cluster says: {}.", say::calm(told)))
        .next("correct what the cluster names");
    Finding::after(cause, scene.older(since, 60))
}

/// "the pod lacks runAsNonRoot and seccompProfile".
fn lacks(told: &str) -> String {
    let rules = [
        ("allowPrivilegeEscalation", "allowPrivilegeEscalation=false"),
        ("capabilities", "dropped capabilities"),
        ("runAsNonRoot", "runAsNonRoot"),
        ("seccompProfile", "seccompProfile"),
    ];
    let lacks: Vec<&str> = rules.iter().filter(|(mark, _)| told.contains(mark)).map(|(_, name)| *name).collect();
    let uses = [
        ("hostPath", "hostPath volumes"),
        ("host namespaces", "host namespaces"),
        ("privileged (", "privileged mode"),
        ("hostPort", "host ports"),
        ("runAsUser=0", "the root user"),
    ];
    let uses: Vec<&str> = uses.iter().filter(|(mark, _)| told.contains(mark)).map(|(_, name)| *name).collect();
    match (lacks.is_empty(), uses.is_empty()) {
        (true, true) => "the pod does not comply".to_owned(),
        (false, true) => format!("the pod lacks {}", say::list(&lacks)),
        (true, false) => format!("the pod uses {}", say::list(&uses)),
        (false, false) => format!("the pod lacks {} and uses {}", say::list(&lacks), say::list(&uses)),
    }
}

/// The fields the text asks for: "… must set securityContext.runAsNonRoot=true".
fn security(told: &str) -> Vec<String> {
    let mut fields: Vec<String> = Vec::new();
    for part in told.split("must set ").skip(1) {
        let field = part.split(')').next().unwrap_or("").trim().to_owned();
        if !field.is_empty() && !fields.contains(&field) {
            fields.push(field);
        }
    }
    fields
}
