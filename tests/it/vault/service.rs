//! The keyring of a real session in every state it can be in.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use landfall::failure::{Failure, Kind};
use landfall::secret::{Health, Item, Keeper, Standing, VaultKind, harden};

use super::canary::{CANARY, sings};
use super::session::{PROMPTER, Stage, is_taken, run, within};
use super::{NASTY, dev, known, set, shared, text, wait};
use crate::program::Place;

fn keyring() -> Keeper {
    Keeper::choose(VaultKind::Keyring, known(), PathBuf::new())
}

/// What a keyring that cannot be used says of itself, and what every request says.
fn unusable() -> (Standing, Failure) {
    wait(async {
        let keeper = keyring();
        let standing = keeper.standing().await;
        let failure = keeper.read(&dev()).await.unwrap_err();
        assert_eq!(failure.kind, Kind::Vault);
        assert!(failure.hints.iter().any(|hint| hint.contains("--vault memory, env or stdin")), "{failure:?}");
        let refused = keeper.change(&dev(), set("mlflow.password", CANARY)).await.unwrap_err();
        assert_eq!(refused, failure, "no other vault takes its place");
        assert!(!sings(&format!("{refused:?}")));
        (standing, failure)
    })
}

fn why(standing: Standing) -> String {
    let Health::Unavailable { why, cure } = standing.health else { panic!("{standing:?}") };
    assert!(!cure.is_empty());
    why
}

#[test]
fn without_a_bus() {
    within(Stage::NoBus, "vault::service::without_a_bus", || {
        let (standing, failure) = unusable();
        assert_eq!(standing.words(), "vault: keyring, not there");
        assert_eq!(why(standing), "this session has no D-Bus session bus, so no keyring can be reached");
        assert!(failure.to_string().starts_with("the keyring cannot be used: this session has no D-Bus"), "{failure}");
    });
}

#[test]
fn without_a_service() {
    within(Stage::NoService, "vault::service::without_a_service", || {
        assert_eq!(why(unusable().0), "no keyring service is installed for this session");
    });
}

#[test]
fn without_a_keyring_in_the_service() {
    within(Stage::NoCollection, "vault::service::without_a_keyring_in_the_service", || {
        assert_eq!(why(unusable().0), "the keyring service has no default keyring to store in");
    });
}

#[test]
fn locked() {
    within(Stage::Locked, "vault::service::locked", || {
        let (standing, failure) = unusable();
        assert_eq!(standing.words(), "vault: keyring login, locked");
        let Health::Locked { cure } = standing.health else { panic!("{standing:?}") };
        assert!(cure.contains("secret-tool search --unlock"), "{cure}");
        assert_eq!(failure.to_string(), "the keyring is locked");
    });
}

/// The question would open where nobody sees it: over a connection, behind a lock screen. It is never asked.
#[test]
fn locked_on_a_desktop_where_nobody_answers() {
    let name = "vault::service::locked_on_a_desktop_where_nobody_answers";
    within(Stage::LockedOnDesktop, name, || {
        let begun = Instant::now();
        let (standing, failure) = unusable();
        assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
        assert_eq!(standing.words(), "vault: keyring login, locked");
        assert_eq!(failure.to_string(), "the keyring is locked");
        for words in [&["creds", "list", "dev"][..], &["creds", "set", "dev", "pgsql.password"], &["vault", "status"]] {
            program(words, "locked");
        }
        assert!(!is_taken(PROMPTER), "somebody was asked on the desktop");

        // The desktop is real: a program that does ask waits for an answer that does not come.
        let mut asking = Command::new("secret-tool");
        asking.args(["store", "--label", "x", "service", "x"]).stdin(Stdio::piped());
        let mut asking = asking.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::io::Write::write_all(&mut asking.stdin.take().unwrap(), b"x").unwrap();
        let begun = Instant::now();
        while !is_taken(PROMPTER) {
            assert!(begun.elapsed() < Duration::from_secs(10), "no question came");
            std::thread::yield_now();
        }
        assert!(asking.try_wait().unwrap().is_none(), "it was answered");
        program(&["creds", "list", "dev"], "keyring");
        asking.kill().unwrap();
        asking.wait().unwrap();
    });
}

#[test]
fn the_real_daemon_where_its_home_is_broken() {
    within(Stage::BrokenHome, "vault::service::the_real_daemon_where_its_home_is_broken", || {
        unanswered();
        program(&["creds", "list", "dev"], "the vault is busy");
        program(&["vault", "use", "keyring"], "the keyring cannot be chosen");
    });
}

/// The real program ends in time with 3, and says these words.
fn program(arguments: &[&str], words: &str) {
    let place = Place::new("http://127.0.0.1:1", "{}");
    let mut command = place.landfall(arguments);
    for name in ["DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR"] {
        command.env(name, std::env::var(name).unwrap());
    }
    let said = wait(crate::program::run(command, CANARY));
    assert_eq!(said.code, Some(3), "{said:#?}");
    assert!(said.took < Duration::from_secs(8), "{said:#?}");
    assert!(format!("{}{}", said.out, said.err).contains(words), "{said:#?}");
    assert!(!sings(&format!("{said:?}")), "{said:#?}");
}

#[test]
fn a_service_that_never_comes_up() {
    within(Stage::NeverUp, "vault::service::a_service_that_never_comes_up", unanswered);
}

#[test]
fn a_service_that_never_answers() {
    within(Stage::Silent, "vault::service::a_service_that_never_answers", unanswered);
}

#[test]
fn each_vault_is_made_by_its_kind() {
    within(Stage::NoBus, "vault::service::each_vault_is_made_by_its_kind", || {
        wait(async {
            for (kind, name) in [(VaultKind::Environ, "process environment"), (VaultKind::Memory, "memory only")] {
                let keeper = Keeper::choose(kind, known(), PathBuf::new());
                let standing = keeper.standing().await;
                assert_eq!((standing.kind, standing.name.as_str(), standing.health), (kind, name, Health::Ready));
                assert!(keeper.read(&dev()).await.unwrap().is_empty());
            }
            let failure = Keeper::choose(VaultKind::Stdin, known(), PathBuf::new()).read(&dev()).await.unwrap_err();
            assert_eq!(failure.to_string(), "standard input holds no credentials: it is empty");
        });
    });
}

#[test]
fn a_hardened_process_is_closed_to_others() {
    use rustix::process::{DumpableBehavior, dumpable_behavior};

    within(Stage::NoBus, "vault::service::a_hardened_process_is_closed_to_others", || {
        assert_eq!(dumpable_behavior(), Ok(DumpableBehavior::Dumpable));
        harden().unwrap();
        assert_eq!(dumpable_behavior(), Ok(DumpableBehavior::NotDumpable));
        let limits = std::fs::read_to_string("/proc/self/limits").unwrap();
        let core: Vec<&str> = limits.lines().find(|line| line.contains("core")).unwrap().split_whitespace().collect();
        assert_eq!(core[4..6], ["0", "0"], "{limits}");
    });
}

fn unanswered() {
    wait(async {
        let keeper = keyring();
        let begun = Instant::now();
        let failure = keeper.read(&dev()).await.unwrap_err();
        assert!(begun.elapsed() < Duration::from_millis(3500), "{:?}", begun.elapsed());
        assert_eq!(failure.to_string(), "the vault is busy: it is waiting for an answer on the desktop");
        let begun = Instant::now();
        assert!(why(keeper.standing().await).contains("busy"));
        assert!(keeper.change(&dev(), set("f", "v")).await.is_err());
        assert!(begun.elapsed() < Duration::from_millis(100), "{:?}", begun.elapsed());
    });
}

#[test]
fn ready() {
    within(Stage::Ready, "vault::service::ready", || {
        wait(async {
            let keeper = keyring();
            let begun = Instant::now();
            let standing = keeper.standing().await;
            assert!(begun.elapsed() < Duration::from_millis(500), "{:?}", begun.elapsed());
            assert_eq!(standing.words(), "vault: keyring login, unlocked");
            assert_eq!((standing.health, standing.writable), (Health::Ready, true));

            assert!(keeper.read(&dev()).await.unwrap().is_empty());
            keeper.remove(&dev()).await.unwrap();
            for (at, value) in NASTY.iter().enumerate() {
                keeper.change(&dev(), set(&format!("f.{at}"), value)).await.unwrap();
            }
            keeper.change(&shared(), set("github.token", "all")).await.unwrap();

            let another = keyring();
            let credentials = another.read(&dev()).await.unwrap();
            assert_eq!(credentials.len(), NASTY.len());
            for (at, value) in NASTY.iter().enumerate() {
                assert_eq!(text(&credentials, &format!("f.{at}")).as_deref(), Some(*value));
            }
            assert_eq!(text(&another.gather(&dev()).await.unwrap(), "github.token").as_deref(), Some("all"));

            too_much(&keeper).await;
            others_read_and_write_it(&keeper).await;
            damaged(&keeper).await;

            keeper.remove(&dev()).await.unwrap();
            assert!(lookup(&dev()).is_empty());
            assert!(!lookup(&shared()).is_empty(), "the other item stays");
            keeper.change(&shared(), vec![("github.token".to_owned(), None)]).await.unwrap();
            assert!(lookup(&shared()).is_empty(), "an item without credentials is removed");
        });
    });
}

async fn too_much(keeper: &Keeper) {
    let before = lookup(&dev());
    let failure = keeper.change(&dev(), set("big", &CANARY.repeat(120))).await.unwrap_err();
    assert_eq!(
        failure.to_string(),
        "the credentials of mlflow-abcd/dev do not fit into one item: together they take more than 2,400 bytes"
    );
    assert!(!sings(&format!("{failure:?}")));
    assert_eq!(lookup(&dev()), before, "nothing of it is stored");
}

async fn others_read_and_write_it(keeper: &Keeper) {
    let stored = lookup(&shared());
    assert!(stored.starts_with(r#"{"v":1,"fields":{"github.token":{"value":"all","set":""#), "{stored}");
    assert!(!stored.trim_end().contains('\n'), "{stored}");
    store(&shared(), r#"{"v":1,"fields":{"github.token":{"value":"new","set":"2026-11-24T08:00:00Z"}}}"#);
    assert_eq!(text(&keeper.read(&shared()).await.unwrap(), "github.token").as_deref(), Some("new"));
}

async fn damaged(keeper: &Keeper) {
    let canary = serde_json::Value::from(CANARY).to_string();
    let texts = [
        (
            CANARY.to_owned(),
            "item mlflow-abcd/dev of the vault:1:1: the credentials cannot be read: it is not well-formed",
        ),
        (format!(r#"{{"v":1,"fields":{{"f":{canary}}}}}"#), "item mlflow-abcd/dev of the vault:1:"),
        (
            format!(r#"{{"v":1,"fields":{{"f":{{"value":{canary},"set":{canary}}}}}}}"#),
            "item mlflow-abcd/dev of the vault:1:",
        ),
        (
            format!(r#"{{"v":9,"values":{canary}}}"#),
            "the credentials of mlflow-abcd/dev cannot be read: another version of landfall stored them",
        ),
    ];
    for (stored, expected) in texts {
        store(&dev(), &stored);
        let failure = keeper.read(&dev()).await.unwrap_err();
        assert_eq!(failure.kind, Kind::Vault);
        assert!(failure.to_string().starts_with(expected), "{failure}");
        assert!(!sings(&format!("{failure} {failure:?}")), "{failure:?}");
        assert_eq!(keeper.change(&dev(), set("f", "v")).await.unwrap_err(), failure, "it is not written over");
    }
}

/// What another program reads in an item.
fn lookup(item: &Item) -> String {
    let output = run("secret-tool", &["lookup", "service", "landfall", "username", &item.name()]);
    String::from_utf8(output.stdout).unwrap()
}

/// Lets another program write an item.
fn store(item: &Item, value: &str) {
    let mut child = Command::new("secret-tool")
        .args(["store", "--label", "landfall", "service", "landfall", "username", &item.name()])
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), value.as_bytes()).unwrap();
    assert!(child.wait().unwrap().success());
}
