//! Namespaces, and what keeps one from going.

use super::condition::{get, text};
use super::{Cause, Health, Trouble, Verdict, say};
use crate::object::Object;

/// What still stands in the way of the end, most telling first.
const LEFT: [(&str, &str); 5] = [
    ("NamespaceDeletionDiscoveryFailure", "an API of the cluster does not answer, so nobody knows what is left"),
    ("NamespaceDeletionGroupVersionParsingFailure", "an API of the cluster has a version that nobody understands"),
    ("NamespaceFinalizersRemaining", "finalizers are left"),
    ("NamespaceContentRemaining", "objects are left"),
    ("NamespaceDeletionContentFailure", "some objects could not be deleted"),
];

/// Active or going.
pub(super) fn health(namespace: &Object) -> Health {
    match namespace.text("/status/phase") {
        Some("Terminating") => Health::new(Verdict::Terminating, "being deleted").because(cause(namespace)),
        Some(_) | None => Health::ready("active"),
    }
}

/// Why it is not gone yet.
pub(super) fn cause(namespace: &Object) -> Option<Cause> {
    let open = |(kind, why): &(&str, &'static str)| {
        let condition = get(namespace, kind).filter(|condition| text(condition, "status") == "True")?;
        Some((*why, text(condition, "message")))
    };
    let (why, told) = LEFT.iter().find_map(open)?;
    let next = if why.starts_with("an API") {
        "repair or remove the APIService that does not answer"
    } else {
        "let the owner of what is left finish, or remove what is left"
    };
    Some(
        Cause::new(Trouble::Deleting, namespace.key())
            .headline(format!("Namespace {} cannot be deleted yet: {why}", namespace.name()))
            .sentence(format!("The cluster says: {}.", say::calm(told)))
            .next(next),
    )
}
