//! Canaries are rotated into other canaries: no instruction, no report, no file and no Debug hears any of them.

use std::time::Duration;

use landfall::demo::{Demo, Options, Scenario};
use landfall::deploy::{Ask, Entry, Proof, Say, Session, Way};
use landfall::secret::Secret;
use ratatui::layout::Size;

use super::cluster::Watched;
use super::ears::{Ears, FIELDS, canary};
use super::walk::Walk;
use crate::program::{self, Place};
use crate::support::{PACE, apply_well, demo_project, session_in};

/// The values after the rotation.
fn next(field: &str) -> String {
    format!("n3xt-{field}-p@ss:w/rd%41 #?&\"'x")
}

fn ears() -> Ears {
    Ears::of(&FIELDS.into_iter().flat_map(|field| [canary(field), next(field)]).collect::<Vec<_>>())
}

async fn fill(session: &Session) {
    let mut entries: Vec<Entry> =
        FIELDS.map(|field| Entry { field: field.to_owned(), value: Secret::new(canary(field)) }).into();
    for (field, value) in [("minio.access_key", "key"), ("registry.username", "bot")] {
        entries.push(Entry { field: field.to_owned(), value: Secret::new(value) });
    }
    session.save("dev", entries).await.unwrap();
}

#[tokio::test]
async fn a_rotation_says_neither_the_old_nor_the_new_value() {
    let ears = ears();
    let demo = Demo::start(Options { scenario: Scenario::Ok, pace: PACE });
    let watched = Watched::new(&demo);
    let state = tempfile::tempdir().unwrap();
    let client = watched.client.clone();
    let session = session_in(client, demo_project(), state.path().to_owned(), Duration::from_secs(20));
    fill(&session).await;
    apply_well(&session, "dev").await;
    let way = Way { at: None, typed: true };
    let mut rotated = 0;
    for field in FIELDS.into_iter().filter(|field| *field != "generated.encryption_passphrase") {
        let mut say = Say::Go;
        loop {
            ears.silence("Debug of what is said", format!("{say:?}"));
            let ask = session.rotate("dev", field, say, &way).await;
            ears.silence(
                field,
                format!("{ask:?} {:?} {:?}", session.rotation("dev", field).await, session.rotations("dev").await),
            );
            ears.silence("Debug of a comparison", format!("{:?}", session.compare("dev").await));
            say = match ask.unwrap() {
                Ask::Value(_) => Say::Value(Secret::new(next(field))),
                Ask::Change(_) => Say::Changed,
                Ask::Apply => {
                    let outcome = apply_well(&session, "dev").await;
                    ears.silence("the outcome", format!("{outcome:?}"));
                    Say::Go
                }
                Ask::Done(proof) => {
                    assert_ne!(proof, Proof::Login, "nothing behind a demo cluster can be signed in to");
                    break;
                }
            };
        }
        rotated += 1;
    }
    assert_eq!(rotated, 5);
    let failure = session.rotate("dev", "pgsql.password", Say::Value(Secret::new("\t")), &way).await.unwrap_err();
    ears.silence("a refusal", format!("{failure:?} {failure}"));
    for entry in std::fs::read_dir(state.path()).unwrap() {
        let path = entry.unwrap().path();
        ears.silence(&path.display().to_string(), std::fs::read(&path).unwrap());
    }
    // What was listened for is really there: in the cluster's Secrets and nowhere else.
    let session_value = session.reveal("dev", "pgsql.password").await.unwrap().unwrap();
    assert!(session_value.same(&Secret::new(next("pgsql.password"))));
}

/// Somebody rotates on the screens: the dialog, the preview, the run, and what goes on after it by itself.
#[tokio::test]
async fn a_rotation_on_the_screens_shows_no_value_and_goes_on_after_the_run() {
    let ears = ears();
    let demo = Demo::start(Options { scenario: Scenario::Ok, pace: PACE });
    let watched = Watched::new(&demo);
    let state = tempfile::tempdir().unwrap();
    let client = watched.client.clone();
    let session = session_in(client, demo_project(), state.path().to_owned(), Duration::from_secs(30));
    fill(&session).await;
    apply_well(&session, "dev").await;
    let old = session.reveal("dev", "pgsql.password").await.unwrap().unwrap();

    let mut walk = Walk::new(session.clone(), Size { width: 100, height: 36 });
    walk.sees("Ready since").await;
    walk.press("c");
    walk.sees("MLflow login").await;
    walk.press("Tab Tab Tab F4");
    walk.sees("make a new value and keep the old one").await;
    walk.rests().await;
    walk.press("F1 Esc Enter");
    walk.sees("ALTER ROLE").await;
    walk.press("F2 Enter");
    walk.sees("Now the cluster has to").await;
    walk.press("Enter");
    walk.sees("nothing was written").await;
    walk.press("n");
    walk.sees("Apply to dev").await;
    walk.confirms().await;
    walk.sees("pgsql.password of dev is rotated").await;
    assert!(!session.reveal("dev", "pgsql.password").await.unwrap().unwrap().same(&old));
    assert_eq!(session.rotation("dev", "pgsql.password").await.unwrap().stage, None);
    for picture in &walk.seen {
        ears.silence("the screen", picture);
    }
}

/// The real program compares canaries from standard input with those in the cluster.
#[tokio::test]
async fn a_comparison_by_the_real_program_says_no_value() {
    let ears = ears();
    let demo = Demo::start(Options { scenario: Scenario::Ok, pace: PACE });
    let url = program::serve(demo.client()).await;
    let place = Place::new(&url, "{token: a-token}");
    let applied =
        program::run(place.landfall(&["apply", "dev", "--yes", "--vault", "stdin"]), &super::ears::said()).await;
    assert_eq!(applied.code, Some(0), "{applied:?}");
    for words in [
        &["creds", "status", "dev", "--vault", "stdin"][..],
        &["creds", "status", "dev", "--vault", "stdin", "-o", "json"],
        &["creds", "list", "dev", "--vault", "stdin"],
        &["creds", "pull", "dev", "--yes", "--vault", "stdin"],
        &["rotate", "dev", "pgsql.password", "--vault", "stdin", "-o", "json"],
    ] {
        let said = program::run(place.landfall(words), &super::ears::said()).await;
        if words[1] == "status" {
            assert!(said.code == Some(0) && said.out.contains("sync"), "{said:?}");
        }
        ears.silence(&words.join(" "), format!("{}{}", said.out, said.err));
    }
    for (name, bytes) in place.files() {
        ears.silence(&name, bytes);
    }
}
