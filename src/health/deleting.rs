//! Objects that are being deleted, and what they wait for.

use super::scene::Scene;
use super::{Cause, Health, Trouble, Verdict, namespace, say};
use crate::object::Object;

/// Terminating, with what remains to be done.
pub(super) fn health(object: &Object, scene: &Scene<'_>) -> Health {
    let cause = match (object.kind(), object.key().group()) {
        ("Namespace", "") => namespace::cause(object).or_else(|| finalizers(object)),
        _ => finalizers(object).or_else(|| stuck(object, scene)),
    };
    Health::new(Verdict::Terminating, "being deleted").because(cause)
}

/// A pod that is not gone although its time to stop has been over for half a minute.
pub(super) fn stuck(object: &Object, scene: &Scene<'_>) -> Option<Cause> {
    let due = object.time("/metadata/deletionTimestamp").map(|due| scene.now.duration_since(due).as_secs());
    (object.kind() == "Pod" && due.is_some_and(|late| late > 30)).then(|| {
        let node = super::pod::node(object);
        Cause::new(Trouble::Deleting, object.key())
            .headline(format!("pod {} does not stop", object.name()))
            .sentence(format!("Its time to stop is over, and {node} has not reported its end."))
            .next(format!("check that {node} is up"))
    })
}

fn finalizers(object: &Object) -> Option<Cause> {
    let of = |at| object.list(at).iter().filter_map(serde_json::Value::as_str);
    let names: Vec<&str> = of("/metadata/finalizers").chain(of("/spec/finalizers")).collect();
    let first = *names.first()?;
    let (why, next) = match first {
        "foregroundDeletion" | "orphan" => ("what it owns is deleted first".to_owned(), "wait".to_owned()),
        "kubernetes.io/pvc-protection" => ("a pod still uses it".to_owned(), "stop the pod that uses it".to_owned()),
        "kubernetes" => ("the cluster clears it out first".to_owned(), "wait".to_owned()),
        _ => {
            let word = if names.len() == 1 { "finalizer" } else { "finalizers" };
            let list = say::list(&names);
            (format!("{word} {list} must be taken off first"), format!("check that the controller of {first} runs"))
        }
    };
    Some(
        Cause::new(Trouble::Deleting, object.key())
            .headline(format!("{object} is being deleted and waits", object = object.key()))
            .sentence(format!("Its deletion waits: {why}."))
            .next(next),
    )
}
