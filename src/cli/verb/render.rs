//! `landfall render`: the objects of an environment as YAML, secret values masked.

use crate::cli::report::Report;
use crate::deploy::Session;
use crate::failure::Result;

pub(super) async fn run(session: &Session, environment: &str, report: Report) -> Result<u8> {
    report.objects(&session.render(environment).await?);
    Ok(0)
}
