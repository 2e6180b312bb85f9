//! Two environments beside each other, from the first start to a restart.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use http::Method;
use serde_json::json;

use crate::ground::{Ground, said};
use crate::house::{HOST, House, PASSWORD, Told};
use crate::kubelet::Running;
use crate::smoke;
use crate::web::{NodePort, Web};

/// The bucket both share, each with a prefix of its own.
const BUCKET: &str = "artifacts";

/// An environment, its pod, and the way to it.
struct Place {
    told: Told,
    web: Web,
    server: Running,
}

impl Place {
    /// Starts an environment's pod the way a kubelet does.
    async fn start(house: &House, told: Told, port: NodePort) -> Self {
        let web = Web::open(HOST, port.number);
        let pod = house.pod(&told.name).await;
        port.lead_to(pod.address);
        let init = pod.run("init").await;
        assert_eq!(init.code, 0, "{}", init.words);
        let mut server = pod.start("mlflow");
        web.answers(&mut server).await;
        Self { told, web, server }
    }

    /// As the administrator.
    fn signed_in(&self) -> Web {
        self.web.signed_in("admin", &self.told.admin_password)
    }

    /// MLflow's own client on a machine outside the cluster.
    async fn client(&self, house: &House, verb: &str) {
        let mut command = house.ground().python("client.py");
        command.arg(verb).env("MLFLOW_TRACKING_URI", format!("http://127.0.0.1:{}", self.told.node_port));
        command.env("MLFLOW_TRACKING_USERNAME", "admin").env("MLFLOW_TRACKING_PASSWORD", &self.told.admin_password);
        said(command.env("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")).await;
    }
}

#[tokio::test]
async fn two_environments_keep_what_they_have_and_see_nothing_of_each_other() {
    let ground = Ground::find();
    let ports = [NodePort::choose().await, NodePort::choose().await];
    let shared = |name, port: &NodePort| Told { bucket: BUCKET.to_owned(), ..Told::well(&ground, name, port.number) };
    let other = format!("another {PASSWORD}");
    let told = [shared("dev", &ports[0]), Told { admin_password: other, ..shared("prod", &ports[1]) }];
    ground.bucket(BUCKET).await;
    for one in &told {
        ground.role(&one.role, &one.role_password).await;
        ground.database(&one.database, &one.role).await;
    }
    // It has dev's password and is opened under a name that dev was not told of.
    let elsewhere = Told { host: "elsewhere.example".to_owned(), ..Told::well(&ground, "elsewhere", 31200) };
    let house = House::build(ground, [&told[..], &[elsewhere]].concat()).await;
    let found = house.check("dev", "identity,directories,disk,database,bucket", &["--probe-in", "default"]).await;
    assert_eq!(found.len(), 5, "{found:#?}");
    assert!(found.iter().all(|(check, row)| row["verdict"] == "ok" || check == "disk"), "{found:#?}");
    house.apply("dev").await;
    house.apply("prod").await;
    let ([dev, prod], [first, second]) = (told, ports);
    let (dev, prod) = tokio::join!(Place::start(&house, dev, first), Place::start(&house, prod, second));
    locked(&dev.web, &dev.told.admin_password).await;
    smoke::walk(&dev.signed_in()).await;
    smoke::walk(&prod.signed_in()).await;
    smokes(&house, &dev).await;
    dev.client(&house, "write").await;
    apart(&house, &dev, &prod).await;
    quiet(&house, &dev);

    let ended = dev.server.stop().await;
    assert_eq!(ended.code, 0, "{}", ended.words);
    let port = NodePort::choose().await;
    let again = Place::start(&house, Told { node_port: port.number, ..dev.told }, port).await;
    again.client(&house, "read").await;
}

/// Who may ask, and from which page.
async fn locked(web: &Web, password: &str) {
    let status = async |web: &Web, path| web.get(path).await.status.as_u16();
    let search = async |web: &Web| web.post("/api/2.0/mlflow/experiments/search", &json!({"max_results": 1})).await;
    assert_eq!(status(web, "/health").await, 200);
    for path in ["/", "/version", "/metrics", "/signup", "/api/2.0/mlflow/users/get?username=admin"] {
        assert_eq!(status(web, path).await, 401, "{path} without a login");
    }
    assert_eq!(search(web).await.status, 401);
    assert_eq!(status(&web.signed_in("admin", "wrong"), "/version").await, 401);
    assert_eq!(status(&web.signed_in("nobody", password), "/version").await, 401);
    let mine = web.signed_in("admin", password);
    assert_eq!(status(&mine, "/version").await, 200);
    assert_eq!(status(&mine, "/").await, 200);
    search(&mine.from(&web.url())).await.well();
    assert_eq!(search(&mine.from("http://evil.example")).await.status, 403);
    assert_eq!(search(&mine.at("evil.example")).await.status, 403);
    assert_eq!(search(&mine.at("10.evil.example")).await.status, 403);
    search(&mine.at("mlflow-dev.mlflow.svc.cluster.local:5000")).await.well();
    assert_eq!(status(&web.at("10.244.1.7:5000"), "/health").await, 200);
}

/// The module's own smoke test: well, and where it has something to say.
async fn smokes(house: &House, dev: &Place) {
    let url = format!("http://127.0.0.1:{}", dev.told.node_port);
    for (name, verdict, next) in
        [("dev", "ok", ""), ("elsewhere", "fail", "access.hosts"), ("prod", "fail", "first start")]
    {
        let row = house.check(name, "smoke", &["--url", &url]).await.remove("smoke").unwrap();
        assert_eq!(row["verdict"], verdict, "{row:#}");
        assert!(row["next"].as_str().unwrap_or_default().contains(next), "{row:#}");
        assert_eq!(smoke::experiments(&dev.signed_in()).await, ["Default"], "{name}: something is left of it");
    }
}

/// What is in one is not in the other.
async fn apart(house: &House, dev: &Place, prod: &Place) {
    let (mine, theirs) = (dev.signed_in(), prod.signed_in());
    let (experiment, run) = smoke::begin(&mine, "of dev alone").await;
    let place = smoke::artifact(&experiment, &run, "of-dev.txt");
    mine.send(Method::PUT, &place, "dev".into()).await.well();
    let seen = smoke::experiments(&theirs).await;
    assert_eq!(seen, ["Default"]);
    assert_ne!(theirs.get(&place).await.status, 200);
    assert_ne!(theirs.get(&format!("/api/2.0/mlflow/runs/get?run_id={run}")).await.status, 200);
    let crossed = prod.web.signed_in("admin", &dev.told.admin_password);
    assert_eq!(crossed.get("/version").await.status, 401);

    let objects = house.ground().objects(BUCKET).await;
    assert!(objects.contains(&format!("dev/{experiment}/{run}/artifacts/of-dev.txt")), "{objects:?}");
    assert!(objects.iter().all(|name| name.starts_with("dev/")), "{objects:?}");
    let count = "select count(*) from runs where lifecycle_stage = 'active'";
    assert_eq!(house.ground().sql("dev", &[count]).await.trim(), "2");
    assert_eq!(house.ground().sql("prod", &[count]).await.trim(), "0");
}

/// Nothing secret is written down, and what is written down belongs to MLflow's user.
fn quiet(house: &House, dev: &Place) {
    let mut written = vec![("what the server says".to_owned(), dev.server.words().into_bytes())];
    for process in dev.server.processes() {
        written.push(("the arguments".to_owned(), fs::read(format!("/proc/{process}/cmdline")).unwrap_or_default()));
    }
    let logs = house.folder("dev", "logs");
    for name in ["mlflow-server.log", "mlflow-access.log"] {
        let log = logs.join(name);
        assert_eq!(fs::metadata(&log).unwrap().uid(), fs::metadata(&logs).unwrap().uid(), "{name}");
        written.push((name.to_owned(), fs::read(log).unwrap()));
    }
    for (what, bytes) in written {
        assert!(!bytes.is_empty(), "{what} is empty");
        assert!(!String::from_utf8_lossy(&bytes).contains(PASSWORD), "{what} holds a secret");
    }
    assert!(is_empty(&house.folder("dev", "packages").join(".staging")), "an upload was left behind");
}

fn is_empty(folder: &Path) -> bool {
    fs::read_dir(folder).unwrap().next().is_none()
}
