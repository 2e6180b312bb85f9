//! Events: what components say about objects, counted where they say it again.

use serde_json::{Value, json};

use super::clock;
use super::kinds;
use super::pick;
use super::store::Store;

/// Who speaks.
#[derive(Debug, Clone, Copy)]
pub(super) struct Source<'a> {
    pub(super) component: &'a str,
    /// The node, "" for a controller.
    pub(super) host: &'a str,
}

/// Whether all is well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tone {
    Normal,
    Warning,
}

impl Tone {
    const fn word(self) -> &'static str {
        match self {
            Self::Normal => "Normal",
            Self::Warning => "Warning",
        }
    }
}

/// Says something about an object.
pub(super) fn say(store: &mut Store, source: Source<'_>, about: &Value, (tone, reason): (Tone, &str), message: &str) {
    say_of(store, source, (about, ""), (tone, reason), message);
}

/// Says something about a part of an object, such as `spec.containers{web}`.
pub(super) fn say_of(
    store: &mut Store,
    source: Source<'_>,
    (about, field): (&Value, &str),
    (tone, reason): (Tone, &str),
    message: &str,
) {
    let now = clock::now();
    let namespace = match pick::namespace(about) {
        "" => "default",
        namespace => namespace,
    };
    let said = store.list(&kinds::EVENT, namespace).into_iter().find(|event| {
        pick::text(event, "/involvedObject/uid") == pick::uid(about)
            && pick::text(event, "/reason") == reason
            && pick::text(event, "/message") == message
            && pick::text(event, "/involvedObject/fieldPath") == field
    });
    if let Some(said) = said {
        let mut again = Value::clone(&said);
        pick::set(&mut again, "/count", pick::number(&said, "/count") + 1);
        pick::set(&mut again, "/lastTimestamp", now);
        store.put(&kinds::EVENT, again);
        return;
    }
    let mut involved = json!({
        "kind": about["kind"], "namespace": about["metadata"]["namespace"], "name": about["metadata"]["name"],
        "uid": about["metadata"]["uid"], "apiVersion": about["apiVersion"],
        "resourceVersion": about["metadata"]["resourceVersion"],
    });
    if !field.is_empty() {
        involved["fieldPath"] = json!(field);
    }
    let mut speaker = json!({"component": source.component});
    if !source.host.is_empty() {
        speaker["host"] = json!(source.host);
    }
    // The server ends such a name with the nanoseconds of the first time, in hexadecimal digits.
    let suffix = format!("{:016x}", (0x18a2_6c4f_u64 << 32) + (store.version() << 8));
    let mut event = json!({
        "kind": "Event", "apiVersion": "v1",
        "metadata": {"name": format!("{}.{suffix}", pick::name(about)), "namespace": namespace},
        "involvedObject": involved, "reason": reason, "message": message, "source": speaker, "type": tone.word(),
        "firstTimestamp": now, "lastTimestamp": now, "count": 1, "eventTime": null,
        "reportingComponent": source.component, "reportingInstance": source.host,
    });
    store.christen(&mut event, &now);
    store.put(&kinds::EVENT, event);
}
