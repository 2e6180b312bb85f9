//! Times as an API server writes them.

use jiff::Timestamp;
use jiff::ToSpan as _;

/// Now, in whole seconds: `2026-11-03T10:00:00Z`.
pub(super) fn now() -> String {
    Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// Now, with the nanoseconds of a container runtime's log.
pub(super) fn precise() -> String {
    Timestamp::now().strftime("%Y-%m-%dT%H:%M:%S.%9fZ").to_string()
}

/// This many seconds from now.
pub(super) fn after(seconds: i64) -> String {
    let now = Timestamp::now();
    now.checked_add(seconds.seconds()).unwrap_or(now).strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// Reads such a time.
pub(super) fn read(text: &str) -> Option<Timestamp> {
    text.parse().ok()
}
