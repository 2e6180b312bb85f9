//! `PodDisruptionBudgets`.

use super::{Health, say};
use crate::object::Object;

/// Ready when it exists; says when no pod may be moved.
pub(super) fn health(budget: &Object) -> Health {
    let expected = budget.number("/status/expectedPods").unwrap_or(0);
    match budget.number("/status/disruptionsAllowed") {
        Some(0) if expected > 0 => Health::ready("no pod may be moved: draining a node will wait"),
        Some(allowed) => Health::ready(format!("{} may be moved", say::count(allowed, "pod"))),
        None => Health::ready("exists"),
    }
}
