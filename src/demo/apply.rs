//! Server-side apply, with ownership of fields (structured-merge-diff `merge/update.go`).

use serde_json::Value;

use super::clock;
use super::fields::Fields;
use super::inherit;
use super::managed::{self, Entry, Operation};
use super::merge;
use super::pick;
use super::quantity;
use super::schema;
use super::shape::Place;
use super::status::{Cause, CauseReason, Refusal};
use super::store::Store;
use super::write::{self, Write, Written};

/// PATCH with `application/apply-patch+yaml`.
///
/// # Errors
/// 409 for fields of other managers, 500 for a body that does not fit the schema, and what every write may answer.
pub(super) fn apply(store: &mut Store, write: &Write, mut config: Value) -> Result<Written, Refusal> {
    if write.manager.is_empty() {
        return Err(Refusal::options("fieldManager", "Required value: is required for apply patch"));
    }
    if pick::text(&config, "/kind").is_empty() || pick::text(&config, "/apiVersion").is_empty() {
        return Err(Refusal::bad_request("invalid object type: apiVersion and kind must be set"));
    }
    if pick::has(&config, "/metadata/managedFields") {
        return Err(Refusal::bad_request("metadata.managedFields must be nil"));
    }
    write::address(write, &mut config)?;
    quantity::canonicalise(&mut config);
    write::bytes(write.kind, &config).map_err(|why| Refusal::unconvertible(write.kind, &config, &why))?;
    let set = config_set(write, &config)?;

    let live = store.get(write.kind, &write.namespace, &write.name);
    let uid = pick::uid(&config).to_owned();
    let version = pick::text(&config, "/metadata/resourceVersion").to_owned();
    for field in ["uid", "resourceVersion", "creationTimestamp", "generation"] {
        pick::take(&mut config, &format!("/metadata/{field}"));
    }
    let mut mine = Entry::new(write.kind, &write.manager, Operation::Apply, write.sub);
    mine.fields = set;
    mine.time = clock::now();
    let Some(live) = live else {
        if !uid.is_empty() {
            write::admit(store, write, &write.name)?;
            let why =
                format!("uid mismatch: the provided object specified uid {uid}, and no existing object was found");
            return Err(Refusal::conflict(write.kind, &write.name, &why));
        }
        return write::finish(store, write, None, config, vec![mine]).map(Written::Created);
    };
    if !uid.is_empty() && uid != pick::uid(&live) {
        return Err(Refusal::invalid(write.kind, &write.name, &[write::uid_changed(&uid)]));
    }
    if !version.is_empty() && version != pick::text(&live, "/metadata/resourceVersion") {
        return Err(Refusal::stale(write.kind, &write.name));
    }
    let (mut body, entries) = merged(write, &live, &config, mine)?;
    inherit::inherit(write, &live, &mut body);
    write::finish(store, write, Some(&live), body, entries).map(Written::Existed)
}

/// The fields the config sets, after it has been checked against the schema.
fn config_set(write: &Write, config: &Value) -> Result<Fields, Refusal> {
    let refuse = |why: &str| Refusal::typed_patch(write.kind, &write.namespace, &write.name, why);
    let typed = schema::read(write.kind, config).map_err(|why| refuse(&why))?;
    let unknown = schema::unknown(write.kind, config, &typed);
    if !unknown.is_empty() {
        let errors: Vec<String> = unknown.iter().map(|path| format!("{path}: field not declared in schema")).collect();
        return Err(refuse(&listed(&errors)));
    }
    if let Some(twice) = schema::duplicate(Place::root(write.kind), "", config) {
        return Err(refuse(&twice));
    }
    let mut set = merge::owned(Place::root(write.kind), config);
    managed::strip(write.kind, write.sub, &mut set);
    Ok(set)
}

/// How structured-merge-diff prints more than one error.
fn listed(errors: &[String]) -> String {
    match errors {
        [one] => one.clone(),
        many => format!("errors:\n  {}", many.join("\n  ")),
    }
}

fn merged(write: &Write, live: &Value, config: &Value, mine: Entry) -> Result<(Value, Vec<Entry>), Refusal> {
    let root = Place::root(write.kind);
    let mut entries = managed::read(live);
    let last = entries.iter().position(|entry| entry.same(&mine)).map(|at| entries.remove(at));
    let mut body = merge::merge(root, Some(live), config);
    if let Some(last) = &last {
        let kept = entries.iter().fold(mine.fields.clone(), |kept, entry| kept.union(&entry.fields));
        body = merge::prune(root, body, &last.fields, &kept).unwrap_or_default();
    }
    let mut found = merge::difference(root, live, &body);
    managed::strip(write.kind, write.sub, &mut found.changed);
    let mut causes = Vec::new();
    for entry in &mut entries {
        let contested = entry.fields.common(&found.changed);
        if !contested.is_empty() && !write.force {
            causes.extend(conflicts(entry, &contested));
        }
        entry.fields = entry.fields.minus(&contested).minus(&found.removed);
    }
    if !causes.is_empty() {
        return Err(Refusal::managers(&causes));
    }
    entries.push(mine);
    Ok((body, entries))
}

fn conflicts(entry: &Entry, contested: &Fields) -> Vec<Cause> {
    let cause = |field: String| Cause { reason: CauseReason::ManagerConflict, field, message: entry.conflict() };
    contested.paths().into_iter().map(cause).collect()
}
