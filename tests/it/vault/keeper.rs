//! The keeper: nothing is lost, nothing waits for ever.

use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use landfall::failure::{Failure, Kind, Result};
use landfall::secret::{Credentials, Health, Item, Keeper, Memory, Standing, Vault, VaultKind};

use super::{NASTY, dev, memory, set, shared, text, wait};

/// Waits for a word before every write.
struct Slow {
    memory: Memory,
    word: Receiver<()>,
}

impl Vault for Slow {
    fn standing(&mut self) -> Standing {
        self.memory.standing()
    }
    fn read(&mut self, item: &Item) -> Result<Credentials> {
        self.memory.read(item)
    }
    fn write(&mut self, item: &Item, credentials: &Credentials) -> Result<()> {
        self.word.recv().unwrap();
        self.memory.write(item, credentials)
    }
    fn remove(&mut self, item: &Item) -> Result<()> {
        self.memory.remove(item)
    }
}

#[test]
fn any_value_comes_back_as_it_went_in() {
    wait(async {
        let keeper = memory();
        for (at, value) in NASTY.iter().enumerate() {
            keeper.change(&dev(), set(&format!("f.{at}"), value)).await.unwrap();
        }
        let credentials = keeper.read(&dev()).await.unwrap();
        for (at, value) in NASTY.iter().enumerate() {
            assert_eq!(text(&credentials, &format!("f.{at}")).as_deref(), Some(*value));
        }
        assert!(keeper.read(&shared()).await.unwrap().is_empty());
    });
}

#[test]
fn changes_at_once_are_all_kept() {
    wait(async {
        let keeper = memory();
        let changes = (0..200).map(|at| {
            let keeper = keeper.clone();
            tokio::spawn(async move { keeper.change(&dev(), set(&format!("f.{at}"), "v")).await.map(|_| ()) })
        });
        for change in changes.collect::<Vec<_>>() {
            change.await.unwrap().unwrap();
        }
        assert_eq!(keeper.read(&dev()).await.unwrap().len(), 200);
    });
}

#[test]
fn a_value_set_again_keeps_its_time_and_an_empty_one_is_removed() {
    wait(async {
        let keeper = memory();
        let first = keeper.change(&dev(), set("f", "one")).await.unwrap()["f"].set;
        assert_eq!(keeper.change(&dev(), set("f", "one")).await.unwrap()["f"].set, first);
        assert!(keeper.change(&dev(), set("f", "two")).await.unwrap()["f"].set > first);
        keeper.change(&dev(), set("g", "x")).await.unwrap();
        assert_eq!(keeper.change(&dev(), set("f", "")).await.unwrap().len(), 1);
        assert!(keeper.change(&dev(), vec![("g".to_owned(), None)]).await.unwrap().is_empty());
    });
}

#[test]
fn an_environment_is_given_the_shared_credentials_under_its_own() {
    wait(async {
        let keeper = memory();
        keeper.change(&shared(), set("token", "all")).await.unwrap();
        keeper.change(&shared(), set("user", "all")).await.unwrap();
        keeper.change(&dev(), set("token", "dev")).await.unwrap();
        let given = keeper.gather(&dev()).await.unwrap();
        assert_eq!((text(&given, "token").as_deref(), text(&given, "user").as_deref()), (Some("dev"), Some("all")));
        keeper.remove(&dev()).await.unwrap();
        assert_eq!(text(&keeper.gather(&dev()).await.unwrap(), "token").as_deref(), Some("all"));
    });
}

#[test]
fn a_vault_that_does_not_answer_fails_in_time_then_at_once_and_comes_back() {
    let (say, word) = channel();
    let keeper = Keeper::open(VaultKind::Keyring, move || Ok(Box::new(Slow { memory: Memory::default(), word })));
    wait(async {
        let begun = Instant::now();
        let failure = keeper.change(&dev(), set("f", "v")).await.unwrap_err();
        assert!((2900..3500).contains(&begun.elapsed().as_millis()), "{:?}", begun.elapsed());
        assert_eq!(failure.kind, Kind::Vault);
        assert_eq!(failure.to_string(), "the vault is busy: it is waiting for an answer on the desktop");

        let begun = Instant::now();
        assert_eq!(keeper.read(&dev()).await.unwrap_err(), failure);
        let standing = keeper.standing().await;
        assert_eq!(standing.kind, VaultKind::Keyring);
        let Health::Unavailable { why, cure } = standing.health else { panic!("{:?}", standing.health) };
        assert!(why.contains("waiting for an answer on the desktop"), "{why}");
        assert!(cure.contains("behind the lock screen"), "{cure}");
        assert!(begun.elapsed() < Duration::from_millis(100));

        say.send(()).unwrap(); // somebody answers on the desktop
        let begun = Instant::now();
        let credentials = loop {
            match keeper.read(&dev()).await {
                Ok(credentials) => break credentials,
                Err(_) if begun.elapsed() < Duration::from_secs(5) => tokio::task::yield_now().await,
                Err(failure) => panic!("{failure}"),
            }
        };
        assert_eq!(text(&credentials, "f").as_deref(), Some("v"));
    });
}

#[test]
fn what_was_asked_is_done_before_the_end_though_nobody_waits_for_it() {
    let (say, word) = channel();
    let keeper = Keeper::open(VaultKind::Memory, move || Ok(Box::new(Slow { memory: Memory::default(), word })));
    wait(async {
        let asked = keeper.clone();
        let task = tokio::spawn(async move { asked.change(&dev(), set("f", "v")).await.map(|_| ()) });
        tokio::task::yield_now().await;
        task.abort();
        assert!(task.await.unwrap_err().is_cancelled());
        say.send(()).unwrap();
        keeper.settle().await.unwrap();
        assert_eq!(text(&keeper.read(&dev()).await.unwrap(), "f").as_deref(), Some("v"));
    });
}

#[test]
fn a_vault_that_cannot_be_made_says_so_every_time() {
    let why = Failure::input("standard input holds no credentials");
    let made = why.clone();
    let keeper = Keeper::open(VaultKind::Stdin, move || Err(made));
    wait(async {
        assert_eq!(keeper.read(&dev()).await.unwrap_err(), why);
        assert_eq!(keeper.remove(&dev()).await.unwrap_err(), why);
        assert_eq!(keeper.standing().await.kind, VaultKind::Stdin);
        keeper.settle().await.unwrap();
    });
}

#[test]
fn a_vault_that_breaks_down_is_a_failure_not_a_wait() {
    let keeper = Keeper::open(VaultKind::Memory, || {
        let (_, word) = channel(); // nobody will ever say a word: the owner panics
        Ok(Box::new(Slow { memory: Memory::default(), word }))
    });
    wait(async {
        for _ in 0..2 {
            let failure = keeper.change(&dev(), set("f", "v")).await.unwrap_err();
            assert_eq!(failure.to_string(), "the vault has stopped");
        }
    });
}

#[test]
fn a_vault_is_chosen_by_its_name_only() {
    for kind in [VaultKind::Keyring, VaultKind::File, VaultKind::Environ, VaultKind::Stdin, VaultKind::Memory] {
        assert_eq!(kind.to_string().parse(), Ok(kind));
    }
    let failure = "disk".parse::<VaultKind>().unwrap_err();
    assert_eq!(failure.kind, Kind::Input);
    assert_eq!(
        failure.to_string(),
        r#"there is no vault of this name: "disk" is not one of keyring, file, env, stdin and memory"#
    );
}
