//! `landfall watch`: follow an environment live.

use tokio::sync::mpsc;

use crate::cli::args::Watch;
use crate::cli::report::Report;
use crate::deploy::{Outcome, Session, Stop};
use crate::failure::Result;

pub(super) async fn run(session: &Session, asked: &Watch, report: Report) -> Result<u8> {
    let stop = Stop::new();
    let (events, listening) = mpsc::channel(256);
    let work = session.watch(&asked.environment, asked.until_ready, events, stop.clone());
    let outcome: Outcome = report.follow(work, listening, stop).await?;
    report.outcome(&outcome);
    Ok(outcome.end.exit_code())
}
