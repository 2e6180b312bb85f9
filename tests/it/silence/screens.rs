//! Canaries are entered on the Credentials screen and walk through every screen, scenario by scenario.

use std::time::Duration;

use landfall::demo::{Demo, Options, Scenario};
use landfall::deploy::{Entry, Session};
use landfall::secret::Secret;
use landfall::system::Web;
use landfall::tui::state::Screen;
use ratatui::layout::Size;

use super::cluster::{self, Watched};
use super::ears::{Ears, FIELDS, canary};
use super::walk::Walk;
use crate::support::{PACE, demo_project, setup_in};

const NORMAL: Size = Size { width: 80, height: 24 };
const WIDE: Size = Size { width: 160, height: 60 };

/// A session in which what nobody is asked for is a canary too.
async fn session(watched: &Watched, state: &tempfile::TempDir, demo: &Demo) -> Session {
    let (folder, patience) = (state.path().to_owned(), Duration::from_secs(20));
    let setup = setup_in(watched.client.clone(), demo_project(), folder, patience);
    let session = Session::with_web(setup, Web::over(demo.web()));
    let unasked = FIELDS.iter().filter(|field| field.starts_with("generated."));
    let entries = unasked.map(|field| Entry { field: (*field).to_owned(), value: Secret::new(canary(field)) });
    session.save("dev", entries.collect()).await.unwrap();
    session
}

/// Types and pastes every canary into its field.
async fn enters(walk: &mut Walk, ears: &Ears) {
    walk.sees("deployed here yet").await;
    walk.press("Enter");
    walk.sees("MLflow login").await;
    walk.press("Tab");
    walk.types(&canary("mlflow.password"));
    walk.sees("strong").await;
    walk.press("Tab Tab");
    walk.pastes(&canary("pgsql.password"));
    walk.press("Tab");
    walk.types("key");
    walk.press("Tab");
    walk.pastes(&canary("minio.secret_key"));
    walk.press("Tab");
    walk.types("bot");
    walk.press("Tab");
    walk.types(&canary("registry.token"));
    walk.rests().await;
    walk.press("F1 Esc");
    // Shown on purpose, and hidden again.
    let unrevealed = walk.seen.clone();
    walk.press("Ctrl-R");
    assert!(!ears.hear(walk.now.as_bytes()).is_empty(), "not revealed:\n{}", walk.now);
    walk.seen = unrevealed;
    walk.press("Ctrl-R");
    ears.silence("the hidden field", &walk.now);
    walk.press("Ctrl-S");
    walk.sees("n go on").await;
}

/// Looks at every check and what it rests on, also those that need a pod, and goes on.
async fn checks(walk: &mut Walk) {
    walk.sees("Permissions").await;
    walk.press("p");
    for _ in 0..16 {
        tries(walk, "Enter, y, Down").await;
    }
    walk.press("F1 Esc n");
    walk.sees("nothing was written").await;
}

/// Looks at every object of the plan, as differences and in full.
async fn looks(walk: &mut Walk) {
    for _ in 0..9 {
        walk.press("d y d Tab PageDown PageDown g Tab Down");
        walk.rests().await;
    }
    walk.press("f F1 Esc");
}

async fn applies(walk: &mut Walk) {
    walk.press("n");
    walk.sees("Apply to dev").await;
    walk.press("F1 Esc");
    walk.confirms().await;
}

/// Presses keys one after the other, and closes what opens over the screen. A file of evidence is named after its second.
async fn tries(walk: &mut Walk, how: &str) {
    walk.rests().await;
    for keys in how.split(", ") {
        walk.press(keys);
        walk.rests().await;
        if walk.dialog() {
            walk.press("Esc");
        }
    }
}

async fn walks(scenario: Scenario, size: Size) {
    let ears = Ears::new();
    let demo = Demo::start(Options { scenario, pace: PACE });
    let watched = Watched::new(&demo);
    let state = tempfile::tempdir().unwrap();
    let mut walk = Walk::new(session(&watched, &state, &demo).await, size);
    enters(&mut walk, &ears).await;
    checks(&mut walk).await;
    looks(&mut walk).await;
    applies(&mut walk).await;
    walk.rests().await;
    tries(&mut walk, "l, Tab, Down, Enter, p").await;
    walk.ends().await;
    walk.rests().await;
    if walk.screen() == Screen::Rollout {
        tries(&mut walk, "F1, l, e, n").await;
    }
    assert_eq!(walk.screen(), Screen::Outcome, "{}", walk.now);
    tries(&mut walk, "e, F1, Down, y").await;
    walk.press("Esc");
    walk.sees("3 environments").await;
    walk.press("g c");
    walk.sees("MLflow login").await;
    walk.rests().await;

    assert!(walk.seen.len() > 50, "only {} pictures", walk.seen.len());
    for picture in &walk.seen {
        ears.silence("a screen", picture);
    }
    let files = cluster::files(state.path());
    assert!(files.iter().any(|(name, _)| name.contains("evidence")), "no evidence was saved: {files:?}");
    for (name, bytes) in files {
        ears.silence(&name, bytes);
    }
    watched.is_silent(&ears);
    cluster::holds_no_secret(&demo, &ears).await;
}

#[tokio::test]
async fn all_goes_well() {
    walks(Scenario::Ok, NORMAL).await;
}

#[tokio::test]
async fn all_goes_well_on_a_wide_screen() {
    walks(Scenario::Ok, WIDE).await;
}

#[tokio::test]
async fn the_registry_refuses() {
    walks(Scenario::ImagePull, WIDE).await;
}

#[tokio::test]
async fn the_login_is_refused() {
    walks(Scenario::CrashLoop, WIDE).await;
}

#[tokio::test]
async fn a_directory_is_missing() {
    walks(Scenario::Hostpath, NORMAL).await;
}

#[tokio::test]
async fn a_port_is_taken() {
    walks(Scenario::PortTaken, WIDE).await;
}
