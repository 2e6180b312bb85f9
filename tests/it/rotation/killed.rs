//! The real program is killed by the system in the middle of a rotation: what it had written to the encrypted file is
//! enough for the next one to go on.
#![cfg(unix)]

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use landfall::secret::{AgeFile, Unlock};
use tokio::process::Command;

use super::*;
use crate::program::{Place, run, serve};

const FIELD: &str = "mlflow.password";
const PASSPHRASE: &str = "the-lighthouse-at-noon-is-unlit";

/// When the program is killed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Moment {
    /// MLflow has taken the new password, and its answer is on the way.
    Changed,
    /// The cluster has taken it, and the pod starts anew.
    Applied,
}

/// landfall with the passphrase of its vault in descriptor 3.
fn landfall(place: &Place, arguments: &[&str]) -> Command {
    let mut command = Command::new("bash");
    let line = "exec 3< passphrase; exec \"$0\" \"$@\"";
    command.args(["-c", line, env!("CARGO_BIN_EXE_landfall")]).args(arguments).args(["--vault", "file"]);
    let given = place.landfall(&[]);
    command.env_clear().envs(given.as_std().get_envs().filter_map(|(name, value)| Some((name, value?))));
    command.env("LANDFALL_VAULT_PASSPHRASE_FD", "3").current_dir(place.path("")).kill_on_drop(true);
    command
}

/// The vault as another program finds it.
fn opened(folder: &Path) -> AgeFile {
    let mut vault = AgeFile::new(folder.to_owned());
    vault.unlock(Unlock { passphrase: Secret::new(PASSPHRASE), remember: None }).unwrap();
    vault
}

async fn goes_on_after(moment: Moment) {
    let demo = demo(Scenario::Slow);
    let place = Place::new(&serve(demo.client()).await, "{}");
    place.write("passphrase", PASSPHRASE);
    let folder = place.path("home/.local/share/landfall/vault");
    AgeFile::create(&folder, &Secret::new(PASSPHRASE), 1).unwrap();
    let before = session_with(&demo, opened(&folder));
    for environment in before.environments() {
        before.make_up(&environment).await.unwrap();
    }
    apply_well(&before, "dev").await;
    let old = value(&before, FIELD).await;
    drop(before);

    let users = Users::start("admin", &old).await;
    users.stalls(moment == Moment::Changed);
    let asked = demo.requests().len();
    let address = users.address();
    let words = ["rotate", "dev", FIELD, "--yes", "--at", &address];
    let mut child = landfall(&place, &words).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let reached = async || match moment {
        Moment::Changed => users.changes() == 1,
        Moment::Applied => {
            demo.requests()[asked..].iter().any(|seen| seen.writes() && seen.path.contains("/secrets/mlflow"))
        }
    };
    tokio::time::timeout(Duration::from_secs(30), async {
        while !reached().await {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    })
    .await
    .unwrap();
    child.kill().await.unwrap(); // SIGKILL
    users.stalls(false);

    let half = session_with(&demo, opened(&folder));
    assert!(stage(&half, FIELD).await.is_some(), "{moment:?}: it was over, or nothing of it is known");
    drop(half);
    let said = run(landfall(&place, &["rotate", "dev", FIELD, "--resume", "--yes", "--at", &address]), "").await;
    assert_eq!(said.code, Some(0), "{moment:?}: {said:#?}");
    let after = session_with(&demo, opened(&folder));
    let new = value(&after, FIELD).await;
    assert_eq!((stage(&after, FIELD).await, users.changes()), (None, 1), "{moment:?}");
    assert_ne!(new, old);
    assert_eq!(users.password(), new, "{moment:?}: MLflow and the vault know different ones");
    assert_eq!(after.compare("dev").await.unwrap().off(), 0, "{moment:?}");
    assert!(![said.out, said.err].concat().contains(&new), "{moment:?}: it says the new password");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_rotation_goes_on() {
    for moment in [Moment::Changed, Moment::Applied] {
        goes_on_after(moment).await;
    }
}
