//! One object to the cluster: applied, replaced, or entered among the users of what is shared.

use std::time::{Duration, Instant};

use super::desired::Load;
use super::prepare::Payload;
use super::rehearse::pointer;
use crate::cluster::{Cluster, Order, Refusal};
use crate::failure::{Failure, Kind};
use crate::module::SecretData;
use crate::object::{Key, Object};
use crate::plan::Action;

/// An object that was not written.
#[derive(Debug, Clone)]
pub(super) struct Refused {
    /// Why.
    pub(super) failure: Failure,
    /// Which object, and the field the server complained about as a JSON pointer, if it was about one.
    pub(super) field: Option<(Key, String)>,
}

impl From<Failure> for Refused {
    fn from(failure: Failure) -> Self {
        Self { failure, field: None }
    }
}

/// Writes one object and returns it as it is now.
pub(super) async fn write(
    payload: &Payload,
    load: &Load,
    live: Option<&Object>,
    action: Action,
) -> Result<Object, Refused> {
    let cluster = &payload.cluster;
    let key = load.object.key();
    let failed = |refusal: Refusal| -> Refused {
        let field = match &refusal {
            Refusal::Invalid { field: Some(field), .. } => Some((key.clone(), pointer(field))),
            _ => None,
        };
        let failure = match refusal {
            Refusal::Stale(_) => Failure::new(Kind::Blocked, format!("{key} changed since the plan was made"))
                .hint("plan again and look at what would change now"),
            other => other.failure(&format!("apply {key}"), cluster.server()),
        };
        Refused { failure, field }
    };
    let mut uid = live.and_then(Object::uid);
    if action == Action::Replace
        && let Some(old) = uid.take()
    {
        cluster.delete(key, old).await.map_err(failed)?;
        gone(cluster, key).await.map_err(failed)?;
    }
    let force = payload.take.touches(key) || load.shared;
    let order = Order { object: &load.object, data: &load.data, manager: &load.manager, force, uid };
    let answer = cluster.apply(order).await.map_err(failed)?;
    if load.shared {
        let bare = join(&load.object, &payload.release.user_label())?;
        let manager = payload.release.manager();
        let none = SecretData::new();
        let order = Order { object: &bare, data: &none, manager: &manager, force: false, uid: answer.object.uid() };
        cluster.apply(order).await.map_err(failed)?;
    }
    Ok(answer.object)
}

/// Only the label by which an environment is entered among the users of a shared object.
fn join(object: &Object, label: &str) -> crate::failure::Result<Object> {
    let key = object.key();
    let mut value = serde_json::json!({
        "apiVersion": key.api,
        "kind": key.kind,
        "metadata": {"name": key.name, "namespace": key.namespace, "labels": {label: "1"}},
    });
    if let Some(kind) = object.text("/type") {
        value["type"] = kind.into(); // a Secret's type is part of what the server checks
    }
    Object::new(value)
}

/// Waits until a deleted object is really gone.
async fn gone(cluster: &Cluster, key: &Key) -> Result<(), Refusal> {
    let deadline = Instant::now() + Duration::from_mins(1);
    while cluster.get(key).await?.is_some() {
        if Instant::now() > deadline {
            return Err(Refusal::Trouble(format!("{key} is still being deleted after 60 s")));
        }
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
    Ok(())
}
