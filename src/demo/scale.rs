//! The scale sub-resource: replicas alone, with its own entry in `managedFields`.

use serde_json::{Value, json};

use super::apply;
use super::managed::Operation;
use super::pick;
use super::select;
use super::status::Refusal;
use super::store::Store;
use super::write::{self, Write, Written};

/// GET.
pub(super) fn read(store: &Store, write: &Write) -> Result<Value, Refusal> {
    let live = store.get(write.kind, &write.namespace, &write.name);
    live.map(|live| scale(&live)).ok_or_else(|| Refusal::not_found(write.kind, &write.name))
}

/// PUT and PATCH.
pub(super) fn write(store: &mut Store, write: &Write, body: &Value) -> Result<Value, Refusal> {
    let replicas = body.pointer("/spec/replicas").cloned().unwrap_or_default();
    let mut change = json!({"spec": {"replicas": replicas}});
    let written = match write.operation {
        Operation::Update => write::merge_patch(store, write, &change)?,
        Operation::Apply => {
            pick::set(&mut change, "/kind", write.kind.name);
            pick::set(&mut change, "/apiVersion", write.kind.api_version());
            apply::apply(store, write, change)?
        }
    };
    match written {
        Written::Created(object) | Written::Existed(object) => Ok(scale(&object)),
    }
}

fn scale(object: &Value) -> Value {
    let metadata: serde_json::Map<String, Value> = ["name", "namespace", "uid", "resourceVersion", "creationTimestamp"]
        .into_iter()
        .filter_map(|field| Some((field.to_owned(), object.pointer(&format!("/metadata/{field}"))?.clone())))
        .collect();
    json!({
        "kind": "Scale", "apiVersion": "autoscaling/v1", "metadata": metadata,
        "spec": {"replicas": pick::number(object, "/spec/replicas")},
        "status": {
            "replicas": pick::number(object, "/status/replicas"),
            "selector": select::spelled(object.pointer("/spec/selector").unwrap_or(&Value::Null)),
        },
    })
}
