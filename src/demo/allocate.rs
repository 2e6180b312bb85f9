//! Addresses and node ports of Services, given out like the server's allocators do.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::kinds;
use super::pick;
use super::status::Cause;
use super::store::Store;

/// The range of node ports (kube-apiserver `--service-node-port-range`).
const PORTS: std::ops::RangeInclusive<i64> = 30_000..=32_767;

/// The first address of the services (kube-apiserver `--service-cluster-ip-range`), which nobody can have.
const NETWORK: &str = "10.96.0.0";

/// Whether an allocation is kept. A dry run gives out numbers that nobody can have (the network's own address, ports from
/// 32769), and does not look at the range (kubernetes `pkg/registry/core/service`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Keep {
    Yes,
    No,
}

/// Gives a Service what it lacks.
///
/// # Errors
/// Causes for ports and addresses that are taken or out of range.
pub(super) fn service(store: &mut Store, service: &mut Value, keep: Keep) -> Result<(), Vec<Cause>> {
    let kind = pick::text(service, "/spec/type").to_owned();
    if kind == "ExternalName" {
        return Ok(());
    }
    address(store, service, keep)?;
    if kind == "NodePort" || kind == "LoadBalancer" { ports(store, service, keep) } else { forget_ports(service) }
}

fn address(store: &mut Store, service: &mut Value, keep: Keep) -> Result<(), Vec<Cause>> {
    let asked = pick::text(service, "/spec/clusterIP").to_owned();
    let taken: BTreeSet<String> = others(store, service)
        .iter()
        .map(|other| pick::text(other, "/spec/clusterIP").to_owned())
        .filter(|address| address != "None")
        .collect();
    if asked.is_empty() {
        let mut free = (keep == Keep::No).then(|| NETWORK.to_owned());
        while free.is_none() {
            let guess = format!("10.96.{}.{}", store.below(240), 1 + store.below(250));
            free = Some(guess).filter(|guess| !taken.contains(guess));
        }
        pick::set(service, "/spec/clusterIP", free.unwrap_or_default());
    } else if taken.contains(&asked) {
        let why = "failed to allocate IP: provided IP is already allocated";
        return Err(vec![Cause::invalid("spec.clusterIPs", &json!([asked]), why)]);
    }
    let address = pick::text(service, "/spec/clusterIP").to_owned();
    pick::set(service, "/spec/clusterIPs", json!([address]));
    Ok(())
}

fn ports(store: &mut Store, service: &mut Value, keep: Keep) -> Result<(), Vec<Cause>> {
    let mut taken: BTreeSet<i64> = others(store, service)
        .iter()
        .flat_map(|other| pick::list(other, "/spec/ports"))
        .map(|port| pick::number(port, "/nodePort"))
        .collect();
    let mut causes = Vec::new();
    let count = pick::list(service, "/spec/ports").len();
    for at in 0..count {
        let pointer = format!("/spec/ports/{at}/nodePort");
        let field = format!("spec.ports[{at}].nodePort");
        let asked = pick::number(service, &pointer);
        if asked == 0 {
            let mut guess = 0;
            while guess == 0 || taken.contains(&guess) {
                guess = match keep {
                    Keep::Yes => PORTS.start() + i64::from(store.below(2768)),
                    Keep::No => guess.max(*PORTS.end() + 1) + 1,
                };
            }
            taken.insert(guess);
            pick::set(service, &pointer, guess);
        } else if taken.contains(&asked) {
            causes.push(Cause::invalid(field, &json!(asked), "provided port is already allocated"));
        } else if !PORTS.contains(&asked) && keep == Keep::Yes {
            let why = format!(
                "provided port is not in the valid range. The range of valid ports is {}-{}",
                PORTS.start(),
                PORTS.end()
            );
            causes.push(Cause::invalid(field, &json!(asked), &why));
        } else {
            taken.insert(asked);
        }
    }
    if causes.is_empty() { Ok(()) } else { Err(causes) }
}

fn forget_ports(service: &mut Value) -> Result<(), Vec<Cause>> {
    let ports = pick::list(service, "/spec/ports");
    if let Some(at) = ports.iter().position(|port| pick::number(port, "/nodePort") != 0) {
        let why = "may not be used when `type` is 'ClusterIP'";
        return Err(vec![Cause::forbidden(format!("spec.ports[{at}].nodePort"), why)]);
    }
    Ok(())
}

fn others(store: &Store, service: &Value) -> Vec<super::store::Object> {
    let mut all = store.list(&kinds::SERVICE, "");
    all.retain(|other| pick::name(other) != pick::name(service) || pick::namespace(other) != pick::namespace(service));
    all
}
