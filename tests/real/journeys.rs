//! The main job over a real control plane, by command: from SEED's block of tfvars to three environments that are well.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use landfall::deploy::End;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::conformance::asking::post;
use crate::ground::port;
use crate::plane::{CONTEXT, Plane, name};
use crate::session::{Stage, within_time};
use crate::site::Site;
use crate::support::{apply, apply_well, asset, fixture};

/// How long a journey may take on a busy machine.
pub(crate) const LONG: Duration = Duration::from_mins(5);

/// A person's machine with a keyring: this process runs in a session that has one.
pub(crate) struct Machine {
    home: TempDir,
    kubeconfig: PathBuf,
}

impl Machine {
    /// A machine with SEED's block and a kubeconfig that leads to the shared plane.
    pub(crate) fn new() -> Self {
        let machine = Self { home: tempfile::tempdir().unwrap(), kubeconfig: Plane::shared().kubeconfig() };
        machine.write("terraform.tfvars", &asset("demo/terraform.tfvars"));
        awakens();
        machine
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        std::fs::write(self.home.path().join(name), text).unwrap();
    }

    pub(crate) fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.home.path().join(name)).unwrap()
    }

    pub(crate) fn folder(&self) -> &std::path::Path {
        self.home.path()
    }

    /// What landfall finds in its environment.
    pub(crate) fn environment(&self) -> BTreeMap<String, std::ffi::OsString> {
        let mut variables = BTreeMap::from([
            ("HOME".to_owned(), self.home.path().into()),
            ("KUBECONFIG".to_owned(), self.kubeconfig.clone().into()),
            ("LANG".to_owned(), "C.UTF-8".into()),
            ("PATH".to_owned(), "/usr/bin:/bin".into()),
            ("USER".to_owned(), "ann".into()),
        ]);
        for name in ["DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR"] {
            variables.insert(name.to_owned(), std::env::var_os(name).unwrap());
        }
        variables
    }

    /// Runs landfall with something on its standard input.
    fn runs(&self, arguments: &[&str], input: &str) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_landfall"));
        command.args(arguments).env_clear().envs(self.environment()).current_dir(self.home.path());
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        // A command that wants none may have closed it.
        let _ = std::io::Write::write_all(&mut child.stdin.take().unwrap(), input.as_bytes());
        child.wait_with_output().unwrap()
    }

    /// It ends as it should; gives what it says.
    #[track_caller]
    pub(crate) fn says(&self, arguments: &[&str], input: &str, code: i32) -> String {
        let output = self.runs(arguments, input);
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let (out, err) = (text(&output.stdout), text(&output.stderr));
        assert_eq!(output.status.code(), Some(code), "landfall {arguments:?}\n{out}\n{err}");
        assert!(!out.contains("your-secure") && !err.contains("your-secure"), "{out}\n{err}");
        out
    }

    /// What nothing in the block says, and nobody can make up.
    pub(crate) fn enters_what_is_missing(&self, environments: &[&str]) {
        for (field, value) in [("registry.username", "bot"), ("registry.token", "a-token-that-is-long")] {
            self.says(&["creds", "set", environments[0], field], value, 0);
        }
        for environment in environments {
            self.says(&["creds", "set", environment, "minio.access_key"], "key", 0);
            self.says(&["creds", "generate", environment], "", 0);
        }
    }
}

/// Lets the keyring of this session store something: its first answer may take longer than landfall waits for one.
fn awakens() {
    let mut command = Command::new("secret-tool");
    command.args(["store", "--label", "awake", "service", "awake"]).stdin(Stdio::piped());
    let mut child = command.spawn().unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), b"yes").unwrap();
    assert!(child.wait().unwrap().success());
}

/// The rows of a report, by environment: verdict and revision.
fn status(machine: &Machine) -> Vec<(String, String, u64)> {
    let rows: Vec<Value> = serde_json::from_str(&machine.says(&["status", "-o", "json"], "", 0)).unwrap();
    let text = |row: &Value, name: &str| row[name].as_str().unwrap_or_default().to_owned();
    let number =
        |row: &Value| row["revision"].as_u64().or_else(|| row["revision"]["number"].as_u64()).unwrap_or_default();
    rows.iter().map(|row| (text(row, "environment"), text(row, "verdict"), number(row))).collect()
}

#[test]
fn from_tfvars_to_three_environments_by_command() {
    within_time(Stage::Ready, "journeys::from_tfvars_to_three_environments_by_command", LONG, || {
        let machine = Machine::new();
        let import = ["import", "terraform.tfvars", "--yes", "--strip", "--set", "access.hosts=192.168.40.11"];
        machine.says(&import, "", 0);
        let yaml = machine.read("landfall.yaml");
        assert_eq!(yaml.matches(&format!("context: {CONTEXT}")).count(), 3, "{yaml}");
        assert_eq!(yaml.matches(&format!("server: {}", Plane::shared().server())).count(), 3, "{yaml}");
        assert!(!machine.read("terraform.tfvars").contains("your-secure"));

        let environments = ["dev", "stg", "prod"];
        let refused = machine.says(&["plan", "dev"], "", 6);
        assert_eq!(refused, "", "nothing is planned before all credentials are there");
        machine.enters_what_is_missing(&environments);
        for environment in environments {
            machine.says(&["creds", "generate", environment, "mlflow.password", "pgsql.password"], "", 0);
            machine.says(&["plan", environment, "--exit-code"], "", 10);
            if environment == "prod" {
                machine.says(&["apply", environment, "--yes"], "", 6);
            }
            let apply = machine.says(&["apply", environment, "--yes", "--confirm", environment], "", 0);
            assert!(apply.contains(&format!("{environment} is ready")), "{apply}");
            machine.says(&["plan", environment, "--exit-code"], "", 0);
        }
        let all = status(&machine);
        let ready = environments.map(|name| (name.to_owned(), "ready".to_owned(), 1));
        assert_eq!(all, ready);

        // A changed value: the pod that reads it is made anew, everything else stays.
        machine.write("landfall.yaml", &yaml.replace("port_external: 30502", "port_external: 30502\n      workers: 3"));
        let plan = machine.says(&["plan", "dev", "--exit-code"], "", 10);
        assert!(plan.contains("mlflow-config-dev") && plan.contains("MLFLOW_WORKERS"), "{plan}");
        machine.says(&["apply", "dev", "--yes"], "", 0);
        let watched = machine.says(&["watch", "dev", "--until-ready"], "", 0);
        assert!(watched.contains("dev is ready"), "{watched}");
        assert_eq!(status(&machine)[0], ("dev".to_owned(), "ready".to_owned(), 2));
        machine.says(&["plan", "stg", "--exit-code"], "", 0);
    });
}

/// Volumes that the claims of a module may have: nobody makes them here.
async fn volumes(admin: &kube::Client, count: usize) {
    for _ in 0..count {
        let volume = json!({
            "metadata": {"name": name("volume")},
            "spec": {"capacity": {"storage": "1Gi"}, "accessModes": ["ReadWriteOnce"], "hostPath": {"path": "/d"}},
        });
        post(admin, "/api/v1/persistentvolumes", &volume).await.ok();
    }
}

#[tokio::test]
async fn another_kind_of_payload_goes_the_same_way() {
    let plane = Plane::shared();
    let admin = plane.client().await;
    let site = Site::new(&plane, &plane.server()).await;
    let live = format!("{}-live", site.namespace);
    for namespace in [&site.namespace, &live] {
        post(&admin, "/api/v1/namespaces", &json!({"metadata": {"name": namespace}})).await.ok();
    }
    let at = |namespace: &str| {
        format!("\n    context: {CONTEXT}\n    server: {}\n    namespace: {namespace}", plane.server())
    };
    let text = std::fs::read_to_string(fixture("project/echo/landfall.yaml")).unwrap();
    let text = text
        .replace("../../modules/echo", &fixture("modules/echo").display().to_string())
        .replace("  test:", &format!("  test:{}", at(&site.namespace)))
        .replace("  live:", &format!("  live:{}", at(&live)))
        .replace("    namespace: echo-live\n", "");
    site.place.write("landfall.yaml", &text);
    volumes(&admin, 4).await;
    let session = site.session().await;
    for environment in session.environments() {
        let outcome = apply_well(&session, &environment).await;
        assert_eq!(outcome.revision, Some(1));
        assert!(session.prepare(&environment, false).await.unwrap().is_empty());
    }
    session.set_value("test", "greeting", "good day").unwrap();
    let outcome = apply_well(&session, "test").await;
    assert_eq!(outcome.revision, Some(2));
}

/// Each way in which pods can fail here, as tests/control-plane/kwok.yaml plays it, with what is said of it.
const FAILURES: [(&str, &str); 4] = [
    ("image-pull", "image"),
    ("crash-loop", "mlflow"),
    ("init-crash-loop", "init"),
    ("hostpath", "/d/k8s/volumes/mlflow/dev"),
];

#[tokio::test]
async fn every_failure_is_said_and_mended_by_another_value() {
    let plane = Plane::shared();
    let site = Site::new(&plane, &plane.server()).await;
    let session = site.session().await;
    for (stage, says) in FAILURES {
        session.set_value("dev", "image", &format!("ghcr.io/mlflow/mlflow:stage-{stage}")).unwrap();
        let (outcome, _) = apply(&session, "dev").await;
        assert_eq!(outcome.end, End::Failed, "{stage}: {}", outcome.headline);
        let cause = outcome.cause.unwrap();
        assert!(format!("{} {}", cause.headline, cause.sentence).contains(says), "{stage}: {cause:#?}");
        assert!(!cause.next.is_empty(), "{stage}: {cause:#?}");
    }
    session.set_value("dev", "image", "ghcr.io/mlflow/mlflow:v3.18.0-full").unwrap();
    apply_well(&session, "dev").await;
}

#[tokio::test]
async fn a_taken_port_is_said_with_its_owner() {
    let plane = Plane::shared();
    let admin = plane.client().await;
    let site = Site::new(&plane, &plane.server()).await;
    let taken = port(&admin).await;
    post(&admin, "/api/v1/namespaces", &json!({"metadata": {"name": site.namespace}})).await.ok();
    let service = json!({"metadata": {"name": "tracking"},
        "spec": {"type": "NodePort", "ports": [{"port": 80, "nodePort": taken}]}});
    post(&admin, &format!("/api/v1/namespaces/{}/services", site.namespace), &service).await.ok();
    let session = site.session().await;
    session.set_value("dev", "port_external", &taken.to_string()).unwrap();
    let plan = session.prepare("dev", false).await.unwrap();
    let owner = format!("NodePort {taken} is used by Service {}/tracking.", site.namespace);
    let blocker = plan.blockers.first().unwrap();
    assert_eq!(blocker.sentence, owner);
    let free = blocker.knob.as_ref().unwrap().suggestion.clone().unwrap();
    session.set_value("dev", "port_external", &free).unwrap();
    apply_well(&session, "dev").await;
}
