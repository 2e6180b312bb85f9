//! The terminal program whose watches bring a thousand events a second: the benchmark starts itself as this, inside a
//! pseudo-terminal, to measure loop, watches and screens as they are. The events are made beside the demo cluster, so that
//! no time goes into writing objects, which is work of a server.

use std::convert::Infallible;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{Channel, Either};
use kube::client::Body;
use landfall::demo::Scenario;
use landfall::tui::{Options, Start};
use serde_json::{Value, json};
use tokio::time::{MissedTickBehavior, interval};
use tower::service_fn;

use crate::support::{apply_well, demo, demo_project, filled, session_over};

/// Events a second, half of them of the pod and half of what is told about it.
pub(crate) const RATE: u32 = 1_000;

/// Runs the screens in front of the storm; tells the file how many events were taken in how many seconds so far.
pub(crate) fn rage(file: &Path) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let demo = demo(Scenario::Ok);
        apply_well(&filled(&demo).await, "dev").await;
        let taken = Arc::new(AtomicU64::new(0));
        let pod = first(&demo.client(), "pods").await;
        let event = first(&demo.client(), "events").await;
        let (client, counted) = (demo.client(), Arc::clone(&taken));
        let windy = service_fn(move |request: Request<Body>| {
            let (client, pod, event, taken) = (client.clone(), pod.clone(), event.clone(), Arc::clone(&counted));
            async move {
                let watches = request.uri().query().is_some_and(|query| query.contains("watch="));
                match (watches, request.uri().path().rsplit('/').next()) {
                    (true, Some("pods")) => Ok(gusts(taken, move |turn| pod_at(&pod, turn))),
                    (true, Some("events")) => Ok(gusts(taken, move |turn| event_at(&event, turn))),
                    _ => client.send(request).await.map(|answer| answer.map(Either::Left)),
                }
            }
        });
        let session = session_over(kube::Client::new(windy, "default"), demo_project());
        let (file, started) = (file.to_owned(), Instant::now());
        tokio::spawn(async move {
            let mut tick = interval(Duration::from_millis(200));
            loop {
                tick.tick().await;
                let line = format!("{} {}", taken.load(Ordering::Relaxed), started.elapsed().as_secs_f64());
                std::fs::write(&file, line).unwrap();
            }
        });
        let options = Options { start: Start::Watch("dev".to_owned()), ..Options::default() };
        landfall::tui::run(session, options).await.unwrap();
    });
}

/// The first object of a kind in the namespace.
async fn first(client: &kube::Client, kind: &str) -> Value {
    let request = Request::get(format!("/api/v1/namespaces/mlflow/{kind}")).body(Vec::new()).unwrap();
    let mut list: Value = client.request(request).await.unwrap();
    let mut object = list["items"][0].take();
    object["apiVersion"] = json!("v1");
    object["kind"] = json!(if kind == "pods" { "Pod" } else { "Event" });
    object
}

/// A watch that brings half of the storm until nobody listens any more.
fn gusts(
    taken: Arc<AtomicU64>,
    object: impl Fn(u64) -> Value + Send + 'static,
) -> Response<Either<Body, Channel<Bytes, Infallible>>> {
    let (mut line, body) = Channel::<Bytes, Infallible>::new(16);
    tokio::spawn(async move {
        let mut tick = interval(Duration::from_secs(2) / RATE);
        tick.set_missed_tick_behavior(MissedTickBehavior::Burst);
        for turn in 1_u64.. {
            tick.tick().await;
            let event = json!({"type": "MODIFIED", "object": object(turn)});
            if line.send_data(Bytes::from(format!("{event}\n"))).await.is_err() {
                break;
            }
            taken.fetch_add(1, Ordering::Relaxed);
        }
    });
    Response::new(Either::Right(body))
}

/// The pod, restarted once more.
fn pod_at(pod: &Value, turn: u64) -> Value {
    let mut pod = pod.clone();
    pod["metadata"]["resourceVersion"] = json!((1_000_000 + turn).to_string());
    pod["status"]["containerStatuses"][0]["restartCount"] = json!(turn);
    pod
}

/// The Event, seen once more.
fn event_at(event: &Value, turn: u64) -> Value {
    let mut event = event.clone();
    event["metadata"]["resourceVersion"] = json!((1_000_000 + turn).to_string());
    event["message"] = json!(format!("gust {}", turn % 40));
    event["count"] = json!(turn);
    event["lastTimestamp"] = json!(jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string());
    event
}
