//! What a scenario remembers: which password, token or directory failed first, so that a change of it mends.

use std::collections::{BTreeMap, BTreeSet};

use super::scenario::Scenario;
use super::status::Refusal;

/// A fingerprint of data, made in memory only to see whether it changed.
pub(super) type Print = u64;

/// Memory of one cluster.
#[derive(Debug, Default)]
pub(super) struct Story {
    /// Requests so far.
    requests: u64,
    /// The tag and the pull Secrets, names and data, with which an image was first refused, by namespace and
    /// repository.
    refused: BTreeMap<String, (String, Print)>,
    /// The Secret data with which a container first crashed, by namespace, container and Secrets.
    crashed: BTreeMap<String, Print>,
    /// The pod that first missed a directory, by path.
    missing: BTreeMap<String, String>,
    /// Images each node has.
    pulled: BTreeSet<(String, String)>,
    /// Whether a first start has crashed.
    stumbled: bool,
    /// Whether the directories were set up.
    mended: bool,
}

impl Story {
    /// A flaky server refuses every fifth request before it does anything, by turns with 503 and 429.
    pub(super) fn stumble(&mut self, scenario: Scenario) -> Option<Refusal> {
        if scenario != Scenario::Flaky {
            return None;
        }
        self.requests += 1;
        match self.requests % 10 {
            5 => Some(Refusal::unavailable()),
            0 => Some(Refusal::too_many()),
            _ => None,
        }
    }

    /// Whether the registry refuses this tag with these credentials.
    pub(super) fn refuses(&mut self, repository: &str, tag: &str, credentials: Print) -> bool {
        let first = self.refused.entry(repository.to_owned()).or_insert_with(|| (tag.to_owned(), credentials));
        first.0 == tag && first.1 == credentials
    }

    /// Whether a container crashes with this Secret data.
    pub(super) fn crashes(&mut self, whose: &str, data: Print) -> bool {
        *self.crashed.entry(whose.to_owned()).or_insert(data) == data
    }

    /// Whether a node has an image.
    pub(super) fn has_image(&self, node: &str, image: &str) -> bool {
        self.pulled.contains(&(node.to_owned(), image.to_owned()))
    }

    pub(super) fn keep_image(&mut self, node: &str, image: &str) {
        self.pulled.insert((node.to_owned(), image.to_owned()));
    }

    /// Whether this container is the first to start, and crashes for it.
    pub(super) fn first_start(&mut self) -> bool {
        !std::mem::replace(&mut self.stumbled, true)
    }

    /// The directories are set up from now on.
    pub(super) fn mend(&mut self) {
        self.mended = true;
    }

    pub(super) fn is_mended(&self) -> bool {
        self.mended
    }

    /// The uid of the pod that first missed this directory: this one, if nobody did.
    pub(super) fn missed_by(&mut self, path: &str, pod: &str) -> &str {
        self.missing.entry(path.to_owned()).or_insert_with(|| pod.to_owned())
    }
}
