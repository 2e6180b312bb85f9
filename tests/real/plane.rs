//! Real control planes: the one that all tests share, and ones that a test has for itself and may break.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use kube::Config;
use kube::config::{KubeConfigOptions, Kubeconfig};
use tempfile::TempDir;
use tokio::process::Command;

/// Names the folder of the plane that all tests share.
const SHARED: &str = "LANDFALL_CONTROL_PLANE";
/// What a plane calls its context.
pub(crate) const CONTEXT: &str = "control-plane";

/// One control plane.
pub(crate) struct Plane {
    folder: PathBuf,
    own: Option<TempDir>,
}

impl Plane {
    /// The plane that all tests share: nothing in it may be stopped.
    pub(crate) fn shared() -> Self {
        let Some(folder) = std::env::var_os(SHARED) else {
            panic!("{SHARED} names no control plane: begin one with tests/control-plane/up DIR, or run tests/run")
        };
        Self { folder: folder.into(), own: None }
    }

    /// A plane of its own; it ends with this value.
    pub(crate) async fn own() -> Self {
        Self::own_with(&[]).await
    }

    /// As [`Plane::own`], with further words for `up`.
    pub(crate) async fn own_with(words: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let plane = Self { folder: folder.path().join("plane"), own: Some(folder) };
        plane.tool("up", words).await;
        plane
    }

    /// A file in its folder.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Runs one of the programs in `tests/control-plane`; gives what it prints.
    async fn tool(&self, name: &str, arguments: &[&str]) -> String {
        let output = tool(name, &self.folder).args(arguments).output();
        let output = tokio::time::timeout(Duration::from_mins(2), output).await.expect("it hangs").unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "tests/control-plane/{name} {arguments:?}: {said}");
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    /// Ends one of its programs: with KILL at once, with TERM as it likes.
    pub(crate) async fn stop(&self, program: &str, signal: &str) {
        assert!(self.own.is_some(), "the shared plane is not to be broken");
        self.tool("stop", &[program, signal]).await;
    }

    /// Starts it again; waits until the API server is ready.
    pub(crate) async fn start(&self, program: &str) {
        self.tool("start", &[program]).await;
    }

    /// The kubeconfig of a new user, who may do nothing yet.
    pub(crate) async fn user(&self, name: &str) -> PathBuf {
        self.tool("user", &[name]).await.into()
    }

    /// The administrator's kubeconfig.
    pub(crate) fn kubeconfig(&self) -> PathBuf {
        self.folder.join("kubeconfig")
    }

    /// The URL of its API server.
    pub(crate) fn server(&self) -> String {
        std::fs::read_to_string(self.folder.join("server")).unwrap().trim().to_owned()
    }

    /// A client that may do everything.
    pub(crate) async fn client(&self) -> kube::Client {
        self.client_of(None).await
    }

    /// A client of somebody who may do only what is granted.
    pub(crate) async fn client_as(&self, user: &str) -> kube::Client {
        self.client_of(Some(user)).await
    }

    async fn client_of(&self, user: Option<&str>) -> kube::Client {
        let kubeconfig = Kubeconfig::read_from(self.kubeconfig()).unwrap();
        let mut config = Config::from_custom_kubeconfig(kubeconfig, &KubeConfigOptions::default()).await.unwrap();
        config.default_retry = false;
        config.auth_info.impersonate = user.map(str::to_owned);
        kube::Client::try_from(config).unwrap()
    }
}

impl Drop for Plane {
    fn drop(&mut self) {
        if self.own.is_some() {
            let mut down = std::process::Command::new(script("down"));
            // A plane that cannot be ended would outlive the tests: that must be seen.
            assert!(down.arg(&self.folder).status().is_ok_and(|status| status.success()) || std::thread::panicking());
        }
    }
}

fn script(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/control-plane").join(name)
}

fn tool(name: &str, folder: &Path) -> Command {
    let mut command = Command::new(script(name));
    command.arg(folder);
    command
}

/// A name that no other test uses, nor an earlier run on the same plane.
pub(crate) fn name(of: &str) -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    format!("{of}-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::SeqCst))
}
