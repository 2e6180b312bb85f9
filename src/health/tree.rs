//! What belongs to what: workload → ReplicaSet → pod → containers, each with its health.

use std::cmp::Reverse;

use jiff::Timestamp;

use super::{Cause, Health};
use crate::object::Key;

/// The objects of a release with all that grew out of them; what is wrong comes first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tree {
    /// The released objects.
    pub roots: Vec<Node>,
}

/// One object of the tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// Which object.
    pub key: Key,
    /// How it is.
    pub health: Health,
    /// When it was made.
    pub created: Option<Timestamp>,
    /// Whether it belongs to the newest revision of its workload.
    pub current: bool,
    /// What a pod has besides.
    pub pod: Option<PodView>,
    /// What grew out of it (for a Deployment: its pods, those of the newest ReplicaSet first).
    pub children: Vec<Self>,
    /// How many more pods it has that are well and not listed (of a Deployment: of its newest ReplicaSet).
    pub more: usize,
}

/// A pod, closer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PodView {
    /// The node it runs on.
    pub node: Option<String>,
    /// Restarts of all containers.
    pub restarts: i64,
    /// Init containers first, in their order.
    pub containers: Vec<ContainerView>,
    /// What has been done, with how long it took; the last may still run (no end).
    pub stages: Vec<Stage>,
}

/// One container of a pod.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContainerView {
    /// Its name.
    pub name: String,
    /// Whether it is an init container.
    pub init: bool,
    /// Its image.
    pub image: String,
    /// What it is doing.
    pub state: ContainerState,
    /// Whether it is ready.
    pub ready: bool,
    /// Restarts.
    pub restarts: i64,
}

/// What a container is doing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ContainerState {
    /// Not started; the reason (`ImagePullBackOff`, `PodInitializing`).
    Waiting {
        /// The reason word of the kubelet.
        reason: String,
    },
    /// Running since.
    Running {
        /// When it started.
        since: Option<Timestamp>,
    },
    /// Ended.
    Ended {
        /// Exit code.
        exit: i64,
        /// The reason word of the kubelet (`Completed`, `Error`, `OOMKilled`).
        reason: String,
        /// When it started.
        since: Option<Timestamp>,
        /// When it ended.
        until: Option<Timestamp>,
    },
}

/// One stage of a pod's start: scheduled, pulled, init, start, ready.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stage {
    /// Its word: "pull", "init", "start".
    pub word: String,
    /// When it began.
    pub from: Timestamp,
    /// When it ended; none while it runs.
    pub until: Option<Timestamp>,
}

impl Node {
    /// The objects below and itself, itself first.
    pub fn all(&self) -> Vec<&Self> {
        let mut all = vec![self];
        self.children.iter().for_each(|child| all.extend(child.all()));
        all
    }
}

impl Tree {
    /// The worst of all roots, with its cause; an empty tree is ready. Among equals a workload says more than an object
    /// that only exists.
    pub fn verdict(&self) -> Health {
        let weight = |node: &Node| (node.health.verdict.rank(), !node.children.is_empty());
        let worst = self.roots.iter().reduce(|worst, next| if weight(next) > weight(worst) { next } else { worst });
        worst.map_or_else(|| Health::ready("nothing is released"), |node| node.health.clone())
    }

    /// What is wrong with the objects that count, each cause once, worst first.
    ///
    /// Pods of an older version and objects that are going do not count.
    pub fn causes(&self) -> Vec<&Cause> {
        let mut all: Vec<(&Health, &Cause)> = Vec::new();
        for node in self.roots.iter().flat_map(Node::all).filter(|node| node.current) {
            let Some(cause) = &node.health.cause else { continue };
            if !all.iter().any(|(_, c)| c.trouble == cause.trouble && c.headline == cause.headline) {
                all.push((&node.health, cause));
            }
        }
        all.sort_by_key(|(health, cause)| Reverse((health.verdict.rank(), cause.fatal)));
        all.into_iter().map(|(_, cause)| cause).collect()
    }
}
