//! What is in the cluster before anybody comes: namespaces, nodes, and what a scenario needs.

use serde_json::{Value, json};

use super::actor::{MANAGER, SERVER};
use super::clock;
use super::cluster::Cluster;
use super::flaw::Flaw;
use super::kinds::{self, Kind};
use super::pick;
use super::quantity;
use super::scenario::Scenario;
use super::store::Store;

/// Name and address of each node.
pub(super) const NODES: [(&str, &str); 2] = [("worker-1", "10.0.0.5"), ("worker-2", "10.0.0.6")];
/// Memory of a node, and what is left of it where memory is short.
const MEMORY: &str = "8Gi";
const LEFT: &str = "400Mi";
/// Memory of a node that is too small.
const SMALL: &str = "384Mi";

/// Plants everything.
pub(super) fn plant(cluster: &Cluster) {
    cluster.with(|store| {
        for name in ["default", "kube-node-lease", "kube-public", "kube-system"] {
            namespace(store, name);
        }
        for (at, (name, address)) in NODES.into_iter().enumerate() {
            let memory = if cluster.scenario == Scenario::Flawed(Flaw::SmallNodes) { SMALL } else { MEMORY };
            put(store, &kinds::NODE, node((name, address, at), memory));
        }
        make(store, &kinds::SERVICE, "default", kubernetes());
        match cluster.scenario {
            Scenario::PortTaken => {
                namespace(store, "legacy");
                make(store, &kinds::SERVICE, "legacy", tracking());
            }
            Scenario::Unschedulable => {
                namespace(store, "legacy");
                for (name, _) in NODES {
                    make(store, &kinds::POD, "legacy", hungry(name));
                }
            }
            Scenario::Flawed(flaw) => flawed(store, flaw),
            Scenario::Ok
            | Scenario::ImagePull
            | Scenario::CrashLoop
            | Scenario::Hostpath
            | Scenario::Edited
            | Scenario::Slow
            | Scenario::Flaky => {}
        }
    });
}

/// Where the module's objects are going to live: checks look at what is there before.
const HOME: &str = "mlflow";

fn flawed(store: &mut Store, flaw: Flaw) {
    match flaw {
        Flaw::PodSecurity => {
            let labels = json!({"pod-security.kubernetes.io/enforce": "baseline"});
            make(store, &kinds::NAMESPACE, "", json!({"metadata": {"name": HOME, "labels": labels}}));
            account(store, HOME);
        }
        Flaw::Quota => {
            namespace(store, HOME);
            let hard = json!({"requests.memory": "256Mi"});
            let quota = json!({"metadata": {"name": "small"}, "spec": {"hard": hard}});
            make(store, &kinds::RESOURCE_QUOTA, HOME, quota);
        }
        Flaw::WrongOwner
        | Flaw::DiskLow
        | Flaw::DatabaseDown
        | Flaw::NoDatabase
        | Flaw::NoRight
        | Flaw::NewerTables
        | Flaw::NoBucket
        | Flaw::RegistryDenied
        | Flaw::SmallNodes
        | Flaw::RightsMissing
        | Flaw::ArtifactsLost => namespace(store, HOME),
    }
}

/// A namespace that has been there for long: it has its service account, too.
fn namespace(store: &mut Store, name: &str) {
    make(store, &kinds::NAMESPACE, "", json!({"metadata": {"name": name}}));
    account(store, name);
}

fn account(store: &mut Store, namespace: &str) {
    make(store, &kinds::SERVICE_ACCOUNT, namespace, json!({"metadata": {"name": "default"}}));
}

/// Objects that pass every check; one that is there already stays.
fn make(store: &mut Store, kind: &'static Kind, namespace: &str, body: Value) {
    let writer = if kind.name == "Pod" { MANAGER } else { SERVER };
    // The seeds are fixed and valid, a repeated one is refused, which is what is wanted.
    drop(writer.create(store, kind, namespace, body));
}

fn put(store: &mut Store, kind: &Kind, mut object: Value) {
    pick::set(&mut object, "/kind", kind.name);
    pick::set(&mut object, "/apiVersion", kind.api_version());
    store.christen(&mut object, &clock::now());
    store.put(kind, object);
}

fn node((name, address, at): (&str, &str, usize), memory: &str) -> Value {
    let now = clock::now();
    let size = json!({"cpu": "4", "memory": memory, "pods": "110", "ephemeral-storage": "100Gi"});
    let condition = |kind: &str, status: &str, reason: &str, message: &str| {
        json!({"type": kind, "status": status, "lastHeartbeatTime": now, "lastTransitionTime": now,
            "reason": reason, "message": message})
    };
    json!({
        "metadata": {"name": name, "labels": {
            "beta.kubernetes.io/arch": "amd64", "beta.kubernetes.io/os": "linux", "kubernetes.io/arch": "amd64",
            "kubernetes.io/hostname": name, "kubernetes.io/os": "linux",
        }},
        "spec": {"podCIDR": format!("10.244.{}.0/24", at + 1), "podCIDRs": [format!("10.244.{}.0/24", at + 1)]},
        "status": {
            "addresses": [{"type": "InternalIP", "address": address}, {"type": "Hostname", "address": name}],
            "capacity": size, "allocatable": size,
            "conditions": [
                condition("MemoryPressure", "False", "KubeletHasSufficientMemory", "kubelet has sufficient memory available"),
                condition("DiskPressure", "False", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
                condition("PIDPressure", "False", "KubeletHasSufficientPID", "kubelet has sufficient PID available"),
                condition("Ready", "True", "KubeletReady", "kubelet is posting ready status"),
            ],
            "nodeInfo": {
                "architecture": "amd64", "operatingSystem": "linux", "kubeletVersion": "v1.36.2",
                "containerRuntimeVersion": "containerd://2.2.1", "osImage": "Debian GNU/Linux 13 (trixie)",
                "kernelVersion": "6.12.48+deb13-amd64", "kubeProxyVersion": "", "bootID": "", "machineID": "",
                "systemUUID": "",
            },
        },
    })
}

fn kubernetes() -> Value {
    json!({
        "metadata": {"name": "kubernetes", "labels": {"component": "apiserver", "provider": "kubernetes"}},
        "spec": {"clusterIP": "10.96.0.1", "ports": [{"name": "https", "port": 443, "targetPort": 6443}]},
    })
}

fn tracking() -> Value {
    let port = |name: &str, port: u16, node: u16| json!({"name": name, "port": port, "nodePort": node});
    json!({
        "metadata": {"name": "tracking", "labels": {"app": "tracking"}},
        "spec": {"type": "NodePort", "selector": {"app": "tracking"}, "ports": [
            port("http", 8080, 30500), port("admin", 8081, 30501), port("metrics", 8082, 30502),
        ]},
    })
}

/// A pod that takes a node's memory but for what is left.
fn hungry(node: &str) -> Value {
    let mebi = (quantity::units(MEMORY) - quantity::units(LEFT)) >> 20;
    json!({
        "metadata": {"name": format!("batch-{node}"), "labels": {"app": "batch"}},
        "spec": {"nodeName": node, "containers": [{
            "name": "batch", "image": "registry.k8s.io/pause:3.10",
            "resources": {"requests": {"memory": format!("{mebi}Mi")}},
        }]},
    })
}
