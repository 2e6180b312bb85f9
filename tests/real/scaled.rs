//! Pods whose number somebody else decides: the real autoscaler of the control plane.

use std::time::Duration;

use serde_json::json;

use crate::conformance::asking::{get, post};
use crate::plane::Plane;
use crate::site::Site;
use crate::support::apply_well;

#[tokio::test]
async fn the_number_of_pods_is_left_to_an_autoscaler() {
    let plane = Plane::shared();
    let (client, site) = (plane.client().await, Site::new(&plane, &plane.server()).await);
    let session = site.session().await;
    apply_well(&session, "dev").await;
    let space = &site.namespace;
    // Without anything that measures, it still sees to the least.
    let busy = json!({
        "apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler",
        "metadata": {"name": "busy", "namespace": space},
        "spec": {
            "minReplicas": 2, "maxReplicas": 3,
            "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "mlflow-dev"},
            "metrics": [{"type": "Resource", "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 50}}}],
        },
    });
    post(&client, &format!("/apis/autoscaling/v2/namespaces/{space}/horizontalpodautoscalers"), &busy).await.ok();
    let path = format!("/apis/apps/v1/namespaces/{space}/deployments/mlflow-dev");
    let replicas = async || get(&client, &path).await.ok()["spec"]["replicas"].as_i64();
    let scaled = async {
        while replicas().await != Some(2) {
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    };
    tokio::time::timeout(Duration::from_mins(2), scaled).await.expect("it was never scaled");

    let plan = session.prepare("dev", false).await.unwrap();
    assert!(!plan.has_conflicts() && plan.is_empty(), "{:#?}", plan.changes);
    let said = |change: &landfall::plan::Change| change.notes.concat().contains("left to HorizontalPodAutoscaler busy");
    assert!(plan.changes.iter().any(said), "{:#?}", plan.changes);
    session.set_value("dev", "workers", "3").unwrap();
    apply_well(&session, "dev").await;
    assert_eq!(replicas().await, Some(2), "it was put back");
}
