//! What can be said on the command line.

mod creds;

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args as Group, Parser, Subcommand, ValueEnum};
use jiff::Timestamp;

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
  landfall plan dev                         what would change; nothing is written
  landfall apply dev --yes                  apply and follow until it is well
  landfall apply prod --yes --confirm prod  the same, where the environment is protected
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
        help = "Where credentials rest: keyring, env (LANDFALL_CREDENTIAL_<ENV>_<FIELD>), stdin (one JSON object) or memory",
        long,
        global = true,
        value_name = "VAULT",
        env = "LANDFALL_VAULT"
    )]
    pub(super) vault: Option<String>,
    /// Work on a fresh cluster inside this program, with the demo project and throwaway credentials
    #[arg(long, global = true)]
    pub(super) demo: bool,
    /// What happens in the demo cluster: ok, image-pull, crash-loop, hostpath, port-taken, unschedulable, slow, edited or flaky
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
    /// Print the objects of an environment; secret values are never shown
    Render(Render),
    /// Give a credential a new value everywhere it is known, step by step; what was interrupted goes on with --resume
    Rotate(Rotate),
    /// Show what would change in the cluster; nothing is written
    Plan(Plan),
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
    /// Another value for this run only; landfall.yaml stays as it is
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
