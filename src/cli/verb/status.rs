//! `landfall status`: how environments are.

use crate::cli::report::Report;
use crate::deploy::{Reach, Session};
use crate::failure::{Kind, Result};
use crate::health::Verdict;

pub(super) async fn run(session: &Session, names: &[String], report: Report) -> Result<u8> {
    let names = if names.is_empty() { session.environments() } else { names.to_vec() };
    let looks = futures::future::join_all(names.iter().map(|name| async move {
        let (glance, survey) = futures::join!(session.glance(name), session.survey(name));
        Ok((glance?, survey?))
    }));
    let mut all = Vec::new();
    for look in looks.await {
        let look: Result<_> = look;
        all.push(look?);
    }
    report.status(&all);
    let failed = all.iter().any(|(_, survey)| survey.health.as_ref().is_some_and(|h| h.verdict == Verdict::Failed));
    let silent = all.iter().all(|(_, survey)| !matches!(survey.reach, Reach::Yes(_)));
    Ok(match (failed, silent) {
        (true, _) => Kind::Failed.exit_code(),
        (false, true) => Kind::NoContact.exit_code(),
        (false, false) => 0,
    })
}
