//! `CustomResourceDefinitions`.

use super::condition::{get, is, refused, text};
use super::{Cause, Health, Trouble, Verdict, say};
use crate::object::Object;

/// Ready when established; failed when its names belong to another.
pub(super) fn health(definition: &Object) -> Health {
    if let Some(condition) = refused(definition, "NamesAccepted") {
        let cause = Cause::new(Trouble::Other, definition.key())
            .headline(format!("the names of {} are taken", definition.name()))
            .sentence(format!("The cluster says: {}.", say::calm(text(condition, "message"))))
            .next("remove the definition that uses these names, or use others");
        return Health::new(Verdict::Failed, "names not accepted").because(Some(cause));
    }
    if is(definition, "Terminating") {
        return Health::new(Verdict::Terminating, "its objects are being deleted");
    }
    if is(definition, "Established") {
        return Health::ready("established");
    }
    let accepted = get(definition, "NamesAccepted").is_some();
    Health::progressing(if accepted { "names accepted, not established yet" } else { "not established yet" })
}
