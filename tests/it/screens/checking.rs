//! State and message in, state and effects out: the checklist and the smoke test.

use landfall::check::{Finding, Told};
use landfall::deploy::{Asking, Pods};
use landfall::plan::Consent;
use landfall::tui::effect::{Answer, Question, Wish};
use landfall::tui::keymap::Mode;
use landfall::tui::msg::Msg;
use landfall::tui::state::{Dialog, Screen};
use landfall::tui::{ColorMode, Options};

use super::scenes;
use super::stage::{NORMAL, Stage};
use super::world;

fn play(scene: fn(&mut Stage)) -> Stage {
    scenes::play(scene, Options { color: ColorMode::Always, ..Options::default() }, NORMAL)
}

/// What was asked to be checked last.
fn asked(stage: &Stage) -> Asking {
    let asking = |wish: &Wish| match wish {
        Wish::Check { asking, .. } => Some(asking.clone()),
        _ => None,
    };
    stage.open.iter().rev().find_map(|effect| asking(&effect.wish)).unwrap()
}

#[test]
fn what_only_reads_runs_by_itself_and_nobody_has_to_wait() {
    let mut stage = play(scenes::checks);
    let first = stage.open.iter().find_map(|effect| match &effect.wish {
        Wish::Check { asking, .. } => Some(asking.clone()),
        _ => None,
    });
    let first = first.unwrap();
    assert_eq!((first.only, first.pods), (Vec::new(), Pods::No));
    let text = stage.text();
    assert!(text.contains("2 of 9 still running") && text.contains("n go on with 1 failing"), "{text}");
    stage.press("n");
    assert_eq!(stage.app.state().screen, Screen::Preview);
}

#[test]
fn what_fails_stands_on_top_with_its_keys() {
    let mut stage = play(scenes::checks);
    let text = stage.text();
    let rows: Vec<&str> = text.lines().skip(2).take(4).collect();
    assert!(rows[0].contains("✗  hostPath directories on node worker-1") && rows[0].ends_with("1.4s"), "{text}");
    assert!(rows[1].contains("belongs to 0:0, MLflow runs as 1000:1000"), "{text}");
    assert!(rows[2].contains("x set it up on the node for you     y copy the commands     Enter evidence"), "{text}");
    assert!(rows[3].contains("!  Disk space for packages: 6 GiB free, 10 GiB recommended"), "{text}");
    stage.press("Enter");
    let text = stage.text();
    assert!(text.contains("logs: 0:0, mode 0755") && text.contains("chown -R 1000:1000"), "{text}");
    let effects = {
        stage.press("Esc");
        stage.app.handle(Msg::Key("y".parse::<landfall::tui::keymap::Chord>().unwrap().press()))
    };
    assert!(effects.iter().any(|effect| matches!(&effect.wish, Wish::Copy(text) if text.starts_with("sudo chown"))));
}

#[test]
fn a_fix_is_asked_for_like_an_apply_and_its_check_runs_again() {
    let mut stage = play(scenes::fix);
    let text = stage.text();
    assert!(
        text.contains("A short-lived pod on worker-1 makes the directories") && text.contains("kind-lab"),
        "{text}"
    );
    stage.press("Enter");
    assert!(matches!(stage.app.state().dialogs.last(), Some(Dialog::Confirm(_))), "too early to have been read");
    stage.wait(600);
    stage.press("Enter");
    let wanted = |wish: &Wish| matches!(wish, Wish::Mend { consent: Consent::Yes, .. });
    let question = stage.asked(wanted).unwrap();
    stage.send(Msg::Answer(question, Answer::Mended(Ok("the directories are there".into()))));
    assert!(stage.text().contains("The directories are there."));
    let asking = asked(&stage);
    assert_eq!((asking.only, asking.pods), (vec!["directories".to_owned()], Pods::Here));
    let found = Told::Found {
        check: "directories".into(),
        finding: Box::new(Finding::ok("they are his")),
        took: jiff::SignedDuration::ZERO,
    };
    stage.news(found);
    let text = stage.text();
    assert!(!text.contains("failing") && !text.contains('✗'), "{text}");
}

#[test]
fn a_fix_in_a_protected_environment_wants_its_name() {
    let mut stage = Stage::new(NORMAL);
    stage.press(
        "Right Right Enter Tab 'correct-horse-battery-staple Tab Tab Tab Tab 'Xk29-fhw8-PqLm-02vN Ctrl-S Ctrl-S",
    );
    assert_eq!(stage.app.state().screen, Screen::Checks);
    stage.news(Told::Began(world::checklist()));
    for (check, finding, _) in world::findings() {
        let took = jiff::SignedDuration::ZERO;
        stage.news(Told::Found { check: check.into(), finding: Box::new(finding), took });
    }
    stage.press("x");
    stage.wait(600);
    stage.press("'dev Enter");
    assert_eq!(stage.app.state().mode(), Mode::Confirm, "dev is not prod");
    assert!(stage.text().contains("Type prod to go on"));
    stage.press("Ctrl-U 'prod Enter");
    let named = |wish: &Wish| matches!(wish, Wish::Mend { consent: Consent::Named(name), .. } if name == "prod");
    assert!(stage.asked(named).is_some());
}

#[test]
fn checks_that_need_a_pod_wait_for_a_yes() {
    let mut stage = play(scenes::checked);
    let text = stage.text();
    assert!(
        text.contains("needs a short-lived pod") && text.contains("p runs 4 more with a short-lived pod"),
        "{text}"
    );
    stage.press("p");
    let asking = asked(&stage);
    assert_eq!(asking.only, ["directories", "disk", "database", "bucket"]);
    assert_eq!(asking.pods, Pods::Here);
    stage.press("G r");
    assert_eq!(asked(&stage).pods, Pods::Here, "once agreed, agreed");
}

#[test]
fn one_check_runs_again_and_the_others_stay() {
    let mut stage = play(scenes::checked);
    stage.press("G r");
    let asking = asked(&stage);
    assert_eq!(asking.only, ["credentials"]);
    stage.news(Told::Began(vec![world::item("credentials", "Passwords", landfall::check::Means::Reads)]));
    assert!(stage.text().contains("1 of 9 still running"));
    assert!(stage.text().contains("✓  Cluster v1.36.2 answers, context is kind-lab"));
}

#[test]
fn news_of_another_run_are_dropped() {
    let mut stage = play(scenes::checks);
    let at = stage.now;
    let told = Told::Began(vec![world::item("other", "Another", landfall::check::Means::Reads)]);
    stage.send(Msg::News(Question(9_999), landfall::check::News { at, told }));
    assert!(!stage.text().contains("Another"));
}

#[test]
fn going_back_and_forth_begins_the_checks_anew_and_ends_the_old_ones() {
    let mut stage = play(scenes::checks);
    let run = stage.asked(|wish| matches!(wish, Wish::Check { .. })).unwrap();
    stage.press("Esc");
    let effects = stage.app.handle(Msg::Key("Ctrl-S".parse::<landfall::tui::keymap::Chord>().unwrap().press()));
    let ended = effects.iter().any(|effect| matches!(effect.wish, Wish::Stop(stopped) if stopped == run));
    assert!(ended && effects.iter().any(|effect| matches!(effect.wish, Wish::Check { .. })));
}

#[test]
fn ctrl_c_stops_the_checks_and_twice_leaves() {
    let mut stage = play(scenes::checks);
    let run = stage.asked(|wish| matches!(wish, Wish::Check { .. })).unwrap();
    let effects = stage.app.handle(Msg::Key("Ctrl-C".parse::<landfall::tui::keymap::Chord>().unwrap().press()));
    assert!(effects.iter().any(|effect| matches!(effect.wish, Wish::Stop(stopped) if stopped == run)));
    assert!(stage.text().contains("The checks are stopped"));
    stage.press("Ctrl-C");
    assert!(stage.asked(|wish| matches!(wish, Wish::Quit(0))).is_some());
}

#[test]
fn a_smoke_test_shows_what_came_of_it() {
    let mut stage = play(scenes::smoke);
    assert_eq!(asked(&stage).only, ["smoke"]);
    let text = stage.text();
    assert!(text.contains("✓  Smoke test: signs in") && text.contains("PUT artifact 1 KiB in 0.2 s"), "{text}");
    assert!(text.contains("n deploy prod   s smoke test"), "{text}");
}

#[test]
fn a_click_on_a_check_chooses_it_and_another_opens_it() {
    let mut stage = play(scenes::checks);
    stage.buffer();
    stage.send(Msg::Click { x: 10, y: 5 });
    assert_eq!(stage.app.state().environment().unwrap().checks.chosen.as_deref(), Some("disk"));
    let text = stage.text();
    assert!(text.contains("Make room on that disk."), "{text}");
    let y = text.lines().position(|line| line.contains("Disk space")).unwrap();
    stage.send(Msg::Click { x: 10, y: u16::try_from(y).unwrap() });
    assert_eq!(stage.app.state().mode(), Mode::Text);
}
