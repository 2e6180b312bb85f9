//! State and message in, state and effects out: runs, watching, stopping and leaving.

use landfall::deploy::{End, Event, Operation, Remedy, What};
use landfall::failure::Failure;
use landfall::health::Tree;
use landfall::plan::Action as Change;
use landfall::tui::effect::{Answer, Question, Wish};
use landfall::tui::keymap::Mode;
use landfall::tui::msg::Msg;
use landfall::tui::state::Screen;
use landfall::tui::{ColorMode, Options, Start};

use super::scenes;
use super::stage::{NORMAL, Stage};
use super::world;

fn play(scene: fn(&mut Stage)) -> Stage {
    scenes::play(scene, Options { color: ColorMode::Always, ..Options::default() }, NORMAL)
}

fn screen(stage: &Stage) -> Screen {
    stage.app.state().screen
}

fn is_quit(wish: &Wish) -> bool {
    matches!(wish, Wish::Quit(_))
}

#[test]
fn it_can_begin_with_one_environment_or_with_watching_it() {
    let size = NORMAL;
    let walk = Stage::with(Options { start: Start::Environment("stg".into()), ..Options::default() }, size);
    assert_eq!((walk.app.state().chosen, screen(&walk)), (1, Screen::Credentials));
    let watch = Stage::with(Options { start: Start::Watch("stg".into()), ..Options::default() }, size);
    assert_eq!((watch.app.state().chosen, screen(&watch)), (1, Screen::Rollout));
    assert!(watch.asked(|wish| matches!(wish, Wish::Watch { environment, .. } if environment == "stg")).is_some());
}

#[test]
fn events_of_another_run_are_dropped() {
    let mut stage = play(scenes::rollout);
    let at = stage.now;
    stage.send(Msg::Event(Question(9_999), Event { at, what: What::Seen(Tree::default().into()) }));
    let rollout = stage.app.state().environment().unwrap().rollout.as_ref().unwrap();
    assert!(!rollout.progress.tree.roots.is_empty());
}

#[test]
fn ctrl_c_once_stops_and_says_what_is_unfinished_twice_leaves() {
    let mut stage = play(scenes::preview);
    stage.press("n");
    stage.wait(600);
    stage.press("Enter");
    let run = stage.run();
    stage.happens(What::Started {
        operation: Operation::Apply,
        target: Box::new(world::target("dev")),
        waves: vec![landfall::deploy::Wave {
            steps: vec![landfall::deploy::Step {
                key: world::key("Deployment", "mlflow-dev"),
                action: Change::Update,
                state: landfall::deploy::StepState::Waiting,
            }],
        }],
    });
    let effects = stage.app.handle(Msg::Key("Ctrl-C".parse::<landfall::tui::keymap::Chord>().unwrap().press()));
    assert!(effects.iter().any(|effect| matches!(effect.wish, Wish::Stop(stopped) if stopped == run)));
    let text = stage.text();
    assert!(text.contains("Not applied: Deployment mlflow-dev."), "{text}");
    assert!(stage.asked(is_quit).is_none());
    stage.wait(60_000);
    stage.press("Ctrl-C");
    assert!(stage.asked(|wish| matches!(wish, Wish::Quit(130))).is_some());
}

#[test]
fn ctrl_c_with_nothing_running_wants_to_be_pressed_again_soon() {
    let mut stage = Stage::new(NORMAL);
    stage.press("Ctrl-C");
    assert!(stage.text().contains("Ctrl-C again to leave"));
    stage.wait(5_000);
    stage.press("Ctrl-C");
    assert!(stage.asked(is_quit).is_none(), "too late to count as again");
    stage.press("Ctrl-C");
    assert!(stage.asked(|wish| matches!(wish, Wish::Quit(0))).is_some());
}

#[test]
fn q_leaves_and_asks_while_something_runs() {
    let mut idle = Stage::new(NORMAL);
    idle.press("q");
    assert!(idle.asked(is_quit).is_some());
    let mut busy = play(scenes::rollout);
    busy.press("q");
    assert_eq!(busy.app.state().mode(), Mode::Leave);
    assert!(busy.asked(is_quit).is_none());
    busy.press("Esc q Enter");
    assert!(busy.asked(is_quit).is_some());
}

#[test]
fn a_run_goes_on_while_one_looks_elsewhere() {
    let mut stage = play(scenes::rollout);
    stage.press("Esc");
    assert_eq!(screen(&stage), Screen::Matrix);
    stage.happens(What::Ended(Box::new(scenes::end(End::Healthy, "stg is ready: revision 4 in 48 s"))));
    assert_eq!(screen(&stage), Screen::Matrix, "nobody is pulled away");
    assert!(stage.text().contains("stg is ready: revision 4 in 48 s."));
}

#[test]
fn a_watch_ends_when_it_is_left() {
    let mut stage = play(scenes::watch);
    let run = stage.run();
    let effects = stage.app.handle(Msg::Key("Esc".parse::<landfall::tui::keymap::Chord>().unwrap().press()));
    assert!(effects.iter().any(|effect| matches!(effect.wish, Wish::Stop(stopped) if stopped == run)));
    assert!(stage.app.state().environment().unwrap().rollout.is_none());
}

#[test]
fn a_cause_that_went_away_is_no_longer_shown() {
    let mut stage = play(scenes::rollout);
    stage.happens(What::Seen(world::failing(stage.now).into()));
    assert!(stage.text().contains("the registry refused"));
    stage.happens(What::Seen(world::moving(stage.now).into()));
    assert!(!stage.text().contains("the registry refused"));
}

#[test]
fn a_refused_token_leads_to_its_field() {
    let mut stage = play(scenes::failing);
    stage.press("t");
    assert_eq!(screen(&stage), Screen::Credentials);
    let credentials = stage.app.state().environment().unwrap().credentials.as_ref().unwrap();
    assert_eq!(credentials.focused().unwrap().spec.name, "registry.token");
}

#[test]
fn the_log_of_the_young_pod_is_followed_and_another_can_be_chosen() {
    let mut stage = play(scenes::rollout);
    stage.press("l Up Enter");
    let follow = stage.open.iter().rev().find_map(|effect| match &effect.wish {
        Wish::Follow { of, .. } => Some(of.container.clone()),
        _ => None,
    });
    assert_eq!(follow.as_deref(), Some("init"));
}

#[test]
fn lines_fold_and_pods_open() {
    let mut stage = play(scenes::rollout);
    assert!(!stage.text().contains("mlflow:v3.18.0-full  "), "containers are hidden at first");
    stage.press("Down Down Right");
    let text = stage.text();
    assert!(text.contains("│      init ✓ 4s") && text.contains("│      mlflow starting, not ready"), "{text}");
    // From the container to its pod, which closes; from there to the object, which folds.
    stage.press("Down Left Left Left Left");
    let text = stage.text();
    assert!(text.contains("▸ 1") && !text.contains("x2lqd  worker-1"), "{text}");
    stage.press("Right");
    assert!(stage.text().contains("x2lqd  worker-1"));
}

#[test]
fn each_pane_has_a_filter_of_its_own() {
    let mut stage = play(scenes::filtered);
    let text = stage.text();
    assert!(text.contains("/started▏   2 of 4 events"), "{text}");
    assert!(text.contains("Started container init") && !text.contains("Startup probe"), "{text}");
    stage.press("Enter Tab / 'tables");
    let text = stage.text();
    assert!(text.contains("/tables▏   1 of 2 lines") && !text.contains("server process"), "{text}");
    stage.press("Esc");
    assert!(stage.text().contains("server process"));
    stage.press("Shift-Tab Esc Esc");
    assert_eq!(screen(&stage), Screen::Matrix);
}

#[test]
fn the_exit_code_is_that_of_the_last_run() {
    let mut stage = play(scenes::failing);
    stage.press("q");
    assert!(stage.asked(|wish| matches!(wish, Wish::Quit(1))).is_some());
}

#[test]
fn the_ways_out_are_offered_while_a_run_waits_and_taking_one_ends_the_waiting() {
    let mut stage = play(scenes::rollout);
    stage.press("t");
    assert_eq!(screen(&stage), Screen::Rollout, "nothing is wrong, so `t` is not live");
    stage.happens(What::Seen(world::failing(stage.now).into()));
    let question = stage.asked(|wish| matches!(wish, Wish::Ways { .. })).unwrap();
    let remedy = Remedy::Credentials { fields: vec!["registry.token".into()], label: "enter a new token".into() };
    stage.send(Msg::Answer(question, Answer::Ways(Ok(vec![remedy]))));
    let text = stage.text();
    assert!(text.contains("t enter a new token"), "{text}");
    let run = stage.run();
    let effects = stage.app.handle(Msg::Key("t".parse::<landfall::tui::keymap::Chord>().unwrap().press()));
    assert!(effects.iter().any(|effect| matches!(effect.wish, Wish::Stop(stopped) if stopped == run)));
    assert_eq!(screen(&stage), Screen::Credentials);
}

/// Whoever sits at a terminal without a clipboard reads them.
#[test]
fn the_commands_of_a_way_out_stand_in_the_details_of_what_they_mend() {
    let mut stage = play(scenes::rollout);
    stage.happens(What::Seen(world::failing(stage.now).into()));
    let question = stage.asked(|wish| matches!(wish, Wish::Ways { .. })).unwrap();
    let remedy = Remedy::Commands { lines: vec!["sudo mkdir -p /d".into()], label: "copy the commands".into() };
    stage.send(Msg::Answer(question, Answer::Ways(Ok(vec![remedy]))));
    assert!(!stage.text().contains("sudo mkdir"), "{}", stage.text());
    stage.press("Down Down Enter");
    assert!(stage.text().contains("sudo mkdir -p /d"), "{}", stage.text());
    stage.press("Esc g Enter");
    assert!(!stage.text().contains("sudo mkdir"), "other lines have nothing to do with it: {}", stage.text());
}

#[test]
fn a_second_ctrl_c_right_after_the_stop_leaves() {
    let mut stage = play(scenes::rollout);
    stage.press("Ctrl-C");
    stage.wait(500);
    stage.happens(What::Ended(Box::new(scenes::end(End::Stopped, "stopped"))));
    assert_eq!(screen(&stage), Screen::Outcome);
    stage.press("Ctrl-C");
    assert!(stage.asked(|wish| matches!(wish, Wish::Quit(130))).is_some());
}

#[test]
fn a_refused_object_says_why_and_what_was_not_sent() {
    let mut stage = Stage::new(NORMAL);
    stage.press("Right w");
    let step = |kind: &str| landfall::deploy::Step {
        key: world::key(kind, "mlflow-stg"),
        action: Change::Create,
        state: landfall::deploy::StepState::Waiting,
    };
    let waves = vec![landfall::deploy::Wave { steps: vec![step("Service"), step("Deployment")] }];
    stage.happens(What::Started { operation: Operation::Apply, target: Box::new(world::target("stg")), waves });
    let failure = Failure::input("the cluster did not apply Service mlflow-stg").because("port 30501 is taken");
    stage.happens(What::Refused { key: world::key("Service", "mlflow-stg"), failure: Box::new(failure.clone()) });
    let mut outcome = scenes::end(End::Failed, "the cluster did not apply Service mlflow-stg");
    outcome.failure = Some(failure);
    stage.happens(What::Ended(Box::new(outcome)));
    let text = stage.text();
    assert!(text.contains("Port 30501 is taken."), "{text}");
    assert!(text.contains("✗ Service mlflow-stg  port 30501 is taken"), "{text}");
    assert!(text.contains("1 object was not sent"), "{text}");
}
