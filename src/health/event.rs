//! What was said about an object: core/v1 and events.k8s.io/v1 Events alike.

use jiff::Timestamp;
use serde_json::Value;

use crate::object::Object;

/// One Event, read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Event<'a>(&'a Object);

impl<'a> Event<'a> {
    /// Takes an object as an Event, if it is one.
    pub(super) fn of(object: &'a Object) -> Option<Self> {
        let group = object.key().group();
        (object.kind() == "Event" && (group.is_empty() || group == "events.k8s.io")).then_some(Self(object))
    }

    /// The object it is about.
    pub(super) fn about(self) -> Option<&'a Value> {
        self.0.at("/involvedObject").or_else(|| self.0.at("/regarding"))
    }

    pub(super) fn reason(self) -> &'a str {
        self.0.text("/reason").unwrap_or("")
    }

    pub(super) fn message(self) -> &'a str {
        self.0.text("/message").or_else(|| self.0.text("/note")).unwrap_or("")
    }

    /// The container it is about: `spec.containers{web}` names `web`.
    pub(super) fn container(self) -> Option<&'a str> {
        let field = self.about()?.get("fieldPath")?.as_str()?;
        super::say::between(field, "{", "}")
    }

    /// When it was seen last; the older fields may be null.
    pub(super) fn last(self) -> Option<Timestamp> {
        self.when(&[
            "/series/lastObservedTime",
            "/lastTimestamp",
            "/deprecatedLastTimestamp",
            "/eventTime",
            "/firstTimestamp",
            "/deprecatedFirstTimestamp",
            "/metadata/creationTimestamp",
        ])
    }

    /// When it was seen first.
    pub(super) fn first(self) -> Option<Timestamp> {
        self.when(&["/firstTimestamp", "/deprecatedFirstTimestamp", "/eventTime", "/metadata/creationTimestamp"])
    }

    fn when(self, pointers: &[&str]) -> Option<Timestamp> {
        pointers.iter().find_map(|pointer| self.0.time(pointer))
    }
}
