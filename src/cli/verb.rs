//! One verb per file.

mod apply;
mod begin;
mod completion;
mod creds;
mod health;
mod import;
mod init;
mod plan;
mod render;
mod status;
mod watch;

use super::args::{Args, Output, Verb};
use super::report::Report;
use super::setup::{Cluster, begin};
use crate::failure::Result;

/// Carries a verb out and returns the exit code.
///
/// # Errors
/// Whatever forbids it; see the exit codes of its kind.
pub async fn run(args: Args, given: Option<Cluster>) -> Result<u8> {
    let report = Report::new(args.common.output == Output::Json);
    match &args.verb {
        Some(Verb::Completion { shell }) => Ok(completion::run(*shell)),
        Some(Verb::Health(health)) => health::run(health, report),
        Some(Verb::Import(import)) => import::run(&args, import, given, report).await,
        Some(Verb::Init(init)) => init::run(&args, init, given, report).await,
        Some(Verb::Creds(creds)) => creds::run(&begin(&args, given).await?, creds, report).await,
        Some(Verb::Render(one)) => render::run(&begin(&args, given).await?, &one.environment, report).await,
        Some(Verb::Plan(plan)) => plan::run(&begin(&args, given).await?, plan, report).await,
        Some(Verb::Apply(apply)) => Box::pin(apply::run(&begin(&args, given).await?, apply, report)).await,
        Some(Verb::Status(several)) => {
            let demo = given.is_some();
            let session = begin(&args, given).await?;
            apply::first(&session, demo).await?;
            status::run(&session, &several.environments, report).await
        }
        Some(Verb::Watch(watch)) => {
            let demo = given.is_some();
            let session = begin(&args, given).await?;
            apply::first(&session, demo).await?;
            watch::run(&session, watch, report).await
        }
        None | Some(Verb::Demo) => Ok(0), // the screen's, not ours
    }
}
