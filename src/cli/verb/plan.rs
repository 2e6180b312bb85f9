//! `landfall plan`: what would change. Nothing is written.

use super::adjust;
use crate::cli::args::Plan as Asked;
use crate::cli::report::Report;
use crate::deploy::Session;
use crate::failure::{Kind, Result};

/// What `--exit-code` ends with when something would change.
const CHANGES: u8 = 10;

pub(super) async fn run(session: &Session, asked: &Asked, report: Report) -> Result<u8> {
    adjust(session, &asked.environment, &asked.settings)?;
    let plan = session.prepare(&asked.environment, asked.take_over).await?;
    report.plan(&plan);
    if !plan.blockers.is_empty() || plan.has_conflicts() {
        return Ok(Kind::Blocked.exit_code());
    }
    Ok(if asked.exit_code && !plan.is_empty() { CHANGES } else { 0 })
}
