//! `landfall creds status` and `landfall creds pull`: the vault and the cluster side by side, and values taken over.

use std::time::Duration;

use crate::cli::args::{CredsStatus, Pull};
use crate::cli::ask;
use crate::cli::report::Report;
use crate::deploy::{Accord, Comparison, Session};
use crate::failure::{Failure, Kind, Result};

/// How long a list waits for the cluster; what the vault holds is said without it.
const GLANCE: Duration = Duration::from_secs(4);

/// What the cluster says besides a list; none where it does not answer soon.
pub(super) async fn glance(session: &Session, environment: &str) -> Result<Option<Comparison>> {
    match tokio::time::timeout(GLANCE, session.compare(environment)).await {
        Ok(comparison) => comparison.map(|comparison| Some(comparison).filter(|c| c.trouble.is_none())),
        Err(_) => Ok(None),
    }
}

pub(super) async fn status(session: &Session, asked: &CredsStatus, report: Report) -> Result<u8> {
    let names = &asked.several.environments;
    let names = if names.is_empty() { session.environments() } else { names.clone() };
    let asking = names.iter().map(|name| session.compare(name));
    let comparisons = futures::future::join_all(asking).await.into_iter().collect::<Result<Vec<_>>>()?;
    report.comparisons(&comparisons);
    if comparisons.iter().all(|comparison| comparison.trouble.is_some()) {
        return Ok(Kind::NoContact.exit_code());
    }
    let off = comparisons.iter().any(|comparison| comparison.off() > 0);
    Ok(if asked.exit_code && off { 10 } else { 0 })
}

pub(super) async fn pull(session: &Session, asked: &Pull, report: Report) -> Result<()> {
    let environment = &asked.fields.environment;
    let comparison = session.compare(environment).await?;
    if let Some(trouble) = comparison.trouble {
        return Err(trouble);
    }
    let names = chosen(&comparison, asked);
    if names.is_empty() {
        report.nothing("taken", environment, "the cluster has nothing that is not here already");
        return Ok(());
    }
    report.taking(&comparison, &names);
    if !asked.yes {
        if !ask::is_there() {
            return Err(Failure::new(Kind::Blocked, "nothing was taken over, since nobody confirmed it")
                .hint("without a terminal it needs --yes"));
        }
        if !ask::yes("Take them over?")? {
            return Err(Failure::new(Kind::Stopped, "nothing was taken over").because("it was not confirmed"));
        }
    }
    session.adopt(environment, &names).await?;
    session.settle().await?;
    report.done("taken", environment, &names);
    Ok(())
}

/// The credentials to take: those named, else those that are only in the cluster or were changed nowhere else.
fn chosen(comparison: &Comparison, asked: &Pull) -> Vec<String> {
    let named = &asked.fields.fields;
    if named.is_empty() {
        let wanted = comparison.fields.iter().filter(|compared| {
            matches!(compared.accord, Accord::OnlyThere | Accord::ChangedThere) && compared.stuck.is_none()
        });
        return wanted.map(|compared| compared.field.clone()).collect();
    }
    let is_here = |name: &&String| comparison.field(name).is_some_and(|found| found.accord == Accord::InSync);
    named.iter().filter(|name| !is_here(name)).cloned().collect()
}
