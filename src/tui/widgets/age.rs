//! Ages and durations, short.

use jiff::{SignedDuration, Timestamp};

/// The time since, never negative.
pub(crate) fn since(then: Timestamp, now: Timestamp) -> SignedDuration {
    now.duration_since(then).max(SignedDuration::ZERO)
}

/// `4s`, `2m05`, `3h`, `12d`.
pub(crate) fn short(age: SignedDuration) -> String {
    let seconds = age.as_secs().max(0);
    match seconds {
        0..60 => format!("{seconds}s"),
        60..3_600 => format!("{}m{:02}", seconds / 60, seconds % 60),
        3_600..86_400 => format!("{}h", seconds / 3_600),
        _ => format!("{}d", seconds / 86_400),
    }
}

/// `0:41`, `1:02:03`.
pub(crate) fn clock(age: SignedDuration) -> String {
    let seconds = age.as_secs().max(0);
    let (hours, minutes, seconds) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    if hours > 0 { format!("{hours}:{minutes:02}:{seconds:02}") } else { format!("{minutes}:{seconds:02}") }
}

/// `0.3s`, from ten seconds on as an age.
pub(crate) fn fine(took: SignedDuration) -> String {
    let tenths = took.as_millis().max(0) / 100;
    if tenths < 100 { format!("{}.{}s", tenths / 10, tenths % 10) } else { short(took) }
}

/// As people say it: `0.8 s`, `21 s`, `2 min 5 s`.
pub(crate) fn spoken(took: SignedDuration) -> String {
    let seconds = took.as_secs().max(0);
    match seconds {
        0 => format!("0.{} s", took.subsec_millis().max(0) / 100),
        1..120 => format!("{seconds} s"),
        _ if seconds % 60 == 0 => format!("{} min", seconds / 60),
        _ => format!("{} min {} s", seconds / 60, seconds % 60),
    }
}

/// In words: `3 days`, `2 hours`, `4 minutes`, `12 seconds`.
pub(crate) fn words(age: SignedDuration) -> String {
    let seconds = age.as_secs().max(0);
    match seconds {
        0..60 => many(seconds, "second"),
        60..3_600 => many(seconds / 60, "minute"),
        3_600..86_400 => many(seconds / 3_600, "hour"),
        _ => many(seconds / 86_400, "day"),
    }
}

fn many(count: i64, one: &str) -> String {
    if count == 1 { format!("1 {one}") } else { format!("{count} {one}s") }
}

/// `1 pod`, `3 pods`.
pub(crate) fn counted(count: usize, one: &str) -> String {
    if count == 1 { format!("1 {one}") } else { format!("{count} {one}s") }
}
