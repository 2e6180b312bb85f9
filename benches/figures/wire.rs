//! What is asked of the server: how often, and how long that takes where every answer needs time.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use kube::client::Body;
use landfall::demo::{Demo, Scenario, Seen};
use landfall::deploy::Session;
use landfall::project::Project;
use tempfile::TempDir;
use tokio::runtime::Runtime;
use tokio::sync::Semaphore;
use tower::service_fn;

use crate::support::{apply_well, demo, filled, session, session_over};
use crate::table::{Bar, RUNS, Spread, Table};

/// How many ConfigMaps the generated module makes.
const MANY: usize = 200;
/// What every answer takes longer.
const LATENCY: Duration = Duration::from_millis(25);

/// Requests of a plan that finds nothing to do, and of a plan and its run.
pub(crate) fn requests(table: &mut Table) {
    let runtime = runtime();
    runtime.block_on(async {
        let demo = demo(Scenario::Ok);
        let session = filled(&demo).await;
        apply_well(&session, "dev").await;
        count(table, "mlflow dev", (&demo, &session), ("dev", "workers", "2")).await;
    });
    runtime.block_on(async {
        let folder = many();
        let demo = demo(Scenario::Ok);
        let session = session(&demo, Project::load(folder.path()).unwrap());
        apply_well(&session, "test").await;
        let what = format!("{MANY} ConfigMaps");
        count(table, &what, (&demo, &session), ("test", "word", "changed")).await;
    });
}

async fn count(
    table: &mut Table,
    what: &str,
    (demo, session): (&Demo, &Session),
    (environment, path, value): (&str, &str, &str),
) {
    let before = demo.requests().len();
    session.prepare(environment, false).await.unwrap();
    let unchanged = demo.requests().split_off(before);
    session.set_value(environment, path, value).unwrap();
    let before = demo.requests().len();
    apply_well(session, environment).await;
    let changed = demo.requests().split_off(before);
    let mut touched = named(&changed);
    touched.retain(|_, seen| seen.iter().any(|seen| seen.writes()));
    let (still, most) = (worst(&named(&unchanged)), worst(&touched));
    table.row(
        format!("requests for one object beside the reads of its kind, {what}: planned, unchanged"),
        format!("{still} ({} objects, {} requests in all)", named(&unchanged).len(), unchanged.len()),
        Bar::is("1", still == 1),
    );
    table.row(
        format!("requests for one object beside the reads of its kind, {what}: planned, changed, applied"),
        format!("{most} ({} objects changed, {} requests in all)", touched.len(), changed.len()),
        Bar::is("2", most == 2),
    );
    let reads = reads(&unchanged);
    table.row(format!("reads of one kind in that plan, {what}"), reads.to_string(), Bar::is("1", reads == 1));
}

/// The most reads of one kind, be it a list or the one object there is of it.
fn reads(seen: &[Seen]) -> usize {
    let mut reads: BTreeMap<&str, usize> = BTreeMap::new();
    for seen in seen.iter().filter(|seen| seen.method == "GET" && !seen.path.contains("/landfall")) {
        if let Some((home, rest)) = seen.path.split_once("/namespaces/")
            && let Some(kind) = rest.split('/').nth(1)
        {
            let end = home.len() + "/namespaces/".len() + rest.find(kind).unwrap() + kind.len();
            *reads.entry(&seen.path[..end]).or_default() += 1;
        }
    }
    reads.into_values().max().unwrap_or_default()
}

fn worst(named: &BTreeMap<&str, Vec<&Seen>>) -> usize {
    named.values().map(Vec::len).max().unwrap_or_default()
}

/// What was sent for each object of the module; landfall's own record is none of it.
fn named(seen: &[Seen]) -> BTreeMap<&str, Vec<&Seen>> {
    let mut named: BTreeMap<&str, Vec<&Seen>> = BTreeMap::new();
    for seen in seen.iter().filter(|seen| seen.method != "GET") {
        let mut parts = seen.path.split("/namespaces/").nth(1).unwrap_or_default().split('/').skip(1);
        let names_one = matches!((parts.next(), parts.next(), parts.next()), (Some(_), Some(_), None));
        if names_one && !seen.path.contains("/landfall") {
            named.entry(seen.path.as_str()).or_default().push(seen);
        }
    }
    named
}

/// The same plan and run over a slow way to the server, as it is and with one request at a time.
pub(crate) fn latency(table: &mut Table) {
    let (mut together, mut ratios) = (Vec::new(), Vec::new());
    let runtime = runtime();
    for _ in 0..RUNS {
        let fast = runtime.block_on(plan_and_apply(Semaphore::MAX_PERMITS));
        let slow = runtime.block_on(plan_and_apply(1));
        together.push(fast);
        ratios.push(slow.as_secs_f64() / fast.as_secs_f64());
    }
    let (together, ratios) = (Spread::millis(together), Spread::new(ratios));
    let name = format!("plan and apply of {MANY} new ConfigMaps, {} ms longer for each answer", LATENCY.as_millis());
    table.row(name, together.words("ms"), Bar::None);
    table.row("so many times faster than one request at a time", ratios.words("times"), Bar::None);
}

async fn plan_and_apply(at_once: usize) -> Duration {
    let folder = many();
    let demo = demo(Scenario::Ok);
    let (client, turns) = (demo.client(), Arc::new(Semaphore::new(at_once)));
    let slow = service_fn(move |request: http::Request<Body>| {
        let (client, turns) = (client.clone(), Arc::clone(&turns));
        async move {
            let _turn = turns.acquire().await.unwrap();
            tokio::time::sleep(LATENCY).await;
            client.send(request).await
        }
    });
    let session = session_over(kube::Client::new(slow, "default"), Project::load(folder.path()).unwrap());
    let started = Instant::now();
    apply_well(&session, "test").await;
    started.elapsed()
}

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
}

/// A project with a module folder of so many ConfigMaps.
fn many() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let put = |name: &str, text: &str| {
        let file: &Path = &folder.path().join(name);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    };
    put(
        "landfall.yaml",
        "version: 1\nid: many-test\nmodule: ./many\nvalues: {}\nenvironments:\n  test: {namespace: default}\n",
    );
    put(
        "many/module.yaml",
        "name: many\ntitle: Many\ndescription: Many small objects.\nversion: \"1\"\nnamespace: default\n",
    );
    put(
        "many/values.schema.json",
        r#"{"type": "object", "additionalProperties": false,
            "properties": {"word": {"type": "string", "title": "Word", "default": "first"}}}"#,
    );
    put(
        "many/templates/many.yaml",
        &format!(
            "x-for: number in range({MANY})\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: \"many-{{{{ number }}}}\"}}\n\
             data: {{word: \"{{{{ values.word }}}}\"}}\n"
        ),
    );
    folder
}
