//! The services that `up` started, and what an administrator does to them.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Deserialize;
use tokio::process::Command;
use tokio::time::timeout;

/// The user MLflow runs as, and its group; the values of the module.
pub(crate) const USER: u32 = 1000;

/// How long a command may take.
const PATIENCE: Duration = Duration::from_mins(2);

/// How the services are reached.
#[derive(Debug, Deserialize)]
pub(crate) struct Ground {
    pub(crate) postgres: Postgres,
    pub(crate) s3: Store,
    /// The virtual environment that stands for the image.
    pub(crate) mlflow: PathBuf,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Postgres {
    pub(crate) port: u16,
    user: String,
    password: String,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Store {
    pub(crate) endpoint: String,
    pub(crate) access_key: String,
    pub(crate) secret_key: String,
}

impl Ground {
    /// What `LANDFALL_SERVICES` names.
    pub(crate) fn find() -> Self {
        let file = std::env::var_os("LANDFALL_SERVICES").expect("tests/real-services/run starts the services and this");
        serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap()
    }

    /// Carries out SQL as the administrator and gives its rows.
    pub(crate) async fn sql(&self, database: &str, statements: &[&str]) -> String {
        let Postgres { port, user, password } = &self.postgres;
        let mut command = Command::new("psql");
        command.args(["--no-psqlrc", "-At", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1", "-U", user, "-d", database]);
        command.arg("-p").arg(port.to_string()).env("PGPASSWORD", password);
        for statement in statements {
            command.args(["-c", statement]);
        }
        said(&mut command).await
    }

    /// Whether PostgreSQL takes a password for a role whose database bears its name.
    pub(crate) async fn logs_in(&self, role: &str, password: &str) -> bool {
        let mut command = Command::new("psql");
        command.args(["--no-psqlrc", "-h", "127.0.0.1", "-U", role, "-d", role, "-c", "select 1"]);
        command.arg("-p").arg(self.postgres.port.to_string()).env("PGPASSWORD", password);
        timeout(PATIENCE, command.kill_on_drop(true).output()).await.unwrap().unwrap().status.success()
    }

    /// Makes a role that may log in.
    pub(crate) async fn role(&self, name: &str, password: &str) {
        let password = password.replace('\'', "''");
        self.sql("postgres", &[&format!("create role \"{name}\" login password '{password}'")]).await;
    }

    /// Makes a database with its owner.
    pub(crate) async fn database(&self, name: &str, owner: &str) {
        self.sql("postgres", &[&format!("create database \"{name}\" owner \"{owner}\"")]).await;
    }

    pub(crate) async fn bucket(&self, name: &str) {
        self.store("make", name).await;
    }

    /// The names of all objects in a bucket.
    pub(crate) async fn objects(&self, bucket: &str) -> Vec<String> {
        self.store("names", bucket).await.lines().map(str::to_owned).collect()
    }

    async fn store(&self, verb: &str, bucket: &str) -> String {
        let mut command = self.python("store.py");
        command.args([verb, bucket]).env("AWS_ENDPOINT_URL", &self.s3.endpoint).env("AWS_DEFAULT_REGION", "us-east-1");
        command.env("AWS_ACCESS_KEY_ID", &self.s3.access_key).env("AWS_SECRET_ACCESS_KEY", &self.s3.secret_key);
        said(&mut command).await
    }

    /// One of the scripts beside this file, with the libraries of the image.
    pub(crate) fn python(&self, script: &str) -> Command {
        let mut command = Command::new(self.mlflow.join("bin/python"));
        command.arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/real-services").join(script));
        command
    }
}

/// Runs a command that has to end well; what it said.
pub(crate) async fn said(command: &mut Command) -> String {
    let output = timeout(PATIENCE, command.kill_on_drop(true).output()).await.unwrap().unwrap();
    let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
    assert!(output.status.success(), "{command:?}: {}{}", text(&output.stdout), text(&output.stderr));
    text(&output.stdout)
}
