//! The command line as people and pipelines use it: the real binary, its exit codes, and every word it says.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod cases;
mod checks;
mod health;
mod projects;
mod rotate;
mod shapes;
mod vault;

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// A machine that has nothing: empty folders, no kubeconfig, no session bus.
struct Machine {
    home: TempDir,
}

/// How a command ended and what it said.
#[derive(Debug)]
struct Said {
    code: Option<i32>,
    out: String,
    err: String,
}

impl Machine {
    fn new() -> Self {
        Self { home: tempfile::tempdir().unwrap() }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        fs::create_dir_all(self.path(name).parent().unwrap()).unwrap();
        fs::write(self.path(name), text).unwrap();
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_landfall"));
        command.args(arguments).current_dir(self.home.path()).env_clear().env("HOME", self.home.path());
        for (name, folder) in [("XDG_STATE_HOME", "state"), ("XDG_CONFIG_HOME", "config"), ("XDG_DATA_HOME", "data")] {
            command.env(name, self.path(folder));
        }
        command.env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere/bus").env("USER", "ann");
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    fn run(&self, arguments: &[&str]) -> Said {
        Said::of(self.command(arguments).spawn().unwrap())
    }

    fn piped(&self, arguments: &[&str], input: &str) -> Said {
        let mut child = self.command(arguments).stdin(Stdio::piped()).spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let input = input.to_owned();
        let feeder = std::thread::spawn(move || {
            let _ = stdin.write_all(input.as_bytes()); // a command that has heard enough may close it
        });
        let said = Said::of(child);
        feeder.join().unwrap();
        said
    }
}

impl Said {
    fn of(child: Child) -> Self {
        let output = child.wait_with_output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        let said = Self { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) };
        said.is_decent();
        said
    }

    /// What must never be said, whatever was asked.
    fn is_decent(&self) {
        for never in ["panicked", "RUST_BACKTRACE", "failed to", "please", "\u{1b}", "os error", "1 pods", "Some("] {
            for text in [&self.out, &self.err] {
                assert!(!text.contains(never), "{never} is said: {self:#?}");
            }
        }
    }

    #[track_caller]
    fn ends(&self, code: i32) -> &Self {
        assert_eq!(self.code, Some(code), "{self:#?}");
        self
    }

    #[track_caller]
    fn says(&self, words: &str) -> &Self {
        assert!(self.out.contains(words), "{words:?} is not in the report: {self:#?}");
        self
    }

    #[track_caller]
    fn complains(&self, words: &str) -> &Self {
        assert!(self.err.contains(words), "{words:?} is not on the error stream: {self:#?}");
        self
    }

    #[track_caller]
    fn keeps_quiet(&self, words: &str) -> &Self {
        assert!(!self.out.contains(words) && !self.err.contains(words), "{words:?} is said: {self:#?}");
        self
    }

    /// The report as rows of JSON.
    fn rows(&self) -> Vec<Value> {
        self.out.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}"))).collect()
    }

    /// The complaint as JSON.
    fn error(&self) -> Value {
        serde_json::from_str(self.err.lines().last().unwrap()).unwrap_or_else(|e| panic!("{e}: {self:#?}"))
    }
}

/// The block of a tfvars file that the demo project ships with.
fn tfvars() -> String {
    crate::support::asset("demo/terraform.tfvars")
}

/// A kubeconfig whose servers nobody listens on.
const KUBECONFIG: &str = r#"
apiVersion: v1
kind: Config
current-context: here
contexts:
- {name: here, context: {cluster: here, user: ann}}
- {name: there, context: {cluster: there, user: ann}}
clusters:
- {name: here, cluster: {server: "https://127.0.0.1:1"}}
- {name: there, cluster: {server: "https://127.0.0.1:2"}}
users:
- {name: ann, user: {token: kubeconfig-canary}}
"#;

fn folder(path: &Path) -> &str {
    path.to_str().unwrap()
}
