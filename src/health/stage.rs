//! What a pod has done so far, with how long each step took.

use jiff::Timestamp;

use super::Stage;
use super::condition::{get, is, text, time};
use super::container::{self, Container, Role};
use super::event::Event;
use super::scene::Scene;
use crate::object::Object;

/// The stages of a pod: schedule, pull, init, start, ready. Those that nothing tells about are left out.
pub(super) fn all(pod: &Object, scene: &Scene<'_>) -> Vec<Stage> {
    let containers = container::all(pod);
    let of = |role: &[Role]| containers.iter().filter(|c| role.contains(&c.role)).collect::<Vec<_>>();
    let stages = [schedule(pod), pull(pod, scene), init(pod, &of(&[Role::Init])), start(pod, &of(&[Role::Main]))];
    let ready = is(pod, "Ready").then(|| moment(pod, "Ready")).flatten();
    let ready = ready.map(|at| Stage { word: "ready".to_owned(), from: at, until: Some(at) });
    stages.into_iter().chain([ready]).flatten().collect()
}

/// Since when an image is being pulled that has not come yet.
pub(super) fn pulling(pod: &Object, scene: &Scene<'_>) -> Option<Timestamp> {
    let begun = scene.newest(pod, &["Pulling"]).and_then(Event::last)?;
    let ended = scene.newest(pod, &["Pulled", "Failed", "BackOff"]).and_then(Event::last);
    ended.is_none_or(|ended| ended < begun).then_some(begun)
}

fn moment(pod: &Object, kind: &str) -> Option<Timestamp> {
    get(pod, kind).filter(|c| text(c, "status") == "True").and_then(|c| time(c, "lastTransitionTime"))
}

fn stage(word: &str, from: Timestamp, until: Option<Timestamp>) -> Stage {
    Stage { word: word.to_owned(), from, until: until.map(|until| until.max(from)) }
}

fn schedule(pod: &Object) -> Option<Stage> {
    Some(stage("schedule", pod.time("/metadata/creationTimestamp")?, moment(pod, "PodScheduled")))
}

fn pull(pod: &Object, scene: &Scene<'_>) -> Option<Stage> {
    let events = scene.events(pod);
    let from = events.iter().filter(|event| event.reason() == "Pulling").filter_map(|event| event.first()).min()?;
    let until = events.iter().filter(|event| event.reason() == "Pulled").filter_map(|event| event.last()).max();
    let open = pulling(pod, scene).is_some() || until.is_none();
    Some(stage("pull", from, until.filter(|_| !open)))
}

fn began(container: &Container<'_>) -> Option<Timestamp> {
    [container.running(), container.ended(), container.ended_before()]
        .into_iter()
        .flatten()
        .filter_map(|state| time(state, "startedAt"))
        .min()
}

fn init(pod: &Object, containers: &[&Container<'_>]) -> Option<Stage> {
    let from = containers.iter().filter_map(|container| began(container)).min()?;
    let ends = containers.iter().filter_map(|container| time(container.ended()?, "finishedAt")).max();
    let done = containers.iter().all(|container| container.is_fine(pod));
    Some(stage("init", from, ends.or_else(|| moment(pod, "Initialized")).filter(|_| done)))
}

fn start(pod: &Object, containers: &[&Container<'_>]) -> Option<Stage> {
    let from = containers.iter().filter_map(|container| began(container)).min()?;
    Some(stage("start", from, moment(pod, "Ready")))
}
