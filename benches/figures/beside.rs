//! landfall beside kubectl and helm, with the same objects on the same control plane, in turn.

use std::collections::BTreeMap;
use std::fs;
use std::process::Command;
use std::time::{Duration, Instant};

use k8s_openapi::api::core::v1::Namespace;
use kube::Client;
use kube::api::{Api, PostParams};
use serde_json::Value;

use crate::delay;
use crate::floor;
use crate::load::{Load, hand_over};
use crate::plane::{Asked, Plane};
use crate::process::{Ran, run};
use crate::readiness::Observer;
use crate::rival::{Place, Tool};
use crate::table::{Bar, RUNS, Spread, Table};

/// How much longer the way to the server is.
const NEAR: Duration = Duration::ZERO;
const FAR: Duration = Duration::from_millis(25);

/// What was measured of one tool, run by run.
#[derive(Default)]
struct Taken {
    plan: Vec<Duration>,
    first: Vec<Duration>,
    again: Vec<Duration>,
    /// From the readiness of the last pod to the end of the command.
    lag: Vec<Duration>,
    /// The same from the moment the last Deployment told of it.
    since_told: Vec<Duration>,
    peak: Vec<f64>,
    /// Of the first apply, and of the one that finds nothing to do.
    requests: Vec<(f64, f64)>,
    /// Dry runs and applies of the same objects and nothing else, taken in landfall's turn.
    bare: Vec<Duration>,
}

/// All rows of all loads.
pub(crate) async fn compare(table: &mut Table, plane: &Plane, landfall: &std::path::Path) {
    let client = plane.client().await;
    table.versions(plane);
    for load in Load::COMPARED {
        for round_trip in [NEAR, FAR] {
            let port = if round_trip.is_zero() {
                plane.address().port()
            } else {
                delay::way(plane.address(), round_trip).await
            };
            let (kubeconfig, server) = plane.kubeconfig_at(port);
            let folder = plane.path(&format!("{load:?}-{}", round_trip.as_millis()));
            fs::create_dir_all(&folder).unwrap();
            let here = Place { plane, landfall, folder, kubeconfig };
            let names: Vec<(Tool, String)> = (0..RUNS)
                .flat_map(|run| {
                    Tool::ALL.map(|tool| (tool, format!("{}-{run}-{}-{load:?}", tool.name(), round_trip.as_millis())))
                })
                .map(|(tool, name)| (tool, name.to_lowercase()))
                .collect();
            load.project(&here.folder, &server, &names, if round_trip.is_zero() { 30_100 } else { 30_200 });
            let mut taken: BTreeMap<Tool, Taken> = BTreeMap::new();
            for (tool, name) in &names {
                take(&here, &client, (load, *tool, name), taken.entry(*tool).or_default()).await;
            }
            rows(table, load, round_trip, &taken);
            if round_trip.is_zero() {
                changed(table, &here, load, &names[0].1);
            }
        }
    }
}

/// Plans, applies and applies again.
async fn take(here: &Place<'_>, client: &Client, (load, tool, name): (Load, Tool, &str), taken: &mut Taken) {
    let rendered = run(&mut here.landfall(name, &["render", name, "-o", "json"]), &[0]).said;
    hand_over(&here.folder.join(name), &rendered);
    make_namespace(client, name).await;
    if tool == Tool::Landfall && load == Load::ConfigMaps {
        let bare = format!("{name}-bare");
        make_namespace(client, &bare).await;
        let mut objects: Vec<Value> = serde_json::from_str(&rendered).unwrap();
        objects.retain(|object| object["kind"] == "ConfigMap");
        taken.bare.push(floor::bare(&here.kubeconfig, &bare, &objects).await);
    }
    // kubectl says with 1 that something would change.
    taken.plan.push(all(vec![here.plan(tool, name)]).await.took);
    here.plane.asked();
    let observers = (load.pods() > 0).then(|| {
        let (pods, deployments) = (load.pods(), load.deployments());
        (Observer::of_pods(client, name, pods), Observer::of_deployments(client, name, deployments))
    });
    let first = all(here.apply(tool, name, load)).await;
    if let Some((pods, deployments)) = observers {
        taken.lag.push(first.ended.saturating_duration_since(pods.last().await));
        taken.since_told.push(first.ended.saturating_duration_since(deployments.last().await));
    }
    let requests = count(&here.plane.asked(), tool);
    taken.first.push(first.took);
    taken.peak.push(first.peak);
    taken.again.push(all(here.apply(tool, name, load)).await.took);
    taken.requests.push((requests, count(&here.plane.asked(), tool)));
}

async fn make_namespace(client: &Client, name: &str) {
    let mut namespace = Namespace::default();
    namespace.metadata.name = Some(name.to_owned());
    Api::all(client.clone()).create(&PostParams::default(), &namespace).await.unwrap();
}

/// Commands one after the other, as one, away from the workers of the runtime.
async fn all(commands: Vec<Command>) -> Ran {
    let work = tokio::task::spawn_blocking(move || {
        let started = Instant::now();
        let mut ran: Vec<Ran> = commands.into_iter().map(|mut command| run(&mut command, &[0, 1])).collect();
        let peak = ran.iter().map(|ran| ran.peak).fold(0.0, f64::max);
        let last = ran.pop().unwrap();
        Ran { took: last.ended - started, peak, ..last }
    });
    work.await.unwrap()
}

#[expect(clippy::cast_precision_loss, reason = "requests are few")]
fn count(asked: &[Asked], tool: Tool) -> f64 {
    asked.iter().filter(|asked| asked.agent.starts_with(tool.agent())).count() as f64
}

fn rows(table: &mut Table, load: Load, round_trip: Duration, taken: &BTreeMap<Tool, Taken>) {
    let name = |what: &str| format!("{}, {} ms round trip: {what}", load.words(), round_trip.as_millis());
    let times =
        |pick: fn(&Taken) -> &Vec<Duration>| Tool::ALL.map(|tool| Spread::millis(pick(&taken[&tool]).iter().copied()));
    let (plan, first, again) = (times(|t| &t.plan), times(|t| &t.first), times(|t| &t.again));
    let faster = |spreads: &[Spread; 3], other: usize| spreads[other].median() / spreads[0].median();
    let (on_first, on_again) = if load == Load::ConfigMaps {
        let (kubectl, helm) = (faster(&first, 1), faster(&first, 2));
        let upgrade = faster(&again, 2);
        (
            Bar::is("10 times faster than kubectl, 3 times than helm", kubectl >= 10.0 && helm >= 3.0),
            Bar::is("10 times faster than helm", upgrade >= 10.0),
        )
    } else {
        (Bar::None, Bar::None)
    };
    table.beside(name("plan"), &plan, "ms", Bar::None);
    table.beside(name("plan and first apply, until well"), &first, "ms", on_first);
    if load == Load::ConfigMaps {
        let bare = Spread::millis(taken[&Tool::Landfall].bare.iter().copied());
        let what = format!("one dry run and one apply of each by a bare client, {} at a time", floor::AT_ONCE);
        let words = format!("{} (landfall: {:.2} times)", bare.words("ms"), first[0].median() / bare.median());
        table.row(name(&what), words, Bar::None);
    }
    table.beside(name("the same with nothing to do"), &again, "ms", on_again);
    if load.pods() > 0 {
        let lag = times(|t| &t.lag);
        let bar = Bar::under(lag[0].median(), 100.0, "ms");
        table.beside(name("last pod ready → exit"), &lag, "ms", bar);
        table.beside(name("its Deployment says so → exit"), &times(|t| &t.since_told), "ms", Bar::None);
    }
    if round_trip.is_zero() {
        let requests =
            |pick: fn(&(f64, f64)) -> f64| Tool::ALL.map(|tool| Spread::new(taken[&tool].requests.iter().map(pick)));
        table.beside(name("requests, first"), &requests(|both| both.0), "", Bar::None);
        table.beside(name("requests, nothing to do"), &requests(|both| both.1), "", Bar::None);
        let peak = Tool::ALL.map(|tool| Spread::new(taken[&tool].peak.iter().copied()));
        let bar = Bar::under(peak[0].percent(100), 40.0, "MB");
        table.beside(name("peak memory"), &peak, "MB", bar);
    }
}

/// What landfall asks for one object: of an apply that finds nothing to do, and of one that changes things.
fn changed(table: &mut Table, here: &Place<'_>, load: Load, name: &str) {
    let most = |arguments: &[&str]| {
        here.plane.asked();
        run(&mut here.landfall(name, arguments), &[0]);
        let mut objects: BTreeMap<String, Vec<bool>> = BTreeMap::new();
        for asked in here.plane.asked() {
            // Its own record is none of the module's objects.
            let own = asked.object.split('/').nth(2).is_some_and(|name| name.starts_with("landfall"));
            let reads = matches!(asked.verb.as_str(), "get" | "list" | "watch");
            if asked.agent.starts_with(Tool::Landfall.agent()) && asked.names_one && !reads && !own {
                objects.entry(asked.object).or_default().push(asked.dry);
            }
        }
        objects
    };
    let still = most(&["apply", name, "--yes"]);
    let setting = if load == Load::Environment { "workers=3" } else { "word=second" };
    let mut touched = most(&["apply", name, "--yes", "--set", setting]);
    touched.retain(|_, dry| dry.contains(&false));
    let worst = |objects: &BTreeMap<String, Vec<bool>>| objects.values().map(Vec::len).max().unwrap_or_default();
    let (unchanged, changed) = (worst(&still), worst(&touched));
    let name = |what: &str| format!("{}: requests for one object that {what}, by the audit log", load.words());
    let words = |requests: usize, objects: usize| format!("{requests} ({objects} objects)");
    table.row(name("stays as it is"), words(unchanged, still.len()), Bar::is("1", unchanged == 1));
    table.row(name("changes"), words(changed, touched.len()), Bar::is("2", changed == 2));
}
