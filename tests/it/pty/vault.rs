//! The encrypted file at a terminal: set up, unlocked, opened with Debian's age.

use std::path::Path;

use landfall::secret::{AgeFile, Keeper, Known, Secret, Unlock, VaultKind};
use portable_pty::CommandBuilder;
use tempfile::TempDir;

use super::person::{Person, ROLLOUT, SOON, command, landfall};
use super::{CTRL_C, ENTER, ESCAPE};
use crate::support::asset;

const PASSPHRASE: &str = "the-lighthouse-at-noon-is-unlit";

/// A home without a keyring, with a project in it.
struct Home(TempDir);

impl Home {
    fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        std::fs::write(home.path().join("landfall.yaml"), asset("demo/landfall.yaml")).unwrap();
        Self(home)
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    /// A command in this home, without a session bus.
    fn command(&self, mut command: CommandBuilder) -> CommandBuilder {
        command.env("HOME", self.path());
        command.env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere/bus");
        command.cwd(self.path());
        command
    }

    fn landfall(&self, arguments: &[&str]) -> Person {
        Person::starts(self.command(landfall(arguments)))
    }
}

fn silent(ann: &Person) {
    assert!(!String::from_utf8_lossy(ann.raw()).contains("lighthouse"), "the passphrase was shown:\n{}", ann.text());
}

/// Chosen and made at prompts; what it keeps is opened by another program, with the same passphrase.
#[test]
fn it_is_set_up_at_prompts_and_debians_age_opens_it() {
    let home = Home::new();
    let mut ann = home.landfall(&["vault", "use", "file"]);
    ann.answers("Passphrase for the new vault", "short");
    ann.answers("12 characters", PASSPHRASE);
    ann.sees("strong");
    ann.answers("The same once more", "another-one-by-mistake");
    ann.answers("not the same", PASSPHRASE);
    ann.until(SOON, "the second question", |screen| screen.contents().matches("once more:").count() == 2);
    ann.answers("once more", PASSPHRASE);
    ann.sees_within(ROLLOUT, "chosen file");
    assert_eq!(ann.ends(), 0, "{}", ann.text());
    silent(&ann);

    let mut ann = home.landfall(&["creds", "generate", "dev", "pgsql.password"]);
    ann.answers("Passphrase of the vault", "not-this-one");
    ann.answers("this is not the passphrase", PASSPHRASE);
    ann.sees_within(ROLLOUT, "made dev");
    assert_eq!(ann.ends(), 0, "{}", ann.text());
    silent(&ann);

    let folder = home.path().join(".local/share/landfall/vault");
    let folder = folder.to_str().unwrap();
    let arguments = ["-d", "-i", &format!("{folder}/identity.age"), &format!("{folder}/vault.age")];
    let mut ann = Person::starts(home.command(command("age", &arguments)));
    ann.answers("passphrase", PASSPHRASE);
    ann.sees(r#"{"v":1,"items":{"mlflow-"#);
    ann.sees("pgsql.password");
    assert_eq!(ann.ends(), 0, "{}", ann.text());

    let mut ann = home.landfall(&["vault", "export", "--plaintext", "--to-stdout"]);
    ann.sees("a terminal and whoever records it would keep every value");
    assert_eq!(ann.ends(), 6);
}

#[test]
fn on_the_screens_it_is_unlocked_in_a_dialog() {
    let home = Home::new();
    let folder = home.path().join(".local/share/landfall/vault");
    AgeFile::create(&folder, &Secret::new(PASSPHRASE), 4).unwrap();
    let mut ann = home.landfall(&["--vault", "file"]);
    ann.sees("The vault is locked. u asks for its passphrase.");
    ann.press("u");
    ann.sees("Unlock the vault");
    ann.press("wrong-lighthouse\r");
    ann.sees("this is not the passphrase");
    ann.press(PASSPHRASE);
    ann.sees("••••••••");
    ann.press(ENTER);
    ann.sees("encrypted file, unlocked");
    ann.press("c");
    ann.sees("MLflow login");
    ann.press(ESCAPE);
    ann.sees("3 environments");
    ann.press("q");
    assert_eq!(ann.ends(), 0);
    silent(&ann);
    ann.has_the_terminal_back();
    // For that landfall only.
    let mut ann = home.landfall(&["--vault", "file"]);
    ann.sees("The vault is locked");
    ann.press(CTRL_C);
    ann.press(CTRL_C);
    ann.ends();
}

#[test]
fn without_a_keyring_the_screens_offer_the_file_by_name() {
    let home = Home::new();
    let mut ann = home.landfall(&[]);
    ann.sees("landfall vault use file");
    ann.press("c");
    ann.sees("The vault is not there");
    ann.sees("landfall vault use file");
    ann.press("q");
    ann.ends();
    assert!(!home.path().join(".config/landfall").exists(), "something was chosen");
}

#[test]
fn it_is_saved_under_a_passphrase_and_taken_over_after_a_look() {
    let home = Home::new();
    let folder = home.path().join(".local/share/landfall/vault");
    AgeFile::create(&folder, &Secret::new(PASSPHRASE), 4).unwrap();
    let mut ann = home.landfall(&["creds", "generate", "dev", "pgsql.password", "--vault", "file"]);
    ann.answers("Passphrase of the vault", PASSPHRASE);
    assert_eq!(ann.ends(), 0, "{}", ann.text());

    let mut ann = home.landfall(&["vault", "export", "saved.age", "--vault", "file"]);
    ann.answers("Passphrase of the vault", PASSPHRASE);
    ann.answers("Passphrase for the saved file", "a-lighthouse-in-a-suitcase");
    ann.answers("The same once more", "a-lighthouse-in-a-suitcase");
    ann.sees_within(ROLLOUT, "saved saved.age");
    assert_eq!(ann.ends(), 0, "{}", ann.text());
    silent(&ann);

    // Elsewhere, in a vault that is still empty.
    std::fs::remove_dir_all(&folder).unwrap();
    AgeFile::create(&folder, &Secret::new(PASSPHRASE), 4).unwrap();
    for (answer, code) in [("n", 130), ("y", 0)] {
        let mut ann = home.landfall(&["vault", "import", "saved.age", "--vault", "file"]);
        ann.answers("Passphrase of the vault", PASSPHRASE);
        ann.answers("Passphrase of the saved file", "a-lighthouse-in-a-suitcase");
        ann.sees_within(ROLLOUT, "Take this over?");
        ann.sees("+ pgsql.password  is set");
        ann.press(&format!("{answer}\r"));
        assert_eq!(ann.ends(), code, "{}", ann.text());
        silent(&ann);
    }
}

/// What an older hand made with age itself, a vault takes as its own.
#[test]
fn a_vault_that_age_wrote_anew_is_read() {
    let home = Home::new();
    let folder = home.path().join(".local/share/landfall/vault");
    AgeFile::create(&folder, &Secret::new(PASSPHRASE), 4).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let read = |passphrase: &str| {
        let keeper = Keeper::choose(VaultKind::File, Known::default(), folder.clone());
        let passphrase = Secret::new(passphrase);
        runtime.block_on(async { keeper.unlock(Unlock { passphrase, remember: None }).await })
    };
    read(PASSPHRASE).unwrap();
    // The passphrase is changed with age: the key is taken out, and put in under another one.
    let identity = folder.join("identity.age").display().to_string();
    let line = format!("age -d '{identity}' > key && age -p -a key > new && mv new '{identity}' && rm key");
    let mut ann = Person::starts(home.command(command("bash", &["-c", &line])));
    ann.answers("Enter passphrase", PASSPHRASE);
    ann.answers("leave empty to autogenerate", "another-lighthouse-by-day");
    ann.answers("Confirm passphrase", "another-lighthouse-by-day");
    assert_eq!(ann.ends(), 0, "{}", ann.text());
    std::fs::set_permissions(&identity, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    assert!(read(PASSPHRASE).is_err());
    read("another-lighthouse-by-day").unwrap();
}
