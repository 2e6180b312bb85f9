//! What is said about credentials: list, compare, take over, enter, make, remove, rotate.

use clap::{Args as Group, Subcommand};

use super::Several;

/// What to do with credentials.
#[derive(Debug, Subcommand)]
pub enum Creds {
    /// Which are there, since when, and what is to be said of them
    List(Several),
    /// Compare them with those in the cluster: in sync, newer here, changed there, and by whom
    Status(CredsStatus),
    /// Take values over from the cluster: those that are only there or changed there, or those named
    Pull(Pull),
    /// Enter values; without a terminal one is read from standard input
    Set(Fields),
    /// Make values for those that are missing, or for those named
    Generate(Fields),
    /// Remove stored values
    Rm(Fields),
}

/// Credentials of one environment.
#[derive(Debug, Group)]
pub struct Fields {
    /// The environment
    pub(in crate::cli) environment: String,
    /// The credentials: pgsql.password; all that are missing when none is named
    pub(in crate::cli) fields: Vec<String>,
}

/// What `creds status` is told.
#[derive(Debug, Group)]
pub struct CredsStatus {
    #[command(flatten)]
    pub(in crate::cli) several: Several,
    /// End with 10 when something is not in sync
    #[arg(long)]
    pub(in crate::cli) exit_code: bool,
}

/// What `creds pull` is told.
#[derive(Debug, Group)]
pub struct Pull {
    #[command(flatten)]
    pub(in crate::cli) fields: Fields,
    /// Do it without asking
    #[arg(short, long)]
    pub(in crate::cli) yes: bool,
}

/// What `rotate` is told.
#[derive(Debug, Group)]
pub struct Rotate {
    #[command(flatten)]
    pub(in crate::cli) fields: Fields,
    /// Go on with what is under way
    #[arg(long)]
    pub(in crate::cli) resume: bool,
    /// The system knows the new value already: the change was made there by hand
    #[arg(long)]
    pub(in crate::cli) changed: bool,
    /// Give up: the previous value is the value again
    #[arg(long, conflicts_with_all = ["resume", "changed"])]
    pub(in crate::cli) back: bool,
    /// Reach the system here, such as at a forwarded port
    #[arg(long, value_name = "HOST:PORT")]
    pub(in crate::cli) at: Option<String>,
    /// Type the new value, or read it from standard input, instead of making one
    #[arg(long)]
    pub(in crate::cli) typed: bool,
    /// Write the new value to this file descriptor where somebody has to give it to the system
    #[arg(long, value_name = "N")]
    pub(in crate::cli) value_fd: Option<u32>,
    /// Apply without asking
    #[arg(short, long)]
    pub(in crate::cli) yes: bool,
    /// The name of a protected environment, in the place of typing it
    #[arg(long, value_name = "NAME")]
    pub(in crate::cli) confirm: Option<String>,
    /// Take fields that others hold
    #[arg(long)]
    pub(in crate::cli) take_over: bool,
    /// How long it may take until everything is ready, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 900)]
    pub(in crate::cli) timeout: u64,
}

impl Creds {
    /// Whether the cluster is what it is about.
    pub(in crate::cli) fn looks_there(&self) -> bool {
        matches!(self, Self::Status(_) | Self::Pull(_))
    }
}
