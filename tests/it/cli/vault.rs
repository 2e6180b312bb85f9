//! `landfall vault`: chosen once, set up, unlocked, carried about. Never another one in its place.
#![cfg(unix)]

use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};

use landfall::secret::{AgeFile, Secret};

use super::{KUBECONFIG, Machine, Said, tfvars};

/// The passphrase of these vaults.
const PASSPHRASE: &str = "the-lighthouse-at-noon-is-unlit";

/// What is stored in them.
const VALUE: &str = "c4n4ry-stored-Xq7-w+q:/%";

impl Machine {
    /// In a project whose cluster does not answer.
    fn with_project() -> Self {
        let machine = Self::new();
        machine.write("terraform.tfvars", &tfvars());
        machine.write(".kube/config", KUBECONFIG);
        let import = ["import", "terraform.tfvars", "--vault", "env", "--yes", "--set", "access.hosts=a"];
        machine.run(&import).ends(0);
        machine
    }

    /// With an encrypted file that opens quickly, and chosen.
    fn with_vault() -> Self {
        let machine = Self::with_project();
        AgeFile::create(&machine.path("data/landfall/vault"), &Secret::new(PASSPHRASE), 1).unwrap();
        machine.handing(PASSPHRASE, &["vault", "use", "file"], "").ends(0).says("chosen file");
        machine
    }

    /// Runs landfall with the passphrase in descriptor 3 and this on standard input.
    fn handing(&self, passphrase: &str, arguments: &[&str], input: &str) -> Said {
        self.write("handed-over", passphrase);
        let quoted: Vec<String> = arguments.iter().map(|argument| format!("'{argument}'")).collect();
        let line = format!(
            "exec 3< <(cat handed-over); exec '{}' {} < input",
            env!("CARGO_BIN_EXE_landfall"),
            quoted.join(" ")
        );
        self.write("input", input);
        let command = self.command(&[]);
        let mut shell = Command::new("bash");
        shell.args(["-c", &line]).current_dir(self.home.path()).env_clear();
        shell.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
        shell.env("LANDFALL_VAULT_PASSPHRASE_FD", "3").env("PATH", "/usr/bin:/bin");
        shell.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let said = Said::of(shell.spawn().unwrap());
        said.keeps_quiet(PASSPHRASE).keeps_quiet(VALUE);
        said
    }

    fn opens(&self, arguments: &[&str]) -> Said {
        self.handing(PASSPHRASE, arguments, "")
    }
}

#[test]
fn on_a_machine_without_a_keyring_the_file_is_offered_and_nothing_chosen() {
    let machine = Machine::with_project();
    let offer = "landfall vault use file";
    machine.run(&["plan", "dev"]).ends(3).complains("the keyring cannot be used").complains(offer);
    machine.piped(&["creds", "set", "dev", "pgsql.password"], VALUE).ends(3).complains(offer).keeps_quiet(VALUE);
    let status = machine.run(&["vault", "status"]);
    status.ends(3).says("vault: keyring, not there").says("by nobody yet").says(offer);
    let row = machine.run(&["vault", "status", "-o", "json"]).ends(3).rows().remove(0);
    assert_eq!((row["vault"].as_str(), row["health"].as_str()), (Some("keyring"), Some("unavailable")));
    assert_eq!(row["chosen"], false);
    let failure = machine.run(&["vault", "use", "keyring"]);
    failure.ends(3).complains("the keyring cannot be chosen").complains("no D-Bus session bus");
    assert!(!machine.path("config/landfall").exists() && !machine.path("data").exists(), "something was chosen");
}

#[test]
fn the_file_is_set_up_chosen_and_used() {
    let machine = Machine::with_project();
    let nobody = machine.run(&["vault", "use", "file"]);
    nobody.ends(2).complains("nobody is there to answer");
    machine
        .handing("short", &["vault", "use", "file"], "")
        .ends(2)
        .complains("this passphrase cannot be used: too short");
    assert!(!machine.path("data/landfall/vault").exists());

    let made = machine.opens(&["vault", "use", "file"]);
    made.ends(0).says("made ").says("chosen file").complains("nobody can get it back for you");
    let pin = machine.path("config/landfall/config.yaml");
    assert!(machine.read("config/landfall/config.yaml").ends_with("vault: file\n"));
    assert_eq!(std::fs::metadata(pin).unwrap().permissions().mode() & 0o777, 0o600);
    machine.opens(&["vault", "status"]).ends(0).says("vault: encrypted file, unlocked").says("holds    nothing yet");

    machine
        .handing(PASSPHRASE, &["creds", "set", "dev", "pgsql.password"], VALUE)
        .ends(0)
        .says("set dev: pgsql.password");
    let status = machine.opens(&["vault", "status", "-o", "json"]).ends(0).rows().remove(0);
    assert_eq!((status["chosen"].as_bool(), status["credentials"].as_u64()), (Some(true), Some(5)), "{status}");
    machine.opens(&["creds", "list", "dev"]).ends(0).says("pgsql.password").says("encrypted file, unlocked");

    let locked = machine.run(&["creds", "list", "dev"]);
    locked.ends(3).complains("the vault is locked").complains("landfall vault unlock");
    let wrong = machine.handing("not-the-lighthouse", &["creds", "list", "dev"], "");
    wrong.ends(3).complains("this is not the passphrase");
    let mut command = machine.command(&["creds", "list", "dev"]);
    command.env("LANDFALL_VAULT_PASSPHRASE_FD", "77");
    Said::of(command.spawn().unwrap()).ends(3).complains("it was not handed over at the start");
    let mut command = machine.command(&["creds", "list", "dev"]);
    command.env("LANDFALL_VAULT_PASSPHRASE_FD", PASSPHRASE);
    Said::of(command.spawn().unwrap()).ends(2).complains("not the number of a file").keeps_quiet(PASSPHRASE);
}

#[test]
fn the_passphrase_becomes_another_one() {
    const NEXT: &str = "a-harbour-bell-at-midnight-rings";
    let machine = Machine::with_vault();
    machine.handing(PASSPHRASE, &["creds", "set", "dev", "pgsql.password"], VALUE).ends(0);
    machine.run(&["vault", "passphrase"]).ends(2).complains("nobody is there to answer");
    machine.run(&["vault", "passphrase", "--vault", "env"]).ends(2).complains("env is not given a passphrase");
    let change = |current: &str, next: &str| {
        let mut command = machine.command(&["vault", "passphrase"]);
        machine.write("current", current);
        machine.write("next", next);
        let line = format!("exec 3< current 4< next; exec '{}' vault passphrase", env!("CARGO_BIN_EXE_landfall"));
        let mut shell = Command::new("bash");
        shell.args(["-c", &line]).current_dir(machine.home.path()).env_clear();
        command.env("LANDFALL_VAULT_PASSPHRASE_FD", "3").env("LANDFALL_VAULT_NEW_PASSPHRASE_FD", "4");
        shell.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
        shell.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let said = Said::of(shell.spawn().unwrap());
        said.keeps_quiet(PASSPHRASE).keeps_quiet(NEXT);
        said
    };
    change("not-the-lighthouse", NEXT).ends(3).complains("this is not the passphrase");
    change(PASSPHRASE, "short").ends(2).complains("this passphrase cannot be used: too short");
    machine.opens(&["vault", "status"]).ends(0).says("unlocked");
    change(PASSPHRASE, NEXT).ends(0).says("changed the passphrase of file").complains("from before");
    machine.opens(&["creds", "list", "dev"]).ends(3).complains("this is not the passphrase");
    machine.handing(NEXT, &["creds", "list", "dev"], "").ends(0).says("pgsql.password");
}

#[test]
fn what_is_chosen_stays_chosen() {
    let machine = Machine::with_vault();
    // The file is there and open; a run that names the keyring still gets none.
    machine.opens(&["creds", "list", "--vault", "keyring"]).ends(3).complains("the keyring cannot be used");
    machine.opens(&["creds", "list"]).ends(0);
    std::fs::write(machine.path("config/landfall/config.yaml"), "vault: keyring\n").unwrap();
    let none = machine.opens(&["creds", "list"]);
    none.ends(3).complains("the keyring cannot be used").complains("no D-Bus session bus");
    for (text, words) in [
        ("vault: disk\n", "config.yaml:1:8: there is no vault of this name"),
        ("vaults: file\n", "config.yaml:1:1: there is no setting `vaults`"),
        ("vault: {}\n", "this does not say which vault"),
        ("- vault\n", "this does not say which vault"),
        ("vault: [\n", "this is not valid YAML"),
    ] {
        machine.write("config/landfall/config.yaml", text);
        machine.run(&["creds", "list"]).ends(2).complains(words);
        assert_eq!(machine.read("config/landfall/config.yaml"), text);
    }
    machine.run(&["creds", "list", "--vault", "env"]).ends(0);
    machine.write("config/landfall/config.yaml", "# nothing yet\n");
    machine.run(&["vault", "use", "env"]).ends(0).says("chosen env");
    machine.run(&["creds", "list"]).ends(0).says("process environment");
    for vault in ["stdin", "memory"] {
        machine.run(&["vault", "use", vault]).ends(2).complains("nothing to come back to");
    }
    machine.run(&["vault", "status", "--demo"]).ends(2).complains("the demo has a vault of its own");
}

#[cfg(target_os = "linux")]
#[test]
fn unlocked_for_a_while_is_unlocked_for_all() {
    let machine = Machine::with_vault();
    machine.run(&["vault", "unlock", "--for", "soon"]).ends(2).complains("write it as 15m or 8h");
    machine.run(&["vault", "unlock"]).ends(2).complains("nobody is there to answer");
    machine.handing("not-the-lighthouse", &["vault", "unlock"], "").ends(3).complains("this is not the passphrase");
    machine.opens(&["vault", "unlock", "--for", "8h"]).ends(0).says("unlocked file").complains("for 8h");
    machine.piped(&["creds", "set", "dev", "pgsql.password"], VALUE).ends(0);
    machine.run(&["vault", "status"]).ends(0).says("encrypted file, unlocked").says("/dev: ");
    machine.run(&["vault", "lock"]).ends(0).says("locked file");
    machine.run(&["creds", "list"]).ends(3).complains("the vault is locked");
    machine.run(&["vault", "lock", "--vault", "keyring"]).ends(2).complains("the keyring is not locked from here");
    machine.run(&["vault", "unlock", "--vault", "env"]).ends(2).complains("env is not unlocked: it has no passphrase");
}

/// Runs a program of Debian's package age in a machine's folder.
fn age(machine: &Machine, program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).current_dir(machine.home.path()).output();
    let output =
        output.unwrap_or_else(|error| panic!("{program} cannot be run ({error}); on Debian: apt-get install age"));
    assert!(output.status.success(), "{program}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn what_is_saved_can_be_opened_elsewhere_and_taken_over_after_a_look() {
    let machine = Machine::with_vault();
    machine.handing(PASSPHRASE, &["creds", "set", "dev", "pgsql.password"], VALUE).ends(0);
    age(&machine, "age-keygen", &["-o", "key.txt"]);
    let recipient = age(&machine, "age-keygen", &["-y", "key.txt"]);
    let recipient = recipient.trim();

    machine.run(&["vault", "export", "saved.age", "--recipient", recipient]).ends(3).complains("is locked");
    machine
        .opens(&["vault", "export", "saved.age", "--recipient", "age1nope"])
        .ends(2)
        .complains("no recipient of age");
    machine.opens(&["vault", "export", "saved.age"]).ends(2).complains("nobody is there to answer");
    assert!(!machine.path("saved.age").exists());
    machine.opens(&["vault", "export", "saved.age", "--recipient", recipient]).ends(0).says("saved saved.age");
    assert_eq!(std::fs::metadata(machine.path("saved.age")).unwrap().permissions().mode() & 0o777, 0o600);
    let again = machine.opens(&["vault", "export", "saved.age", "--recipient", recipient]);
    again.ends(6).complains("it is there already, and it is never overwritten");
    let text = age(&machine, "age", &["-d", "-i", "key.txt", "saved.age"]);
    assert!(text.starts_with(r#"{"v":1,"items":{"mlflow-"#) && text.contains(VALUE), "{text}");

    for wrong in
        [&["vault", "export", "x", "--plaintext"][..], &["vault", "export"], &["vault", "export", "x", "--to-stdout"]]
    {
        machine.opens(wrong).ends(2);
    }

    let other = Machine::with_vault();
    std::fs::copy(machine.path("key.txt"), other.path("key.txt")).unwrap();
    std::fs::copy(machine.path("saved.age"), other.path("saved.age")).unwrap();
    other.opens(&["vault", "import", "saved.age"]).ends(2).complains("this file wants a key").complains("--identity");
    let look = other.opens(&["vault", "import", "saved.age", "--identity", "key.txt"]);
    look.ends(6).says("+ pgsql.password  is set").complains("nothing was changed: it was not confirmed");
    other.opens(&["vault", "status"]).ends(0).says("holds    nothing yet");
    let yes = ["vault", "import", "saved.age", "--identity", "key.txt", "--yes", "-o", "json"];
    let rows = other.opens(&yes).ends(0).rows();
    assert_eq!((rows[0]["type"].as_str(), rows[1]["done"].as_str()), (Some("move"), Some("imported")));
    other.opens(&yes).ends(0).complains("everything is there already, nothing was changed");
    age(&other, "age-keygen", &["-o", "other.txt"]);
    let key = other.opens(&["vault", "import", "saved.age", "--identity", "other.txt", "--yes"]);
    key.ends(3).complains("it was encrypted for another key");
    for (name, words) in [
        ("saved.age", "this file cannot be opened"),
        ("terraform.tfvars", "the encrypted text:1:"),
        ("gone", "gone: this file cannot be read: it is not there"),
    ] {
        if name == "saved.age" {
            let bytes = std::fs::read(other.path(name)).unwrap();
            std::fs::write(other.path(name), &bytes[..bytes.len() / 2]).unwrap();
        }
        let said = other.opens(&["vault", "import", name, "--identity", "key.txt", "--yes"]);
        assert!(matches!(said.code, Some(2 | 3)), "{said:#?}");
        said.complains(words).keeps_quiet("your-secure");
    }
}

#[test]
fn plain_text_goes_to_a_program_only_where_that_is_insisted_on() {
    let machine = Machine::with_vault();
    machine.handing(PASSPHRASE, &["creds", "set", "dev", "pgsql.password"], VALUE).ends(0);
    machine.write("handed-over", PASSPHRASE);
    let line = format!(
        "exec 3< handed-over; '{}' vault export --plaintext --to-stdout > plain",
        env!("CARGO_BIN_EXE_landfall")
    );
    let mut shell = Command::new("bash");
    shell.args(["-c", &line]).current_dir(machine.home.path()).env_clear();
    let command = machine.command(&[]);
    shell.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let output = shell.env("LANDFALL_VAULT_PASSPHRASE_FD", "3").stdin(Stdio::null()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let plain = machine.read("plain");
    assert!(plain.contains(VALUE), "{plain}");

    let other = Machine::with_vault();
    other.write("plain", &plain.replace(VALUE, "c4n4ry-other-Xq7-w+q:/%"));
    other.opens(&["vault", "import", "plain", "--yes"]).ends(0).complains("this file is not encrypted");
    let changed = other.handing(PASSPHRASE, &["vault", "import", "-"], &plain);
    changed.ends(6).says("~ pgsql.password  changes");
}

#[test]
fn everything_moves_from_one_vault_to_another_or_nothing() {
    let machine = Machine::with_vault();
    let to_file = ["vault", "migrate", "env", "file", "--yes"];
    machine.opens(&to_file).ends(2).complains("env holds nothing");
    for (from, to) in [("file", "file"), ("memory", "file"), ("file", "env"), ("file", "stdin")] {
        machine.opens(&["vault", "migrate", from, to]).ends(2).complains("nothing can be moved from");
    }
    machine.opens(&["vault", "migrate", "file", "keyring"]).ends(3).complains("no D-Bus session bus");
    machine.opens(&["vault", "migrate", "keyring", "file"]).ends(3).complains("no D-Bus session bus");
    let said =
        r#"{"dev": {"pgsql.password": "c4n4ry-stored-Xq7-w+q:/%"}, "shared": {"registry.token": "c4n4ry-token"}}"#;
    let moved = machine.handing(PASSPHRASE, &["vault", "migrate", "stdin", "file", "--yes"], said);
    moved.ends(0).says("+ pgsql.password  is set").says("+ registry.token  is set").says("moved file");
    moved.complains("what stdin holds is still there").keeps_quiet("c4n4ry");
    let other = said.replace("stored", "other!");
    let clash = machine.handing(PASSPHRASE, &["vault", "migrate", "stdin", "file", "--yes"], &other);
    clash.ends(6).complains("file holds another value for pgsql.password of mlflow-").keeps_quiet("c4n4ry");
    let status = machine.opens(&["vault", "status"]);
    status.ends(0).says("2 credentials in 2 items");
}
