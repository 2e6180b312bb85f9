//! The commands that are compared: how each of them plans, applies, and applies again what is already there.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::load::Load;
use crate::plane::Plane;

/// Who brings the objects up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Tool {
    Landfall,
    Kubectl,
    Helm,
}

impl Tool {
    pub(crate) const ALL: [Self; 3] = [Self::Landfall, Self::Kubectl, Self::Helm];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Landfall => "landfall",
            Self::Kubectl => "kubectl",
            Self::Helm => "helm",
        }
    }

    /// How its user agent begins.
    pub(crate) fn agent(self) -> &'static str {
        match self {
            Self::Landfall => "landfall/",
            Self::Kubectl => "kubectl/",
            Self::Helm => "Helm/",
        }
    }
}

/// Where commands run: a project, a home and a way to the cluster.
pub(crate) struct Place<'a> {
    pub(crate) plane: &'a Plane,
    pub(crate) landfall: &'a Path,
    /// Of the project, and of everything that is written.
    pub(crate) folder: PathBuf,
    pub(crate) kubeconfig: PathBuf,
}

impl Place<'_> {
    fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command.env_clear().env("HOME", &self.folder).env("KUBECONFIG", &self.kubeconfig).current_dir(&self.folder);
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command
    }

    /// landfall with those arguments; credentials come from the environment.
    pub(crate) fn landfall(&self, environment: &str, arguments: &[&str]) -> Command {
        let mut command = self.command(self.landfall);
        command.args(arguments).env("LANDFALL_VAULT", "env");
        let fields = [
            "mlflow.username",
            "mlflow.password",
            "pgsql.username",
            "pgsql.password",
            "minio.access_key",
            "minio.secret_key",
            "registry.username",
            "registry.token",
            "generated.session_key",
            "generated.encryption_passphrase",
        ];
        for (number, field) in fields.iter().enumerate() {
            for whose in [environment, "shared"] {
                let name = format!("LANDFALL_CREDENTIAL_{whose}_{field}").replace(['.', '-'], "_").to_uppercase();
                command.env(name, format!("7rK-{number}-quiet-Harbour-52-lantern-buoy"));
            }
        }
        command
    }

    pub(crate) fn kubectl(&self, arguments: &[&str]) -> Command {
        let mut command = self.command(&self.plane.path("bin/kubectl"));
        command.args(arguments);
        command
    }

    /// Shows what would change.
    pub(crate) fn plan(&self, tool: Tool, name: &str) -> Command {
        match tool {
            Tool::Landfall => self.landfall(name, &["plan", name]),
            Tool::Kubectl => self.kubectl(&["diff", "--server-side", "-f", &file(name)]),
            Tool::Helm => self.helm(name, &["--dry-run=server"]),
        }
    }

    /// Applies, and waits until all is well where the tool can; kubectl needs a second command for that.
    pub(crate) fn apply(&self, tool: Tool, name: &str, load: Load) -> Vec<Command> {
        match tool {
            Tool::Landfall => vec![self.landfall(name, &["apply", name, "--yes"])],
            Tool::Kubectl => {
                let apply = self.kubectl(&["apply", "--server-side", "-f", &file(name)]);
                let wait = self.kubectl(&["rollout", "status", "deployment", "-n", name, "-w"]);
                if load.pods() > 0 { vec![apply, wait] } else { vec![apply] }
            }
            Tool::Helm => vec![self.helm(name, &["--wait"])],
        }
    }

    fn helm(&self, name: &str, more: &[&str]) -> Command {
        let mut command = self.command(&self.plane.path("bin/helm"));
        let chart = format!("{name}/chart");
        command.args(["upgrade", "--install", "--create-namespace", "-n", name, name, &chart]).args(more);
        command
    }
}

fn file(name: &str) -> String {
    format!("{name}/objects.json")
}
