//! The engine's own checks, which know nothing of any module.

use serde_json::{Value, json};

use super::ground::{Ground, Tried};
use crate::check::{self, Finding, Port, Verdict, Wanted};
use crate::cluster::{Cluster, Need, Order, Refusal};
use crate::deploy::desired::Load;
use crate::deploy::{kept, rights};
use crate::module::Clash;
use crate::object::quantity::memory;
use crate::object::{Key, Object};
use crate::plan::Knob;

/// One of the engine's own checks.
pub(super) struct BuiltIn {
    pub(super) check: &'static str,
    pub(super) title: &'static str,
    pub(super) asked: Asked,
}

/// Which one it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asked {
    Cluster,
    Permissions,
    Nodes,
    PodSecurity,
    Quota,
    Ports,
    Image,
    Credentials,
    Separation,
}

/// All of them, in the order in which they are shown.
pub(super) const BUILT_IN: [BuiltIn; 9] = [
    BuiltIn { check: "cluster", title: "Cluster", asked: Asked::Cluster },
    BuiltIn { check: "permissions", title: "Permissions", asked: Asked::Permissions },
    BuiltIn { check: "nodes", title: "Node", asked: Asked::Nodes },
    BuiltIn { check: "pod-security", title: "PodSecurity", asked: Asked::PodSecurity },
    BuiltIn { check: "quota", title: "Quota", asked: Asked::Quota },
    BuiltIn { check: "ports", title: "Ports", asked: Asked::Ports },
    BuiltIn { check: "image", title: "Image", asked: Asked::Image },
    BuiltIn { check: "credentials", title: "Credentials", asked: Asked::Credentials },
    BuiltIn { check: "separation", title: "Separation of environments", asked: Asked::Separation },
];

impl Ground {
    /// Asks one of the engine's own checks.
    pub(super) async fn ask(&self, asked: Asked) -> Finding {
        let found = match asked {
            Asked::Cluster => match self.contact().await {
                Ok((cluster, version)) => Ok(check::version(&version, cluster.context(), cluster.server())),
                Err(failure) => Ok(Finding::of(Verdict::Fail, &failure)),
            },
            Asked::Permissions => self.permissions().await,
            Asked::Nodes => self.nodes().await,
            Asked::PodSecurity => self.pod_security().await,
            Asked::Quota => self.quota().await,
            Asked::Ports => self.ports().await,
            Asked::Image => self.images().await,
            Asked::Credentials => Ok(self.credentials().await),
            Asked::Separation => Ok(self.separation()),
        };
        found.unwrap_or_else(|finding| finding)
    }

    async fn permissions(&self) -> Result<Finding, Finding> {
        let (cluster, loads) = (self.cluster().await?, self.loads()?);
        let needs = rights::needs(&cluster, &self.release, loads).await;
        let mut asked = needs.clone();
        asked.extend(self.probing_needs().into_iter().filter(|need| !needs.contains(need)));
        let missing = rights::ungranted(&cluster, &self.release.namespace, &asked).await;
        let missing = missing.map_err(|refusal| unasked(&refusal, &cluster, "ask what you may do here"))?;
        let (missing, besides): (Vec<Need>, Vec<Need>) = missing.into_iter().partition(|need| needs.contains(need));
        Ok(check::rights(&self.release.namespace, needs.len(), &missing, &besides))
    }

    /// What the checks' own pods need.
    fn probing_needs(&self) -> Vec<Need> {
        let declared = self.session.inner.module.checks();
        if declared.iter().all(|check| check.probe.is_none()) {
            return Vec::new();
        }
        let need = |verb: &str, resource: &str| Need {
            verb: verb.to_owned(),
            group: String::new(),
            resource: resource.to_owned(),
            namespace: Some(self.probe_namespace().to_owned()),
            name: None,
        };
        let mut needs: Vec<Need> = ["create", "patch", "get", "list", "delete"].map(|verb| need(verb, "pods")).to_vec();
        needs.extend(["create", "patch", "list", "delete"].map(|verb| need(verb, "secrets")));
        needs.push(need("get", "pods/log"));
        needs
    }

    async fn nodes(&self) -> Result<Finding, Finding> {
        let (cluster, loads) = (self.cluster().await?, self.loads()?);
        let wanted: Vec<Wanted> = loads.iter().filter_map(|load| Some(wanted(load, pod_spec(&load.object)?))).collect();
        match list(&cluster, "Node", None).await {
            Ok(nodes) => Ok(check::nodes(&wanted, &nodes)),
            Err(refusal) => Err(Finding::unknown("which nodes there are: they may not be listed")
                .because(refusal.words())
                .next("ask an administrator to look: kubectl get nodes")),
        }
    }

    /// Whether every workload of the environment can run on one node alone, and a machine is that node.
    pub(super) async fn is_node(&self, machine: &str) -> bool {
        let (Ok(cluster), Ok(loads)) = (self.cluster().await, self.loads()) else { return false };
        let Ok(nodes) = list(&cluster, "Node", None).await else { return false };
        let mut wanted = loads.iter().filter_map(|load| Some(wanted(load, pod_spec(&load.object)?)));
        wanted.all(|wanted| match check::candidates(&wanted, &nodes).as_slice() {
            [names] => names.iter().any(|name| name == machine),
            _ => false,
        })
    }

    async fn pod_security(&self) -> Result<Finding, Finding> {
        let (cluster, loads) = (self.cluster().await?, self.loads()?);
        let refused = |refusal: Refusal| unasked(&refusal, &cluster, "look at the namespace");
        let name = &self.release.namespace;
        let key = Key::new("v1", "Namespace", None, name);
        let namespace = match cluster.get(&key).await {
            Ok(Some(namespace)) => Some(namespace),
            Ok(None) => {
                return Ok(Finding::ok(format!(
                    "namespace {name} is not there yet, and is made without a rule of its own"
                ))
                .because("a rule for all namespaces of the cluster cannot be seen from outside"));
            }
            Err(Refusal::Forbidden(_)) => None,
            Err(refusal) => return Err(refused(refusal)),
        };
        let labels = loads.iter().filter_map(|load| {
            let workload = format!("{} {}", load.object.kind(), load.object.name());
            check::enforced(namespace.as_ref()?, &workload, pod_spec(&load.object)?)
        });
        if let Some(finding) = labels.into_iter().next() {
            return Ok(finding);
        }
        let answers = self.admission(&cluster, loads).await.map_err(refused)?;
        let mut against = Vec::new();
        for (workload, refusal) in &answers {
            let words = refusal.as_ref().map(Refusal::words);
            match refusal {
                Some(Refusal::Forbidden(why)) => {
                    return Ok(Finding::unknown(
                        "you may not try out a pod; the namespace itself says nothing against it",
                    )
                    .because(why.clone()));
                }
                Some(Refusal::Denied(why)) if is_quota(why) => against.push((workload.clone(), None)),
                Some(_) | None => against.push((workload.clone(), words)),
            }
        }
        Ok(check::admitted(&against))
    }

    async fn quota(&self) -> Result<Finding, Finding> {
        let (cluster, loads) = (self.cluster().await?, self.loads()?);
        let namespace = &self.release.namespace;
        let quotas = list(&cluster, "ResourceQuota", Some(namespace)).await;
        let evidence: Vec<String> = quotas.iter().flatten().flat_map(used).collect();
        let refused = |refusal: Refusal| unasked(&refusal, &cluster, "try out a pod");
        let answers = self.admission(&cluster, loads).await.map_err(refused)?;
        let against = answers.iter().find_map(|(workload, refusal)| match refusal {
            Some(Refusal::Denied(why)) if is_quota(why) => Some((workload, why)),
            Some(_) | None => None,
        });
        if let Some((workload, why)) = against {
            return Ok(Finding::fail(format!("there is no room for the pods of {workload}: {}", quota_words(why)))
                .because(why.clone())
                .seen(evidence)
                .next("raise the quota, free what others use, or ask for less in the module's values"));
        }
        let untried = answers.iter().any(|(_, refusal)| matches!(refusal, Some(Refusal::Forbidden(_))));
        Ok(match quotas {
            Ok(quotas) if quotas.is_empty() => Finding::ok(format!("no quota in namespace {namespace}")),
            Ok(_) if untried => {
                Finding::unknown("whether the quota leaves room: you may not try out a pod").seen(evidence)
            }
            Ok(_) => Finding::ok("the quota leaves room for the pods").seen(evidence),
            Err(_) if untried => Finding::unknown("quotas may not be listed, and pods not tried out"),
            Err(_) => Finding::ok("the pods fit; quotas may not be listed"),
        })
    }

    /// What the server says to a dry run of one pod of each workload; asked once.
    async fn admission(&self, cluster: &Cluster, loads: &[Load]) -> Result<Vec<Tried>, Refusal> {
        let asked = self.admission.get_or_init(|| async {
            let mut answers = Vec::new();
            for load in loads {
                let Some(pod) = trial(load) else { continue };
                let workload = format!("{} {}", load.object.kind(), load.object.name());
                let data = crate::module::SecretData::new();
                let manager = self.release.manager();
                let order = Order { object: &pod, data: &data, manager: &manager, force: true, uid: None };
                match cluster.rehearse(order).await {
                    Ok(_) | Err(Refusal::NamespaceMissing(_)) => answers.push((workload, None)),
                    Err(refusal) if refusal.is_no_contact() => return Err(refusal),
                    Err(refusal) => answers.push((workload, Some(refusal))),
                }
            }
            Ok(answers)
        });
        asked.await.clone()
    }

    async fn ports(&self) -> Result<Finding, Finding> {
        let (cluster, loads) = (self.cluster().await?, self.loads()?);
        let taken = list(&cluster, "Service", None).await.ok().map(|services| taken(&services));
        let mut wanted = Vec::new();
        for load in loads.iter().filter(|load| load.object.kind() == "Service") {
            for (at, port) in load.object.list("/spec/ports").iter().enumerate() {
                let Some(number) = port.get("nodePort").and_then(Value::as_i64) else { continue };
                let path = load.sources.get(&format!("/spec/ports/{at}/nodePort")).cloned();
                let used: Vec<(i64, String)> =
                    taken.iter().flatten().map(|(number, owner)| (*number, owner.name.clone())).collect();
                let value = path.map(|path| {
                    let knob = Knob { path: path.clone(), current: number.to_string(), suggestion: None };
                    (path, self.session.free_port(&knob, &used))
                });
                wanted.push(Port {
                    number,
                    service: load.object.key().clone(),
                    value,
                    refused: refused(&cluster, load).await,
                });
            }
        }
        let clashes = self.clashes();
        let ports: Vec<String> = wanted.iter().map(|port| port.number.to_string()).collect();
        let about: Vec<&Clash> = clashes
            .iter()
            .filter(|clash| wanted.iter().any(|port| port.value.as_ref().is_some_and(|(path, _)| *path == clash.path)))
            .filter(|clash| ports.iter().any(|port| clash.sentence.contains(port)))
            .collect();
        Ok(check::ports(&wanted, taken.as_deref(), &about))
    }

    async fn credentials(&self) -> Finding {
        let name = &self.environment.name;
        self.session.note_all(&self.project).await;
        let stored = match self.session.gather(&self.project, name).await {
            Ok(stored) => stored,
            Err(failure) => return Finding::of(Verdict::Fail, &failure),
        };
        let opinions: Vec<_> = self
            .session
            .fields()
            .filter(|field| stored.contains_key(&field.name) || field.default.is_none())
            .map(|field| {
                let opinion =
                    stored.get(&field.name).and_then(|found| self.session.judge(name, &field.name, &found.value));
                (field.name.clone(), opinion)
            })
            .collect();
        let finding = check::credentials(&opinions);
        let Ok(cluster) = self.cluster().await else { return finding };
        let apart = self.session.kept_apart(&cluster, &self.project, &self.environment).await;
        match apart.unwrap_or_default().first() {
            None => finding,
            Some(field) => {
                let words = format!("{field} must never change, and the cluster has another one");
                let mut lost = Finding::fail(words).because(kept::LOST).seen(finding.evidence);
                lost.loses = true;
                lost.next(format!("take the cluster's over: {}", kept::pull(name, field)))
            }
        }
    }

    fn separation(&self) -> Finding {
        let module = &self.session.inner.module;
        check::separation(&self.clashes(), &module.apart(), self.project.environments.len() - 1)
    }

    /// What this environment has in common with another one and should not.
    fn clashes(&self) -> Vec<Clash> {
        let name = &self.environment.name;
        let mut clashes = self.session.inner.module.survey(&self.project);
        clashes.retain(|clash| clash.environments.0 == *name || clash.environments.1 == *name);
        clashes
    }
}

/// A refusal that keeps a check from finding out.
pub(super) fn unasked(refusal: &Refusal, cluster: &Cluster, doing: &str) -> Finding {
    Finding::of(Verdict::Unknown, &refusal.failure(doing, cluster.server()))
}

async fn list(cluster: &Cluster, kind: &str, namespace: Option<&str>) -> Result<Vec<Object>, Refusal> {
    let resource = cluster.resource("v1", kind).await?;
    cluster.list(&resource, namespace, "").await
}

/// The pods of a workload, as its template says.
pub(super) fn pod_spec(object: &Object) -> Option<&Value> {
    object.at("/spec/template/spec").or_else(|| object.at("/spec/jobTemplate/spec/template/spec"))
}

/// One pod of a workload, to be tried out.
fn trial(load: &Load) -> Option<Object> {
    let spec = pod_spec(&load.object)?.clone();
    let name = format!("{}-check", load.object.name());
    let labels = load.object.at("/spec/template/metadata/labels").cloned().unwrap_or_default();
    let metadata = json!({"name": name, "namespace": load.object.namespace(), "labels": labels});
    Object::new(json!({"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec})).ok()
}

fn wanted(load: &Load, spec: &Value) -> Wanted {
    let selector = spec.get("nodeSelector").and_then(Value::as_object);
    let volumes = spec.get("volumes").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    Wanted {
        workload: format!("{} {}", load.object.kind(), load.object.name()),
        selector: selector.into_iter().flatten().map(|(key, value)| (key.clone(), text(value))).collect(),
        directories: volumes.iter().filter_map(|volume| volume.pointer("/hostPath/path")).map(text).collect(),
        memory: memory(spec),
    }
}

/// What the server says against a Service, as far as it is about its ports.
async fn refused(cluster: &Cluster, load: &Load) -> Option<String> {
    let order = Order { object: &load.object, data: &load.data, manager: &load.manager, force: true, uid: None };
    match cluster.rehearse(order).await {
        Err(Refusal::Invalid { message, field: Some(field) }) if field.contains("nodePort") => Some(message),
        Ok(_) | Err(_) => None,
    }
}

/// Every port of the nodes that is in use, with the Service that has it.
fn taken(services: &[Object]) -> Vec<(i64, Key)> {
    let mut ports = Vec::new();
    for service in services {
        let numbers = service.list("/spec/ports").iter().filter_map(|port| port.get("nodePort")?.as_i64());
        ports.extend(numbers.filter(|number| *number > 0).map(|number| (number, service.key().clone())));
    }
    ports
}

/// Whether a refusal is about amounts (the admission plugins `ResourceQuota` and `LimitRanger`).
fn is_quota(why: &str) -> bool {
    ["exceeded quota", "failed quota", "usage per Container", "usage per Pod"].iter().any(|sign| why.contains(sign))
}

fn quota_words(why: &str) -> String {
    let rest = why.find("exceeded quota").or_else(|| why.find("failed quota")).map_or(why, |at| &why[at..]);
    rest.to_owned()
}

/// What a quota allows and what is used of it, line by line.
fn used(quota: &Object) -> Vec<String> {
    let hard = quota.at("/status/hard").or_else(|| quota.at("/spec/hard")).and_then(Value::as_object);
    let text = |value: Option<&Value>| value.and_then(Value::as_str).unwrap_or("0").to_owned();
    hard.into_iter()
        .flatten()
        .map(|(name, limit)| {
            let used = quota.at("/status/used").and_then(|used| used.get(name));
            format!("quota {}: {} of {} {name} used", quota.name(), text(used), text(Some(limit)))
        })
        .collect()
}
