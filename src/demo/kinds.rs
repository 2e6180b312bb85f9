//! The kinds this cluster serves, as one table.

use k8s_openapi::api::{apps, batch, coordination, core, discovery, networking, rbac};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

/// Sub-resources a kind has besides itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sub {
    Status,
    Scale,
    Log,
}

impl Sub {
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Status => "status",
            Self::Scale => "scale",
            Self::Log => "log",
        }
    }

    pub(super) fn read(word: &str) -> Option<Self> {
        [Self::Status, Self::Scale, Self::Log].into_iter().find(|sub| sub.word() == word)
    }
}

/// Whether objects of a kind live in a namespace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scope {
    Cluster,
    Namespaced,
}

/// Whether the server counts `metadata.generation` for a kind, and what raises it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Generation {
    None,
    Spec,
    /// Deployments also count changes of annotations.
    SpecAndAnnotations,
}

/// One served kind.
pub(super) struct Kind {
    pub(super) group: &'static str,
    pub(super) version: &'static str,
    pub(super) name: &'static str,
    pub(super) plural: &'static str,
    pub(super) scope: Scope,
    pub(super) short: &'static [&'static str],
    pub(super) subs: &'static [Sub],
    pub(super) generation: Generation,
    /// Reads an object into its Go-like type and writes it again: fields the type does not know vanish.
    pub(super) typed: fn(Value) -> Result<Value, serde_json::Error>,
}

impl std::fmt::Debug for Kind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.qualified())
    }
}

impl PartialEq for Kind {
    fn eq(&self, other: &Self) -> bool {
        self.plural == other.plural
    }
}

impl Kind {
    /// `apps/v1`, `v1`.
    pub(super) fn api_version(&self) -> String {
        if self.group.is_empty() { self.version.to_owned() } else { format!("{}/{}", self.group, self.version) }
    }

    /// `deployments.apps`, `services`: how messages name the resource.
    pub(super) fn resource(&self) -> String {
        if self.group.is_empty() { self.plural.to_owned() } else { format!("{}.{}", self.plural, self.group) }
    }

    /// `Deployment.apps`, `Service`: how messages name the kind.
    pub(super) fn qualified(&self) -> String {
        if self.group.is_empty() { self.name.to_owned() } else { format!("{}.{}", self.name, self.group) }
    }

    pub(super) fn has(&self, sub: Sub) -> bool {
        self.subs.contains(&sub)
    }

    pub(super) fn namespaced(&self) -> bool {
        self.scope == Scope::Namespaced
    }
}

fn typed<T: Serialize + DeserializeOwned>(value: Value) -> Result<Value, serde_json::Error> {
    serde_json::to_value(serde_json::from_value::<T>(value)?)
}

const fn kind<T: Serialize + DeserializeOwned>(name: &'static str, plural: &'static str) -> Kind {
    Kind {
        group: "",
        version: "v1",
        name,
        plural,
        scope: Scope::Namespaced,
        short: &[],
        subs: &[],
        generation: Generation::None,
        typed: typed::<T>,
    }
}

const STATUS: &[Sub] = &[Sub::Status];
const SCALED: &[Sub] = &[Sub::Status, Sub::Scale];

pub(super) static NAMESPACE: Kind = Kind {
    scope: Scope::Cluster,
    short: &["ns"],
    subs: STATUS,
    ..kind::<core::v1::Namespace>("Namespace", "namespaces")
};
pub(super) static NODE: Kind =
    Kind { scope: Scope::Cluster, short: &["no"], subs: STATUS, ..kind::<core::v1::Node>("Node", "nodes") };
pub(super) static CONFIG_MAP: Kind = Kind { short: &["cm"], ..kind::<core::v1::ConfigMap>("ConfigMap", "configmaps") };
pub(super) static SECRET: Kind = kind::<core::v1::Secret>("Secret", "secrets");
pub(super) static SERVICE: Kind =
    Kind { short: &["svc"], subs: STATUS, ..kind::<core::v1::Service>("Service", "services") };
pub(super) static POD: Kind = Kind {
    short: &["po"],
    subs: &[Sub::Status, Sub::Log],
    generation: Generation::Spec,
    ..kind::<core::v1::Pod>("Pod", "pods")
};
pub(super) static EVENT: Kind = Kind { short: &["ev"], ..kind::<core::v1::Event>("Event", "events") };
pub(super) static SERVICE_ACCOUNT: Kind =
    Kind { short: &["sa"], ..kind::<core::v1::ServiceAccount>("ServiceAccount", "serviceaccounts") };
pub(super) static CLAIM: Kind = Kind {
    short: &["pvc"],
    subs: STATUS,
    ..kind::<core::v1::PersistentVolumeClaim>("PersistentVolumeClaim", "persistentvolumeclaims")
};
pub(super) static RESOURCE_QUOTA: Kind =
    Kind { short: &["quota"], subs: STATUS, ..kind::<core::v1::ResourceQuota>("ResourceQuota", "resourcequotas") };
pub(super) static DEPLOYMENT: Kind = Kind {
    group: "apps",
    short: &["deploy"],
    subs: SCALED,
    generation: Generation::SpecAndAnnotations,
    ..kind::<apps::v1::Deployment>("Deployment", "deployments")
};
pub(super) static REPLICA_SET: Kind = Kind {
    group: "apps",
    short: &["rs"],
    subs: SCALED,
    generation: Generation::Spec,
    ..kind::<apps::v1::ReplicaSet>("ReplicaSet", "replicasets")
};
pub(super) static STATEFUL_SET: Kind = Kind {
    group: "apps",
    short: &["sts"],
    subs: SCALED,
    generation: Generation::Spec,
    ..kind::<apps::v1::StatefulSet>("StatefulSet", "statefulsets")
};
pub(super) static DAEMON_SET: Kind = Kind {
    group: "apps",
    short: &["ds"],
    subs: STATUS,
    generation: Generation::Spec,
    ..kind::<apps::v1::DaemonSet>("DaemonSet", "daemonsets")
};
pub(super) static JOB: Kind =
    Kind { group: "batch", subs: STATUS, generation: Generation::Spec, ..kind::<batch::v1::Job>("Job", "jobs") };
pub(super) static CRON_JOB: Kind = Kind {
    group: "batch",
    short: &["cj"],
    subs: STATUS,
    generation: Generation::Spec,
    ..kind::<batch::v1::CronJob>("CronJob", "cronjobs")
};
pub(super) static LEASE: Kind =
    Kind { group: "coordination.k8s.io", ..kind::<coordination::v1::Lease>("Lease", "leases") };
pub(super) static ENDPOINT_SLICE: Kind = Kind {
    group: "discovery.k8s.io",
    generation: Generation::Spec,
    ..kind::<discovery::v1::EndpointSlice>("EndpointSlice", "endpointslices")
};
pub(super) static INGRESS: Kind = Kind {
    group: "networking.k8s.io",
    short: &["ing"],
    subs: STATUS,
    generation: Generation::Spec,
    ..kind::<networking::v1::Ingress>("Ingress", "ingresses")
};
pub(super) static NETWORK_POLICY: Kind = Kind {
    group: "networking.k8s.io",
    short: &["netpol"],
    generation: Generation::Spec,
    ..kind::<networking::v1::NetworkPolicy>("NetworkPolicy", "networkpolicies")
};
pub(super) static ROLE: Kind = Kind { group: "rbac.authorization.k8s.io", ..kind::<rbac::v1::Role>("Role", "roles") };
pub(super) static ROLE_BINDING: Kind =
    Kind { group: "rbac.authorization.k8s.io", ..kind::<rbac::v1::RoleBinding>("RoleBinding", "rolebindings") };

/// Every kind with storage, core first, then by group.
pub(super) static ALL: [&Kind; 22] = [
    &CONFIG_MAP,
    &EVENT,
    &NAMESPACE,
    &NODE,
    &CLAIM,
    &POD,
    &RESOURCE_QUOTA,
    &SECRET,
    &SERVICE_ACCOUNT,
    &SERVICE,
    &DAEMON_SET,
    &DEPLOYMENT,
    &REPLICA_SET,
    &STATEFUL_SET,
    &CRON_JOB,
    &JOB,
    &LEASE,
    &ENDPOINT_SLICE,
    &INGRESS,
    &NETWORK_POLICY,
    &ROLE_BINDING,
    &ROLE,
];

/// The verbs every stored kind answers.
pub(super) const VERBS: [&str; 8] = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];

/// The kind behind `/apis/GROUP/VERSION/PLURAL`.
pub(super) fn served(group: &str, version: &str, plural: &str) -> Option<&'static Kind> {
    ALL.into_iter().find(|kind| kind.group == group && kind.version == version && kind.plural == plural)
}
