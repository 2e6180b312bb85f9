//! What is wrong around MLflow is found by its init container before MLflow starts, and landfall says which it is.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs::{Permissions, set_permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use futures::future::join_all;
use landfall::module::Module;

use crate::ground::Ground;
use crate::house::{House, Told};

/// The one thing that is wrong in an environment.
#[derive(Debug, Clone, Copy)]
enum Wrong {
    Password,
    Role,
    Database,
    Right,
    Bucket,
    Key,
    Store,
    Tables,
    Directory,
    Silent,
}

impl Wrong {
    const ALL: [Self; 10] = [
        Self::Password,
        Self::Role,
        Self::Database,
        Self::Right,
        Self::Bucket,
        Self::Key,
        Self::Store,
        Self::Tables,
        Self::Directory,
        Self::Silent,
    ];

    /// The exit code, and what the container says last.
    fn ending(self) -> (i32, &'static str) {
        match self {
            Self::Password | Self::Role => (12, "password authentication failed"),
            Self::Database => (12, "database \"no-database\" does not exist"),
            Self::Right => (14, "no-right may not create tables in no-right"),
            Self::Bucket => (15, "bucket no-bucket: HTTP 404"),
            Self::Key => (15, "bucket wrong-key: HTTP 403"),
            Self::Store => (16, "artifact store http://127.0.0.1:1"),
            Self::Tables => (17, "the tables could not be upgraded"),
            // Two minutes later.
            Self::Silent => (13, "PostgreSQL is not reachable"),
            Self::Directory => (11, "/mlflow/packages is not writable by 1000:1000"),
        }
    }

    /// The check that finds it before anything is applied, what it says, and whether that stops somebody.
    fn finding(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Password => ("database", "refused the login of wrong-password", "fail"),
            Self::Role => ("database", "refused the login of no-role", "fail"),
            Self::Database => ("database", "there is no database no-database", "fail"),
            Self::Right => ("database", "no-right may not create tables in no-right", "fail"),
            Self::Bucket => ("bucket", "there is no bucket no-bucket", "fail"),
            Self::Key => ("bucket", "the artifact store refuses the access key for wrong-key", "fail"),
            Self::Store => ("bucket", "http://127.0.0.1:1 does not answer", "fail"),
            Self::Tables => ("database", "this image knows no revision ffffffffffff", "fail"),
            Self::Silent => ("database", "PostgreSQL at 127.0.0.1:1 does not answer", "fail"),
            Self::Directory => ("directories", "packages is not writable by 1000:1000", "fail"),
        }
    }

    /// Makes everything an environment of this kind has, and gives what it is told.
    async fn found(self, ground: &Ground) -> Told {
        let name = match self {
            Self::Password => "wrong-password",
            Self::Role => "no-role",
            Self::Database => "no-database",
            Self::Right => "no-right",
            Self::Bucket => "no-bucket",
            Self::Key => "wrong-key",
            Self::Store => "no-store",
            Self::Tables => "newer-tables",
            Self::Directory => "no-directory",
            Self::Silent => "silent-database",
        };
        let told = Told::well(ground, name, 31001 + self as u16);
        let role = async || ground.role(&told.role, &told.role_password).await;
        match self {
            Self::Role | Self::Directory => told,
            Self::Silent => {
                ground.bucket(&told.bucket).await;
                Told { database_port: 1, ..told }
            }
            Self::Database => {
                role().await;
                ground.bucket(&told.bucket).await;
                told
            }
            Self::Right => {
                role().await;
                ground.database(&told.database, "admin").await;
                ground.bucket(&told.bucket).await;
                told
            }
            Self::Bucket | Self::Store => {
                role().await;
                ground.database(&told.database, &told.role).await;
                let endpoint = if matches!(self, Self::Store) { "http://127.0.0.1:1" } else { &told.endpoint };
                Told { endpoint: endpoint.to_owned(), ..told }
            }
            Self::Password => {
                told.found(ground).await;
                Told { role_password: format!("{}y", told.role_password), ..told }
            }
            Self::Key => {
                told.found(ground).await;
                Told { secret_key: format!("{}y", told.secret_key), ..told }
            }
            Self::Tables => {
                told.found(ground).await;
                let table = "create table alembic_version (version_num varchar(32))";
                let row = "insert into alembic_version values ('ffffffffffff')";
                ground.sql(&told.database, &[&format!("set role \"{}\"", told.role), table, row]).await;
                told
            }
        }
    }
}

/// Tables in a database that MLflow did not make, or not all of them: the environment, the table, what is said of it and
/// whether that stops somebody.
const UNUSUAL: [(&str, &str, &str, &str); 2] = [
    ("only-logins", "alembic_version_auth", "has MLflow's tables of logins and none of the others", "fail"),
    ("other-tables", "ledger", "holds 1 table of something else", "warn"),
];

async fn unusual(ground: &Ground) -> Vec<Told> {
    let mut all = Vec::new();
    for (port, (name, table, ..)) in (31101..).zip(UNUSUAL) {
        let told = Told::well(ground, name, port);
        told.found(ground).await;
        let role = format!("set role \"{}\"", told.role);
        ground.sql(&told.database, &[&role, &format!("create table {table} (version_num varchar(32))")]).await;
        all.push(told);
    }
    all
}

#[tokio::test]
async fn what_is_wrong_becomes_the_sentence_of_the_module() {
    let ground = Ground::find();
    let mut told = Vec::new();
    for wrong in Wrong::ALL {
        told.push(wrong.found(&ground).await);
    }
    let unusual = unusual(&ground).await;
    let house = House::build(ground, told.iter().chain(&unusual).cloned().collect()).await;
    set_permissions(house.folder("no-directory", "packages"), Permissions::from_mode(0o555)).unwrap();
    let module = Module::load("mlflow", Path::new(".")).unwrap();
    let checks = "identity,directories,disk,database,bucket";
    for (wrong, told) in Wrong::ALL.into_iter().zip(&told) {
        // One after the other: somebody's next checklist removes what an ended one of theirs left behind.
        let found = house.check(&told.name, checks, &["--probe-in", "default"]).await;
        let (check, words, verdict) = wrong.finding();
        let row = &found[check];
        assert_eq!(row["verdict"], verdict, "{wrong:?}: {row:#}");
        assert!(row["headline"].as_str().unwrap().contains(words), "{wrong:?}: {row:#}");
        assert_eq!(row["next"].is_string(), verdict == "fail", "{wrong:?}: {row:#}");
        // An environment with its directories and another fault has that fault alone, whatever room this machine has.
        let failing: Vec<_> = found.iter().filter(|(name, row)| row["verdict"] == "fail" && *name != "disk").collect();
        match wrong {
            Wrong::Role | Wrong::Directory => assert!(failing.iter().any(|(name, _)| *name == check)),
            Wrong::Password
            | Wrong::Silent
            | Wrong::Tables
            | Wrong::Database
            | Wrong::Right
            | Wrong::Bucket
            | Wrong::Key
            | Wrong::Store => {
                assert_eq!(failing.len(), 1, "{wrong:?}: {failing:#?}");
            }
        }
    }
    for (name, _, words, verdict) in UNUSUAL {
        let found = house.check(name, "database", &["--probe-in", "default"]).await;
        let row = &found["database"];
        assert_eq!((&row["verdict"], row["next"].is_string()), (&verdict.into(), true), "{row:#}");
        assert!(row["headline"].as_str().unwrap().contains(words), "{row:#}");
    }
    for told in &told {
        house.apply(&told.name).await;
    }
    let runs = told.iter().map(async |told| house.pod(&told.name).await.run("init").await);
    let endings = join_all(runs).await;
    for ((wrong, told), ended) in Wrong::ALL.into_iter().zip(told).zip(endings) {
        let (code, words) = wrong.ending();
        assert_eq!(ended.code, code, "{wrong:?}: {}", ended.words);
        let fatal = ended.words.lines().find(|line| line.contains("FATAL")).unwrap_or_default();
        assert!(fatal.contains(words), "{wrong:?}: {}", ended.words);
        house.report(&told.name, &ended).await;
        let known = module.exit("init", code).unwrap();
        let cause = house.cause(&told.name).await;
        assert_eq!(cause["headline"], known.headline, "{wrong:?}: {cause:#}");
        assert_eq!(cause["next"], known.next, "{wrong:?}: {cause:#}");
        assert!(cause["sentence"].as_str().unwrap().starts_with(&known.sentence), "{wrong:?}: {cause:#}");
        for secret in [&told.role_password, &told.secret_key] {
            assert!(!cause.to_string().contains(&**secret), "{wrong:?}: {cause:#}");
        }
    }
}
