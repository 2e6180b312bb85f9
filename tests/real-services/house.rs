//! Environments that landfall has applied: a project, the cluster it was applied to, and the pods that come of it.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::os::unix::fs::chown;
use std::path::PathBuf;
use std::time::Duration;

use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::core::v1::Pod as Record;
use kube::Api;
use kube::api::{ListParams, Patch, PatchParams};
use landfall::cluster::Source;
use landfall::demo::{Demo, Scenario};
use landfall::deploy::{Entry, Session, Setup};
use landfall::module::Module;
use landfall::project::Project;
use landfall::secret::{Keeper, Memory, Secret, VaultKind};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::ground::{Ground, USER};
use crate::kubelet::{Ended, Pod};
use crate::node::under;
use crate::program::{Place, Said, run, serve};
use crate::sandbox::Image;
use crate::support::demo;

/// Characters that break what is put together from text, for everything that is secret.
pub(crate) const PASSWORD: &str = r#"p@ss:w/rd%41 #?&"'x"#;
/// The name of the node, as people type it into the browser.
pub(crate) const HOST: &str = "node.landfall.example";

const NAMESPACE: &str = "mlflow";

/// What an environment says, and its credentials.
#[derive(Debug, Clone)]
pub(crate) struct Told {
    pub(crate) name: String,
    /// How people open the node in the browser.
    pub(crate) host: String,
    pub(crate) node_port: u16,
    pub(crate) database_port: u16,
    pub(crate) database: String,
    pub(crate) bucket: String,
    pub(crate) endpoint: String,
    pub(crate) role: String,
    pub(crate) role_password: String,
    pub(crate) admin_password: String,
    pub(crate) secret_key: String,
}

impl Told {
    /// An environment whose database, role and bucket bear its name.
    pub(crate) fn well(ground: &Ground, name: &str, node_port: u16) -> Self {
        let own = name.to_owned();
        let said = || PASSWORD.to_owned();
        Self {
            name: name.to_owned(),
            host: HOST.to_owned(),
            node_port,
            database_port: ground.postgres.port,
            database: own.clone(),
            bucket: own.clone(),
            endpoint: ground.s3.endpoint.clone(),
            role: own,
            role_password: said(),
            admin_password: said(),
            secret_key: ground.s3.secret_key.clone(),
        }
    }

    /// Makes what it names: the role, its database, the bucket.
    pub(crate) async fn found(&self, ground: &Ground) {
        ground.role(&self.role, &self.role_password).await;
        ground.database(&self.database, &self.role).await;
        ground.bucket(&self.bucket).await;
    }

    fn values(&self) -> Value {
        json!({
            "port_external": self.node_port,
            "access": {"hosts": [self.host]},
            "pgsql": {"host": "127.0.0.1", "port": self.database_port, "database": self.database},
            "artifact_store": {"endpoint": self.endpoint, "bucket_name": self.bucket},
        })
    }

    fn credentials(&self, ground: &Ground) -> Value {
        json!({
            "mlflow.username": "admin", "mlflow.password": self.admin_password,
            "pgsql.username": self.role, "pgsql.password": self.role_password,
            "minio.access_key": ground.s3.access_key, "minio.secret_key": self.secret_key,
            "generated.session_key": "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKL",
            "generated.encryption_passphrase": "zyxwvutsrqponmlkjihgfedcba9876543210ZYXWVUTSRQPO",
        })
    }
}

/// A project with its cluster and its node.
pub(crate) struct House {
    ground: Ground,
    told: Vec<Told>,
    _demo: Demo,
    client: kube::Client,
    url: String,
    place: Place,
    disk: TempDir,
    image: Image,
}

impl House {
    /// Writes the project of these environments and makes the directories on the node.
    pub(crate) async fn build(ground: Ground, told: Vec<Told>) -> Self {
        let cluster = demo(Scenario::Ok);
        let client = cluster.client();
        let image = Image::of(&ground.mlflow);
        let url = serve(under(&client, &image)).await;
        let disk = tempfile::tempdir().unwrap();
        let environments: serde_json::Map<String, Value> = told
            .iter()
            .map(|one| (one.name.clone(), json!({"context": "demo", "server": url, "values": one.values()})))
            .collect();
        let project = json!({
            "version": 1, "id": "real-services", "module": "mlflow",
            "values": {"path": {"root": disk.path()}}, "environments": environments,
        });
        let place = Place::new(&url, "{}");
        place.write("landfall.yaml", &project.to_string());
        let house = Self { ground, told, _demo: cluster, client, url, place, disk, image };
        for one in &house.told {
            for folder in ["logs", "packages"] {
                let folder = house.folder(&one.name, folder);
                std::fs::create_dir_all(&folder).unwrap();
                if rustix::process::geteuid().is_root() {
                    chown(folder, Some(USER), Some(USER)).unwrap();
                }
            }
        }
        house
    }

    /// One of the directories of an environment on the node.
    pub(crate) fn folder(&self, environment: &str, folder: &str) -> PathBuf {
        self.disk.path().join(environment).join(folder)
    }

    pub(crate) fn ground(&self) -> &Ground {
        &self.ground
    }

    /// The NodePort an environment asks for.
    pub(crate) fn port(&self, environment: &str) -> u16 {
        self.told.iter().find(|one| one.name == environment).unwrap().node_port
    }

    /// A session whose vault keeps what it is given; the credentials of an environment are in it.
    pub(crate) async fn session(&self, environment: &str) -> Session {
        let project = Project::load(self.place.path("landfall.yaml").parent().unwrap()).unwrap();
        let session = Session::new(Setup {
            module: Module::load(&project.module, &project.folder).unwrap(),
            project,
            keeper: Keeper::open(VaultKind::Memory, || Ok(Box::new(Memory::default()))),
            source: Source::Given { client: self.client.clone(), context: "demo".to_owned(), server: self.url.clone() },
            state: self.place.path("home"),
            who: "ann@laptop".to_owned(),
            patience: Duration::from_mins(2),
            flags: String::new(),
        });
        let told = self.told.iter().find(|one| one.name == environment).unwrap();
        let Value::Object(mut own) = told.credentials(&self.ground) else { unreachable!() };
        own.extend([("registry.username".to_owned(), json!("bot")), ("registry.token".to_owned(), json!(PASSWORD))]);
        let entry = |(field, value): (String, Value)| Entry { field, value: Secret::new(value.as_str().unwrap()) };
        session.save(environment, own.into_iter().map(entry).collect()).await.unwrap();
        session
    }

    /// landfall with arguments; the credentials of every environment are piped in.
    pub(crate) async fn landfall(&self, arguments: &[&str]) -> Said {
        let mut all: serde_json::Map<String, Value> =
            self.told.iter().map(|one| (one.name.clone(), one.credentials(&self.ground))).collect();
        all.insert("shared".to_owned(), json!({"registry.username": "bot", "registry.token": PASSWORD}));
        let mut command = self.place.landfall(arguments);
        command.args(["--vault", "stdin", "-o", "json"]);
        run(command, &Value::Object(all).to_string()).await
    }

    /// Applies an environment.
    pub(crate) async fn apply(&self, environment: &str) {
        let said = self.landfall(&["apply", environment, "--yes", "--confirm", environment]).await;
        assert_eq!(said.code, Some(0), "{said:#?}");
    }

    /// The pod of an environment, as its Deployment asks for it.
    pub(crate) async fn pod(&self, environment: &str) -> Pod {
        let deployments = Api::<Deployment>::namespaced(self.client.clone(), NAMESPACE);
        let found = deployments.get(&format!("mlflow-{environment}")).await.unwrap();
        let spec = found.spec.unwrap().template.spec.unwrap();
        Pod::take(&self.client, NAMESPACE, spec, &self.image).await
    }

    /// Reports to the cluster, as a kubelet does, that the pod's init container ended like this four times and is tried again.
    pub(crate) async fn report(&self, environment: &str, ended: &Ended) {
        let pods = Api::<Record>::namespaced(self.client.clone(), NAMESPACE);
        let label = format!("app.kubernetes.io/instance=mlflow-{environment}");
        let found = pods.list(&ListParams::default().labels(&label)).await.unwrap();
        let name = found.items.first().and_then(|pod| pod.metadata.name.clone()).unwrap();
        let waiting = "back-off 40s restarting failed container=init";
        let init = json!({
            "name": "init", "image": "mlflow", "imageID": "", "ready": false, "started": false, "restartCount": 3,
            "state": {"waiting": {"reason": "CrashLoopBackOff", "message": waiting}},
            "lastState": {"terminated": {"exitCode": ended.code, "reason": "Error", "message": ended.message}},
        });
        let main = json!({
            "name": "mlflow", "image": "mlflow", "imageID": "", "ready": false, "started": false, "restartCount": 0,
            "state": {"waiting": {"reason": "PodInitializing"}},
        });
        let now = jiff::Timestamp::now();
        let condition = |kind: &str, status: &str| json!({"type": kind, "status": status, "lastTransitionTime": now});
        let status = json!({
            "phase": "Pending", "initContainerStatuses": [init], "containerStatuses": [main],
            "conditions": [
                condition("PodScheduled", "True"), condition("Initialized", "False"), condition("Ready", "False"),
                condition("ContainersReady", "False"),
            ],
        });
        let patch = Patch::Merge(json!({"status": status}));
        pods.patch_status(&name, &PatchParams::default(), &patch).await.unwrap();
    }

    /// What checks of the checklist find in an environment, by their names.
    pub(crate) async fn check(&self, environment: &str, checks: &str, more: &[&str]) -> BTreeMap<String, Value> {
        let arguments = [&["check", environment, "--only", checks][..], more].concat();
        let said = self.landfall(&arguments).await;
        assert!(!said.out.contains(PASSWORD) && !said.err.contains(PASSWORD), "{said:#?}");
        let rows = said.out.lines().map(|row| serde_json::from_str::<Value>(row).unwrap());
        let found = rows.filter(|row| row["type"] == "check");
        let found: BTreeMap<_, _> = found.map(|row| (row["check"].as_str().unwrap().to_owned(), row)).collect();
        let fails = found.values().any(|row| row["verdict"] == "fail");
        assert_eq!(said.code, Some(if fails { 6 } else { 0 }), "{said:#?}");
        found
    }

    /// The cause that `landfall status` names once the news has got around in the cluster.
    pub(crate) async fn cause(&self, environment: &str) -> Value {
        for _ in 0..50 {
            let said = self.landfall(&["status", environment]).await;
            let rows: Value = serde_json::from_str(&said.out).unwrap();
            if rows[0]["cause"].is_object() {
                assert_eq!((said.code, &rows[0]["verdict"]), (Some(1), &json!("failed")), "{rows:#}");
                return rows[0]["cause"].clone();
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("{environment} has no cause");
    }
}
