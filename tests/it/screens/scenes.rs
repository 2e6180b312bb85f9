//! The drawings of the screens, played on the stage.

use jiff::SignedDuration;
use landfall::check::{Finding, Means, State as Stands, Told};
use landfall::deploy::{
    Ask, End, Event, Instruction, Log, Operation, Outcome, Remedy, Step, StepState, Told as Heard, UnderWay, Wave, What,
};
use landfall::failure::Failure;
use landfall::health::Stage as Took;
use landfall::plan::Action;
use landfall::secret::Stage as Turned;
use landfall::tui::Options;
use landfall::tui::effect::{Answer, Wish};
use landfall::tui::msg::Msg;
use ratatui::layout::Size;

use super::stage::Stage;
use super::world;

/// What leads to a scene.
pub(crate) type Scene = fn(&mut Stage);

/// Every scene by name.
pub(crate) const ALL: [(&str, Scene); 22] = [
    ("matrix", |_| {}),
    ("credentials", credentials),
    ("rotation", waits),
    ("checks", checks),
    ("checks-done", checked),
    ("checks-fix", fix),
    ("preview", preview),
    ("confirm", confirm),
    ("rollout", rollout),
    ("rollout-failing", failing),
    ("outcome", outcome),
    ("outcome-stopped", stopped),
    ("outcome-smoke", smoke),
    ("help", help),
    ("vault-locked", locked),
    ("vault-unlock", unlock),
    ("vault-file", |stage| {
        stage.vault = world::locked_file;
        stage.press("Enter");
    }),
    ("matrix-failing", |stage| stage.press("Right Right")),
    ("preview-blocked", blocked),
    ("watch", watch),
    ("matrix-sign-in", sign_in),
    ("rollout-filtered", filtered),
];

/// Plays a scene on a screen of this size.
pub(crate) fn play(scene: Scene, options: Options, size: Size) -> Stage {
    let mut stage = Stage::with(options, size);
    scene(&mut stage);
    stage
}

pub(crate) fn credentials(stage: &mut Stage) {
    stage.press("Enter Tab 'correct-horse-battery-staple");
}

/// In the middle of the checklist.
pub(crate) fn checks(stage: &mut Stage) {
    stage.press("Enter Tab 'correct-horse-battery-staple Tab Tab Tab Tab 'Xk29-fhw8-PqLm-02vN Ctrl-S");
    let began = world::checklist();
    stage.news(Told::Began(began));
    stage.news(Told::Doing { check: "database".into(), doing: "asking as mlflow_user".into() });
    for (check, finding, took) in world::findings() {
        let took = SignedDuration::from_millis(took);
        stage.news(Told::Found { check: check.into(), finding: Box::new(finding), took });
    }
    stage.wait(3_000);
}

/// All is asked that only reads; what needs a pod waits.
pub(crate) fn checked(stage: &mut Stage) {
    stage.press("Enter Tab 'correct-horse-battery-staple Tab Tab Tab Tab 'Xk29-fhw8-PqLm-02vN Ctrl-S");
    let mut items = world::checklist();
    for item in items.iter_mut().filter(|item| item.means == Means::Pod) {
        item.state = Stands::Held;
    }
    stage.news(Told::Began(items));
    for (check, finding, took) in
        world::findings().into_iter().filter(|(check, ..)| !["directories", "disk"].contains(check))
    {
        let took = SignedDuration::from_millis(took);
        stage.news(Told::Found { check: check.into(), finding: Box::new(finding), took });
    }
    stage.news(Told::Ended);
    stage.over();
}

/// The question before landfall sets something up itself.
pub(crate) fn fix(stage: &mut Stage) {
    checks(stage);
    stage.press("x");
}

/// What was deployed really works.
pub(crate) fn smoke(stage: &mut Stage) {
    outcome(stage);
    stage.press("s");
    let item = world::item("smoke", "Smoke test", Means::Calls);
    stage.news(Told::Began(vec![item]));
    let finding = Finding::ok("signs in, makes an experiment, logs a run and an artifact, and takes them away again")
        .because("POST /api/2.0/mlflow/experiments/create 200 in 0.1 s")
        .because("PUT artifact 1 KiB in 0.2 s");
    let took = SignedDuration::from_millis(1_400);
    stage.news(Told::Found { check: "smoke".into(), finding: Box::new(finding), took });
    stage.over();
}

pub(crate) fn preview(stage: &mut Stage) {
    stage.press("Enter Tab 'correct-horse-battery-staple Tab Tab Tab Tab 'Xk29-fhw8-PqLm-02vN Ctrl-S n");
    stage.plan(Ok(world::plan("dev")));
    stage.press("Down Down");
}

pub(crate) fn confirm(stage: &mut Stage) {
    stage.press(
        "Right Right Enter Tab 'correct-horse-battery-staple Tab Tab Tab Tab 'Xk29-fhw8-PqLm-02vN Ctrl-S Ctrl-S n",
    );
    stage.plan(Ok(world::plan("prod")));
    stage.press("n 'pro");
}

pub(crate) fn blocked(stage: &mut Stage) {
    preview(stage);
    stage.press("r");
    let mut plan = world::plan("dev");
    let service = world::key("Service", "mlflow-dev");
    let at = plan.changes.iter().position(|change| change.key == service).unwrap();
    let mut change = plan.changes.remove(at);
    change.action = Action::Blocked;
    change.validation = landfall::plan::Validation::Refused("provided port is already allocated".into());
    plan.changes.insert(0, change);
    plan.blockers = vec![landfall::plan::Blocker {
        key: Some(service),
        sentence: "Port 30502 is taken by Service grafana/grafana.".into(),
        next: "Use another port in this run (v), or free it there.".into(),
        pointer: Some("/spec/ports/0/nodePort".into()),
        knob: Some(landfall::plan::Knob {
            path: "port_external".into(),
            current: "30502".into(),
            suggestion: Some("30503".into()),
        }),
    }];
    stage.plan(Ok(plan));
    stage.press("g");
}

/// From the confirm dialog of stg into its run.
fn started(stage: &mut Stage) {
    stage.press("Right Enter Tab 'correct-horse-battery-staple Tab Tab Tab Tab 'Xk29-fhw8-PqLm-02vN Ctrl-S n");
    stage.plan(Ok(world::plan("stg")));
    stage.press("n");
    stage.wait(600);
    stage.press("Enter");
    let steps = world::steps().into_iter().map(|key| Step { key, action: Action::Update, state: StepState::Waiting });
    let waves = vec![Wave { steps: steps.collect() }];
    stage.happens(What::Started { operation: Operation::Apply, target: Box::new(world::target("stg")), waves });
    for key in world::steps() {
        let took = SignedDuration::from_millis(if key.kind == "Deployment" { 40 } else { 55 });
        stage.happens(What::Sending(key.clone()));
        stage.happens(What::Applied { key, took });
    }
    stage.happens(What::Waiting);
}

fn told(stage: &Stage, ago: i64, message: &str, count: i64) -> Heard {
    Heard {
        object: world::key("Pod", "mlflow-stg-6d9b7c9f4-x2lqd"),
        reason: "Pod".into(),
        message: message.into(),
        warning: message.contains("ailed"),
        count,
        last: stage.now.checked_sub(SignedDuration::from_secs(ago)).unwrap(),
    }
}

pub(crate) fn rollout(stage: &mut Stage) {
    started(stage);
    stage.wait(41_000);
    stage.happens(What::Seen(world::moving(stage.now).into()));
    let news = vec![
        told(stage, 36, "Pulling image \"ghcr.io/mlflow/mlflow:v3.18.0-full\"", 1),
        told(stage, 15, "Started container init", 1),
        told(stage, 11, "Started container mlflow", 1),
        told(stage, 2, "Startup probe failed: connection refused on 5000", 3),
    ];
    stage.happens(What::Told(news));
    let follow = stage.asked(|wish| matches!(wish, Wish::Follow { .. })).unwrap();
    let lines = [
        "INFO  mlflow.store.db.utils: Creating initial MLflow database tables...",
        "INFO  mlflow.server: Started server process [14]",
    ];
    let log = Log {
        pod: world::key("Pod", "mlflow-stg-6d9b7c9f4-x2lqd"),
        container: "mlflow".into(),
        previous: false,
        lines: lines.map(str::to_owned).to_vec(),
    };
    let at = stage.now;
    stage.send(Msg::Event(follow, Event { at, what: What::Logged(log) }));
}

/// How a run of stg ended.
pub(crate) fn end(end: End, headline: &str) -> Outcome {
    let at = world::now();
    let stage = |word: &str, from: i64, until: i64| Took {
        word: word.into(),
        from: at.checked_add(SignedDuration::from_secs(from)).unwrap(),
        until: Some(at.checked_add(SignedDuration::from_secs(until)).unwrap()),
    };
    Outcome {
        target: world::target("stg"),
        operation: Operation::Apply,
        end,
        headline: headline.into(),
        revision: Some(4),
        cause: None,
        failure: None,
        remedies: Vec::new(),
        done: Vec::new(),
        undone: Vec::new(),
        despite: Vec::new(),
        changed: vec!["image v3.17.2-full → v3.18.0-full".into(), "MLFLOW_LOGGING_LEVEL".into()],
        pods: "1 of 1, restarted once because of the image".into(),
        stages: vec![stage("pull", 0, 21), stage("init", 21, 25), stage("start", 25, 44)],
        took: SignedDuration::from_secs(48),
        url: Some("http://10.0.0.5:30501".into()),
        login: Some("admin".into()),
        command: "landfall apply stg".into(),
    }
}

pub(crate) fn failing(stage: &mut Stage) {
    started(stage);
    stage.wait(52_000);
    stage.happens(What::Seen(world::failing(stage.now).into()));
    let news =
        vec![told(stage, 50, "Assigned to worker-1", 1), told(stage, 9, "Failed to pull image: 401 Unauthorized", 3)];
    stage.happens(What::Told(news));
    let mut outcome = end(End::Failed, "stg is not ready: the registry refused the image");
    outcome.cause = Some(world::refused());
    outcome.took = SignedDuration::from_secs(52);
    outcome.done = world::steps();
    outcome.remedies = vec![Remedy::Credentials {
        fields: vec!["registry.token".into()],
        label: "enter a new token, apply only that Secret, retry".into(),
    }];
    stage.happens(What::Ended(Box::new(outcome)));
}

pub(crate) fn outcome(stage: &mut Stage) {
    rollout(stage);
    stage.wait(7_000);
    stage.happens(What::Ended(Box::new(end(End::Healthy, "stg is ready: revision 4 in 48 s"))));
}

pub(crate) fn stopped(stage: &mut Stage) {
    started(stage);
    stage.wait(3_000);
    stage.press("Ctrl-C");
    let mut outcome = end(End::Stopped, "stopped after 3 s: 5 of 7 objects are applied");
    outcome.done = world::steps()[..5].to_vec();
    outcome.undone = world::steps()[5..].to_vec();
    outcome.changed = Vec::new();
    outcome.pods = "1 of 1, as before".into();
    outcome.stages = Vec::new();
    stage.happens(What::Ended(Box::new(outcome)));
    stage.wait(7_000);
}

fn help(stage: &mut Stage) {
    stage.press("?");
}

pub(crate) fn sign_in(stage: &mut Stage) {
    stage.signs_in = true;
    stage.press("Right r");
}

/// Containers of the open pod, and only the events that have a word.
pub(crate) fn filtered(stage: &mut Stage) {
    rollout(stage);
    stage.press("Down Down Right Tab / 'started");
}

pub(crate) fn locked(stage: &mut Stage) {
    stage.vault = world::locked;
    stage.press("Enter");
}

/// The encrypted file is locked, and its passphrase is being typed.
pub(crate) fn unlock(stage: &mut Stage) {
    stage.vault = world::locked_file;
    stage.press("r u 'the-lighthouse");
}

pub(crate) fn watch(stage: &mut Stage) {
    stage.press("Right w");
    stage.happens(What::Started {
        operation: Operation::Watch,
        target: Box::new(world::target("stg")),
        waves: Vec::new(),
    });
    stage.wait(12_000);
    stage.happens(What::Seen(world::moving(stage.now).into()));
}

/// To the password of the database.
pub(crate) const PASSWORD: &str = "Enter Tab Tab Tab";

/// Says how far the rotation is that was opened.
pub(crate) fn stands(stage: &mut Stage, how: Option<Turned>) {
    let question = stage.asked(|wish| matches!(wish, Wish::Rotation { .. })).unwrap();
    let begun = how.map(|_| world::now());
    let under_way = UnderWay { field: "pgsql.password".into(), stage: how, begun };
    stage.send(Msg::Answer(question, Answer::Rotation(Ok(under_way))));
}

/// Says what a rotation needs next.
pub(crate) fn answers(stage: &mut Stage, ask: Result<Ask, Failure>, how: Option<Turned>) {
    let question = stage.asked(|wish| matches!(wish, Wish::Rotate { .. })).unwrap();
    stage.send(Msg::Answer(question, Answer::Rotated(Box::new(ask), how)));
}

/// A statement for PostgreSQL.
pub(crate) fn statement() -> Instruction {
    Instruction {
        field: "pgsql.password".into(),
        system: "PostgreSQL".into(),
        why: Some("the database server cannot be reached from this machine".into()),
        say: "Let a superuser of the database send this statement. It holds a verifier and not the password.".into(),
        lines: vec![format!(
            "ALTER ROLE \"mlflow_user\" PASSWORD 'SCRAM-SHA-256$4096:{}=='",
            "abcDEF0123456789".repeat(8)
        )],
        needs_value: false,
    }
}

/// Before the change at PostgreSQL.
pub(crate) fn waits(stage: &mut Stage) {
    stage.press(PASSWORD);
    stage.press("F4");
    stands(stage, None);
    stage.press("Enter");
    answers(stage, Ok(Ask::Change(statement())), Some(Turned::Made));
}
