//! A container without a container runtime: namespaces of its own, an image of its own to look at, nothing to write to.
//!
//! bubblewrap makes it. Root has it drop to the user asked for, with no capability left; anybody else is shown as that user.
#![expect(clippy::expect_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use tokio::process::Command;

use crate::ground::USER;

/// What lies under the containers: the system, and MLflow with its Python. Nothing else of this machine is in it.
#[derive(Debug, Clone)]
pub(crate) struct Image {
    mlflow: PathBuf,
    python: PathBuf,
}

impl Image {
    /// The image of a virtual environment.
    pub(crate) fn of(mlflow: &Path) -> Self {
        let python = std::fs::canonicalize(mlflow.join("bin/python")).expect("the environment has its Python");
        let prefix = python.parent().and_then(Path::parent).expect("a Python lies in PREFIX/bin");
        Self { mlflow: mlflow.to_owned(), python: prefix.to_owned() }
    }

    /// What the image adds to the environment of every container.
    pub(crate) fn environment(&self) -> [(String, String); 3] {
        let path = format!("{}:/usr/bin:/bin", self.mlflow.join("bin").display());
        [("PATH", path), ("LANG", "C.UTF-8".to_owned()), ("HOME", "/".to_owned())]
            .map(|(name, value)| (name.to_owned(), value))
    }

    /// A command that runs in a container with these directories mounted: where they are, where they go, whether for
    /// reading only.
    pub(crate) fn run(&self, mounts: &[(PathBuf, String, bool)], words: &[String]) -> Command {
        let mut command = Command::new("bwrap");
        command.args(["--unshare-pid", "--unshare-ipc", "--unshare-uts", "--die-with-parent", "--as-pid-1"]);
        command.args(["--proc", "/proc", "--dev", "/dev", "--perms", "1777", "--tmpfs", "/dev/shm"]);
        // bubblewrap makes these as closed as what they lead to on this machine, such as a home folder.
        let targets = mounts.iter().map(|(_, to, _)| Path::new(to)).chain([
            &*self.python,
            &*self.mlflow,
            Path::new("/etc/hosts"),
        ]);
        let way: BTreeSet<_> =
            targets.flat_map(|target| target.ancestors().skip(1)).filter(|part| !part.starts_with("/usr")).collect();
        for part in way.into_iter().filter(|part| *part != Path::new("/")) {
            command.args(["--perms", "0755", "--dir"]).arg(part);
        }
        for folder in ["/usr", "/bin", "/lib", "/lib64"] {
            command.args(["--ro-bind-try", folder, folder]);
        }
        // What a kubelet or a runtime puts there; there is no /etc/passwd in it that would name the user.
        for file in ["/etc/hosts", "/etc/resolv.conf", "/etc/nsswitch.conf", "/etc/ld.so.cache", "/etc/ssl"] {
            command.args(["--ro-bind-try", file, file]);
        }
        for folder in [&self.python, &self.mlflow].into_iter().filter(|folder| !folder.starts_with("/usr")) {
            command.arg("--ro-bind").arg(folder).arg(folder);
        }
        for (from, to, read_only) in mounts {
            command.arg(if *read_only { "--ro-bind" } else { "--bind" }).arg(from).arg(to);
        }
        command.args(["--remount-ro", "/", "--chdir", "/"]);
        let user = USER.to_string();
        if rustix::process::geteuid().is_root() {
            command.args(["setpriv", "--reuid", &user, "--regid", &user, "--clear-groups", "--no-new-privs"]);
            command.args(["--inh-caps=-all", "--bounding-set=-all"]);
        } else {
            command.args(["--unshare-user", "--uid", &user, "--gid", &user]);
        }
        command.args(words);
        command
    }
}
