//! `landfall watch`: follow an environment live.

use tokio::sync::mpsc;

use crate::cli::args::Watch;
use crate::cli::report::Report;
use crate::deploy::{Outcome, Session, Stop};
use crate::failure::{Kind, Result};

pub(super) async fn run(session: &Session, asked: &Watch, report: Report) -> Result<u8> {
    let stop = Stop::new();
    let (events, listening) = mpsc::channel(256);
    let work = session.watch(&asked.environment, asked.until_ready, events, stop.clone());
    let Some(outcome) = Box::pin(report.follow(work, listening, stop)).await else {
        return Ok(Kind::Stopped.exit_code());
    };
    let outcome: Outcome = outcome?;
    report.outcome(&outcome);
    Ok(outcome.end.exit_code())
}
