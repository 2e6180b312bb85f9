//! A key while a thousand watch events a second arrive: first the app alone, then everything.

use std::time::{Duration, Instant};

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use jiff::{SignedDuration, Timestamp};
use landfall::deploy::{Event, What};
use landfall::health::{ContainerState, ContainerView, Health, Node, PodView, Stage, Tree, Verdict};
use landfall::object::Key;
use landfall::tui::effect::Wish;
use landfall::tui::msg::Msg;
use landfall::tui::{App, Options, Start};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::layout::Size;

use crate::binary;
use crate::pty::Pty;
use crate::storm::RATE;
use crate::table::{Bar, Spread, Table};

/// Keys pressed for one figure.
const KEYS: u32 = 1_000;
/// Pods in the tree.
const PODS: usize = 20;
/// A frame's time at most: what arrives in it is folded in before the key that came last is answered.
const FRAME: Duration = Duration::from_millis(16);

/// The app without a terminal: each time what arrives within a frame, then a key, then the picture.
pub(crate) fn headless(table: &mut Table) {
    let size = Size { width: 100, height: 30 };
    let options = Options { start: Start::Watch("dev".to_owned()), ..Options::default() };
    let names = ["dev", "stg", "prod"].map(str::to_owned).to_vec();
    let mut app = App::of(("mlflow".to_owned(), "MLflow".to_owned()), names, options, size).unwrap();
    let start = Timestamp::now();
    app.handle(Msg::Tick(start));
    let run = app.start().into_iter().find(|effect| matches!(effect.wish, Wish::Watch { .. })).unwrap().question;
    let mut terminal = Terminal::new(TestBackend::new(size.width, size.height)).unwrap();
    let arriving = RATE * u32::try_from(FRAME.as_millis()).unwrap() / 1_000;
    let mut took = Vec::new();
    let mut turn = 0;
    for key in 0..KEYS {
        let events: Vec<Msg> = (0..arriving)
            .map(|_| {
                turn += 1;
                let at = start + SignedDuration::from_millis(turn);
                Msg::Event(run, Event { at, what: What::Seen(tree(turn, start).into()) })
            })
            .collect();
        let pressed = Instant::now();
        for event in events {
            app.handle(event);
        }
        let code = if key % 2 == 0 { KeyCode::Down } else { KeyCode::Tab };
        app.handle(Msg::Key(KeyEvent::new(code, KeyModifiers::NONE)));
        terminal.draw(|frame| app.draw(frame)).unwrap();
        took.push(pressed.elapsed());
    }
    let took = Spread::millis(took);
    let what = format!("{arriving} whole trees of {PODS} pods, a key and a frame, without a terminal");
    table.row(what, took.tail("ms"), Bar::under(took.percent(99), 16.0, "ms"));
}

/// The whole program in a pseudo-terminal, its watches in a storm.
pub(crate) fn under_load(table: &mut Table) {
    let file = tempfile::NamedTempFile::new().unwrap();
    let told = || {
        let line = std::fs::read_to_string(file.path()).unwrap();
        let mut numbers = line.split(' ').map(|number| number.parse::<f64>().unwrap());
        (numbers.next().unwrap(), numbers.next().unwrap())
    };
    let itself = std::env::current_exe().unwrap();
    let mut pty = Pty::start(&itself, &[format!("--storm={}", file.path().display())]);
    pty.until_shown("gust");
    pty.listen(Duration::from_secs(2));
    let before = told();
    let took = binary::help(&mut pty);
    let after = told();
    let rate = (after.0 - before.0) / (after.1 - before.1);
    table.row(
        format!("key → frame while {rate:.0} watch events arrive each second, pty"),
        took.tail("ms"),
        Bar::under(took.percent(99), 16.0, "ms"),
    );
}

/// A Deployment whose pods start, each turn with something else to see.
fn tree(turn: i64, start: Timestamp) -> Tree {
    let turns = usize::try_from(turn).unwrap();
    let node = |kind: &str, name: String, health: Health| Node {
        key: Key::new("v1", kind, Some("mlflow"), &name),
        health,
        created: Some(start),
        current: true,
        pod: None,
        children: Vec::new(),
        more: 0,
    };
    let pods = (0..PODS).map(|number| {
        let ready = (turns + number) % 3 == 0;
        let health = if ready {
            Health::new(Verdict::Ready, "ready")
        } else {
            Health::new(Verdict::Progressing, format!("starting, turn {turn}"))
        };
        let mut pod = node("Pod", format!("mlflow-dev-6d9b7c9f4-x{number:04}"), health);
        let container = |name: &str, init| ContainerView {
            name: name.to_owned(),
            init,
            image: "ghcr.io/mlflow/mlflow:v3.18.0-full".to_owned(),
            state: ContainerState::Running { since: Some(start) },
            ready,
            restarts: turn,
        };
        pod.pod = Some(PodView {
            node: Some("worker-1".to_owned()),
            restarts: turn,
            containers: vec![container("init", true), container("mlflow", false)],
            stages: vec![Stage { word: "start".to_owned(), from: start, until: None }],
        });
        pod
    });
    let health = Health::new(Verdict::Progressing, format!("{turn} of {PODS} available"));
    let mut root = node("Deployment", "mlflow-dev".to_owned(), health);
    root.children = pods.collect();
    Tree { roots: vec![root] }
}
