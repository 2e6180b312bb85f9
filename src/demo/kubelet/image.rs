//! Images: pulled once per node, or refused and tried again.

use std::collections::BTreeSet;

use serde_json::Value;

use super::Worker;
use super::environ;
use crate::demo::events::Tone;
use crate::demo::kinds;
use crate::demo::pick;
use crate::demo::scenario::Scenario;

/// Seconds until a refused pull is tried again.
const AGAIN: f64 = 4.0;

/// Repository and tag of an image, with the registry it comes from.
fn full(image: &str) -> (String, String) {
    let last = image.rsplit('/').next().unwrap_or_default();
    let (repository, tag) = match last.split_once(':') {
        Some((_, tag)) => (image[..image.len() - tag.len() - 1].to_owned(), tag.to_owned()),
        None => (image.to_owned(), "latest".to_owned()),
    };
    let first = repository.split('/').next().unwrap_or_default();
    let hosted = repository.contains('/') && (first.contains('.') || first.contains(':') || first == "localhost");
    let repository = match (hosted, repository.contains('/')) {
        (true, _) => repository,
        (false, true) => format!("docker.io/{repository}"),
        (false, false) => format!("docker.io/library/{repository}"),
    };
    (repository, tag)
}

impl Worker {
    /// Comes back once the image is on the node.
    pub(super) async fn pull(&self, at: usize, container: &Value) {
        let image = pick::text(container, "/image").to_owned();
        let policy = pick::text(container, "/imagePullPolicy");
        if !well_formed(&image) {
            let message = format!(
                "Failed to apply default image tag {image:?}: couldn't parse image name {image:?}: invalid reference format"
            );
            self.wait(at, "InvalidImageName", &message);
            self.say_of(at, (Tone::Warning, "InspectFailed"), &message);
            self.say_of(at, (Tone::Warning, "Failed"), "Error: InvalidImageName");
            return std::future::pending().await;
        }
        let there = self.cluster.story(|story| story.has_image(&self.node, &image));
        if there && policy != "Always" {
            let message =
                format!("Container image {image:?} already present on machine and can be accessed by the pod");
            return self.say_of(at, (Tone::Normal, "Pulled"), &message);
        }
        if policy == "Never" {
            let message = format!("Container image {image:?} is not present with pull policy of Never");
            self.say_of(at, (Tone::Warning, "ErrImageNeverPull"), &message);
            self.wait(at, "ErrImageNeverPull", &message);
            return std::future::pending().await;
        }
        self.say_of(at, (Tone::Normal, "Pulling"), &format!("Pulling image {image:?}"));
        while let Some(why) = self.refused(&image) {
            self.cluster.pause(0.5).await;
            self.give_up(at, &image, &why).await;
        }
        let seconds = if there { 0.4 } else { self.cluster.scenario.pull() };
        self.cluster.pause(seconds).await;
        self.cluster.story(|story| story.keep_image(&self.node, &image));
        let message = format!(
            "Successfully pulled image {image:?} in {seconds}s ({seconds}s including waiting). Image size: 512345678 bytes."
        );
        self.say_of(at, (Tone::Normal, "Pulled"), &message);
    }

    /// What the registry says, if it refuses. Missing pull Secrets are named in an event, and in no status.
    fn refused(&self, image: &str) -> Option<String> {
        let named = pick::list(&self.pod, "/spec/imagePullSecrets").iter();
        let secrets: BTreeSet<String> = named.map(|secret| pick::text(secret, "/name").to_owned()).collect();
        let (missing, print) = self.cluster.with(|store| {
            let there = |name: &&String| store.get(&kinds::SECRET, pick::namespace(&self.pod), name).is_none();
            let missing: Vec<String> = secrets.iter().filter(there).cloned().collect();
            (missing, environ::print(store, &self.pod, &secrets))
        });
        if !missing.is_empty() {
            let message = format!(
                "Unable to retrieve some image pull secrets ({}); attempting to pull the image may not succeed.",
                missing.join(", ")
            );
            self.say((Tone::Warning, "FailedToRetrieveImagePullSecret"), &message);
        }
        if self.cluster.scenario != Scenario::ImagePull {
            return None;
        }
        let (repository, tag) = full(image);
        let whose = format!("{}/{repository}", pick::namespace(&self.pod));
        if !self.cluster.story(|story| story.refuses(&whose, &tag, print)) {
            return None;
        }
        let (registry, path) = repository.split_once('/').unwrap_or(("docker.io", &repository));
        let scope = path.replace('/', "%2F");
        Some(format!(
            "failed to pull and unpack image \"{repository}:{tag}\": failed to resolve reference \
             \"{repository}:{tag}\": failed to authorize: failed to fetch oauth token: unexpected status from GET \
             request to https://{registry}/token?scope=repository%3A{scope}%3Apull&service={registry}: 401 Unauthorized"
        ))
    }

    async fn give_up(&self, at: usize, image: &str, why: &str) {
        self.say_of(at, (Tone::Warning, "Failed"), &format!("Failed to pull image {image:?}: {why}"));
        self.say_of(at, (Tone::Warning, "Failed"), "Error: ErrImagePull");
        self.wait(at, "ErrImagePull", why);
        self.cluster.pause(1.0).await;
        let message = format!("Back-off pulling image {image:?}");
        self.say_of(at, (Tone::Normal, "BackOff"), &message);
        self.say_of(at, (Tone::Warning, "Failed"), "Error: ImagePullBackOff");
        self.wait(at, "ImagePullBackOff", &format!("{message}: ErrImagePull: {why}"));
        self.cluster.pause(AGAIN).await;
        self.say_of(at, (Tone::Normal, "Pulling"), &format!("Pulling image {image:?}"));
    }
}

/// Lower-case path, no blanks: the part of a reference's grammar that people get wrong.
fn well_formed(image: &str) -> bool {
    let path = full(image).0;
    let known = |letter: char| letter.is_ascii_alphanumeric() || "./-_:@".contains(letter);
    let lower = path.split('/').skip(1).all(|part| !part.is_empty() && !part.contains(char::is_uppercase));
    image.chars().all(known) && lower && !image.ends_with(':')
}
