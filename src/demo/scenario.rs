//! The stories this cluster can play: what goes wrong in it, and how long things take.

use std::fmt;
use std::str::FromStr;

use super::flaw::Flaw;
use crate::failure::Failure;

/// What happens to whoever deploys into this cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Scenario {
    /// Everything works.
    #[default]
    Ok,
    /// The registry refuses the pull until the pull Secret or the image changes.
    ImagePull,
    /// The first container exits 12 until the Secret data it reads changes.
    CrashLoop,
    /// Directories of hostPath volumes are missing until the pod is tried again.
    Hostpath,
    /// Another Service holds the nodePorts 30500, 30501 and 30502.
    PortTaken,
    /// The nodes have 400Mi of memory left.
    Unschedulable,
    /// Pull and start take long and end well.
    Slow,
    /// Somebody changes a password in a Secret by hand once everything runs.
    Edited,
    /// The server refuses one request in five, watches break off, the first start crashes once.
    Flaky,
    /// Something is wrong that a check finds.
    Flawed(Flaw),
}

impl Scenario {
    /// Every scenario, the healthy one first.
    pub const ALL: [Self; 22] = [
        Self::Ok,
        Self::ImagePull,
        Self::CrashLoop,
        Self::Hostpath,
        Self::PortTaken,
        Self::Unschedulable,
        Self::Slow,
        Self::Edited,
        Self::Flaky,
        Self::Flawed(Flaw::ALL[0]),
        Self::Flawed(Flaw::ALL[1]),
        Self::Flawed(Flaw::ALL[2]),
        Self::Flawed(Flaw::ALL[3]),
        Self::Flawed(Flaw::ALL[4]),
        Self::Flawed(Flaw::ALL[5]),
        Self::Flawed(Flaw::ALL[6]),
        Self::Flawed(Flaw::ALL[7]),
        Self::Flawed(Flaw::ALL[8]),
        Self::Flawed(Flaw::ALL[9]),
        Self::Flawed(Flaw::ALL[10]),
        Self::Flawed(Flaw::ALL[11]),
        Self::Flawed(Flaw::ALL[12]),
    ];

    /// The word a person types for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::ImagePull => "image-pull",
            Self::CrashLoop => "crash-loop",
            Self::Hostpath => "hostpath",
            Self::PortTaken => "port-taken",
            Self::Unschedulable => "unschedulable",
            Self::Slow => "slow",
            Self::Edited => "edited",
            Self::Flaky => "flaky",
            Self::Flawed(flaw) => flaw.words().0,
        }
    }

    /// What it shows, in one line.
    pub const fn description(self) -> &'static str {
        match self {
            Self::Ok => "everything works",
            Self::ImagePull => "the registry refuses the image until the token changes",
            Self::CrashLoop => "the database refuses the password until it changes",
            Self::Hostpath => "directories on the node are missing until the pod is tried again",
            Self::PortTaken => "ports 30500 to 30502 belong to another Service",
            Self::Unschedulable => "the nodes have only 400Mi of memory left",
            Self::Slow => "pulling takes 45 s and starting 20 s, and all ends well",
            Self::Edited => "everything works, and somebody changes a password in a Secret by hand",
            Self::Flaky => "the API server stumbles and the first start crashes, and all ends well",
            Self::Flawed(flaw) => flaw.words().1,
        }
    }

    /// Seconds a pull takes.
    pub(super) const fn pull(self) -> f64 {
        match self {
            Self::Slow => 45.0,
            Self::Ok
            | Self::ImagePull
            | Self::CrashLoop
            | Self::Hostpath
            | Self::PortTaken
            | Self::Unschedulable
            | Self::Edited
            | Self::Flaky
            | Self::Flawed(_) => 4.0,
        }
    }

    /// Seconds from the start of a server until it answers.
    pub(super) const fn startup(self) -> f64 {
        match self {
            Self::Slow => 20.0,
            Self::Ok
            | Self::ImagePull
            | Self::CrashLoop
            | Self::Hostpath
            | Self::PortTaken
            | Self::Unschedulable
            | Self::Edited
            | Self::Flaky
            | Self::Flawed(_) => 3.0,
        }
    }
}

impl fmt::Display for Scenario {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl FromStr for Scenario {
    type Err = Failure;

    /// Reads the word of a scenario.
    ///
    /// # Errors
    /// An input failure that names the known words.
    fn from_str(word: &str) -> Result<Self, Failure> {
        Self::ALL.into_iter().find(|scenario| scenario.word() == word).ok_or_else(|| {
            let known: Vec<&str> = Self::ALL.into_iter().map(Self::word).collect();
            Failure::input(format!("there is no scenario {word:?}")).hint(format!("choose one of {}", known.join(", ")))
        })
    }
}
