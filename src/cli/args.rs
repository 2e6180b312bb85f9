//! What can be said on the command line.

mod check;
mod creds;
mod vault;

use std::path::PathBuf;
use std::time::Duration;

pub(super) use check::Check;
pub(super) use vault::{Export, Import as VaultImport, Migrate, Unlock, Vault};

use clap::{Args as Group, Parser, Subcommand, ValueEnum};
use jiff::Timestamp;

use super::choose::Asking;
pub(super) use creds::{Creds, CredsStatus, Fields, Pull, Rotate};

/// Brings an environment up on Kubernetes by hand: credentials, preview, apply, live rollout.
///
/// Without a verb the screens open, on the nearest landfall.yaml.
#[derive(Debug, Parser)]
#[command(version, max_term_width = 100, after_help = AFTER_HELP, next_line_help = false)]
pub struct Args {
    #[command(flatten)]
    pub(super) common: Common,
    #[command(subcommand)]
    pub(super) verb: Option<Verb>,
}

const AFTER_HELP: &str = "\
Examples:
  landfall demo                             try it: no cluster, nothing is kept
  landfall import terraform.tfvars          begin a project from what there is
  landfall init                             begin a project from nothing
  landfall                                  the screens: credentials, preview, rollout
  landfall check dev                        whether it will work: rights, node, database, store, …
  landfall plan dev                         what would change; nothing is written
  landfall apply dev --yes                  apply and follow until it is well
  landfall apply prod --yes --confirm prod  the same, where the environment is protected
  landfall vault use file                   keep credentials in an encrypted file: no desktop needed
  kubectl get all -o yaml | landfall health -f -

Exit codes:
  0 well          3 vault not ready   6 blocked: a conflict, rights, another context,
  1 failed        4 timed out           a missing confirmation or credential
  2 bad input     5 no contact       10 changes (plan --exit-code)   130 stopped

Reports go to standard output, everything else to the error stream. With -o json
each row is one JSON object with a `type`; status, creds list and render are one
JSON array, health is one object for each judged. What went wrong is one JSON
object on the error stream: type \"error\", kind, what, place, why, hints, exitCode.
Nothing is asked without a terminal.";

const VAULT_HELP: &str = "\
The passphrase of the encrypted file is asked for at a terminal. Elsewhere it is read
from the file descriptor that LANDFALL_VAULT_PASSPHRASE_FD names, best a pipe:
  LANDFALL_VAULT_PASSPHRASE_FD=3 landfall apply dev --yes 3< <(pass show landfall)
LANDFALL_VAULT_NEW_PASSPHRASE_FD does the same for what `vault passphrase` changes it to.";

/// Which of the two doors to open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Door {
    /// The screens.
    Screen,
    /// The command line.
    Reports,
}

#[derive(Debug, Group)]
#[command(next_help_heading = "Everywhere")]
pub(super) struct Common {
    /// The project's folder; else the nearest landfall.yaml upward
    #[arg(long, global = true, value_name = "DIR", env = "LANDFALL_PROJECT")]
    pub(super) project: Option<PathBuf>,
    /// The kubeconfig; else KUBECONFIG, else ~/.kube/config
    #[arg(long, global = true, value_name = "FILE")]
    pub(super) kubeconfig: Option<PathBuf>,
    /// Use this context; it still has to lead to the environment's server
    #[arg(long, global = true, value_name = "NAME")]
    pub(super) context: Option<String>,
    /// Where credentials rest
    #[arg(
        help = "Where credentials rest: keyring, file (encrypted), env (LANDFALL_CREDENTIAL_<ENV>_<FIELD>), stdin (one JSON object) or memory",
        long,
        global = true,
        value_name = "VAULT",
        env = "LANDFALL_VAULT"
    )]
    pub(super) vault: Option<String>,
    /// Work on a fresh cluster inside this program, with the demo project and throwaway credentials
    #[arg(long, global = true)]
    pub(super) demo: bool,
    /// What happens in the demo cluster: ok, image-pull, crash-loop, hostpath, port-taken, unschedulable, slow, edited or flaky; or what a check finds: wrong-owner, disk-low, database-down, no-database, no-right, newer-tables, no-bucket, registry-denied, small-nodes, rights-missing, quota, pod-security or artifacts-lost
    #[arg(long, global = true, value_name = "NAME")]
    pub(super) scenario: Option<String>,
    /// How reports are written
    #[arg(short, long, global = true, value_enum, default_value = "text")]
    pub(super) output: Output,
    /// On the screens: draw with ASCII characters only
    #[arg(long, global = true)]
    pub(super) ascii: bool,
    /// On the screens: leave the mouse to the terminal
    #[arg(long, global = true)]
    pub(super) no_mouse: bool,
}

/// How reports are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Output {
    /// For people.
    Text,
    /// For programs.
    Json,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Walk through it on a cluster inside this program: nothing is kept, nothing is needed
    Demo,
    /// Begin a project from a terraform.tfvars: values become landfall.yaml, secrets go to the vault
    Import(Import),
    /// Begin a project by answering questions
    Init(Init),
    /// List, set, generate and remove an environment's credentials
    #[command(subcommand)]
    Creds(Creds),
    /// Choose where this machine keeps credentials, unlock and lock it, move and save what it holds
    #[command(subcommand, after_help = VAULT_HELP)]
    Vault(Vault),
    /// Print the objects of an environment; secret values are never shown
    Render(Render),
    /// Give a credential a new value everywhere it is known, step by step; what was interrupted goes on with --resume
    Rotate(Rotate),
    /// Show what would change in the cluster; nothing is written
    Plan(Plan),
    /// Look whether an environment can be deployed; afterwards, whether it works (--only smoke)
    ///
    /// Everything is asked side by side and only reads, but for two short-lived pods with the module's own image: one
    /// looks at the directories of the node, the other one at database and store from inside the cluster. They are
    /// removed afterwards whatever happens. --no-probe makes none. Ends with 6 when a check fails.
    Check(Check),
    /// Apply an environment and follow it until it is well
    Apply(Apply),
    /// Show how environments are, each in its cluster
    Status(Several),
    /// Follow an environment live
    Watch(Watch),
    /// Judge any Kubernetes objects given as YAML or JSON, without a cluster
    ///
    /// One line, or one JSON row, for each: ready, progressing, failed, terminating or unknown, and why. Objects given
    /// together explain each other: a Deployment, its pods and their events. Ends with 1 when something failed.
    Health(Health),
    /// Print a completion script for a shell
    Completion {
        /// The shell
        shell: clap_complete::Shell,
    },
}

/// What `render` is told.
#[derive(Debug, Group)]
pub struct Render {
    /// The environment
    pub(super) environment: String,
    #[command(flatten)]
    pub(super) settings: Settings,
}

/// Values for this run only.
#[derive(Debug, Group)]
pub(super) struct Settings {
    /// Another value for this run only, lists with commas; landfall.yaml stays as it is
    #[arg(long, value_name = "PATH=VALUE")]
    pub(super) set: Vec<String>,
}

/// Environments, or all.
#[derive(Debug, Group)]
pub struct Several {
    /// The environments; all when none is named
    pub(super) environments: Vec<String>,
}

/// What `import` is told.
#[derive(Debug, Group)]
pub struct Import {
    /// The terraform.tfvars or terraform.tfvars.json
    pub(super) file: PathBuf,
    /// The module it belongs to
    #[arg(long, default_value = "mlflow")]
    pub(super) module: String,
    /// Go on reading values from the file instead of writing them into landfall.yaml
    #[arg(long)]
    pub(super) link: bool,
    /// Take the secrets out of the file once the vault has them
    #[arg(long)]
    pub(super) strip: bool,
    /// Into a project that is there already: only its secrets go to the vault, landfall.yaml stays as it is
    #[arg(long, conflicts_with_all = ["link", "module", "bind", "namespace", "set"])]
    pub(super) secrets_only: bool,
    #[command(flatten)]
    pub(super) begin: Begin,
}

/// What `init` is told.
#[derive(Debug, Group)]
pub struct Init {
    /// The module: one that ships with landfall, or a folder
    #[arg(long, default_value = "mlflow")]
    pub(super) module: String,
    /// The environments, in order
    #[arg(long, value_name = "NAME", value_delimiter = ',', default_value = "dev,stg,prod")]
    pub(super) environments: Vec<String>,
    #[command(flatten)]
    pub(super) begin: Begin,
}

/// What both ways to begin a project ask.
#[derive(Debug, Group)]
pub(super) struct Begin {
    /// The context of an environment, as dev=kind-dev; else it is asked, or the current one
    #[arg(long = "bind", value_name = "ENV=CONTEXT")]
    pub(super) bind: Vec<String>,
    /// The namespace of all environments; else the module's
    #[arg(long, value_name = "NAME")]
    pub(super) namespace: Option<String>,
    /// A value of all environments, as access.hosts=10.0.0.5,10.0.0.6
    #[arg(long = "set", value_name = "PATH=VALUE")]
    pub(super) set: Vec<String>,
    /// Do it without asking
    #[arg(short, long)]
    pub(super) yes: bool,
}

/// What `plan` is told.
#[derive(Debug, Group)]
pub struct Plan {
    /// The environment
    pub(super) environment: String,
    /// End with 10 when something would change
    #[arg(long)]
    pub(super) exit_code: bool,
    /// Take fields that others hold
    #[arg(long)]
    pub(super) take_over: bool,
    #[command(flatten)]
    pub(super) settings: Settings,
}

/// What `apply` is told.
#[derive(Debug, Group)]
pub struct Apply {
    /// The environment
    pub(super) environment: String,
    /// Apply without asking
    #[arg(short, long)]
    pub(super) yes: bool,
    /// The name of a protected environment, in the place of typing it
    #[arg(long, value_name = "NAME")]
    pub(super) confirm: Option<String>,
    /// Take fields that others hold
    #[arg(long)]
    pub(super) take_over: bool,
    /// Run the checks first, with their short-lived pods; what fails is written into the outcome
    #[arg(long)]
    pub(super) check: bool,
    #[command(flatten)]
    pub(super) settings: Settings,
    /// How long it may take until everything is ready, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 900)]
    pub(super) timeout: u64,
}

/// What `watch` is told.
#[derive(Debug, Group)]
pub struct Watch {
    /// The environment
    pub(super) environment: String,
    /// End as soon as it is ready or failed
    #[arg(long)]
    pub(super) until_ready: bool,
    /// How long --until-ready may take, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 900)]
    pub(super) timeout: u64,
}

/// What `health` is told.
#[derive(Debug, Group)]
pub struct Health {
    /// A file of objects, or - for standard input; several documents and Lists too
    #[arg(short, long, value_name = "FILE")]
    pub(super) file: PathBuf,
    /// The moment ages are judged by, as 2026-11-01T12:00:00Z; now when it is not given
    #[arg(long, value_name = "TIME", value_parser = moment)]
    pub(super) now: Option<Timestamp>,
}

fn moment(text: &str) -> Result<Timestamp, String> {
    text.parse().map_err(|_| "write it as 2026-11-01T12:00:00Z".to_owned())
}

impl Args {
    /// How reports are written.
    pub fn output(&self) -> Output {
        self.common.output
    }

    /// Which door these arguments open.
    pub fn door(&self) -> Door {
        match self.verb {
            None | Some(Verb::Demo) => Door::Screen,
            Some(_) => Door::Reports,
        }
    }

    /// The scenario of the demo cluster, if one is asked for.
    pub fn demo(&self) -> Option<&str> {
        let asked = self.common.demo || matches!(self.verb, Some(Verb::Demo));
        asked.then(|| self.common.scenario.as_deref().unwrap_or("ok"))
    }

    /// Whether the demo cluster should hurry, since nobody watches it at its believable pace.
    pub fn hurries(&self) -> bool {
        matches!(
            self.verb,
            Some(Verb::Status(_) | Verb::Watch(_) | Verb::Rotate(_) | Verb::Creds(Creds::Status(_) | Creds::Pull(_)))
        )
    }

    /// Whether the passphrase of a locked vault is asked for: where credentials are needed, and the screens do not ask.
    pub(super) fn asking(&self) -> Asking {
        match &self.verb {
            Some(
                Verb::Creds(_)
                | Verb::Render(_)
                | Verb::Rotate(_)
                | Verb::Plan(_)
                | Verb::Check(_)
                | Verb::Apply(_)
                | Verb::Import(_),
            ) => Asking::Prompt,
            None
            | Some(
                Verb::Demo
                | Verb::Init(_)
                | Verb::Vault(_)
                | Verb::Status(_)
                | Verb::Watch(_)
                | Verb::Health(_)
                | Verb::Completion { .. },
            ) => Asking::No,
        }
    }

    /// Whether to draw with ASCII characters only.
    pub fn ascii(&self) -> bool {
        self.common.ascii
    }

    /// Whether the mouse is used.
    pub fn mouse(&self) -> bool {
        !self.common.no_mouse
    }

    /// How long an operation may take until it is well.
    pub(super) fn patience(&self) -> Duration {
        Duration::from_secs(match &self.verb {
            Some(Verb::Apply(apply)) => apply.timeout,
            Some(Verb::Watch(watch)) => watch.timeout,
            Some(Verb::Rotate(rotate)) => rotate.timeout,
            _ => 900,
        })
    }
}
