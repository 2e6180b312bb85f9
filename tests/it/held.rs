//! What others hold is taken over as far as somebody said, and the record remembers five revisions.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::{Method, Request};
use landfall::demo::{Demo, Scenario};
use landfall::deploy::{End, Payload, Session, Stop, TakeOver};
use landfall::plan::{Action, Change, Consent, Plan};
use serde_json::{Value, json};
use tokio::sync::mpsc;

use crate::support::{apply_well, demo, demo_project, filled, session_in};
use crate::wire::{Fate, over};

const CONFIG: &str = "/api/v1/namespaces/mlflow/configmaps/mlflow-config-dev";
const DEPLOYMENT: &str = "/apis/apps/v1/namespaces/mlflow/deployments/mlflow-dev";
const AUTOSCALERS: &str = "/apis/autoscaling/v2/namespaces/mlflow/horizontalpodautoscalers";
const SECRETS: &str = "/api/v1/namespaces/mlflow/secrets";

async fn sends(demo: &Demo, method: Method, path: &str, body: &Value) -> Value {
    let kind = if method == Method::PATCH { "application/merge-patch+json" } else { "application/json" };
    let request = Request::builder().method(method).uri(path).header("content-type", kind);
    demo.client().request(request.body(serde_json::to_vec(body).unwrap()).unwrap()).await.unwrap()
}

async fn gets(demo: &Demo, path: &str) -> Value {
    demo.client().request(Request::get(path).body(Vec::new()).unwrap()).await.unwrap()
}

/// Somebody changes two keys of the configuration by hand; gives the fields as the server writes them.
async fn edited(demo: &Demo) -> [String; 2] {
    let config = gets(demo, CONFIG).await;
    let mut keys = config["data"].as_object().unwrap().keys().cloned();
    let [one, other] = [keys.next().unwrap(), keys.next().unwrap()];
    let path = format!("{CONFIG}?fieldManager=kubectl-edit");
    sends(demo, Method::PATCH, &path, &json!({"data": {one.clone(): "by-hand", other.clone(): "by-hand"}})).await;
    [one, other].map(|key| format!(".data.{key}"))
}

fn config(plan: &Plan<Payload>) -> &Change {
    plan.changes.iter().find(|change| change.key.name == "mlflow-config-dev").unwrap()
}

async fn carries_out(session: &Session, plan: Plan<Payload>) -> End {
    let approved = plan.approve(&Consent::Yes).unwrap();
    let (events, mut heard) = mpsc::channel(256);
    let run = session.run(approved, events, Stop::new());
    let (outcome, ()) = tokio::join!(run, async { while heard.recv().await.is_some() {} });
    outcome.end
}

#[tokio::test]
async fn fields_are_taken_over_one_by_one_and_nothing_is_sent_before_all_of_them_are() {
    let demo = demo(Scenario::Ok);
    let session = filled(&demo).await;
    apply_well(&session, "dev").await;
    let [one, other] = edited(&demo).await;
    let plan = session.prepare("dev", false).await.unwrap();
    let key = config(&plan).key.clone();
    let fields: Vec<_> = config(&plan).conflicts.iter().map(|conflict| conflict.field.clone()).collect();
    assert_eq!(fields, [one.clone(), other.clone()]);

    let mut take = TakeOver::default();
    take.turn_field(&key, &one);
    let plan = session.prepare_taking("dev", take.clone()).await.unwrap();
    assert_eq!(config(&plan).action, Action::Conflict);
    assert_eq!(config(&plan).conflicts.iter().map(|conflict| conflict.taken).collect::<Vec<_>>(), [true, false]);

    take.turn_field(&key, &other);
    let plan = session.prepare_taking("dev", take).await.unwrap();
    assert_eq!(config(&plan).action, Action::Update);
    assert_eq!(carries_out(&session, plan).await, End::Healthy);
    let data = gets(&demo, CONFIG).await["data"].to_string();
    assert!(!data.contains("by-hand"), "{data}");
}

#[tokio::test]
async fn an_object_is_taken_over_and_another_stays_in_conflict() {
    let demo = demo(Scenario::Ok);
    let session = filled(&demo).await;
    apply_well(&session, "dev").await;
    edited(&demo).await;
    let path = format!("{DEPLOYMENT}?fieldManager=kubectl-edit");
    sends(&demo, Method::PATCH, &path, &json!({"spec": {"replicas": 2}})).await;
    let plan = session.prepare("dev", false).await.unwrap();
    assert_eq!(plan.count(Action::Conflict), 2);
    let mut take = TakeOver::default();
    take.turn_object(&config(&plan).key);
    let plan = session.prepare_taking("dev", take).await.unwrap();
    assert_eq!((config(&plan).action, plan.count(Action::Conflict)), (Action::Update, 1));
}

#[tokio::test]
async fn the_number_of_pods_is_left_to_an_autoscaler() {
    let demo = demo(Scenario::Ok);
    apply_well(&filled(&demo).await, "dev").await;
    let (client, _) = over(&demo.client(), |asked| match asked.path() {
        "/apis/autoscaling/v2" => {
            let kind =
                json!({"name": "horizontalpodautoscalers", "kind": "HorizontalPodAutoscaler", "namespaced": true});
            Fate::Answer(200, None, json!({"kind": "APIResourceList", "resources": [kind]}))
        }
        AUTOSCALERS => {
            let target = json!({"apiVersion": "apps/v1", "kind": "Deployment", "name": "mlflow-dev"});
            let item = json!({"metadata": {"name": "busy", "namespace": "mlflow"}, "spec": {"scaleTargetRef": target}});
            let list = json!({"kind": "HorizontalPodAutoscalerList", "apiVersion": "autoscaling/v2", "metadata": {},
                "items": [item]});
            Fate::Answer(200, None, list)
        }
        _ => Fate::Pass,
    });
    let session = session_in(client, demo_project(), std::env::temp_dir(), Duration::from_mins(1));
    for environment in session.environments() {
        session.make_up(&environment).await.unwrap();
    }
    // Another operator, who has it from the cluster.
    session.adopt("dev", &["generated.encryption_passphrase".to_owned()]).await.unwrap();
    let note = |plan: &Plan<Payload>| {
        let deployment =
            plan.changes.iter().find(|change| change.key.name == "mlflow-dev" && change.key.kind == "Deployment");
        let deployment = deployment.unwrap();
        (deployment.notes.concat(), deployment.fields.iter().any(|field| field.path == "spec.replicas"))
    };
    let said = ("replicas is left to HorizontalPodAutoscaler busy.".to_owned(), false);
    assert_eq!(note(&session.prepare("dev", false).await.unwrap()), said);
    // The autoscaler wants three: nobody puts it back to one, and nobody is in conflict with it.
    let scale = json!({"spec": {"replicas": 3}});
    sends(&demo, Method::PATCH, &format!("{DEPLOYMENT}/scale?fieldManager=kube-controller-manager"), &scale).await;
    let plan = session.prepare("dev", false).await.unwrap();
    assert_eq!((note(&plan), plan.has_conflicts()), (said, false));
    assert_eq!(carries_out(&session, plan).await, End::Healthy);
    assert_eq!(gets(&demo, DEPLOYMENT).await["spec"]["replicas"], 3);
}

#[tokio::test]
async fn the_record_remembers_five_revisions_and_how_long_the_last_took() {
    let demo = demo(Scenario::Ok);
    let session = filled(&demo).await;
    assert_eq!(session.prepare("dev", false).await.unwrap().took, None, "nothing was measured yet");
    for workers in 1..=6 {
        session.set_value("dev", "workers", &workers.to_string()).unwrap();
        apply_well(&session, "dev").await;
    }
    let history = session.survey("dev").await.unwrap().history;
    let numbers: Vec<u64> = history.iter().map(|revision| revision.number).collect();
    assert_eq!(numbers, [6, 5, 4, 3, 2]);
    assert!(history.iter().all(|one| one.end == Some(End::Healthy) && one.took.is_some() && one.by == "ann@laptop"));
    assert_eq!(session.prepare("dev", false).await.unwrap().took, history[0].took);
}

#[tokio::test]
async fn a_record_from_before_is_still_read() {
    let demo = demo(Scenario::Ok);
    let session = filled(&demo).await;
    apply_well(&session, "dev").await;
    let list = gets(&demo, SECRETS).await;
    let found = list["items"].as_array().unwrap().iter().find(|item| item["type"] == "landfall.dev/state.v1").unwrap();
    let path = format!("{SECRETS}/{}", found["metadata"]["name"].as_str().unwrap());
    let mut record = gets(&demo, &path).await;
    let bytes = STANDARD.decode(record["data"]["state"].as_str().unwrap()).unwrap();
    let mut state: Value = serde_json::from_slice(&bytes).unwrap();
    for field in ["past", "restarted"] {
        state.as_object_mut().unwrap().remove(field);
    }
    record["data"]["state"] = json!(STANDARD.encode(state.to_string()));
    sends(&demo, Method::PUT, &path, &record).await;
    let survey = session.survey("dev").await.unwrap();
    assert_eq!((survey.revision.map(|(number, _)| number), survey.history.len()), (Some(1), 1));
    assert_eq!(session.prepare("dev", false).await.unwrap().took, None, "nobody knows whether its pods were new");
    session.set_value("dev", "workers", "2").unwrap();
    apply_well(&session, "dev").await;
    assert_eq!(session.survey("dev").await.unwrap().history.len(), 2);
}
