//! The rotation dialog, and what stands beside a field that is not in step with the cluster.

use landfall::deploy::{Accord, Ask, Compared, Comparison, Edit, Instruction, Proof, Say};
use landfall::failure::{Failure, Kind};
use landfall::secret::{Secret, Stage as How};
use landfall::tui::effect::{Answer, Wish};
use landfall::tui::keymap::Mode;
use landfall::tui::msg::Msg;
use landfall::tui::state::Screen;
use ratatui::layout::Size;

use super::scenes::{self, answers, stands, statement, waits};
use super::stage::{NORMAL, Stage};
use super::world;

/// The cluster has what the vault has.
fn comparison(name: &str) -> Comparison {
    let fields = ["mlflow.username", "pgsql.username", "pgsql.password", "registry.token"];
    let compared = |field: &str| Compared {
        field: field.into(),
        accord: Accord::InSync,
        place: Some(format!("KEY of Secret mlflow-secrets-{name}")),
        edit: Some(Edit { by: "ann@laptop".into(), when: Some(world::ago(86_400)) }),
        applied: Some(world::ago(86_400)),
        stuck: None,
        turn: None,
    };
    Comparison { environment: name.into(), fields: fields.map(compared).into(), trouble: None }
}

#[test]
fn it_asks_one_thing_at_a_time_and_leads_to_the_preview() {
    let mut stage = Stage::new(NORMAL);
    waits(&mut stage);
    assert_eq!(stage.app.state().mode(), Mode::Rotation);
    let text = stage.text();
    for words in [
        "✓ make a new value and keep the old one",
        "▸ change it where it is known",
        "PostgreSQL has to be told",
        "ALTER ROLE",
    ] {
        assert!(text.contains(words), "{words} is not there:\n{text}");
    }
    stage.press("F2");
    assert!(stage.text().contains("Copied."), "{}", stage.text());
    stage.press("Enter");
    assert!(stage.asked(|wish| matches!(wish, Wish::Rotate { say: Say::Changed, .. })).is_some());
    answers(&mut stage, Ok(Ask::Apply), Some(How::Changed));
    stage.press("Enter");
    assert_eq!((stage.app.state().screen, stage.app.state().mode()), (Screen::Preview, Mode::Preview));
    let environment = stage.app.state().environment().unwrap();
    assert_eq!(environment.rotating, ["pgsql.password"], "it goes on after the run");
}

#[test]
fn it_is_over_with_a_word_and_the_form_is_asked_again() {
    let mut stage = Stage::new(NORMAL);
    waits(&mut stage);
    stage.press("Enter");
    answers(&mut stage, Ok(Ask::Done(Proof::Login)), None);
    assert_eq!(stage.app.state().mode(), Mode::Credentials);
    assert!(
        stage.text().contains("pgsql.password of dev is rotated: a login with the new value works."),
        "{}",
        stage.text()
    );
}

#[test]
fn what_went_wrong_stays_in_the_dialog_with_its_way_out() {
    let mut stage = Stage::new(NORMAL);
    waits(&mut stage);
    stage.press("Enter");
    let failure =
        Failure::new(Kind::Failed, "PostgreSQL does not accept the new value").hint("see that the change was made");
    answers(&mut stage, Err(failure), Some(How::Made));
    let text = stage.text();
    assert!(text.contains("does not accept the new value") && text.contains("see that the change was made"), "{text}");
    stage.press("F8");
    let question = stage.asked(|wish| matches!(wish, Wish::RotateBack { .. })).unwrap();
    stage.send(Msg::Answer(question, Answer::RotatedBack(Ok(false))));
    assert_eq!(stage.app.state().mode(), Mode::Credentials);
    assert!(stage.text().contains("Given up"), "{}", stage.text());
}

#[test]
fn a_new_value_is_typed_masked_and_shown_only_for_ten_seconds() {
    let mut stage = Stage::new(Size { width: 100, height: 40 });
    stage.press(scenes::PASSWORD);
    stage.press("F4");
    stands(&mut stage, None);
    stage.press("Enter");
    answers(&mut stage, Ok(Ask::Value(statement())), None);
    stage.press("'typed-in-the-dialog");
    assert!(stage.text().contains("••••••••") && !stage.text().contains("typed-in"), "{}", stage.text());
    stage.press("Enter");
    assert!(stage.asked(|wish| matches!(wish, Wish::Rotate { say: Say::Value(_), .. })).is_some());
    answers(&mut stage, Ok(Ask::Change(Instruction { needs_value: true, ..statement() })), Some(How::Made));
    stage.press("Ctrl-R");
    let question = stage.asked(|wish| matches!(wish, Wish::NextValue { .. })).unwrap();
    stage.send(Msg::Answer(question, Answer::Revealed(Ok(Some(Secret::new("sh0wn-for-a-while"))))));
    assert!(stage.text().contains("sh0wn-for-a-while"), "{}", stage.text());
    stage.wait(11_000);
    assert!(!stage.text().contains("sh0wn"), "{}", stage.text());
}

#[test]
fn what_was_typed_is_there_again_after_esc() {
    let mut stage = Stage::new(NORMAL);
    let asks = |stage: &mut Stage| {
        stage.press("F4");
        stands(stage, None);
        stage.press("Enter");
        answers(stage, Ok(Ask::Value(statement())), None);
    };
    stage.press(scenes::PASSWORD);
    asks(&mut stage);
    stage.press("'half-of-the-value Esc");
    assert_eq!(stage.app.state().mode(), Mode::Credentials);
    // Another one that is looked at meanwhile takes nothing from it.
    stage.press("Tab Tab Tab Tab F4");
    stands(&mut stage, None);
    stage.press("Esc Shift-Tab Shift-Tab Shift-Tab Shift-Tab");
    asks(&mut stage);
    assert!(stage.text().contains("••••••••▏"), "what was typed is lost: {}", stage.text());
    stage.press("Enter");
    assert!(stage.asked(|wish| matches!(wish, Wish::Rotate { say: Say::Value(_), .. })).is_some());
}

#[test]
fn nothing_begins_while_something_is_entered_and_not_saved() {
    let mut stage = Stage::new(NORMAL);
    scenes::credentials(&mut stage);
    stage.press("Tab Tab F4");
    assert_eq!(stage.app.state().mode(), Mode::Credentials);
    assert!(stage.text().contains("Save what was entered first"), "{}", stage.text());
}

#[test]
fn a_field_that_is_off_says_so_and_is_taken_over_with_one_key() {
    let mut stage = Stage::new(Size { width: 120, height: 40 });
    stage.press(scenes::PASSWORD);
    let question = stage.asked(|wish| matches!(wish, Wish::Compare(_))).unwrap();
    let mut comparison = comparison("dev");
    let compared = comparison.fields.iter_mut().find(|compared| compared.field == "pgsql.password").unwrap();
    compared.accord = Accord::ChangedThere;
    compared.edit.as_mut().unwrap().by = "kubectl-edit".into();
    stage.send(Msg::Answer(question, Answer::Compared(Box::new(Ok(comparison)))));
    let text = stage.text();
    assert!(text.contains("! changed in the cluster"), "{text}");
    assert!(text.contains("Changed in the cluster by kubectl-edit 1 day ago. F3 takes it over"), "{text}");
    stage.press("F3");
    assert!(stage.text().contains("the cluster's value stands here now"), "{}", stage.text());
}
