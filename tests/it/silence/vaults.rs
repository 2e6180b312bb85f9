//! The real program with every vault: what they hold is heard nowhere, whatever goes wrong.
#![cfg(target_os = "linux")]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::Command as Plain;

use landfall::demo::{Demo, Options, Scenario};
use landfall::secret::{AgeFile, Secret};
use tempfile::TempDir;
use tokio::process::Command;

use super::ears::{Ears, FIELDS, canary};
use crate::program::{Place, Said, run, serve};
use crate::support::PACE;
use crate::vault::session::{Stage, within};

/// A place with an encrypted file under a passphrase that is a canary too.
struct Post {
    place: Place,
    /// Out of the program's sight: what hands the passphrase over.
    aside: TempDir,
    ears: Ears,
    passphrase: String,
    _demo: Demo,
}

impl Post {
    async fn new() -> Self {
        let demo = Demo::start(Options { scenario: Scenario::Ok, pace: PACE });
        let place = Place::new(&serve(demo.client()).await, "{token: a-token}");
        let passphrase = canary("passphrase");
        let folder = place.path("home/.local/share/landfall/vault");
        AgeFile::create(&folder, &Secret::new(passphrase.as_str()), 1).unwrap();
        let mut values = FIELDS.map(canary).to_vec();
        values.push(passphrase.clone());
        values.push(format!("{passphrase}-wrong"));
        Self { place, aside: tempfile::tempdir().unwrap(), ears: Ears::of(&values), passphrase, _demo: demo }
    }

    /// Runs a verb; the passphrase stands in descriptor 3, this on standard input. What it says is silent.
    async fn says(&self, passphrase: &str, words: &str, input: &str) -> Said {
        fs::write(self.aside.path().join("passphrase"), passphrase).unwrap();
        let landfall = self.place.landfall(&[]);
        let line = format!("exec 3< <(cat \"$0/passphrase\"); exec {} {words}", env!("CARGO_BIN_EXE_landfall"));
        let mut command = Command::new("bash");
        command.arg("-c").arg(line).arg(self.aside.path()).current_dir(self.place.path(""));
        command.env_clear().kill_on_drop(true);
        command.envs(landfall.as_std().get_envs().filter_map(|(name, value)| Some((name, value?))));
        command.envs([("RUST_BACKTRACE", "full"), ("RUST_LOG", "trace"), ("LANDFALL_LOG", "trace")]);
        command.env("LANDFALL_VAULT_PASSPHRASE_FD", "3").env("TOKEN_OF_OURS", canary("registry.token"));
        let said = run(command, input).await;
        self.ears.silence(&format!("landfall {words} (output)"), &said.out);
        self.ears.silence(&format!("landfall {words} (errors)"), &said.err);
        assert!(!said.err.contains("panicked"), "{words}: {}", said.err);
        said
    }

    async fn opens(&self, words: &str, input: &str) -> Said {
        self.says(&self.passphrase, &format!("{words} --vault file"), input).await
    }

    async fn fills(&self) {
        for field in FIELDS {
            let said = self.opens(&format!("creds set dev {field}"), &canary(field)).await;
            assert_eq!(said.code, Some(0), "{field}: {said:#?}");
        }
        for (field, value) in [("minio.access_key", "key"), ("registry.username", "bot")] {
            assert_eq!(self.opens(&format!("creds set dev {field}"), value).await.code, Some(0));
        }
    }

    fn files_are_silent(&self) {
        for (name, bytes) in self.place.files() {
            self.ears.silence(&name, bytes);
        }
    }

    fn vault(&self, name: &str) -> PathBuf {
        self.place.path("home/.local/share/landfall/vault").join(name)
    }
}

#[tokio::test]
async fn the_encrypted_file_keeps_what_it_holds_to_itself() {
    let post = Post::new().await;
    post.fills().await;
    for (words, code) in [
        ("vault status", 0),
        ("vault status -o json", 0),
        ("creds list dev -o json", 0),
        ("render dev", 0),
        ("plan dev -o json", 0),
        ("apply dev --yes", 0),
        ("status", 0),
    ] {
        let said = post.opens(words, "").await;
        assert_eq!(said.code, Some(code), "{words}: {said:#?}");
    }
    let keys = Plain::new("age-keygen").arg("-o").arg(post.aside.path().join("key")).output().unwrap();
    assert!(keys.status.success());
    let told = String::from_utf8(keys.stderr).unwrap();
    let recipient = told.trim().rsplit(' ').next().unwrap();
    let saved = post.opens(&format!("vault export saved.age --recipient {recipient}"), "").await;
    assert_eq!(saved.code, Some(0), "{saved:#?}");
    let key = post.aside.path().join("key").display().to_string();
    let taken = post.opens(&format!("vault import saved.age --identity {key} --yes"), "").await;
    assert_eq!(taken.code, Some(0), "{taken:#?}");
    post.files_are_silent();
    // It is there, for whoever has the key.
    let opened = Plain::new("age").args(["-d", "-i", &key]).arg(post.place.path("saved.age")).output().unwrap();
    assert!(!post.ears.hear(&opened.stdout).is_empty(), "{}", String::from_utf8_lossy(&opened.stderr));
}

#[tokio::test]
async fn whatever_goes_wrong_with_the_encrypted_file_says_nothing() {
    let post = Post::new().await;
    post.fills().await;
    let wrong = format!("{}-wrong", post.passphrase);
    for words in
        ["creds list dev", "plan dev", "vault unlock", "vault export saved.age", "vault migrate file keyring --yes"]
    {
        let said = post.says(&wrong, &format!("{words} --vault file"), &canary("pgsql.password")).await;
        assert_ne!(said.code, Some(0), "{words}: {said:#?}");
    }
    for passphrase in ["", "\n", &format!("{}\nand more", post.passphrase), &post.passphrase.repeat(3000)] {
        assert_ne!(post.says(passphrase, "creds list dev --vault file", "").await.code, Some(0));
    }
    let whole = ["vault.age", "identity.age"].map(|name| (name, fs::read(post.vault(name)).unwrap()));
    let plain = serde_json::json!({"v": 1, "items": {"mlflow-demo/dev": canary("pgsql.password")}}).to_string();
    for (name, bytes) in &whole {
        for broken in [&bytes[..bytes.len() / 2], b"", plain.as_bytes()] {
            fs::write(post.vault(name), broken).unwrap();
            for words in ["vault status", "creds list dev", "creds set dev pgsql.password", "plan dev -o json"] {
                let said = post.opens(words, &canary("pgsql.password")).await;
                assert_eq!(said.code, Some(3), "{name} {words}: {said:#?}");
            }
            assert_eq!(fs::read(post.vault(name)).unwrap(), broken, "{name} was written over");
        }
        fs::write(post.vault(name), bytes).unwrap();
    }
    // What was never encrypted is refused without being quoted.
    post.place.write("plain.json", &plain);
    let said = post.opens("vault import plain.json --yes", "").await;
    assert_ne!(said.code, Some(0), "{said:#?}");
    fs::remove_file(post.place.path("plain.json")).unwrap();
    assert_eq!(post.opens("creds list dev", "").await.code, Some(0));
    post.files_are_silent();
}

#[tokio::test]
async fn what_is_read_at_use_stays_where_it_rests() {
    let post = Post::new().await;
    let script = |name: &str, text: &str| {
        let path = post.aside.path().join(name);
        fs::write(&path, format!("#!/bin/sh\n{text}\n")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        path.display().to_string()
    };
    let value = |field: &str| canary(field).replace('\'', "'\\''");
    let heard = post.place.path("heard").display().to_string();
    let get = script(
        "get",
        &format!(
            "(env; echo \"$@\"; cat /proc/$PPID/cmdline) >> {heard}\nprintf '%s\\n' '{}'",
            value("pgsql.password")
        ),
    );
    let project = fs::read_to_string(post.place.path("landfall.yaml")).unwrap();
    let with = |program: &str| {
        let references = format!(
            "credentials:\n  pgsql.password: {{exec: [\"{program}\", read, \"op://team/dev\"]}}\n  \
             registry.token: {{env: TOKEN_OF_OURS}}\n  mlflow.password: stdin\n"
        );
        post.place.write("landfall.yaml", &format!("{project}\n{references}"));
    };
    with(&get);
    for (field, value) in [("minio.access_key", "key"), ("registry.username", "bot")] {
        assert_eq!(post.opens(&format!("creds set dev {field}"), value).await.code, Some(0));
    }
    let secret_key = post.opens("creds set dev minio.secret_key", &canary("minio.secret_key")).await;
    assert_eq!(secret_key.code, Some(0), "{secret_key:#?}");
    let list = post.opens("creds list dev", "").await;
    assert!(list.out.contains("from get read …") && list.out.contains("from variable TOKEN_OF_OURS"), "{list:#?}");
    assert!(list.out.contains("from standard input"), "{list:#?}");
    assert!(!PathBuf::from(&heard).exists(), "a list asks no program");
    for words in ["render dev", "plan dev", "plan dev -o json", "apply dev --yes"] {
        let said = post.opens(words, &canary("mlflow.password")).await;
        assert_eq!(said.code, Some(0), "{words}: {said:#?}");
    }
    let seen = fs::read_to_string(&heard).unwrap();
    assert!(seen.contains("PATH=") && seen.contains("read op://team/dev"), "{seen}");
    post.files_are_silent();

    let stored = post.opens("creds set dev pgsql.password", &canary("pgsql.password")).await;
    assert_eq!(stored.code, Some(2), "{stored:#?}");
    assert!(stored.err.contains("pgsql.password of dev is not stored"), "{stored:#?}");
    let failing = [
        format!("printf '%s' '{}'; printf 'no: %s' '{}' >&2; exit 1", value("pgsql.password"), value("pgsql.password")),
        format!("printf '%s\\377' '{}'", value("pgsql.password")),
        format!("printf '%s\\n\\007' '{}'", value("pgsql.password")),
        format!("printf '%s' '{}'; kill -9 $$", value("pgsql.password")),
    ];
    for (at, text) in failing.iter().enumerate() {
        with(&script(&format!("fails{at}"), text));
        let said = post.opens("plan dev", &canary("mlflow.password")).await;
        assert!(matches!(said.code, Some(2 | 3)), "{text}: {said:#?}");
        assert!(said.err.contains("pgsql.password"), "{said:#?}");
    }
    // A value that somebody put where a reference belongs.
    let quoted = serde_json::Value::from(canary("pgsql.password")).to_string();
    for wrong in [quoted.clone(), format!("{{value: {quoted}}}"), format!("[{quoted}]"), format!("{{exec: {quoted}}}")]
    {
        post.place.write("landfall.yaml", &format!("{project}\ncredentials:\n  pgsql.password: {wrong}\n"));
        let said = post.opens("creds list dev", "").await;
        assert_eq!(said.code, Some(2), "{wrong}: {said:#?}");
        assert!(said.err.contains("landfall.yaml:"), "{said:#?}");
    }
}

/// The keyring of a real session, through the real program.
#[test]
fn the_keyring_keeps_what_it_holds_to_itself() {
    let name = "silence::vaults::the_keyring_keeps_what_it_holds_to_itself";
    within(Stage::Ready, name, || {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        runtime.block_on(keyring());
    });
}

async fn keyring() {
    let post = Post::new().await;
    let says = async |words: &str, input: &str| {
        let mut command = post.place.landfall(&words.split(' ').collect::<Vec<_>>());
        for name in ["DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR"] {
            command.env(name, std::env::var(name).unwrap());
        }
        command.envs([("RUST_BACKTRACE", "full"), ("LANDFALL_LOG", "trace")]);
        let said = run(command, input).await;
        post.ears.silence(words, said.out.clone() + &said.err);
        said
    };
    for field in FIELDS {
        assert_eq!(says(&format!("creds set dev {field}"), &canary(field)).await.code, Some(0));
    }
    for (field, value) in [("minio.access_key", "key"), ("registry.username", "bot")] {
        assert_eq!(says(&format!("creds set dev {field}"), value).await.code, Some(0));
    }
    // The first value that was kept chose it.
    let config = fs::read_to_string(post.place.path("home/.config/landfall/config.yaml")).unwrap();
    assert!(config.ends_with("vault: keyring\n"), "{config}");
    for words in ["vault status", "creds list dev", "plan dev -o json", "apply dev --yes", "status"] {
        let said = says(words, "").await;
        assert_eq!(said.code, Some(0), "{words}: {said:#?}");
    }
    let moved = post.says(&post.passphrase, "vault migrate keyring file --yes", "").await;
    assert_ne!(moved.code, Some(0), "without the bus there is no keyring to move from");
    let line = format!(
        "exec 3< <(cat \"$0/passphrase\"); exec {} vault migrate keyring file --yes",
        env!("CARGO_BIN_EXE_landfall")
    );
    let mut command = Command::new("bash");
    command.arg("-c").arg(line).arg(post.aside.path()).current_dir(post.place.path(""));
    command.env("HOME", post.place.path("home")).env("LANDFALL_VAULT_PASSPHRASE_FD", "3");
    command.env_remove("XDG_DATA_HOME").env_remove("XDG_CONFIG_HOME");
    let moved = run(command, "").await;
    post.ears.silence("the move", moved.out.clone() + &moved.err);
    assert_eq!(moved.code, Some(0), "{moved:#?}");
    assert!(moved.out.contains("chosen file"), "{moved:#?}");
    assert!(says("creds list dev --vault keyring", "").await.out.contains("needed"), "it is gone from the keyring");
    assert_eq!(post.opens("plan dev", "").await.code, Some(0), "and in the file");
    post.files_are_silent();
}
