//! The cluster's own components as writers: each under its name in `managedFields`.

use serde_json::{Value, json};

use super::kinds::{Kind, Sub};
use super::managed::Operation;
use super::pick;
use super::status::Refusal;
use super::store::{Object, Store};
use super::write::{self, Mode, Unknown, Write, Written};

/// A component that writes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Actor(&'static str);

/// All controllers of one process.
pub(super) const MANAGER: Actor = Actor("kube-controller-manager");
/// The scheduler.
pub(super) const SCHEDULER: Actor = Actor("kube-scheduler");
/// The kubelets.
pub(super) const KUBELET: Actor = Actor("kubelet");
/// Somebody who edits by hand.
pub(super) const COLLEAGUE: Actor = Actor("kubectl-edit");
/// What the server itself puts there.
pub(super) const SERVER: Actor = Actor("kube-apiserver");

impl Actor {
    fn write(self, kind: &'static Kind, namespace: &str, name: &str, sub: Option<Sub>) -> Write {
        Write {
            kind,
            namespace: namespace.to_owned(),
            name: name.to_owned(),
            sub,
            manager: self.0.to_owned(),
            operation: Operation::Update,
            mode: Mode::Real,
            unknown: Unknown::Drop,
            force: false,
        }
    }

    /// How it names an object it deletes.
    pub(super) fn deletion(self, kind: &'static Kind, object: &Value) -> Write {
        self.write(kind, pick::namespace(object), pick::name(object), None)
    }

    /// Makes an object, checked like any other.
    ///
    /// # Errors
    /// What a client would be answered.
    pub(super) fn create(
        self,
        store: &mut Store,
        kind: &'static Kind,
        namespace: &str,
        body: Value,
    ) -> Result<Object, Refusal> {
        match write::create(store, &self.write(kind, namespace, "", None), body)? {
            Written::Created(object) | Written::Existed(object) => Ok(object),
        }
    }

    /// Changes an object, its spec and metadata.
    pub(super) fn edit(self, store: &mut Store, kind: &'static Kind, object: &Value, change: impl FnOnce(&mut Value)) {
        let write = self.write(kind, pick::namespace(object), pick::name(object), None);
        write::edit(store, &write, change);
    }

    /// Changes the status of an object.
    pub(super) fn report(
        self,
        store: &mut Store,
        kind: &'static Kind,
        object: &Value,
        change: impl FnOnce(&mut Value),
    ) {
        let write = self.write(kind, pick::namespace(object), pick::name(object), Some(Sub::Status));
        write::edit(store, &write, change);
    }
}

/// The reference to a controlling owner.
pub(super) fn owner(kind: &Kind, object: &Value) -> Value {
    json!([{
        "apiVersion": kind.api_version(), "kind": kind.name, "name": pick::name(object), "uid": pick::uid(object),
        "controller": true, "blockOwnerDeletion": true,
    }])
}

/// The uid of the controlling owner, "" without one.
pub(super) fn owner_uid(object: &Value) -> &str {
    pick::list(object, "/metadata/ownerReferences")
        .iter()
        .find(|owner| owner.get("controller") == Some(&Value::Bool(true)))
        .map(|owner| pick::text(owner, "/uid"))
        .unwrap_or_default()
}

/// Objects of a kind that this owner controls.
pub(super) fn controlled(store: &Store, kind: &Kind, owner: &Value) -> Vec<Object> {
    let mut all = store.list(kind, pick::namespace(owner));
    all.retain(|object| owner_uid(object) == pick::uid(owner));
    all
}

/// Sets a condition; its times move only as the components move them: the transition with the status.
pub(super) fn condition(object: &mut Value, mut wanted: Value, now: &str) {
    let kind = pick::text(&wanted, "/type").to_owned();
    let mut conditions = pick::list(object, "/status/conditions").to_vec();
    let at = conditions.iter().position(|condition| pick::text(condition, "/type") == kind);
    let before = at.map(|at| conditions[at].clone()).unwrap_or_default();
    let moved = before.get("status") != wanted.get("status");
    let time = if moved { json!(now) } else { before["lastTransitionTime"].clone() };
    pick::set(&mut wanted, "/lastTransitionTime", time);
    match at {
        Some(at) => conditions[at] = wanted,
        None => conditions.push(wanted),
    }
    pick::set(object, "/status/conditions", conditions);
}
