//! State and message in, state and effects out.

use landfall::deploy::{Fields, TakeOver};
use landfall::failure::Failure;
use landfall::plan::{Action as Change, Conflict};
use landfall::secret::Secret;
use landfall::tui::effect::{Answer, Wish};
use landfall::tui::keymap::Mode;
use landfall::tui::msg::{Msg, Turn};
use landfall::tui::screens::credentials::Entered;
use landfall::tui::state::{Dialog, Screen};
use landfall::tui::{App, ColorMode, Options};
use ratatui::layout::Size;
use zeroize::Zeroizing;

use super::scenes;
use super::stage::{NORMAL, SMALL, Stage, WIDE};
use super::world;

fn play(scene: fn(&mut Stage)) -> Stage {
    scenes::play(scene, Options { color: ColorMode::Always, ..Options::default() }, NORMAL)
}

fn screen(stage: &Stage) -> Screen {
    stage.app.state().screen
}

#[test]
fn the_first_thing_is_to_ask_the_vault_and_every_cluster() {
    let names = vec!["dev".to_owned(), "prod".to_owned()];
    let mut app = App::of(("mlflow".into(), "MLflow".into()), names, Options::default(), NORMAL).unwrap();
    let asked: Vec<String> = app.start().iter().map(|effect| format!("{:?}", effect.wish)).collect();
    assert_eq!(asked, ["Vault", "Glance(\"dev\")", "Survey(\"dev\")", "Glance(\"prod\")", "Survey(\"prod\")"]);
}

#[test]
fn the_walk_goes_forward_with_the_documented_keys() {
    let mut stage = play(scenes::outcome);
    assert_eq!(screen(&stage), Screen::Outcome);
    stage.press("n");
    assert_eq!((screen(&stage), stage.app.state().chosen), (Screen::Credentials, 2));
}

#[test]
fn esc_keeps_what_was_typed() {
    let mut stage = Stage::new(NORMAL);
    stage.press("Enter Tab 'half-a-pass Esc");
    assert_eq!(screen(&stage), Screen::Matrix);
    stage.press("Right Left Enter");
    let credentials = stage.app.state().environment().unwrap().credentials.as_ref().unwrap();
    assert_eq!(credentials.focus, 1);
    let kept = &credentials.fields[1];
    assert!(kept.value().same(&Secret::new("half-a-pass")));
}

#[test]
fn esc_goes_back_from_every_step() {
    let mut stage = play(scenes::confirm);
    stage.press("Esc");
    assert!(stage.app.state().dialogs.is_empty());
    assert_eq!(screen(&stage), Screen::Preview);
    stage.press("Esc");
    assert_eq!(screen(&stage), Screen::Checks);
    stage.press("Esc");
    assert_eq!(screen(&stage), Screen::Credentials);
    stage.press("Esc");
    assert_eq!(screen(&stage), Screen::Matrix);
}

#[test]
fn enter_within_half_a_second_of_the_question_does_nothing() {
    let mut stage = play(scenes::preview);
    stage.press("n");
    stage.wait(499);
    stage.press("Enter");
    assert!(matches!(stage.app.state().dialogs.last(), Some(Dialog::Confirm(_))));
    assert!(stage.asked(|wish| matches!(wish, Wish::Apply(_))).is_none());
    stage.wait(1);
    stage.press("Enter");
    assert_eq!(screen(&stage), Screen::Rollout);
    assert!(stage.asked(|wish| matches!(wish, Wish::Apply(_))).is_some());
}

#[test]
fn a_protected_environment_wants_its_name() {
    let mut stage = play(scenes::confirm);
    stage.wait(1_000);
    stage.press("Enter");
    assert_eq!(screen(&stage), Screen::Preview, "pro is not prod");
    stage.press("'d Enter");
    assert_eq!(screen(&stage), Screen::Rollout);
}

#[test]
fn a_blocked_plan_has_no_apply() {
    let mut stage = play(scenes::blocked);
    stage.press("n");
    assert!(stage.app.state().dialogs.is_empty());
    stage.press("v Enter");
    assert!(stage.app.state().dialogs.is_empty(), "the value is set");
    let plans = stage.open.iter().filter(|effect| matches!(effect.wish, Wish::Prepare { .. })).count();
    assert_eq!(plans, 3, "it plans again");
}

#[test]
fn taking_over_plans_again_with_that_wish() {
    let mut stage = play(scenes::preview);
    stage.press("r");
    let mut plan = world::plan("dev");
    let held = |path: &str| Conflict {
        path: path.into(),
        field: format!(".{path}"),
        taken: false,
        manager: "kubectl-edit".into(),
        since: None,
        theirs: Some("INFO".into()),
        ours: Some("DEBUG".into()),
    };
    plan.changes[0].action = Change::Conflict;
    plan.changes[0].conflicts = vec![held("data.LEVEL"), held("data.WORKERS")];
    let key = plan.changes[0].key.clone();
    stage.plan(Ok(plan));
    let taken = |stage: &Stage| match stage.open.iter().rev().map(|effect| &effect.wish).next() {
        Some(Wish::Prepare { take_over, .. }) => take_over.clone(),
        _ => panic!("no plan was asked for"),
    };
    stage.press("g o");
    assert_eq!(taken(&stage), TakeOver::These([(key.clone(), Fields::All)].into()));
    stage.press("o");
    assert_eq!(taken(&stage), TakeOver::Nothing, "once more leaves it to them");
    let text = stage.text();
    assert!(text.contains("o takes over, O all of them"), "{text}");
    stage.press("Tab Down o");
    let second = Fields::Some([".data.WORKERS".to_owned()].into());
    assert_eq!(taken(&stage), TakeOver::These([(key, second)].into()));
    assert!(stage.text().contains("Taken over: 1 field of ConfigMap mlflow-config-dev."));
    stage.press("O");
    assert_eq!(taken(&stage), TakeOver::Everything);
}

#[test]
fn a_filter_leaves_the_rows_that_have_its_words_and_says_how_many() {
    let mut stage = play(scenes::preview);
    stage.press("/ 'ConfigMAP");
    let text = stage.text();
    assert!(text.contains("/ConfigMAP▏   2 of 7 objects"), "{text}");
    assert!(text.contains("mlflow-config-dev") && !text.contains("mlflow-secrets-dev"), "{text}");
    assert_eq!(stage.app.state().environment().unwrap().preview.cursor, 0);
    stage.press("Down Enter Down");
    assert_eq!(stage.app.state().environment().unwrap().preview.cursor, 3, "the last row with the words");
    let text = stage.text();
    assert!(text.contains("/ConfigMAP   2 of 7 objects") && text.contains("Esc clear filter"), "{text}");
    stage.press("Esc");
    assert_eq!(screen(&stage), Screen::Preview, "the filter goes first");
    assert!(stage.text().contains("mlflow-secrets-dev"));
    stage.press("/ 'nothing-has-this");
    assert!(stage.text().contains("nothing here has these words"));
    stage.press("Esc Esc");
    assert_eq!(screen(&stage), Screen::Checks);
}

#[test]
fn what_is_not_judged_yet_is_made_anew_when_it_turns_out_to_warn() {
    let mut stage = Stage::new(NORMAL);
    stage.undecided = true;
    stage.press("Enter F2");
    let made = |stage: &Stage| -> Vec<String> {
        let credentials = stage.app.state().environment().unwrap().credentials.as_ref().unwrap();
        let new = credentials.fields.iter().filter(|field| field.is_new() && field.spec.masked);
        new.map(|field| field.spec.name.clone()).collect()
    };
    assert_eq!(made(&stage), ["mlflow.password", "minio.secret_key"], "what is empty, at once");
    stage.undecided = false;
    let waiting = |wish: &Wish| matches!(wish, Wish::Judge { field, value: None, .. } if field == "pgsql.password");
    let question = stage.asked(waiting).unwrap();
    stage.send(Msg::Answer(question, Answer::Judged(Ok(Some(world::same_as_stg())))));
    assert_eq!(made(&stage), ["mlflow.password", "pgsql.password", "minio.secret_key"]);
}

#[test]
fn saving_waits_for_values_that_are_being_made_and_needs_no_second_key() {
    let mut stage = Stage::new(NORMAL);
    stage.undecided = true;
    stage.press("Enter F2 Ctrl-S");
    assert_eq!(screen(&stage), Screen::Credentials);
    stage.undecided = false;
    let judging = stage.open.iter().filter(|effect| matches!(effect.wish, Wish::Judge { value: None, .. }));
    let questions: Vec<_> = judging.map(|effect| effect.question).collect();
    for question in questions {
        stage.send(Msg::Answer(question, Answer::Judged(Ok(None))));
    }
    assert_eq!(screen(&stage), Screen::Checks, "{}", stage.text());
}

#[test]
fn a_context_that_asks_is_signed_in_to_and_a_refusal_is_said() {
    let mut stage = play(scenes::sign_in);
    let text = stage.text();
    assert!(text.contains("? Enter to sign in") && text.contains("Enter sign in"), "{text}");
    stage.press("Enter");
    assert_eq!(screen(&stage), Screen::Matrix, "nothing is begun in front of a closed door");
    let asked = |wish: &Wish| matches!(wish, Wish::SignIn { words, .. } if words.starts_with("kubelogin signs you in"));
    let question = stage.asked(asked).unwrap();
    let failure = Failure::input("the sign-in was stopped").hint("Enter begins it again");
    stage.send(Msg::Answer(question, Answer::SignedIn(Err(failure))));
    let text = stage.text();
    assert!(text.contains("✗ the sign-in was stopped.") && text.contains("Enter begins it again"), "{text}");
    stage.signs_in = false;
    stage.press("Enter");
    let question = stage.asked(asked).unwrap();
    stage.send(Msg::Answer(question, Answer::SignedIn(Ok(()))));
    let text = stage.text();
    assert!(!text.contains("sign in") && text.contains("On its way"), "{text}");
}

#[test]
fn a_plan_without_changes_offers_to_watch() {
    let mut stage = play(scenes::preview);
    stage.press("r");
    let mut plan = world::plan("dev");
    plan.restarts.clear();
    plan.changes.iter_mut().for_each(|change| change.action = Change::Unchanged);
    stage.plan(Ok(plan));
    let text = stage.text();
    assert!(text.contains("Nothing changes"), "{text}");
    stage.press("n");
    assert!(stage.app.state().dialogs.is_empty(), "there is nothing to apply");
    stage.press("w");
    assert!(stage.asked(|wish| matches!(wish, Wish::Watch { .. })).is_some());
}

#[test]
fn a_failed_plan_says_why_and_can_be_asked_again() {
    let mut stage = play(scenes::preview);
    stage.press("r");
    let failure = Failure::new(landfall::failure::Kind::NoContact, "the cluster kind-lab does not answer")
        .hint("start it, or choose another context");
    stage.plan(Err(failure));
    let text = stage.text();
    assert!(text.contains("the cluster kind-lab does not answer"), "{text}");
    assert!(text.contains("start it, or choose another context"), "{text}");
}

#[test]
fn late_answers_are_dropped() {
    let mut stage = play(scenes::preview);
    stage.press("r");
    let old = stage.asked(|wish| matches!(wish, Wish::Prepare { .. })).unwrap();
    stage.press("r");
    let late = Answer::Prepared(Box::new(Err(Failure::input("late"))));
    stage.send(Msg::Answer(old, late));
    assert!(stage.app.state().environment().unwrap().preview.plan.is_some());
    stage.plan(Ok(world::plan("dev")));
    assert!(stage.app.state().environment().unwrap().preview.failure.is_none());
}

#[test]
fn a_masked_value_is_never_drawn_unless_revealed() {
    let canary = "Canary-71-Zebra-Quartz";
    let mut stage = Stage::new(NORMAL);
    stage.press("Enter Tab");
    stage.send(Msg::Paste(Zeroizing::new(format!("{canary}\n"))));
    for size in [NORMAL, WIDE, SMALL] {
        stage.resize(size);
        assert!(!stage.text().contains("Canary"));
    }
    stage.resize(NORMAL);
    stage.press("Ctrl-R");
    assert!(stage.text().contains(canary));
    stage.wait(9_999);
    assert!(stage.text().contains(canary));
    stage.wait(1);
    assert!(!stage.text().contains("Canary"), "it ends after ten seconds");
    stage.press("Ctrl-R");
    assert!(stage.text().contains(canary));
    stage.press("Tab");
    assert!(!stage.text().contains("Canary"), "it ends when the field is left");
}

#[test]
fn a_stored_value_is_asked_for_when_it_is_revealed() {
    let mut stage = Stage::new(NORMAL);
    stage.press("Enter Tab Tab Tab Ctrl-R");
    let question = stage.asked(|wish| matches!(wish, Wish::Reveal { field, .. } if field == "pgsql.password")).unwrap();
    stage.send(Msg::Answer(question, Answer::Revealed(Ok(Some(Secret::new("Stored-Canary"))))));
    assert!(stage.text().contains("Stored-Canary"));
    stage.wait(10_000);
    assert!(!stage.text().contains("Stored-Canary"));
}

#[test]
fn several_pasted_lines_are_not_taken_and_it_is_said() {
    let mut stage = Stage::new(NORMAL);
    stage.press("Enter Tab");
    stage.send(Msg::Paste(Zeroizing::new("one\ntwo".into())));
    let text = stage.text();
    assert!(text.contains("Not taken"), "{text}");
    assert!(stage.app.state().environment().unwrap().credentials.as_ref().unwrap().fields[1].is_empty());
}

#[test]
fn generate_fills_the_field_and_generate_all_fills_what_is_empty_or_flagged() {
    let mut stage = Stage::new(NORMAL);
    stage.press("Enter Tab Ctrl-G");
    let new = |stage: &Stage| -> Vec<String> {
        let credentials = stage.app.state().environment().unwrap().credentials.as_ref().unwrap();
        let masked = credentials.fields.iter().filter(|field| matches!(field.entered, Entered::Masked(_)));
        masked.filter(|field| field.is_new()).map(|field| field.spec.name.clone()).collect()
    };
    assert_eq!(new(&stage), ["mlflow.password"]);
    stage.press("F2");
    assert_eq!(new(&stage), ["mlflow.password", "pgsql.password", "minio.secret_key"]);
}

#[test]
fn what_is_needed_blocks_and_takes_the_focus() {
    let mut stage = Stage::new(NORMAL);
    stage.press("Enter Ctrl-S");
    assert_eq!(screen(&stage), Screen::Credentials);
    assert_eq!(stage.app.state().environment().unwrap().credentials.as_ref().unwrap().focus, 1);
    let text = stage.text();
    assert!(text.contains("Not yet: MLflow login password is needed."), "{text}");
}

#[test]
fn what_warns_is_asked_once_more_in_a_protected_environment() {
    let fill = "Enter Tab 'correct-horse-battery-staple Tab Tab Tab Tab 'Xk29-fhw8-PqLm-02vN Ctrl-S";
    let mut dev = Stage::new(NORMAL);
    dev.press(fill);
    assert_eq!(screen(&dev), Screen::Checks);
    let mut prod = Stage::new(NORMAL);
    prod.press("Right Right");
    prod.press(fill);
    assert_eq!(screen(&prod), Screen::Credentials);
    prod.press("Ctrl-S");
    assert_eq!(screen(&prod), Screen::Checks);
}

#[test]
fn a_locked_vault_is_said_before_anything_can_be_typed() {
    let mut stage = play(scenes::locked);
    assert_eq!(stage.app.state().mode(), Mode::Vault);
    stage.vault = world::vault;
    stage.press("r");
    assert_eq!(stage.app.state().mode(), Mode::Credentials);
}

#[test]
fn resize_keeps_the_focus() {
    let mut stage = play(scenes::credentials);
    stage.press("Tab Tab Tab");
    for size in [SMALL, Size { width: 20, height: 5 }, WIDE, NORMAL] {
        stage.resize(size);
        stage.buffer();
    }
    assert_eq!(stage.app.state().environment().unwrap().credentials.as_ref().unwrap().focus, 4);
}

#[test]
fn the_wheel_scrolls_what_is_under_it_and_a_click_chooses() {
    let mut stage = play(scenes::preview);
    stage.buffer();
    stage.send(Msg::Wheel { x: 10, y: 5, turn: Turn::Up });
    assert_eq!(stage.app.state().environment().unwrap().preview.cursor, 1);
    stage.buffer();
    stage.send(Msg::Click { x: 10, y: 4 });
    assert_eq!(stage.app.state().environment().unwrap().preview.cursor, 0);
}

#[test]
fn yaml_is_copied_masked() {
    let mut stage = play(scenes::preview);
    let effects = stage.app.handle(Msg::Key("y".parse::<landfall::tui::keymap::Chord>().unwrap().press()));
    let copied = effects.iter().find_map(|effect| match &effect.wish {
        Wish::Copy(text) => Some(text.clone()),
        _ => None,
    });
    assert!(copied.unwrap().contains("password: ●1"));
}

#[test]
fn generating_all_leads_to_what_has_to_be_entered_by_hand() {
    let mut stage = Stage::new(NORMAL);
    stage.press("Enter Tab Tab Tab Tab Ctrl-U F2");
    let credentials = stage.app.state().environment().unwrap().credentials.as_ref().unwrap();
    assert_eq!(credentials.focused().unwrap().spec.name, "minio.access_key");
}
