//! Services.

use serde_json::{Value, json};

use crate::demo::pick;
use crate::demo::status::Cause;

pub(super) fn check(service: &Value) -> Vec<Cause> {
    let mut causes = Vec::new();
    let kind = pick::text(service, "/spec/type");
    let known = ["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"];
    if !known.contains(&kind) {
        causes.push(Cause::unsupported("spec.type", &json!(kind), &known));
    }
    let ports = pick::list(service, "/spec/ports");
    if ports.is_empty() && kind != "ExternalName" && pick::text(service, "/spec/clusterIP") != "None" {
        causes.push(Cause::required("spec.ports", ""));
    }
    for (at, port) in ports.iter().enumerate() {
        let number = pick::number(port, "/port");
        if !(1..=65_535).contains(&number) {
            let why = "must be between 1 and 65535, inclusive";
            causes.push(Cause::invalid(format!("spec.ports[{at}].port"), &json!(number), why));
        }
        if ports.len() > 1 && pick::text(port, "/name").is_empty() {
            causes.push(Cause::required(format!("spec.ports[{at}].name"), ""));
        }
        let protocol = pick::text(port, "/protocol");
        if !["SCTP", "TCP", "UDP"].contains(&protocol) {
            let field = format!("spec.ports[{at}].protocol");
            causes.push(Cause::unsupported(field, &json!(protocol), &["SCTP", "TCP", "UDP"]));
        }
        let earlier = ports.iter().take(at);
        let twin = earlier
            .clone()
            .any(|other| pick::number(other, "/port") == number && pick::text(other, "/protocol") == protocol);
        if twin {
            let value = json!({"port": number, "protocol": protocol});
            causes.push(Cause::duplicate(format!("spec.ports[{at}]"), &value));
        }
        let node = pick::number(port, "/nodePort");
        if node != 0 && earlier.clone().any(|other| pick::number(other, "/nodePort") == node) {
            causes.push(Cause::duplicate(format!("spec.ports[{at}].nodePort"), &json!(node)));
        }
    }
    causes
}
