//! What a kubelet does for one pod: it gathers environment and files out of the cluster, and runs the containers.
//!
//! A pod has an address of this machine's own in the place of one in a network of the cluster; that a server listens on it
//! alone, and not on all of them, is the one thing that is told otherwise than on a node.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::fs;
use std::net::Ipv4Addr;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

use k8s_openapi::api::core::v1::{ConfigMap, Container, PodSpec, Secret, Volume};
use kube::Api;
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;
use tokio::process::Child;

use crate::sandbox::Image;

/// How long a container that does its work and ends may take.
const PATIENCE: Duration = Duration::from_mins(5);

static ADDRESSES: AtomicU8 = AtomicU8::new(1);

/// A pod on this machine.
pub(crate) struct Pod {
    spec: PodSpec,
    environments: BTreeMap<String, BTreeMap<String, String>>,
    volumes: BTreeMap<String, PathBuf>,
    room: Arc<TempDir>,
    image: Image,
    pub(crate) address: Ipv4Addr,
}

/// How a container ended.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: i32,
    /// Everything it wrote.
    pub(crate) words: String,
    /// What is reported of it: what it left as its last word, else the end of what it wrote.
    pub(crate) message: String,
}

/// A container that runs.
pub(crate) struct Running {
    child: Child,
    log: PathBuf,
    message: PathBuf,
    /// What lies in its volumes.
    _room: Arc<TempDir>,
}

impl Pod {
    /// Takes a pod on: reads what its containers refer to, and lays its volumes out.
    pub(crate) async fn take(client: &kube::Client, namespace: &str, spec: PodSpec, image: &Image) -> Self {
        let room = Arc::new(tempfile::tempdir().unwrap());
        let mut volumes = BTreeMap::new();
        for volume in spec.volumes.iter().flatten() {
            let path = lay(client, namespace, volume, room.path().join(&volume.name)).await;
            volumes.insert(volume.name.clone(), path);
        }
        let address = Ipv4Addr::new(127, 7, 0, ADDRESSES.fetch_add(1, Ordering::Relaxed));
        let mut environments = BTreeMap::new();
        for container in spec.init_containers.iter().flatten().chain(&spec.containers) {
            let mut environment: BTreeMap<_, _> = image.environment().into();
            environment.extend(gather(client, namespace, container).await);
            if let Some(all) = environment.get_mut("MLFLOW_HOST").filter(|host| *host == "0.0.0.0") {
                *all = address.to_string();
            }
            environments.insert(container.name.clone(), environment);
        }
        Self { spec, environments, volumes, room, image: image.clone(), address }
    }

    /// Starts a container.
    pub(crate) fn start(&self, name: &str) -> Running {
        let mut all = self.spec.init_containers.iter().flatten().chain(&self.spec.containers);
        let container = all.find(|container| container.name == name).unwrap_or_else(|| panic!("there is no {name}"));
        let user = self.spec.security_context.as_ref().and_then(|context| context.run_as_user);
        assert_eq!(user, Some(crate::ground::USER.into()), "the pod names its user");
        let mounts: Vec<_> = container.volume_mounts.iter().flatten().collect();
        let mut mounts: Vec<_> = mounts
            .iter()
            .map(|mount| {
                (self.volumes[&mount.name].clone(), mount.mount_path.clone(), mount.read_only.unwrap_or_default())
            })
            .collect();
        // Where the kubelet looks for a container's last word.
        let message = self.room.path().join(format!("{name}.message"));
        fs::write(&message, "").unwrap();
        fs::set_permissions(&message, fs::Permissions::from_mode(0o666)).unwrap();
        mounts.push((message.clone(), "/dev/termination-log".to_owned(), false));
        let words: Vec<String> = container.command.iter().chain(&container.args).flatten().cloned().collect();
        // A kubelet would put a variable's value in its place.
        assert!(!words.iter().any(|word| word.contains("$(")), "{words:?}");
        let log = self.room.path().join(format!("{name}.log"));
        let file = fs::File::create(&log).unwrap();
        let mut command = self.image.run(&mounts, &words);
        command.env_clear().envs(&self.environments[name]).stdin(Stdio::null()).kill_on_drop(true);
        let child = command.stdout(file.try_clone().unwrap()).stderr(file).spawn().unwrap();
        Running { child, log, message, _room: Arc::clone(&self.room) }
    }

    /// Runs a container to its end.
    pub(crate) async fn run(&self, name: &str) -> Ended {
        self.start(name).ended(PATIENCE).await
    }
}

impl Running {
    /// Waits for the end.
    pub(crate) async fn ended(mut self, patience: Duration) -> Ended {
        let Ok(status) = tokio::time::timeout(patience, self.child.wait()).await else {
            panic!("it does not end: {}", self.words());
        };
        let (code, words) = (status.unwrap().code().unwrap_or(-1), self.words());
        let said = fs::read_to_string(&self.message).unwrap();
        // The module asks for FallbackToLogsOnError everywhere.
        let message = if said.is_empty() && code != 0 { tail(&words) } else { said };
        Ended { code, words, message }
    }

    /// Whether it has ended by itself.
    pub(crate) fn is_over(&mut self) -> bool {
        self.child.try_wait().unwrap().is_some()
    }

    /// Everything it wrote so far.
    pub(crate) fn words(&self) -> String {
        fs::read_to_string(&self.log).unwrap()
    }

    /// Asks its first process to end, as a kubelet does, and gives it the module's 30 seconds.
    pub(crate) async fn stop(self) -> Ended {
        for process in self.processes().into_iter().take(1) {
            kill_process(Pid::from_raw(process).unwrap(), Signal::TERM).unwrap();
        }
        self.ended(Duration::from_secs(30)).await
    }

    /// The processes inside, the first one first.
    pub(crate) fn processes(&self) -> Vec<i32> {
        let mut found: Vec<i32> = self.child.id().into_iter().map(u32::cast_signed).collect();
        let mut at = 0;
        while at < found.len() {
            let id = found[at];
            let children = fs::read_to_string(format!("/proc/{id}/task/{id}/children")).unwrap_or_default();
            found.extend(children.split_whitespace().map(|child| child.parse::<i32>().unwrap()));
            at += 1;
        }
        found.into_iter().skip(1).collect()
    }
}

impl Drop for Running {
    /// The first process of the container takes all others with it; it would outlive bubblewrap, being another user's.
    fn drop(&mut self) {
        for process in self.processes().into_iter().take(1) {
            let _ = kill_process(Pid::from_raw(process).unwrap(), Signal::KILL);
        }
    }
}

/// The environment of a container, as its lists say it: what comes later wins.
async fn gather(client: &kube::Client, namespace: &str, container: &Container) -> BTreeMap<String, String> {
    let mut environment = BTreeMap::new();
    for source in container.env_from.iter().flatten() {
        if let Some(config) = &source.config_map_ref {
            let found = Api::<ConfigMap>::namespaced(client.clone(), namespace).get(&config.name).await.unwrap();
            environment.extend(found.data.unwrap_or_default());
        }
        if let Some(secret) = &source.secret_ref {
            environment.extend(texts(client, namespace, &secret.name).await);
        }
    }
    for variable in container.env.iter().flatten() {
        let secret = variable.value_from.as_ref().and_then(|from| from.secret_key_ref.as_ref());
        let value = match (&variable.value, secret) {
            (Some(value), _) => value.clone(),
            (None, Some(secret)) => texts(client, namespace, &secret.name).await[&secret.key].clone(),
            (None, None) => String::new(),
        };
        environment.insert(variable.name.clone(), value);
    }
    environment
}

/// What a Secret holds; a kubelet too waits for one that is not there yet.
async fn texts(client: &kube::Client, namespace: &str, secret: &str) -> BTreeMap<String, String> {
    let secrets = Api::<Secret>::namespaced(client.clone(), namespace);
    let found = loop {
        match secrets.get_opt(secret).await.unwrap() {
            Some(found) => break found,
            None => tokio::time::sleep(Duration::from_millis(50)).await,
        }
    };
    let data = found.data.unwrap_or_default();
    data.into_iter().map(|(name, value)| (name, String::from_utf8(value.0).unwrap())).collect()
}

/// Lays out one volume; where it lies.
async fn lay(client: &kube::Client, namespace: &str, volume: &Volume, at: PathBuf) -> PathBuf {
    if let Some(host) = &volume.host_path {
        assert_eq!(host.type_.as_deref(), Some("Directory"));
        assert!(PathBuf::from(&host.path).is_dir(), "{} is not a directory", host.path);
        return PathBuf::from(&host.path);
    }
    fs::create_dir(&at).unwrap();
    let mode = |mode| fs::Permissions::from_mode(mode);
    fs::set_permissions(&at, mode(if volume.empty_dir.is_some() { 0o777 } else { 0o755 })).unwrap();
    if let Some(config) = &volume.config_map {
        let found = Api::<ConfigMap>::namespaced(client.clone(), namespace).get(&config.name).await.unwrap();
        for (name, text) in found.data.unwrap_or_default() {
            fs::write(at.join(&name), text).unwrap();
            let asked = config.default_mode.unwrap_or(0o644).cast_unsigned();
            fs::set_permissions(at.join(name), mode(asked)).unwrap();
        }
    } else {
        assert!(volume.empty_dir.is_some(), "no kubelet of ours knows this volume: {volume:?}");
    }
    at
}

/// What a kubelet keeps of a log where `FallbackToLogsOnError` is asked for: 80 lines, 2048 bytes.
fn tail(words: &str) -> String {
    let lines: Vec<&str> = words.lines().collect();
    let kept = lines[lines.len().saturating_sub(80)..].join("\n");
    let from = kept.ceil_char_boundary(kept.len().saturating_sub(2048));
    kept[from..].to_owned()
}
