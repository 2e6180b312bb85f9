//! The encrypted file: what goes in comes out, nobody else reads it, nothing is lost, nothing is written over.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use landfall::failure::{Failure, Kind};
use landfall::secret::{AgeFile, Health, Keeper, Secret, Unlock, VaultKind, WRONG_PASSPHRASE};
use tempfile::TempDir;

use super::canary::{CANARY, sings};
use super::session::{Stage, within};
use super::{NASTY, dev, known, set, shared, text, wait};

/// The passphrase of these vaults.
const PASSPHRASE: &str = "correct horse battery c4nary";

/// The cheapest that scrypt can be: these passphrases guard nothing.
const CHEAP: u8 = 1;

fn keeper(folder: &Path) -> Keeper {
    Keeper::choose(VaultKind::File, known(), folder.to_owned())
}

fn with(passphrase: &str, remember: Option<Duration>) -> Unlock {
    Unlock { passphrase: Secret::new(passphrase), remember }
}

/// A folder with an empty vault in it.
fn made() -> (TempDir, PathBuf) {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("landfall/vault");
    AgeFile::create(&folder, &Secret::new(PASSPHRASE), CHEAP).unwrap();
    (home, folder)
}

async fn unlocked(folder: &Path) -> Keeper {
    let keeper = keeper(folder);
    keeper.unlock(with(PASSPHRASE, None)).await.unwrap();
    keeper
}

fn bytes(folder: &Path) -> (Vec<u8>, Vec<u8>) {
    (fs::read(folder.join("identity.age")).unwrap(), fs::read(folder.join("vault.age")).unwrap())
}

#[test]
fn what_goes_in_comes_out_and_only_with_the_passphrase() {
    let (_home, folder) = made();
    wait(async {
        let first = unlocked(&folder).await;
        assert_eq!(first.standing().await.words(), "vault: encrypted file, unlocked");
        for (at, value) in NASTY.iter().enumerate() {
            first.change(&dev(), set(&format!("f.{at}"), value)).await.unwrap();
        }
        first.change(&shared(), set("github.token", "all")).await.unwrap();

        let second = keeper(&folder);
        let standing = second.standing().await;
        assert_eq!(standing.words(), "vault: encrypted file, locked");
        assert_eq!(standing.health, Health::Locked { cure: "unlock it with: landfall vault unlock".to_owned() });
        let locked = second.read(&dev()).await.unwrap_err();
        assert_eq!((locked.kind, locked.to_string().as_str()), (Kind::Vault, "the vault is locked"));
        assert_eq!(second.change(&dev(), set("f", CANARY)).await.unwrap_err(), locked);
        let wrong = second.unlock(with("correct horse battery", None)).await.unwrap_err();
        assert_eq!((wrong.kind, wrong.what.as_str()), (Kind::Vault, WRONG_PASSPHRASE));
        assert_eq!(second.read(&dev()).await.unwrap_err(), locked, "a wrong passphrase changes nothing");

        second.unlock(with(PASSPHRASE, None)).await.unwrap();
        let credentials = second.read(&dev()).await.unwrap();
        for (at, value) in NASTY.iter().enumerate() {
            assert_eq!(text(&credentials, &format!("f.{at}")).as_deref(), Some(*value));
        }
        assert_eq!(second.items(Vec::new()).await.unwrap(), [dev(), shared()]);
        second.remove(&dev()).await.unwrap();
        assert!(first.read(&dev()).await.unwrap().is_empty(), "one sees at once what the other did");
        second.lock().await.unwrap();
        assert_eq!(second.read(&dev()).await.unwrap_err(), locked);
    });
}

#[test]
fn the_files_say_nothing_and_are_for_their_owner_only() {
    let (_home, folder) = made();
    wait(async {
        unlocked(&folder).await.change(&dev(), set("mlflow.password", CANARY)).await.unwrap();
    });
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&folder), 0o700);
    let mut names = Vec::new();
    for entry in fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        assert_eq!(mode(&path), 0o600, "{}", path.display());
        let bytes = fs::read(&path).unwrap();
        let said = String::from_utf8_lossy(&bytes);
        assert!(!sings(&said) && !said.contains(PASSPHRASE) && !said.contains("AGE-SECRET-KEY"), "{}", path.display());
        names.push(path.file_name().unwrap().to_str().unwrap().to_owned());
    }
    names.sort();
    assert_eq!(names, ["identity.age", "lock", "vault.age"], "nothing is left beside them");
}

#[test]
fn one_that_is_open_to_others_is_not_used() {
    let (_home, folder) = made();
    wait(async {
        let keeper = unlocked(&folder).await;
        for (name, mode) in [("", 0o755), ("vault.age", 0o640), ("identity.age", 0o604)] {
            let path = folder.join(name);
            let before = fs::metadata(&path).unwrap().permissions();
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            let Health::Unavailable { why, cure } = keeper.standing().await.health else { panic!("{name} is open") };
            assert!(why.contains("the vault is open to others: other users may read or change it"), "{why}");
            assert!(cure.starts_with("close it with: chmod "), "{cure}");
            assert!(keeper.read(&dev()).await.is_err() && keeper.change(&dev(), set("f", "v")).await.is_err());
            fs::set_permissions(&path, before).unwrap();
        }
        assert!(keeper.read(&dev()).await.unwrap().is_empty());
    });
}

/// What a keeper says of a vault in which one file is changed; nothing is written over it.
async fn broken(folder: &Path, name: &str, content: Option<&[u8]>) -> Failure {
    let path = folder.join(name);
    match content {
        Some(content) => fs::write(&path, content).unwrap(),
        None => fs::remove_file(&path).unwrap(),
    }
    let before = fs::read(&path).ok();
    let keeper = keeper(folder);
    let failure = keeper.unlock(with(PASSPHRASE, None)).await.unwrap_err();
    assert!(keeper.change(&dev(), set("f", "v")).await.is_err());
    assert_eq!(failure.kind, Kind::Vault, "{failure}");
    assert!(!sings(&format!("{failure:?}")), "{failure:?}");
    assert_eq!(fs::read(&path).ok(), before, "{name} was written over");
    failure
}

#[test]
fn a_damaged_or_foreign_file_is_named_and_never_written_over() {
    let (_home, folder) = made();
    let (_other_home, other) = made();
    wait(async {
        unlocked(&folder).await.change(&dev(), set("mlflow.password", CANARY)).await.unwrap();
        let (identity, body) = bytes(&folder);
        let (foreign_identity, foreign_body) = bytes(&other);
        let half = &body[..body.len() / 2];
        let mut flipped = body.clone();
        *flipped.last_mut().unwrap() ^= 1;
        for content in [b"".as_slice(), CANARY.as_bytes(), half, &flipped, &foreign_body] {
            let failure = broken(&folder, "vault.age", Some(content)).await;
            let name = folder.join("vault.age").display().to_string();
            assert_eq!(
                failure.to_string(),
                format!("{name}: the vault cannot be read: the file is damaged, or belongs to another key")
            );
            fs::write(folder.join("vault.age"), &body).unwrap();
        }
        for content in [b"".as_slice(), CANARY.as_bytes(), &identity[..identity.len() / 2]] {
            let failure = broken(&folder, "identity.age", Some(content)).await;
            assert!(failure.to_string().contains("identity.age: this file cannot be opened"), "{failure}");
            fs::write(folder.join("identity.age"), &identity).unwrap();
        }
        // Another key under the same passphrase opens, but not this vault.
        let failure = broken(&folder, "identity.age", Some(&foreign_identity)).await;
        assert!(failure.to_string().contains("vault.age: the vault cannot be read"), "{failure}");
        fs::write(folder.join("identity.age"), &identity).unwrap();
        for (name, content) in [("vault.age", &body), ("identity.age", &identity)] {
            let failure = broken(&folder, name, None).await;
            let said = format!("{failure} {:?}", failure.hints);
            assert!(said.contains(name) && said.contains("put both files back from a backup"), "{said}");
            let failure = AgeFile::create(&folder, &Secret::new(PASSPHRASE), CHEAP).unwrap_err();
            assert!(failure.to_string().contains("there is an encrypted file already"), "{failure}");
            fs::write(folder.join(name), content).unwrap();
            fs::set_permissions(folder.join(name), fs::Permissions::from_mode(0o600)).unwrap();
        }
        let credentials = unlocked(&folder).await.read(&dev()).await.unwrap();
        assert_eq!(text(&credentials, "mlflow.password").as_deref(), Some(CANARY));
    });
}

#[test]
fn where_none_is_set_up_the_command_is_named() {
    let home = tempfile::tempdir().unwrap();
    wait(async {
        let keeper = keeper(&home.path().join("vault"));
        let standing = keeper.standing().await;
        assert_eq!(standing.words(), "vault: encrypted file, not there");
        let failure = keeper.read(&dev()).await.unwrap_err();
        assert_eq!(failure.why.as_deref(), Some("the encrypted file is not set up on this machine yet"));
        assert_eq!(failure.hints, ["set it up with: landfall vault use file"]);
    });
    assert!(!home.path().join("vault").exists(), "asking makes nothing");
}

#[test]
fn of_many_at_once_no_save_is_lost() {
    let (_home, folder) = made();
    let savers: Vec<_> = (0..8)
        .map(|saver| {
            let folder = folder.clone();
            // Each with a vault of its own, as programs of their own have.
            std::thread::spawn(move || {
                wait(async {
                    let keeper = unlocked(&folder).await;
                    for at in 0..3 {
                        keeper.change(&dev(), set(&format!("f{saver}.{at}"), "v")).await.unwrap();
                    }
                });
            })
        })
        .collect();
    for saver in savers {
        saver.join().unwrap();
    }
    wait(async { assert_eq!(unlocked(&folder).await.read(&dev()).await.unwrap().len(), 24) });
}

#[test]
fn what_a_crash_left_beside_it_does_no_harm() {
    let (_home, folder) = made();
    wait(async {
        let keeper = unlocked(&folder).await;
        keeper.change(&dev(), set("f", "v")).await.unwrap();
        fs::write(folder.join(".AbCdEf.new"), CANARY).unwrap();
        keeper.change(&dev(), set("g", "w")).await.unwrap();
        assert_eq!(unlocked(&folder).await.read(&dev()).await.unwrap().len(), 2);
    });
}

#[test]
fn a_change_waits_for_the_one_that_is_under_way_and_no_longer_than_its_time() {
    let (_home, folder) = made();
    wait(async {
        let keeper = unlocked(&folder).await;
        let held = fs::File::options().write(true).open(folder.join("lock")).unwrap();
        held.lock().unwrap();
        let begun = Instant::now();
        let failure = keeper.change(&dev(), set("f", "v")).await.unwrap_err();
        assert!((9900..12000).contains(&begun.elapsed().as_millis()), "{:?}", begun.elapsed());
        assert_eq!(
            failure.to_string(),
            "the vault is busy: another landfall changes it, or its file system does not answer"
        );
        held.unlock().unwrap();
        let begun = Instant::now();
        while keeper.read(&dev()).await.map_or(true, |credentials| credentials.is_empty()) {
            assert!(begun.elapsed() < Duration::from_secs(5), "the change that was under way did not come about");
            tokio::task::yield_now().await;
        }
    });
}

/// Waits until a vault is as wanted, on a busy machine too.
async fn until(keeper: &Keeper, ready: bool) {
    let begun = Instant::now();
    while matches!(keeper.standing().await.health, Health::Ready) != ready {
        assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", keeper.standing().await);
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[cfg(target_os = "linux")]
#[test]
fn the_kernel_remembers_it_for_a_while_until_it_is_locked() {
    remembers();
}

#[cfg(target_os = "linux")]
#[test]
fn the_kernel_remembers_it_in_a_session_that_has_no_keyring_of_its_person() {
    let name = "vault::file::the_kernel_remembers_it_in_a_session_that_has_no_keyring_of_its_person";
    within(Stage::NoBus, name, || {
        use linux_keyutils::{KeyRing, KeyRingIdentifier};
        // A session keyring that is new and empty, as services and containers have it.
        KeyRing::from_special_id(KeyRingIdentifier::Session, true).unwrap();
        remembers();
    });
}

#[cfg(target_os = "linux")]
fn remembers() {
    let (_home, folder) = made();
    wait(async {
        let (first, second) = (keeper(&folder), keeper(&folder));
        first.unlock(with(PASSPHRASE, Some(Duration::from_mins(5)))).await.unwrap();
        first.change(&dev(), set("f", "v")).await.unwrap();
        assert_eq!(second.standing().await.words(), "vault: encrypted file, unlocked");
        assert_eq!(text(&second.read(&dev()).await.unwrap(), "f").as_deref(), Some("v"));
        second.lock().await.unwrap();
        assert!(matches!(keeper(&folder).standing().await.health, Health::Locked { .. }));
        assert!(first.read(&dev()).await.is_ok(), "whoever typed the passphrase keeps it");

        first.unlock(with(PASSPHRASE, Some(Duration::from_secs(2)))).await.unwrap();
        until(&second, true).await;
        until(&second, false).await;

        // Another key is another thing to remember.
        first.unlock(with(PASSPHRASE, Some(Duration::from_mins(5)))).await.unwrap();
        let (_other_home, other) = made();
        fs::write(folder.join("identity.age"), bytes(&other).0).unwrap();
        assert!(matches!(second.standing().await.health, Health::Locked { .. }));
    });
}
