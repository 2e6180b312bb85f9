//! A real control plane to measure against, by the scripts of `tests/control-plane`, and what its audit log says.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::fs;
use std::io::{Read, Seek, SeekFrom};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use kube::Client;
use kube::config::{Config, KubeConfigOptions, Kubeconfig};
use serde_json::Value;
use tempfile::TempDir;

/// A running control plane; it ends with this.
pub(crate) struct Plane {
    folder: TempDir,
    read: Cell<u64>,
}

/// One request, as the audit log has it.
pub(crate) struct Asked {
    pub(crate) verb: String,
    pub(crate) agent: String,
    /// Resource, namespace, name and subresource.
    pub(crate) object: String,
    /// Whether it was about one object in particular.
    pub(crate) names_one: bool,
    /// Whether nothing was to be written.
    pub(crate) dry: bool,
}

impl Plane {
    /// Starts one; builds it where it was not built before.
    pub(crate) fn up() -> Self {
        let folder = tempfile::tempdir().unwrap();
        script("up", &[folder.path().to_str().unwrap()]);
        Self { folder, read: Cell::new(0) }
    }

    /// A file in its folder: `kubeconfig`, `bin/helm`, …
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A client of the administrator.
    pub(crate) async fn client(&self) -> Client {
        let kubeconfig = Kubeconfig::read_from(self.path("kubeconfig")).unwrap();
        let config = Config::from_custom_kubeconfig(kubeconfig, &KubeConfigOptions::default()).await.unwrap();
        Client::try_from(config).unwrap()
    }

    /// The address that its API server listens on.
    pub(crate) fn address(&self) -> SocketAddr {
        let server = fs::read_to_string(self.path("server")).unwrap();
        server.trim().trim_start_matches("https://").parse().unwrap()
    }

    /// A kubeconfig whose server is reached at another port, and that server's URL.
    pub(crate) fn kubeconfig_at(&self, port: u16) -> (PathBuf, String) {
        let (direct, through) = (format!("https://{}", self.address()), format!("https://127.0.0.1:{port}"));
        let file = self.path(&format!("kubeconfig-{port}"));
        let text = fs::read_to_string(self.path("kubeconfig")).unwrap();
        fs::write(&file, text.replace(&direct, &through)).unwrap();
        (file, through)
    }

    /// The requests that were answered since this was last asked, each once.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        let mut log = fs::File::open(self.path("audit.log")).unwrap();
        log.seek(SeekFrom::Start(self.read.get())).unwrap();
        let mut text = String::new();
        log.read_to_string(&mut text).unwrap();
        text.truncate(text.rfind('\n').map_or(0, |end| end + 1));
        self.read.set(self.read.get() + text.len() as u64);
        let mut seen = BTreeSet::new();
        let entries = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        let once = entries.filter(|entry| seen.insert(word(&entry["auditID"])));
        once.map(|entry| {
            let object = &entry["objectRef"];
            Asked {
                verb: word(&entry["verb"]),
                agent: word(&entry["userAgent"]),
                names_one: object["name"].is_string(),
                dry: word(&entry["requestURI"]).contains("dryRun="),
                object: ["resource", "namespace", "name", "subresource"].map(|part| word(&object[part])).join("/"),
            }
        })
        .collect()
    }
}

impl Drop for Plane {
    fn drop(&mut self) {
        script("down", &[self.folder.path().to_str().unwrap()]);
    }
}

fn word(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn script(name: &str, arguments: &[&str]) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/control-plane").join(name);
    let status = Command::new(file).args(arguments).stdout(Stdio::null()).status().unwrap();
    assert!(status.success(), "tests/control-plane/{name} ends with {status}");
}
