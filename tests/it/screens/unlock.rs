//! The passphrase of the vault: asked where it is needed, never seen, never lost to a hasty key.

use landfall::deploy::Form;
use landfall::failure::{Failure, Kind};
use landfall::tui::effect::{Answer, Question, Wish};
use landfall::tui::keymap::Mode;
use landfall::tui::msg::Msg;
use landfall::tui::state::{Dialog, Screen};

use super::scenes;
use super::stage::{NORMAL, Stage};
use super::world;

fn play() -> Stage {
    let mut stage = Stage::new(NORMAL);
    scenes::unlock(&mut stage);
    stage
}

/// The newest passphrase that is being tried.
fn tried(stage: &Stage) -> Option<Question> {
    stage.asked(|wish| matches!(wish, Wish::Unlock(_)))
}

fn mode(stage: &Stage) -> Mode {
    stage.app.state().mode()
}

#[test]
fn it_is_tried_once_and_all_that_was_hidden_comes() {
    let mut stage = play();
    assert_eq!(mode(&stage), Mode::Unlock);
    let shown = stage.text();
    assert!(shown.contains("••••••••") && !shown.contains("lighthouse"), "{shown}");
    stage.press("Enter Enter Enter");
    assert_eq!(stage.open.iter().filter(|effect| matches!(effect.wish, Wish::Unlock(_))).count(), 1);
    assert!(!format!("{:?} {:?}", stage.open, stage.app.state().dialogs).contains("lighthouse"));
    stage.vault = world::vault;
    let question = tried(&stage).unwrap();
    stage.send(Msg::Answer(question, Answer::Unlocked(Ok(()))));
    assert_eq!(mode(&stage), Mode::Matrix);
    assert!(!stage.text().contains("The vault is locked"), "{}", stage.text());
}

#[test]
fn another_passphrase_is_said_and_can_be_typed_again() {
    let mut stage = play();
    stage.press("Enter");
    let failure = Failure::new(Kind::Vault, "this is not the passphrase").because("it opens nothing here");
    let question = tried(&stage).unwrap();
    stage.send(Msg::Answer(question, Answer::Unlocked(Err(failure))));
    assert!(stage.text().contains("this is not the passphrase"), "{}", stage.text());
    stage.open.clear();
    stage.press("Enter");
    assert_eq!(tried(&stage), None, "the one that was wrong is gone");
    assert!(stage.text().contains("nothing is typed yet"), "{}", stage.text());
    stage.press("'q'Q?");
    assert_eq!(mode(&stage), Mode::Unlock, "letters are text here");
    stage.press("Enter");
    assert!(tried(&stage).is_some());
}

#[test]
fn esc_leaves_it_locked_and_an_answer_that_comes_later_counts() {
    let mut stage = play();
    stage.press("Enter Esc");
    assert_eq!((mode(&stage), stage.app.state().dialogs.len()), (Mode::Matrix, 0));
    assert!(stage.text().contains("The vault is locked. u asks"), "{}", stage.text());
    stage.vault = world::vault;
    let question = tried(&stage).unwrap();
    stage.send(Msg::Answer(question, Answer::Unlocked(Ok(()))));
    assert!(!stage.text().contains("The vault is locked"), "{}", stage.text());
}

#[test]
fn before_the_credentials_enter_asks_for_it_and_the_form_follows() {
    let mut stage = Stage::new(NORMAL);
    stage.vault = world::locked_file;
    stage.press("Enter");
    assert_eq!(mode(&stage), Mode::Vault);
    stage.press("Enter");
    assert!(matches!(stage.app.state().dialogs.last(), Some(Dialog::Unlock(_))));
    stage.press("'the-lighthouse Ctrl-U Enter");
    assert_eq!(tried(&stage), None, "Ctrl-U emptied it");
    stage.press("'the-lighthouse Enter");
    stage.vault = world::vault;
    let question = tried(&stage).unwrap();
    stage.send(Msg::Answer(question, Answer::Unlocked(Ok(()))));
    assert_eq!((stage.app.state().screen, mode(&stage)), (Screen::Credentials, Mode::Credentials));
}

#[test]
fn a_keyring_is_not_asked_for_a_passphrase() {
    let mut stage = Stage::new(NORMAL);
    scenes::locked(&mut stage);
    stage.press("u");
    assert!(stage.app.state().dialogs.is_empty());
    stage.vault = world::vault;
    stage.press("Enter");
    assert_eq!(mode(&stage), Mode::Credentials);
}

/// A form in which the password of the login is read at use.
fn referring(name: &str) -> Form {
    let mut form = world::form(name);
    let field = &mut form.groups[0].fields[1];
    (field.from, field.stored) = (Some("op read …".to_owned()), None);
    form
}

#[test]
fn what_is_read_at_use_is_named_takes_no_keys_and_counts_as_there() {
    let mut stage = Stage::new(NORMAL);
    stage.form = referring;
    stage.press("Enter Tab 'typed-all-the-same");
    let shown = stage.text();
    assert!(shown.contains("from op read …") && shown.contains("✓ at use"), "{shown}");
    assert!(shown.contains("Read from op read … when it is used, never stored"), "{shown}");
    assert!(!shown.contains("generate "), "nothing can be made there:\n{shown}");
    let credentials = stage.app.state().environment().unwrap().credentials.as_ref().unwrap();
    let field = credentials.focused().unwrap();
    assert!(!field.is_empty() && !field.blocks() && !field.is_new(), "{field:?}");
    assert!(credentials.entries().iter().all(|entry| entry.field != field.spec.name));
    assert!(stage.asked(|wish| matches!(wish, Wish::Judge { field, .. } if field == "mlflow.password")).is_none());
}
