//! `landfall check`: the checklist of an environment, and what landfall can mend of it.

use tokio::sync::mpsc;

use super::adjust;
use super::apply::agreed;
use crate::check::{Checklist, Mend, Verdict};
use crate::cli::args::Check;
use crate::cli::report::Report;
use crate::deploy::{Asking, Pods, Session, Stop};
use crate::failure::{Kind, Result};

pub(super) async fn run(session: &Session, asked: &Check, report: Report) -> Result<u8> {
    adjust(session, &asked.environment, &asked.settings)?;
    let pods = match (&asked.probe_in, asked.no_probe) {
        (Some(namespace), _) => Pods::In(namespace.clone()),
        (None, true) => Pods::No,
        (None, false) => Pods::Here,
    };
    let asking = Asking {
        only: asked.only.clone(),
        pods,
        patience: std::time::Duration::from_secs(asked.timeout),
        url: asked.url.clone(),
    };
    let Some(mut list) = ask(session, &asked.environment, asking.clone(), report).await? else {
        return Ok(Kind::Stopped.exit_code());
    };
    if asked.mend {
        let again = mend(session, asked, &list, report).await?;
        if !again.is_empty() {
            let asking = Asking { only: again, ..asking };
            let Some(after) = ask(session, &asked.environment, asking, report).await? else {
                return Ok(Kind::Stopped.exit_code());
            };
            for item in after.items {
                list.items.retain(|known| known.check != item.check);
                list.items.push(item);
            }
        }
    }
    report.checked(&list);
    Ok(if list.count(Verdict::Fail) > 0 { Kind::Blocked.exit_code() } else { 0 })
}

/// All checks with their pods, before something is applied; none when it was stopped.
pub(super) async fn before(session: &Session, environment: &str, report: Report) -> Result<Option<Checklist>> {
    let list = ask(session, environment, Asking { pods: Pods::Here, ..Asking::default() }, report).await?;
    if let Some(list) = &list {
        report.checked(list);
    }
    Ok(list)
}

async fn ask(session: &Session, environment: &str, asking: Asking, report: Report) -> Result<Option<Checklist>> {
    let stop = Stop::new();
    let (news, listening) = mpsc::channel(256);
    let work = Box::pin(session.check(environment, asking, news, stop.clone()));
    let Some(list) = report.checks(environment, work, listening, stop.clone()).await else { return Ok(None) };
    let list = list?;
    Ok((!stop.is_cancelled()).then_some(list))
}

/// Carries out what can be mended, each after its own confirmation; the checks that are to be asked again.
async fn mend(session: &Session, asked: &Check, list: &Checklist, report: Report) -> Result<Vec<String>> {
    let mut done: Vec<Mend> = Vec::new();
    let mut again = Vec::new();
    for item in &list.items {
        let Some(mend) = item.finding().and_then(|finding| finding.mend.clone()) else { continue };
        again.push(item.check.clone());
        if done.contains(&mend) {
            continue; // several checks may wait for the same namespace
        }
        let environment = &asked.environment;
        let question = format!("{}? {}", mend.label, mend.says.join("; "));
        let consent = agreed(session, environment, &question, (asked.yes, asked.confirm.as_deref()))?;
        let words = session.mend(environment, &mend, &consent, Stop::new()).await?;
        report.done("mended", environment, &[words]);
        done.push(mend);
    }
    Ok(again)
}
