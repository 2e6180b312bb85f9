//! Directories of this machine, where it is itself the node that runs the pods: looked at without a pod.
//!
//! Whether somebody else may write there is told by owner and mode, as the kernel tells it; a pod tries it for real.

use std::path::Path;

use super::Finding;
use crate::module::Local;

/// Owner, mode and kind of each directory, and the room below it. The reason is one of the check's own.
pub fn local(of: &Local) -> (Finding, Option<String>) {
    let mut worst: Option<(Finding, Option<String>)> = None;
    let mut evidence = Vec::new();
    for path in &of.directories {
        let (finding, reason) = directory(path, of);
        evidence.extend(finding.evidence.clone());
        if worst.as_ref().is_none_or(|(known, _)| known.verdict < finding.verdict) {
            worst = Some((finding, reason));
        }
    }
    let (mut finding, reason) = worst.unwrap_or_else(|| (Finding::unknown("no directory is named"), None));
    finding.evidence = evidence;
    finding.evidence.push("looked at from this machine, which is the node".to_owned());
    (finding, reason)
}

#[cfg(unix)]
fn directory(path: &str, of: &Local) -> (Finding, Option<String>) {
    use std::os::unix::fs::MetadataExt;

    let found = match std::fs::symlink_metadata(path) {
        Ok(found) => found,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return (
                Finding::fail(format!("{path} is not there")).because(format!("{path}: missing")),
                Some("missing".to_owned()),
            );
        }
        Err(error) => {
            return (Finding::unknown(format!("{path} cannot be looked at")).because(error.kind().to_string()), None);
        }
    };
    if !found.is_dir() {
        return (
            Finding::fail(format!("{path} is no directory")).because(format!("{path}: no directory")),
            Some("missing".to_owned()),
        );
    }
    let (owner, mode) = (format!("{}:{}", found.uid(), found.gid()), format!("{:o}", found.mode() & 0o7777));
    let seen = format!("{path}: owner {owner}, mode {mode}");
    if let Some(room) = &of.room {
        return self::room(path, (room.warn, room.fail));
    }
    if of.owner.as_ref().is_some_and(|wanted| *wanted != owner) {
        let wanted = of.owner.clone().unwrap_or_default();
        return (
            Finding::fail(format!("{path} belongs to {owner}, not to {wanted}")).because(seen),
            Some("owner".to_owned()),
        );
    }
    if found.mode() & 0o300 != 0o300 {
        return (Finding::fail(format!("{path} is not writable by its owner")).because(seen), Some("mode".to_owned()));
    }
    match of.mode.as_ref().filter(|wanted| **wanted != mode) {
        Some(wanted) => {
            (Finding::warn(format!("{path} has mode {mode}, not {wanted}")).because(seen), Some("mode".to_owned()))
        }
        None => (Finding::ok(format!("{path} belongs to {owner}, mode {mode}")).because(seen), None),
    }
}

/// The room where a directory lies, against what is recommended and needed, in GiB.
#[cfg(unix)]
fn room(path: &str, (warn, fail): (f64, f64)) -> (Finding, Option<String>) {
    const GIB: f64 = 1_073_741_824.0;
    let Ok(found) = rustix::fs::statvfs(Path::new(path)) else {
        return (Finding::unknown(format!("the room in {path} cannot be looked at")), None);
    };
    #[expect(clippy::cast_precision_loss, reason = "tenths of a GiB are shown")]
    let free = (found.f_bavail as f64) * (found.f_frsize as f64) / GIB;
    let seen = format!("{path}: {free:.1} GiB free");
    if free < fail {
        let words = format!("{free:.1} GiB free in {path}, at least {fail} GiB needed");
        return (Finding::fail(words).because(seen), Some("room".to_owned()));
    }
    if free < warn {
        let words = format!("{free:.1} GiB free in {path}, {warn} GiB recommended");
        return (Finding::warn(words).because(seen), Some("room".to_owned()));
    }
    (Finding::ok(format!("{free:.0} GiB free in {path}")).because(seen), None)
}

#[cfg(not(unix))]
fn directory(path: &str, _: &Local) -> (Finding, Option<String>) {
    let _ = Path::new(path);
    (Finding::unknown(format!("{path} cannot be judged on this system")), None)
}
