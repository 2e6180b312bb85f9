//! What the drawings show, as data.

use std::sync::OnceLock;

use jiff::{SignedDuration, Timestamp};
use landfall::check::{Errand, Finding, Item, Means, Mend, Remedy, State};
use landfall::demo::Scenario;
use landfall::deploy::{End, Fill, Form, FormField, FormGroup, Glance, Payload, Reach, Revision, Survey};
use landfall::failure::Failure;
use landfall::health::{Cause, ContainerState, ContainerView, Health, Node, PodView, Stage, Tree, Trouble, Verdict};
use landfall::module::Recipe;
use landfall::object::Key;
use landfall::plan::{Action, Change, FieldChange, Plan, Restart, Target, Validation};
use landfall::secret::{self, Level, Opinion, Standing, VaultKind};

use crate::support::{demo, filled};

pub(crate) type Planned = Result<Plan<Payload>, Failure>;

pub(crate) fn now() -> Timestamp {
    "2026-03-01T12:00:00Z".parse().unwrap()
}

pub(crate) fn ago(seconds: i64) -> Timestamp {
    now().checked_sub(SignedDuration::from_secs(seconds)).unwrap()
}

const DAY: i64 = 86_400;

pub(crate) fn vault() -> Standing {
    Standing { kind: VaultKind::Keyring, name: "keyring login".into(), health: secret::Health::Ready, writable: true }
}

pub(crate) fn locked() -> Standing {
    Standing {
        health: secret::Health::Locked {
            cure: "Unlock the keyring \"login\" in your desktop's password program.".into(),
        },
        ..vault()
    }
}

pub(crate) fn locked_file() -> Standing {
    Standing {
        kind: VaultKind::File,
        name: "encrypted file".into(),
        health: secret::Health::Locked { cure: "unlock it with: landfall vault unlock".into() },
        writable: true,
    }
}

pub(crate) fn glance(name: &str) -> Glance {
    let prod = name == "prod";
    let port = match name {
        "dev" => "30502",
        "stg" => "30501",
        _ => "30500",
    };
    Glance {
        environment: name.into(),
        protected: prod,
        context: Some(if prod { "prod-eu" } else { "kind-lab" }.into()),
        server: Some(if prod { "https://10.9.0.1:6443" } else { "https://10.0.0.5:6443" }.into()),
        namespace: "mlflow".into(),
        credentials: Fill::Counted { set: if prod { 6 } else { 8 }, needed: 8, flagged: 0 },
        rows: vec![
            ("Image".into(), if prod { "v3.17.2-full" } else { "v3.18.0-full" }.into()),
            ("Port".into(), port.into()),
        ],
        url: Some(format!("http://10.0.0.5:{port}")),
        login: Some("admin".into()),
        complaints: Vec::new(),
    }
}

fn pod_key(name: &str) -> Key {
    Key::new("v1", "Pod", Some("mlflow"), name)
}

pub(crate) fn key(kind: &str, name: &str) -> Key {
    let api = match kind {
        "Deployment" => "apps/v1",
        _ => "v1",
    };
    Key::new(api, kind, (kind != "Namespace").then_some("mlflow"), name)
}

pub(crate) fn refused() -> Cause {
    Cause {
        trouble: Trouble::RegistryRefused {
            image: "ghcr.io/mlflow/mlflow:v3.18.0-full".into(),
            pull_secrets: vec!["github-registry".into()],
        },
        headline: "the registry refused ghcr.io/mlflow/mlflow:v3.18.0-full".into(),
        sentence: "The token in Secret github-registry was rejected (401 Unauthorized); dev and prod use the same one. The pod tries again every 5 minutes.".into(),
        next: "Enter a new token.".into(),
        object: pod_key("mlflow-stg-6d9b7c9f4-x2lqd"),
        container: Some("init".into()),
        fatal: true,
    }
}

fn node(key: Key, health: Health, created: Timestamp) -> Node {
    Node { key, health, created: Some(created), current: true, pod: None, children: Vec::new(), more: 0 }
}

fn container(name: &str, state: ContainerState) -> ContainerView {
    ContainerView {
        name: name.into(),
        init: name == "init",
        image: "ghcr.io/mlflow/mlflow:v3.18.0-full".into(),
        state,
        ready: false,
        restarts: 0,
    }
}

fn stage(word: &str, from: Timestamp, until: Option<Timestamp>) -> Stage {
    Stage { word: word.into(), from, until }
}

/// A Deployment with one pod that pulls, initialises and starts.
pub(crate) fn moving(now: Timestamp) -> Tree {
    let back = |seconds| now.checked_sub(SignedDuration::from_secs(seconds)).unwrap();
    let mut pod = node(pod_key("mlflow-stg-6d9b7c9f4-x2lqd"), Health::new(Verdict::Progressing, "starting"), back(34));
    pod.pod = Some(PodView {
        node: Some("worker-1".into()),
        restarts: 0,
        containers: vec![
            container(
                "init",
                ContainerState::Ended {
                    exit: 0,
                    reason: "Completed".into(),
                    since: Some(back(13)),
                    until: Some(back(9)),
                },
            ),
            container("mlflow", ContainerState::Running { since: Some(back(9)) }),
        ],
        stages: vec![
            stage("pull", back(34), Some(back(13))),
            stage("init", back(13), Some(back(9))),
            stage("start", back(9), None),
        ],
    });
    let mut root = node(
        key("Deployment", "mlflow-stg"),
        Health::new(Verdict::Progressing, "0/1 available, new 1, old 0"),
        back(38),
    );
    root.children = vec![pod];
    let mut roots = vec![root];
    roots.extend(plain());
    Tree { roots }
}

/// The same, with an image that cannot be pulled.
pub(crate) fn failing(now: Timestamp) -> Tree {
    let back = |seconds| now.checked_sub(SignedDuration::from_secs(seconds)).unwrap();
    let mut tree = moving(now);
    let root = &mut tree.roots[0];
    root.health = Health::new(Verdict::Failed, "0/1 available, new 1, old 0");
    root.created = Some(back(50));
    let pod = &mut root.children[0];
    pod.health = Health { verdict: Verdict::Failed, reason: "ImagePullBackOff".into(), cause: Some(refused()) };
    pod.created = Some(back(49));
    let view = pod.pod.as_mut().unwrap();
    view.containers[0].state = ContainerState::Waiting { reason: "ImagePullBackOff".into() };
    view.containers[1].state = ContainerState::Waiting { reason: "PodInitializing".into() };
    tree
}

fn plain() -> Vec<Node> {
    steps()
        .into_iter()
        .filter(|key| key.kind != "Deployment")
        .map(|key| node(key, Health::new(Verdict::Ready, ""), ago(3 * DAY)))
        .collect()
}

/// All objects in the order of application.
pub(crate) fn steps() -> Vec<Key> {
    vec![
        key("Namespace", "mlflow"),
        key("ConfigMap", "mlflow-config-stg"),
        key("ConfigMap", "mlflow-files-stg"),
        key("Secret", "mlflow-secrets-stg"),
        key("Secret", "github-registry"),
        key("Service", "mlflow-stg"),
        key("Deployment", "mlflow-stg"),
    ]
}

fn well(name: &str) -> Tree {
    let mut pod =
        node(pod_key(&format!("mlflow-{name}-58c7d9f4b-q8wzr")), Health::new(Verdict::Ready, ""), ago(3 * DAY));
    let mut main = container("mlflow", ContainerState::Running { since: Some(ago(3 * DAY)) });
    main.ready = true;
    pod.pod = Some(PodView { node: Some("worker-1".into()), restarts: 0, containers: vec![main], stages: Vec::new() });
    let mut root = node(
        key("Deployment", &format!("mlflow-{name}")),
        Health::new(Verdict::Ready, "1/1 available, new 1, old 0"),
        ago(3 * DAY),
    );
    root.children = vec![pod];
    Tree { roots: vec![root] }
}

/// Five revisions, the newest as the matrix has it.
fn history(name: &str, (newest, when): (u64, Timestamp)) -> Vec<Revision> {
    let one = |back: u64| {
        let (end, headline) = match (name, back) {
            ("stg", 0) => (None, "is being applied".to_owned()),
            ("prod", 0) => (Some(End::Failed), refused().headline),
            (_, 2) => (Some(End::Stopped), "stopped; not applied: 2 of 7 objects".to_owned()),
            (_, _) => (Some(End::Healthy), format!("{name} is ready")),
        };
        let before = i64::try_from(back).unwrap() * 9 * DAY;
        Revision {
            number: newest - back,
            end,
            by: if back == 1 { "bob@desktop" } else { "ann@laptop" }.into(),
            when: when.checked_sub(SignedDuration::from_secs(before)).unwrap(),
            took: (end == Some(End::Healthy)).then(|| SignedDuration::from_secs(48)),
            headline,
        }
    };
    (0..5.min(newest)).map(one).collect()
}

pub(crate) fn survey(name: &str) -> Survey {
    let (verdict, reason, revision, tree) = match name {
        "dev" => (Verdict::Ready, "1/1 available", (12, ago(3 * DAY)), well(name)),
        "stg" => (Verdict::Progressing, "0/1 available, new 1, old 0", (4, ago(38)), moving(now())),
        _ => (Verdict::Failed, "0/1 available, new 1, old 0", (9, ago(2 * 3_600)), Tree::default()),
    };
    let mut health = Health::new(verdict, reason);
    if verdict == Verdict::Failed {
        health.cause = Some(Cause { object: pod_key("mlflow-prod-6d9b7c9f4-x2lqd"), ..refused() });
    }
    Survey {
        environment: name.into(),
        reach: Reach::Yes("v1.36.2".into()),
        health: Some(health),
        tree,
        revision: Some(revision),
        by: Some("ann@laptop".into()),
        history: history(name, revision),
        by_hand: Some(if name == "prod" { 2 } else { 0 }),
        sync: None,
    }
}

/// A cluster that lets nobody in before somebody signed in.
pub(crate) fn closed(name: &str) -> Survey {
    let reach = Reach::SignIn { program: "kubelogin".into() };
    Survey {
        environment: name.into(),
        reach,
        health: None,
        tree: Tree::default(),
        revision: None,
        by: None,
        history: Vec::new(),
        by_hand: None,
        sync: None,
    }
}

/// What is said of a password that another environment has, too.
pub(crate) fn same_as_stg() -> Opinion {
    Opinion {
        level: Level::Strong,
        words: "same as stg PostgreSQL".into(),
        same_as: vec![("stg".into(), "PostgreSQL".into())],
        advice: "Whoever learns one of them knows both.".into(),
        blocks: false,
        warns: true,
    }
}

fn field(name: &str, title: &str, text: Option<&str>, stored: Option<Timestamp>) -> FormField {
    FormField {
        name: name.into(),
        title: title.into(),
        help: String::new(),
        masked: text.is_none(),
        text: text.map(str::to_owned),
        stored,
        from: None,
        recipe: None,
        unasked: false,
        keep: false,
        minimum: 0,
        rotates: text.is_none(),
    }
}

pub(crate) fn form(name: &str) -> Form {
    let set = Some(ago(12 * DAY));
    let group = |title: &str, fields| FormGroup { title: title.into(), shared_with: Vec::new(), fields };
    let recipe = Some(Recipe { length: 24 });
    let password = FormField {
        help: "Signs you in to MLflow as admin. 12 characters or more, any character allowed. Only used at the first start; afterwards change it with \"rotate\".".into(),
        recipe,
        minimum: 12,
        ..field("mlflow.password", "Password", None, None)
    };
    let unasked = |name: &str, title: &str, keep| FormField { unasked: true, keep, ..field(name, title, None, set) };
    let mut registry = group(
        "GitHub registry",
        vec![
            field("registry.username", "Username", Some("acme-bot"), set),
            field("registry.token", "Token", None, set),
        ],
    );
    registry.shared_with = ["dev", "stg", "prod"].iter().filter(|n| **n != name).map(ToString::to_string).collect();
    Form {
        environment: name.into(),
        groups: vec![
            group("MLflow login", vec![field("mlflow.username", "Username", Some("admin"), set), password]),
            group(
                "PostgreSQL",
                vec![
                    field("pgsql.username", "Username", Some("mlflow_user"), set),
                    FormField { recipe, ..field("pgsql.password", "Password", None, set) },
                ],
            ),
            group(
                "MinIO",
                vec![
                    field("minio.access_key", "Access key", Some(&format!("mlflow-{name}")), set),
                    FormField { recipe, ..field("minio.secret_key", "Secret key", None, None) },
                ],
            ),
            registry,
            group(
                "Generated",
                vec![
                    unasked("mlflow.session", "Session key", false),
                    unasked("mlflow.passphrase", "Encryption passphrase", true),
                ],
            ),
        ],
        vault: vault(),
    }
}

pub(crate) fn item(check: &str, title: &str, means: Means) -> Item {
    Item { check: check.into(), title: title.into(), means, state: State::Waiting }
}

/// The checks of the drawing.
pub(crate) fn checklist() -> Vec<Item> {
    [
        ("cluster", "Cluster", Means::Reads),
        ("permissions", "Permissions", Means::Reads),
        ("ports", "Ports", Means::Reads),
        ("image", "Image", Means::Reads),
        ("credentials", "Passwords", Means::Reads),
        ("directories", "hostPath directories on node worker-1", Means::Pod),
        ("disk", "Disk space for packages", Means::Pod),
        ("database", "PostgreSQL", Means::Pod),
        ("bucket", "MinIO bucket mlflow-artifacts/dev", Means::Pod),
    ]
    .map(|(check, title, means)| item(check, title, means))
    .to_vec()
}

/// What came of them so far, with how long each took in milliseconds.
pub(crate) fn findings() -> Vec<(&'static str, Finding, i64)> {
    let chown = "sudo chown -R 1000:1000 /d/k8s/volumes/mlflow/dev/{logs,packages}";
    let commands = Remedy::Commands { lines: vec![chown.into()], label: "copy the commands".into() };
    let mend = Mend {
        label: "set it up on the node for you".into(),
        says: vec![
            "A short-lived pod on worker-1 makes the directories and gives them to 1000:1000:".into(),
            "/d/k8s/volumes/mlflow/dev/logs".into(),
            "/d/k8s/volumes/mlflow/dev/packages".into(),
        ],
        errand: Errand::Setup("setup".into()),
    };
    let directories = Finding::fail("/d/k8s/volumes/mlflow/dev/logs belongs to 0:0, MLflow runs as 1000:1000")
        .because("logs: 0:0, mode 0755")
        .because("packages: 1000:1000, mode 0755")
        .remedy(commands)
        .mend(mend);
    vec![
        ("directories", directories, 1_400),
        ("disk", Finding::warn("6 GiB free, 10 GiB recommended").next("make room on that disk"), 1_400),
        ("cluster", Finding::ok("cluster v1.36.2 answers, context is kind-lab"), 100),
        ("permissions", Finding::ok("all 14 that this deployment needs"), 200),
        ("ports", Finding::ok("30502 is free in the whole cluster"), 100),
        ("credentials", Finding::ok("strong, different in every environment"), 40),
        ("image", Finding::unknown("this machine cannot reach the registry"), 2_000),
    ]
}

pub(crate) fn target(name: &str) -> Target {
    let glance = glance(name);
    Target {
        project: "mlflow-k3xq".into(),
        module: "mlflow".into(),
        environment: name.into(),
        context: glance.context.unwrap(),
        server: glance.server.unwrap(),
        namespace: glance.namespace,
        protected: glance.protected,
    }
}

pub(crate) fn change(key: Key, action: Action, summary: &str) -> Change {
    Change {
        key,
        action,
        validation: Validation::Valid,
        summary: summary.into(),
        fields: Vec::new(),
        filled: Vec::new(),
        conflicts: Vec::new(),
        notes: Vec::new(),
        shared_with: Vec::new(),
        wave: 0,
        yaml: "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: mlflow-config-dev\ndata:\n  password: ●1\n".into(),
    }
}

fn differs(path: &str, before: &str, after: &str) -> FieldChange {
    FieldChange { path: path.into(), before: Some(before.into()), after: Some(after.into()) }
}

/// Any plan, made over the demo cluster once: only there is a payload to be had.
fn sealed() -> Plan<Payload> {
    static PLAN: OnceLock<Plan<Payload>> = OnceLock::new();
    let make = async { filled(&demo(Scenario::Ok)).await.prepare("dev", false).await.unwrap() };
    PLAN.get_or_init(|| tokio::runtime::Runtime::new().unwrap().block_on(make)).clone()
}

/// The plan of the drawing, for an environment.
pub(crate) fn plan(name: &str) -> Plan<Payload> {
    let mut plan = sealed();
    plan.target = target(name);
    plan.made = ago(4);
    plan.took = Some(SignedDuration::from_secs(21));
    plan.warnings.clear();
    plan.blockers.clear();
    let of = |kind: &str, part: &str| key(kind, &format!("mlflow{part}-{name}"));
    let mut deployment = change(of("Deployment", ""), Action::Update, "image");
    deployment.fields = vec![
        differs(
            "spec.template.spec.containers[mlflow].image",
            "ghcr.io/mlflow/mlflow:v3.17.2-full",
            "ghcr.io/mlflow/mlflow:v3.18.0-full",
        ),
        differs("spec.template.metadata.annotations[landfall.dev/config]", "●1", "●2"),
    ];
    deployment.filled = vec![
        FieldChange { path: "spec.revisionHistoryLimit".into(), before: None, after: Some("10".into()) },
        FieldChange { path: "spec.progressDeadlineSeconds".into(), before: None, after: Some("600".into()) },
    ];
    let mut config = change(of("ConfigMap", "-config"), Action::Update, "1 key");
    config.fields = vec![differs("data.MLFLOW_LOGGING_LEVEL", "INFO", "DEBUG")];
    let mut secret = change(of("Secret", "-secrets"), Action::Update, "1 value");
    secret.fields = vec![differs("data.password", "●1", "●2")];
    let mut shared = change(key("Secret", "github-registry"), Action::Unchanged, "stays");
    shared.shared_with = ["dev", "stg", "prod"].iter().filter(|n| **n != name).map(ToString::to_string).collect();
    plan.changes = vec![
        config,
        secret,
        deployment,
        change(of("ConfigMap", "-files"), Action::Unchanged, "stays"),
        shared,
        change(of("Service", ""), Action::Unchanged, "stays"),
        change(key("Namespace", "mlflow"), Action::LeftAlone, "exists, left alone"),
    ];
    plan.restarts = vec![Restart {
        workload: of("Deployment", ""),
        pods: 1,
        because: vec!["image".into(), "MLFLOW_LOGGING_LEVEL".into()],
        downtime: true,
    }];
    plan
}
