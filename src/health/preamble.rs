//! What holds for every kind before its own rule does.

use super::condition::{get, is, text};
use super::scene::Scene;
use super::{Cause, Health, Trouble, Verdict, deleting, say};
use crate::object::Object;

/// A controller that has not looked at a version for so many seconds is silent.
const SILENT: i64 = 30;

/// The verdict, if it can be told without knowing the kind.
pub(super) fn health(object: &Object, scene: &Scene<'_>) -> Option<Health> {
    if object.is_deleting() {
        return Some(deleting::health(object, scene));
    }
    unseen(object, scene).or_else(|| stalled(object))
}

/// The controller has not seen this version: what the status says is about another one.
fn unseen(object: &Object, scene: &Scene<'_>) -> Option<Health> {
    let generation = object.number("/metadata/generation")?;
    let watched = object.key().group() == "apps" && object.kind() != "ControllerRevision";
    match object.number("/status/observedGeneration") {
        Some(observed) if observed >= generation => return None,
        None if !watched => return None,
        Some(_) | None => {}
    }
    let made = object.time("/metadata/creationTimestamp").filter(|_| generation <= 1);
    let since = scene.memory.standstill(object.key(), scene.now);
    let since = [since, scene.age(scene.memory.started().or(made))].into_iter().flatten().min();
    let cause = since.filter(|since| since.as_secs() > SILENT).map(|since| silent(object, &say::span(since)));
    Some(Health::progressing("its controller has not seen this version yet").because(cause))
}

fn silent(object: &Object, since: &str) -> Cause {
    let kind = object.kind();
    let own = object.key().group().split('.').count() > 1 && !object.key().group().ends_with(".k8s.io");
    let who = if own { format!("the controller of {kind}") } else { "kube-controller-manager".to_owned() };
    Cause::new(Trouble::Silent, object.key())
        .headline(format!("{who} does not react"))
        .sentence(format!(
            "{kind} {} was changed {since} ago, and its controller has not looked at it since.",
            object.name()
        ))
        .next(format!("check that {who} runs"))
}

/// The conventions of kstatus: Stalled and Reconciling.
fn stalled(object: &Object) -> Option<Health> {
    if is(object, "Stalled") {
        let condition = get(object, "Stalled")?;
        return Some(Health::new(Verdict::Failed, "stalled").because(Some(said(object, condition))));
    }
    is(object, "Reconciling").then(|| Health::progressing("its controller is working on it"))
}

/// What a condition says, as a cause.
pub(super) fn said(object: &Object, condition: &serde_json::Value) -> Cause {
    let (reason, message) = (text(condition, "reason"), say::calm(text(condition, "message")));
    let why = if reason.is_empty() { String::new() } else { format!(" ({reason})") };
    Cause::new(Trouble::Other, object.key())
        .headline(format!("{} is not well{why}", object.key()))
        .sentence(match message.as_str() {
            "" => "Its controller does not say why.".to_owned(),
            message => format!("Its controller says: {message}."),
        })
        .next(format!("see what the controller of {} reports", object.kind()))
}
