//! The terminal program over a demo cluster whose objects change a thousand times a second: the benchmark starts itself
//! as this, inside a pseudo-terminal, to measure the loop, the watches and the screens as they are.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use k8s_openapi::api::core::v1::{Event, Pod};
use kube::Api;
use kube::api::{ListParams, Patch, PatchParams, PostParams};
use landfall::demo::Scenario;
use landfall::tui::{Options, Start};
use serde_json::json;
use tokio::time::{MissedTickBehavior, interval};

use crate::support::{apply_well, demo, filled};

/// Changes a second.
pub(crate) const RATE: u32 = 1_000;
/// Writers that share them.
const WRITERS: u32 = 4;

/// Runs the screens in front of the storm; tells the file how many changes were made in how many seconds so far.
pub(crate) fn rage(file: &Path) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let demo = demo(Scenario::Ok);
        let session = filled(&demo).await;
        apply_well(&session, "dev").await;
        let client = demo.client();
        let pods: Api<Pod> = Api::namespaced(client.clone(), "mlflow");
        let pod = pods.list(&ListParams::default()).await.unwrap().items.remove(0).metadata.name.unwrap();
        let events: Api<Event> = Api::namespaced(client, "mlflow");
        let made = Arc::new(AtomicU64::new(0));
        for writer in 0..WRITERS {
            tokio::spawn(write(writer, (pods.clone(), pod.clone()), events.clone(), Arc::clone(&made)));
        }
        let (file, started) = (file.to_owned(), Instant::now());
        tokio::spawn(async move {
            let mut tick = interval(Duration::from_millis(200));
            loop {
                tick.tick().await;
                let line = format!("{} {}", made.load(Ordering::Relaxed), started.elapsed().as_secs_f64());
                std::fs::write(&file, line).unwrap();
            }
        });
        let options = Options { start: Start::Watch("dev".to_owned()), ..Options::default() };
        landfall::tui::run(session, options).await.unwrap();
    });
}

/// Changes the pod and an Event about it in turn, both of which are watched and the second seen.
async fn write(writer: u32, (pods, pod): (Api<Pod>, String), events: Api<Event>, made: Arc<AtomicU64>) {
    let name = format!("storm-{writer}");
    let event = json!({
        "metadata": {"name": name, "namespace": "mlflow"},
        "involvedObject": {"apiVersion": "v1", "kind": "Pod", "namespace": "mlflow", "name": pod},
        "reason": "Storm", "message": format!("gust {writer}"), "type": "Normal", "count": 1,
        "firstTimestamp": now(), "lastTimestamp": now(),
    });
    events.create(&PostParams::default(), &serde_json::from_value(event).unwrap()).await.unwrap();
    let mut tick = interval(Duration::from_secs(1) * WRITERS / RATE);
    tick.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let as_is = PatchParams::default();
    for turn in 1_u64.. {
        tick.tick().await;
        if turn % 2 == 0 {
            let change = json!({"metadata": {"annotations": {name.clone(): turn.to_string()}}});
            pods.patch(&pod, &as_is, &Patch::Merge(change)).await.unwrap();
        } else {
            let change = json!({"count": turn, "lastTimestamp": now()});
            events.patch(&name, &as_is, &Patch::Merge(change)).await.unwrap();
        }
        made.fetch_add(1, Ordering::Relaxed);
    }
}

fn now() -> String {
    jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}
