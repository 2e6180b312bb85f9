//! Writing objects: create, update, merge patch and the steps they share with server-side apply.

use base64::prelude::BASE64_STANDARD;
use base64::{DecodeError, Engine as _};
use serde_json::{Value, json};

use super::admission;
use super::allocate::{self, Keep};
use super::clock;
use super::defaults;
use super::inherit;
use super::kinds::{self, Generation, Kind, Sub};
use super::managed::{self, Entry, Operation};
use super::merge;
use super::pick;
use super::quantity;
use super::schema;
use super::shape::Place;
use super::status::{Cause, Refusal};
use super::store::{Object, Store};
use super::validate;

/// What a request says about unknown fields (`fieldValidation`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unknown {
    Strict,
    Drop,
}

/// Whether a write is carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    Real,
    DryRun,
}

/// Where and how something is written.
#[derive(Debug, Clone)]
pub(super) struct Write {
    pub(super) kind: &'static Kind,
    pub(super) namespace: String,
    /// Empty for a create.
    pub(super) name: String,
    pub(super) sub: Option<Sub>,
    pub(super) manager: String,
    pub(super) operation: Operation,
    pub(super) mode: Mode,
    pub(super) unknown: Unknown,
    pub(super) force: bool,
}

/// The result of a write, with the object as answered.
#[derive(Debug, Clone)]
pub(super) enum Written {
    Created(Object),
    Existed(Object),
}

/// Puts namespace and name of the path into the body, and refuses a body that says otherwise.
pub(super) fn address(write: &Write, body: &mut Value) -> Result<(), Refusal> {
    let (kind, version) = (pick::text(body, "/kind"), pick::text(body, "/apiVersion"));
    if !kind.is_empty() && (kind != write.kind.name || version != write.kind.api_version()) {
        let have = format!("{kind} in version {version:?}");
        return Err(Refusal::bad_request(format!(
            "{have} cannot be handled as a {}: no kind {kind:?} is registered for version {version:?}",
            write.kind.name
        )));
    }
    clean(body);
    if !body.is_object() {
        return Err(Refusal::bad_request("couldn't get version/kind; json parse error"));
    }
    if write.kind.namespaced() {
        let named = pick::namespace(body);
        if !named.is_empty() && named != write.namespace {
            return Err(Refusal::bad_request(format!(
                "the namespace of the provided object does not match the namespace sent on the request ({named} != {})",
                write.namespace
            )));
        }
        pick::set(body, "/metadata/namespace", write.namespace.as_str());
    } else {
        pick::take(body, "/metadata/namespace");
    }
    let named = pick::name(body);
    if !write.name.is_empty() {
        if !named.is_empty() && named != write.name {
            return Err(Refusal::bad_request(format!(
                "the name of the object ({named}) does not match the name on the URL ({})",
                write.name
            )));
        }
        pick::set(body, "/metadata/name", write.name.as_str());
    }
    Ok(())
}

/// A null is as if the field were not there.
fn clean(value: &mut Value) {
    match value {
        Value::Object(map) => {
            map.retain(|_, value| !value.is_null());
            map.values_mut().for_each(clean);
        }
        Value::Array(items) => items.iter_mut().for_each(clean),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// POST.
pub(super) fn create(store: &mut Store, write: &Write, mut body: Value) -> Result<Written, Refusal> {
    if body.is_null() {
        body = json!({});
    }
    address(write, &mut body)?;
    let prefix = pick::text(&body, "/metadata/generateName").to_owned();
    if pick::name(&body).is_empty() && !prefix.is_empty() {
        let name = format!("{prefix}{}", store.letters(5));
        pick::set(&mut body, "/metadata/name", name);
    }
    let body = typed(write, body)?;
    let name = pick::name(&body).to_owned();
    if pick::has(&body, "/metadata/resourceVersion") {
        return Err(Refusal::bad_request("resourceVersion should not be set on objects to be created"));
    }
    if store.get(write.kind, &write.namespace, &name).is_some() {
        admit(store, write, &name)?;
        return Err(Refusal::already_exists(write.kind, &name));
    }
    finish(store, write, None, body, Vec::new()).map(Written::Created)
}

/// PUT.
pub(super) fn replace(store: &mut Store, write: &Write, mut body: Value) -> Result<Written, Refusal> {
    address(write, &mut body)?;
    let Some(live) = store.get(write.kind, &write.namespace, &write.name) else {
        // Kinds that may be created by an update are few (Lease, Service status…): none of them needs it here.
        return Err(Refusal::not_found(write.kind, &write.name));
    };
    let body = typed(write, body)?;
    update(store, write, &live, body).map(Written::Existed)
}

/// PATCH with `application/merge-patch+json`.
pub(super) fn merge_patch(store: &mut Store, write: &Write, patch: &Value) -> Result<Written, Refusal> {
    let Some(live) = store.get(write.kind, &write.namespace, &write.name) else {
        return Err(Refusal::not_found(write.kind, &write.name));
    };
    let mut body = Value::clone(&live);
    if !pick::has(patch, "/metadata/resourceVersion") {
        pick::take(&mut body, "/metadata/resourceVersion");
    }
    apply_merge(&mut body, patch);
    address(write, &mut body)?;
    let body = typed(write, body)?;
    update(store, write, &live, body).map(Written::Existed)
}

/// RFC 7386.
fn apply_merge(target: &mut Value, patch: &Value) {
    let Value::Object(patch) = patch else {
        *target = patch.clone();
        return;
    };
    if !target.is_object() {
        *target = Value::Object(serde_json::Map::new());
    }
    let Some(map) = target.as_object_mut() else { return };
    for (key, value) in patch {
        if value.is_null() {
            map.remove(key);
        } else {
            apply_merge(map.entry(key.clone()).or_insert(Value::Null), value);
        }
    }
}

fn update(store: &mut Store, write: &Write, live: &Object, mut body: Value) -> Result<Object, Refusal> {
    let sent = pick::text(&body, "/metadata/resourceVersion");
    if !sent.is_empty() && sent != pick::text(live, "/metadata/resourceVersion") {
        return Err(Refusal::stale(write.kind, &write.name));
    }
    let uid = pick::uid(&body);
    if !uid.is_empty() && uid != pick::uid(live) {
        let why = format!("Precondition failed: UID in precondition: {uid}, UID in object meta: {}", pick::uid(live));
        return Err(Refusal::conflict(write.kind, &write.name, &why));
    }
    let entries = managed::read(live);
    inherit::inherit(write, live, &mut body);
    finish(store, write, Some(live), body, entries)
}

/// Checks the body against the type; unknown fields are refused or dropped.
pub(super) fn typed(write: &Write, mut body: Value) -> Result<Value, Refusal> {
    quantity::canonicalise(&mut body);
    let kind = write.kind;
    let head = format!("{} in version {:?} cannot be handled as a {}", kind.name, kind.version, kind.name);
    bytes(kind, &body).map_err(|why| Refusal::bad_request(format!("{head}: {why}")))?;
    let typed = schema::read(kind, &body).map_err(|why| Refusal::bad_request(format!("{head}: {why}")))?;
    let unknown = schema::unknown(kind, &body, &typed);
    if write.unknown == Unknown::Strict && !unknown.is_empty() {
        let fields: Vec<String> =
            unknown.iter().map(|path| format!("unknown field {:?}", path.trim_start_matches('.'))).collect();
        return Err(Refusal::bad_request(format!("{head}: strict decoding error: {}", fields.join(", "))));
    }
    Ok(if unknown.is_empty() { body } else { typed })
}

/// The values of a Secret are base64; else what is wrong with them.
pub(super) fn bytes(kind: &Kind, body: &Value) -> Result<(), String> {
    if kind.name != "Secret" {
        return Ok(());
    }
    for value in pick::map(body, "/data").into_iter().flatten().filter_map(|(_, value)| value.as_str()) {
        let at = match BASE64_STANDARD.decode(value) {
            Ok(_) => continue,
            Err(DecodeError::InvalidByte(at, _) | DecodeError::InvalidLastSymbol { offset: at, .. }) => at,
            Err(DecodeError::InvalidLength(_) | DecodeError::InvalidPadding) => value.len() / 4 * 4,
        };
        return Err(format!("illegal base64 data at input byte {at}"));
    }
    Ok(())
}

/// A new object needs its namespace, and a pod its service account.
pub(super) fn admit(store: &Store, write: &Write, name: &str) -> Result<(), Refusal> {
    if !write.kind.namespaced() {
        return Ok(());
    }
    let Some(namespace) = store.get(&kinds::NAMESPACE, "", &write.namespace) else {
        return Err(Refusal::not_found(&kinds::NAMESPACE, &write.namespace));
    };
    // Events may still be written into a namespace that goes away, as lifecycle admission lets them.
    if pick::dying(&namespace) && write.kind.name != "Event" {
        return Err(Refusal::terminating(write.kind, name, &write.namespace));
    }
    Ok(())
}

/// The steps every write ends with: defaults, allocation, validation, generation, ownership, storage.
pub(super) fn finish(
    store: &mut Store,
    write: &Write,
    live: Option<&Object>,
    mut body: Value,
    entries: Vec<Entry>,
) -> Result<Object, Refusal> {
    let name = pick::name(&body).to_owned();
    let now = clock::now();
    if live.is_none() {
        admit(store, write, &name)?;
        if write.kind.has(Sub::Status) && write.kind.name != "Node" {
            pick::take(&mut body, "/status");
        }
        store.christen(&mut body, &now);
    }
    defaults::fill(write.kind, &mut body);
    let mut causes = validate::object(write.kind, &body);
    if let Some(live) = live {
        causes.extend(validate::changes(write.kind, live, &body));
    }
    if causes.is_empty() && write.kind.name == "Service" {
        let keep = if write.mode == Mode::Real { Keep::Yes } else { Keep::No };
        causes = allocate::service(store, &mut body, keep).err().unwrap_or_default();
    }
    if !causes.is_empty() {
        return Err(Refusal::invalid(write.kind, &name, &causes));
    }
    if live.is_none() && write.kind.name == "Pod" {
        account_exists(store, write, &body)?;
        admission::pod(store, &write.namespace, &body)?;
    }
    if write.sub != Some(Sub::Status) {
        count_generation(write.kind, live.map(|live| &**live), &mut body);
    }
    let entries = match write.operation {
        Operation::Apply => entries,
        Operation::Update => updated(write, live.map_or(&Value::Null, |live| live), &body, entries),
    };
    Ok(save(store, write, live, body, entries))
}

fn account_exists(store: &Store, write: &Write, pod: &Value) -> Result<(), Refusal> {
    let account = pick::text(pod, "/spec/serviceAccountName");
    if store.get(&kinds::SERVICE_ACCOUNT, &write.namespace, account).is_some() {
        return Ok(());
    }
    let at = format!("{}/{account}", write.namespace);
    let why = format!("error looking up service account {at}: serviceaccount {account:?} not found");
    Err(Refusal::forbidden(write.kind, pick::name(pod), &why))
}

fn count_generation(kind: &Kind, live: Option<&Value>, body: &mut Value) {
    let changed = |pointer: &str| live.is_some_and(|live| live.pointer(pointer) != body.pointer(pointer));
    let content = match kind.generation {
        Generation::None => return,
        Generation::Spec if kind.name == "EndpointSlice" => changed("/endpoints") || changed("/ports"),
        Generation::Spec => changed("/spec"),
        Generation::SpecAndAnnotations => changed("/spec") || changed("/metadata/annotations"),
    };
    let before = live.map_or(0, |live| pick::number(live, "/metadata/generation"));
    let step = i64::from(live.is_none() || content);
    pick::set(body, "/metadata/generation", before + step);
}

/// Ownership after an update: what it changed is now its own.
fn updated(write: &Write, live: &Value, body: &Value, mut entries: Vec<Entry>) -> Vec<Entry> {
    let blank = blank();
    let live = if live.is_null() { &blank } else { live };
    let mut found = merge::difference(Place::root(write.kind), live, body);
    managed::strip(write.kind, write.sub, &mut found.changed);
    managed::strip(write.kind, write.sub, &mut found.removed);
    let mut mine = Entry::new(write.kind, &write.manager, Operation::Update, write.sub);
    for entry in &mut entries {
        entry.fields = entry.fields.minus(&found.removed);
        if !entry.same(&mine) {
            entry.fields = entry.fields.minus(&found.changed);
        }
    }
    if found.changed.is_empty() {
        return entries;
    }
    if let Some(at) = entries.iter().position(|entry| entry.same(&mine)) {
        mine = entries.remove(at);
    }
    mine.fields = std::mem::take(&mut mine.fields).union(&found.changed);
    mine.time = clock::now();
    entries.push(mine);
    entries
}

/// What a new object is compared with: the parts that are there in an empty Go object of any kind.
fn blank() -> Value {
    json!({
        "metadata": {}, "status": {},
        "spec": {
            "containers": null, "strategy": {}, "updateStrategy": {},
            "template": {"metadata": {}, "spec": {"containers": null}},
            "jobTemplate": {"metadata": {}, "spec": {"template": {"metadata": {}, "spec": {"containers": null}}}},
        },
    })
}

/// Stores the object unless nothing changed or the run is dry.
fn save(store: &mut Store, write: &Write, live: Option<&Object>, mut body: Value, entries: Vec<Entry>) -> Object {
    managed::write(&mut body, entries);
    if let Some(live) = live {
        let version = live.pointer("/metadata/resourceVersion").cloned().unwrap_or_default();
        pick::set(&mut body, "/metadata/resourceVersion", version);
        if timeless(&body) == timeless(live) {
            return Object::clone(live);
        }
    }
    if write.mode == Mode::DryRun {
        return Object::new(body);
    }
    let object = store.put(write.kind, body);
    let released = pick::dying(&object) && pick::list(&object, "/metadata/finalizers").is_empty();
    let waits = match write.kind.name {
        // The kubelet ends a pod, and the namespace controller a namespace.
        "Pod" => true,
        "Namespace" => !pick::list(&object, "/spec/finalizers").is_empty(),
        _ => false,
    };
    if released && !waits {
        store.remove(write.kind, pick::namespace(&object), pick::name(&object));
    }
    object
}

/// The object without the times of its managers: a write that changes nothing else is none.
fn timeless(object: &Value) -> Value {
    let mut object = object.clone();
    for entry in object.pointer_mut("/metadata/managedFields").and_then(Value::as_array_mut).into_iter().flatten() {
        pick::take(entry, "/time");
    }
    object
}

/// A change by one of the cluster's own components, which need no checking.
pub(super) fn edit(store: &mut Store, write: &Write, change: impl FnOnce(&mut Value)) -> Option<Object> {
    let live = store.get(write.kind, &write.namespace, &write.name)?;
    let mut body = Value::clone(&live);
    change(&mut body);
    if write.sub != Some(Sub::Status) {
        count_generation(write.kind, Some(&live), &mut body);
    }
    let entries = updated(write, &live, &body, managed::read(&live));
    Some(save(store, write, Some(&live), body, entries))
}

/// A cause for the uid a client guards its apply with.
pub(super) fn uid_changed(uid: &str) -> Cause {
    Cause::invalid("metadata.uid", &Value::String(uid.to_owned()), "field is immutable")
}
