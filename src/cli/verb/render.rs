//! `landfall render`: the objects of an environment as YAML, secret values masked.

use super::adjust;
use crate::cli::args::Render;
use crate::cli::report::Report;
use crate::deploy::Session;
use crate::failure::Result;

pub(super) async fn run(session: &Session, asked: &Render, report: Report) -> Result<u8> {
    adjust(session, &asked.environment, &asked.settings)?;
    report.objects(&session.render(&asked.environment).await?);
    Ok(0)
}
