//! Volumes that cannot be mounted or attached. Only Events carry it. Texts: `pkg/volume/hostpath/host_path.go` (1.36 and
//! the older wording), `pkg/kubelet/volumemanager`, the attach/detach controller.

use serde_json::Value;

use super::event::Event;
use super::finding::Finding;
use super::missing::{self, Lack};
use super::scene::Scene;
use super::{Cause, Trouble, pod, say};
use crate::object::Object;

const REASONS: [&str; 3] = ["FailedMount", "FailedAttachVolume", "FailedMapVolume"];

/// Why the pod's volumes are not there.
pub(super) fn finding(pod: &Object, scene: &Scene<'_>) -> Option<Finding> {
    let events = scene.events(pod);
    let attached = scene.newest(pod, &["SuccessfulAttachVolume"]).and_then(Event::last);
    let open = |event: &&Event<'_>| {
        let cured = event.reason() == "FailedAttachVolume" && attached.is_some() && attached >= event.last();
        REASONS.contains(&event.reason()) && !cured
    };
    let mut open = events.iter().filter(open);
    let first = *open.next()?;
    // the sum of it all says less than any single volume
    let best = std::iter::once(first).chain(open.copied()).find(|event| !is_summary(event.message())).unwrap_or(first);
    Some(told(best.message(), pod, scene))
}

fn is_summary(text: &str) -> bool {
    text.starts_with("Unable to attach or mount volumes")
}

/// Whether the kubelet only has not heard of the object yet.
pub(super) fn is_transient(text: &str) -> bool {
    say::has(text, &["failed to sync", "object \""]) && say::has(text, &["cache", "not registered"])
}

pub(super) fn transient(pod: &Object) -> Cause {
    Cause::new(Trouble::Volume, pod.key())
        .headline(format!("{} has not read the pod's settings yet", pod::node(pod)))
        .sentence("The node has not received the ConfigMaps and Secrets of the pod yet; this passes by itself.")
        .next("wait a moment")
}

fn told(text: &str, pod: &Object, scene: &Scene<'_>) -> Finding {
    let name = say::between(text, "for volume \"", "\"");
    let volume = name.and_then(|name| missing::volume(pod, name));
    if is_transient(text) {
        return Finding::waiting(transient(pod));
    }
    if text.contains("hostPath") && say::has(text, &["type check failed", "doesn't exist"]) {
        return Finding::fatal(host_path(text, volume, pod));
    }
    if let Some(lack) = Lack::read(text, volume) {
        let user = name.map_or_else(|| "The pod".to_owned(), |name| format!("Volume {name}"));
        return lack.finding(pod, &user, scene);
    }
    let since = pod::scheduled(pod);
    let cause = Cause::new(Trouble::Volume, pod.key());
    let node = pod::node(pod);
    let called = name.map_or_else(|| "a volume".to_owned(), |name| format!("volume {name}"));
    if text.contains("Multi-Attach") {
        let by = text.split_once("already used by pod(s) ").map_or("another pod", |(_, pods)| pods.trim());
        return Finding::after(
            cause
                .headline(format!("{called} is still attached to another node"))
                .sentence(format!("It is in use by {by} and can be on one node at a time."))
                .next("wait until the other pod is gone; with one volume of this sort use the strategy Recreate"),
            scene.older(since, 360),
        );
    }
    let said = if is_summary(text) {
        format!("{node} waited for it in vain and tries again.")
    } else {
        format!("{node} says: {}.", say::calm(text.split_once(" : ").map_or(text, |(_, why)| why)))
    };
    let waiting =
        say::between(text, "unmounted volumes=[", "]").map(|names| format!("volume {}", names.replace(' ', ", ")));
    Finding::after(
        cause
            .headline(format!("{} cannot be mounted", waiting.as_deref().unwrap_or(&called)))
            .sentence(said)
            .next("check the volume, and what the node needs to mount it"),
        scene.older(since, 120),
    )
}

/// "hostPath type check failed: P is not a directory, it's a File", "hostPath P doesn't exist", and before 1.36
/// "hostPath type check failed: P is not a directory" for both.
fn host_path(text: &str, volume: Option<&Value>, pod: &Object) -> Cause {
    let spec = volume.and_then(|volume| volume.pointer("/hostPath/path")).and_then(Value::as_str);
    let path = spec
        .or_else(|| say::between(text, "hostPath ", " doesn't exist"))
        .or_else(|| say::between(text, "type check failed: ", " is not a"))
        .unwrap_or("")
        .to_owned();
    let (node, wanted) = (pod::node(pod), wanted(text, volume));
    let absent = text.contains("doesn't exist");
    let is = text.split_once(", it's a ").map(|(_, is)| kind(is.trim().trim_end_matches('.')));
    let sentence = match is {
        _ if absent => format!("The {wanted} {path} does not exist on {node}."),
        Some(is) => format!("{path} on {node} is a {is}, not a {wanted}."),
        None => format!("{path} on {node} does not exist or is not a {wanted}."),
    };
    let next = match (is, wanted) {
        (Some(is), wanted) => format!("put a {wanted} in place of the {is} at {path} on {node}"),
        (None, "directory") => {
            format!(
                "create {path} on {node} with the owner the pod needs, or let the volume make it (DirectoryOrCreate)"
            )
        }
        (None, _) => format!("create {path} on {node}"),
    };
    Cause::new(Trouble::HostPath { path: path.clone(), node: pod.text("/spec/nodeName").map(str::to_owned) }, pod.key())
        .headline(match is {
            Some(_) => format!("{path} on {node} is not a {wanted}"),
            None => format!("{path} is missing on {node}"),
        })
        .sentence(sentence)
        .next(next)
}

fn wanted(text: &str, volume: Option<&Value>) -> &'static str {
    let asked = volume.and_then(|volume| volume.pointer("/hostPath/type")).and_then(Value::as_str).unwrap_or("");
    match asked {
        "" => kind(text.split_once("is not a ").map_or("", |(_, kind)| kind)),
        asked => kind(asked),
    }
}

fn kind(word: &str) -> &'static str {
    let word = word.to_lowercase();
    let kinds = [
        ("dir", "directory"),
        ("file", "file"),
        ("socket", "socket"),
        ("char", "character device"),
        ("block", "block device"),
    ];
    kinds.into_iter().find(|(start, _)| word.starts_with(start)).map_or("directory", |(_, kind)| kind)
}
