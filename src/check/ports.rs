//! Whether the ports that Services ask for on every node are free in the whole cluster.

use super::{Finding, Remedy};
use crate::module::Clash;
use crate::object::Key;

/// The range of a server that was started without `--service-node-port-range`.
const RANGE: std::ops::RangeInclusive<i64> = 30_000..=32_767;

/// One port that a Service of the environment asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Port {
    /// Its number.
    pub number: i64,
    /// The Service.
    pub service: Key,
    /// The value it comes from, as a dotted path, and one that would do.
    pub value: Option<(String, Option<String>)>,
    /// What the server's dry run says against it.
    pub refused: Option<String>,
}

/// What the ports come to. `taken` are all ports of the cluster with the Service that has each; none where Services
/// may not be listed. Clashes are those about ports.
pub fn ports(wanted: &[Port], taken: Option<&[(i64, Key)]>, clashes: &[&Clash]) -> Finding {
    if wanted.is_empty() {
        return Finding::ok("no Service asks for a port on the nodes");
    }
    for port in wanted {
        let number = port.number;
        let owner = taken.into_iter().flatten().find(|(used, owner)| *used == number && !owner.same(&port.service));
        if let Some((_, owner)) = owner {
            let place = owner.namespace.as_deref().unwrap_or_default();
            return other(Finding::fail(format!("{number} belongs to Service {place}/{}", owner.name)), port);
        }
        if let Some(why) = &port.refused {
            return other(Finding::fail(format!("the cluster does not give {number}: {why}")), port);
        }
    }
    if let Some(clash) = clashes.first() {
        return Finding::fail(clash.sentence.clone()).because(clash.why.clone()).next(clash.remedy.clone());
    }
    let numbers: Vec<String> = wanted.iter().map(|port| port.number.to_string()).collect();
    let numbers = numbers.join(", ");
    if let Some(port) = wanted.iter().find(|port| !RANGE.contains(&port.number)) {
        let said = format!("{} lies outside {}-{}, the usual range", port.number, RANGE.start(), RANGE.end());
        return other(Finding::warn(said), port);
    }
    let are = if wanted.len() == 1 { "is" } else { "are" };
    match taken {
        Some(_) => Finding::ok(format!("{numbers} {are} free in the whole cluster")),
        None => {
            Finding::unknown(format!("whether {numbers} {are} free: you may not list Services of other namespaces"))
                .next("ask an administrator to look: kubectl get service -A | grep NodePort")
        }
    }
}

/// The finding with the way to another port.
fn other(finding: Finding, port: &Port) -> Finding {
    let Some((path, suggestion)) = &port.value else { return finding.next("free it, or ask for another port") };
    let label = match suggestion {
        Some(free) => format!("use {free} for {path} in this run"),
        None => format!("use another {path} in this run"),
    };
    finding.next(format!("free it, or set {path} to another port")).remedy(Remedy::Value {
        path: path.clone(),
        current: port.number.to_string(),
        suggestion: suggestion.clone(),
        label,
    })
}
