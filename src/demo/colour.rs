//! Demo colour: what containers print and how they end, by the name of their image. Data, nothing else.

use std::collections::BTreeMap;

/// What a container is there for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// Ends by itself: an init container, or one of a Job.
    Task,
    /// Serves until it is stopped.
    Server,
}

/// Seconds after the start, and a line. Names in braces are filled from the container's environment.
type Line = (f64, &'static str);

struct Colour {
    /// A part of the image's name; "" fits every image.
    image: &'static str,
    role: Role,
    lines: &'static [Line],
}

const COLOURS: [Colour; 4] = [
    Colour {
        image: "mlflow",
        role: Role::Task,
        lines: &[
            (0.3, "[mlflow-init] PostgreSQL 15.18 as {user} on {database}"),
            (0.6, "[mlflow-init] bucket {bucket} ok"),
            (1.7, "[mlflow-init] schema empty -> f4a9b2c7d1e6"),
        ],
    },
    Colour {
        image: "mlflow",
        role: Role::Server,
        lines: &[
            (0.4, "INFO  mlflow.store.db.utils: Creating initial MLflow database tables..."),
            (1.2, "INFO  mlflow.store.db.utils: Updating database tables"),
            (1.9, "INFO  mlflow.server: Started server process [14]"),
            (2.3, "INFO  mlflow.server: Waiting for application startup."),
            (2.8, "INFO  mlflow.server: Application startup complete."),
            (2.9, "INFO  mlflow.server: Uvicorn running on http://0.0.0.0:{port} (Press CTRL+C to quit)"),
        ],
    },
    Colour { image: "", role: Role::Task, lines: &[(0.2, "starting"), (1.8, "done")] },
    Colour {
        image: "",
        role: Role::Server,
        lines: &[(0.2, "starting"), (1.5, "configuration loaded"), (2.9, "listening on port {port}")],
    },
];

/// Seconds a task takes.
pub(super) const TASK: f64 = 2.0;
/// What a server says when it is told to stop.
pub(super) const FAREWELL: &str = "received SIGTERM, shutting down";
/// What the first start of a flaky server says.
pub(super) const STUMBLE: &str =
    "FATAL the address of the database could not be resolved: Temporary failure in name resolution";
/// What a container says that the database refuses; it exits 12.
pub(super) const REFUSED: &str = "[mlflow-init] FATAL connection to server at \"{host}\" (10.96.12.7), port {dbport} failed: \
    FATAL:  password authentication failed for user \"{user}\"";

/// Names in lines, the variables they are taken from, and what stands there without them.
const NAMES: [(&str, &[&str], &str); 6] = [
    ("{user}", &["PGUSER", "POSTGRES_USER", "DB_USER", "DATABASE_USER"], "mlflow_user"),
    ("{host}", &["PGHOST", "POSTGRES_HOST", "DB_HOST", "DATABASE_HOST"], "pgsql-dev.pgsql.svc.cluster.local"),
    ("{dbport}", &["PGPORT", "POSTGRES_PORT", "DB_PORT"], "5432"),
    ("{database}", &["PGDATABASE", "POSTGRES_DB", "DB_NAME"], "mlflow"),
    ("{bucket}", &["MLFLOW_ARTIFACTS_DESTINATION"], "mlflow-artifacts"),
    ("{port}", &["MLFLOW_PORT", "PORT"], "8080"),
];

/// The lines of a container, filled, with their seconds stretched to a start that takes `startup` seconds.
pub(super) fn lines(
    image: &str,
    role: Role,
    environment: &BTreeMap<String, String>,
    startup: f64,
) -> Vec<(f64, String)> {
    let stretch = match role {
        Role::Task => 1.0,
        Role::Server => startup / 3.0,
    };
    COLOURS
        .iter()
        .find(|colour| colour.role == role && image.contains(colour.image))
        .map(|colour| colour.lines)
        .unwrap_or_default()
        .iter()
        .map(|(seconds, line)| (seconds * stretch, fill(line, environment)))
        .collect()
}

/// A line with its names filled from the environment.
pub(super) fn fill(line: &str, environment: &BTreeMap<String, String>) -> String {
    NAMES.iter().fold(line.to_owned(), |line, (name, variables, otherwise)| {
        let value = variables.iter().find_map(|variable| environment.get(*variable)).map_or(*otherwise, String::as_str);
        line.replace(name, value.trim_start_matches("s3://"))
    })
}
