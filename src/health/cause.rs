//! What is wrong, as facts and as a sentence.

use crate::object::Key;

/// What is wrong with one object and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cause {
    /// What sort of trouble, with its facts.
    pub trouble: Trouble,
    /// The headline, without a full stop: "the registry refused ghcr.io/mlflow/mlflow:v3.18.0-full".
    pub headline: String,
    /// One or two sentences of detail.
    pub sentence: String,
    /// The next step as one sentence.
    pub next: String,
    /// The object that shows it (the pod, mostly).
    pub object: Key,
    /// The container that shows it.
    pub container: Option<String>,
    /// Whether waiting cannot cure it.
    pub fatal: bool,
}

/// The sorts of trouble, as data for whoever offers a way out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    /// A rollout ran out of its time.
    Deadline,
    /// The image does not exist or its name is not one.
    ImageMissing {
        /// The image.
        image: String,
    },
    /// The registry refused the pull.
    RegistryRefused {
        /// The image.
        image: String,
        /// The pull secrets the pod names.
        pull_secrets: Vec<String>,
    },
    /// The registry cannot be reached or limits pulls.
    RegistryUnreachable {
        /// The image.
        image: String,
    },
    /// A container exits again and again, or once where it may not.
    Crash {
        /// Whether it is an init container.
        init: bool,
        /// Its exit code.
        exit: i64,
        /// Its last words, cleaned.
        words: String,
    },
    /// A container was killed for memory.
    OutOfMemory,
    /// A probe fails.
    Probe {
        /// `readiness`, `liveness` or `startup`.
        probe: String,
    },
    /// A ConfigMap, a Secret or a key of one is missing.
    Missing {
        /// `ConfigMap` or `Secret`.
        kind: String,
        /// Its name.
        name: String,
        /// The key, when the object is there and the key is not.
        key: Option<String>,
    },
    /// The container cannot be created or started (security context, command, hooks).
    Container,
    /// A host path is missing or of the wrong type.
    HostPath {
        /// The path.
        path: String,
        /// The node.
        node: Option<String>,
    },
    /// Any other volume that cannot be mounted or attached.
    Volume,
    /// The pod's network or sandbox cannot be made.
    Sandbox,
    /// No node fits.
    Unschedulable {
        /// What is short, if it is a resource: `memory`, `cpu`.
        resource: Option<String>,
    },
    /// A quota forbids it.
    Quota,
    /// An admission rule forbids it (PodSecurity, webhook, policy).
    Admission,
    /// A Job failed.
    Job,
    /// A claim cannot be bound.
    Claim,
    /// A pod was evicted or its node is lost.
    Evicted,
    /// Deletion waits for something.
    Deleting,
    /// No controller reacts.
    Silent,
    /// Everything else.
    Other,
}

impl Trouble {
    /// Its word in reports: `image-missing`.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Deadline => "deadline",
            Self::ImageMissing { .. } => "image-missing",
            Self::RegistryRefused { .. } => "registry-refused",
            Self::RegistryUnreachable { .. } => "registry-unreachable",
            Self::Crash { .. } => "crash",
            Self::OutOfMemory => "out-of-memory",
            Self::Probe { .. } => "probe",
            Self::Missing { .. } => "missing",
            Self::Container => "container",
            Self::HostPath { .. } => "host-path",
            Self::Volume => "volume",
            Self::Sandbox => "sandbox",
            Self::Unschedulable { .. } => "unschedulable",
            Self::Quota => "quota",
            Self::Admission => "admission",
            Self::Job => "job",
            Self::Claim => "claim",
            Self::Evicted => "evicted",
            Self::Deleting => "deleting",
            Self::Silent => "silent",
            Self::Other => "other",
        }
    }
}

impl Cause {
    /// A cause that an object shows, still without words.
    pub(super) fn new(trouble: Trouble, object: &Key) -> Self {
        Self {
            trouble,
            headline: String::new(),
            sentence: String::new(),
            next: String::new(),
            object: object.clone(),
            container: None,
            fatal: false,
        }
    }

    pub(super) fn headline(mut self, text: impl Into<String>) -> Self {
        self.headline = text.into();
        self
    }

    pub(super) fn sentence(mut self, text: impl Into<String>) -> Self {
        self.sentence = text.into();
        // names keep their case at the start of a sentence, our own words do not
        for word in ["node ", "init container "] {
            if self.sentence.starts_with(word) {
                self.sentence[..1].make_ascii_uppercase();
            }
        }
        self
    }

    /// One more sentence.
    pub(super) fn also(mut self, text: &str) -> Self {
        if !self.sentence.is_empty() && !text.is_empty() {
            self.sentence.push(' ');
        }
        self.sentence.push_str(text);
        self
    }

    /// The next step, as a sentence of its own.
    pub(super) fn next(mut self, text: impl Into<String>) -> Self {
        self.next = text.into();
        if let Some(first) = self.next.get_mut(..1) {
            first.make_ascii_uppercase();
        }
        if !self.next.is_empty() && !self.next.ends_with('.') {
            self.next.push('.');
        }
        self
    }

    pub(super) fn inside(mut self, container: &str) -> Self {
        self.container = Some(container.to_owned());
        self
    }
}
