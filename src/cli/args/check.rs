//! What is said about the checklist.

use clap::Args as Group;

use super::Settings;

/// What `check` is told.
#[derive(Debug, Group)]
pub struct Check {
    /// The environment
    pub(in crate::cli) environment: String,
    /// Only these checks, as directories,database; smoke uses what is deployed
    #[arg(long, value_name = "CHECK", value_delimiter = ',')]
    pub(in crate::cli) only: Vec<String>,
    /// Make no pod: checks that need one are left out
    #[arg(long)]
    pub(in crate::cli) no_probe: bool,
    /// Make the pods in another namespace, where the environment's own does not exist yet
    #[arg(long, value_name = "NAMESPACE", conflicts_with = "no_probe")]
    pub(in crate::cli) probe_in: Option<String>,
    /// Carry out what landfall can mend, each after its own confirmation, and ask those checks again
    #[arg(long)]
    pub(in crate::cli) mend: bool,
    /// With --mend: do it without asking
    #[arg(short, long, requires = "mend")]
    pub(in crate::cli) yes: bool,
    /// With --mend: the name of a protected environment, in the place of typing it
    #[arg(long, value_name = "NAME", requires = "mend")]
    pub(in crate::cli) confirm: Option<String>,
    /// Another way to what is deployed than its own URL, such as a forwarded port
    #[arg(long, value_name = "URL")]
    pub(in crate::cli) url: Option<String>,
    #[command(flatten)]
    pub(in crate::cli) settings: Settings,
    /// How long a pod may take, the pull of its image included, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 180)]
    pub(in crate::cli) timeout: u64,
}
