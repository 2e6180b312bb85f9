//! Quotas and limits. Texts: the admission plugins `ResourceQuota` and `LimitRanger`.

use super::{Cause, Trouble, say};
use crate::object::Object;

/// The cause, if a refusal came from a quota or a limit.
pub(super) fn read(told: &str, object: &Object) -> Option<Cause> {
    let cause = Cause::new(Trouble::Quota, object.key());
    if let Some(quota) = say::between(told, "exceeded quota: ", ",") {
        let part = |name: &str| {
            let (_, rest) = told.split_once(&format!("{name}: "))?;
            Some(rest.split(", used:").next()?.split(", limited:").next()?.trim().trim_end_matches('.').to_owned())
        };
        let sentence = match (part("requested"), part("used"), part("limited")) {
            (Some(asked), Some(used), Some(limit)) => {
                format!(
                    "Quota {quota} allows {}, {} used, {} more requested.",
                    said(&limit),
                    is_used(&used),
                    said(&asked).trim_end_matches(" pods").trim_end_matches(" pod")
                )
            }
            _ => format!("Quota {quota} is used up."),
        };
        let what =
            part("requested").map_or("", |asked| if asked.starts_with("pods=") { " for another pod" } else { "" });
        return Some(
            cause
                .headline(format!("quota {quota} leaves no room{what}"))
                .sentence(sentence)
                .next(format!("raise quota {quota}, or free what others use in the namespace")),
        );
    }
    if let Some(quota) = say::between(told, "failed quota: ", ":") {
        let must = told.split_once("must specify ").map_or("", |(_, must)| must);
        return Some(
            cause
                .headline(format!("quota {quota} wants limits the pod does not name"))
                .sentence(format!("With quota {quota} every container must specify {}.", say::calm(must)))
                .next("name these requests and limits in the pod"),
        );
    }
    let limit = ["maximum ", "minimum "].iter().find_map(|mark| told.find(mark));
    let limit = limit.filter(|_| say::has(told, &["per container", "per pod"]))?;
    Some(
        cause
            .headline("the namespace's limits forbid this pod")
            .sentence(format!(
                "The LimitRange of the namespace says: {}.",
                say::calm(told[limit..].trim_end_matches([']', '.']))
            ))
            .next("change the pod's requests and limits to fit"),
    )
}

/// "pods=4" as "4 pods", "requests.memory=8Gi" as "8Gi requests.memory".
fn said(amounts: &str) -> String {
    let each: Vec<String> = amounts
        .split(',')
        .map(|amount| match amount.trim().split_once('=') {
            Some(("pods", "1")) => "1 pod".to_owned(),
            Some((what, much)) => format!("{much} {what}"),
            None => amount.trim().to_owned(),
        })
        .collect();
    say::list(&each)
}

fn is_used(used: &str) -> String {
    let one = used == "pods=1";
    format!("{} {}", said(used).trim_end_matches(" pods").trim_end_matches(" pod"), if one { "is" } else { "are" })
}
