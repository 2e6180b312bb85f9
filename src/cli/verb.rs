//! One verb per file.

mod apply;
mod begin;
mod check;
mod completion;
mod creds;
mod health;
mod import;
mod init;
mod plan;
mod render;
mod rotate;
mod status;
mod sync;
mod vault;
mod watch;

use super::args::{Args, Output, Settings, Verb};
use super::report::{Report, written};
use super::setup::{Cluster, begin};
use crate::deploy::Session;
use crate::failure::{Failure, Place, Result};

/// Carries a verb out and returns the exit code.
///
/// # Errors
/// Whatever forbids it; see the exit codes of its kind.
pub async fn run(args: Args, given: Option<Cluster>) -> Result<u8> {
    let report = Report::new(args.common.output == Output::Json);
    if args.common.scenario.is_some() && given.is_none() {
        return Err(Failure::input("--scenario is for the demo cluster only").hint("add --demo, or leave it out"));
    }
    let code = match &args.verb {
        Some(Verb::Completion { shell }) => completion::run(*shell),
        Some(Verb::Health(health)) => health::run(health, report)?,
        Some(Verb::Import(import)) => import::run(&args, import, given, report).await?,
        Some(Verb::Init(init)) => init::run(&args, init, given, report).await?,
        Some(Verb::Creds(creds)) => {
            let demo = given.is_some();
            let session = begin(&args, given).await?;
            apply::first(&session, demo && creds.looks_there()).await?;
            creds::run(&session, creds, demo, report).await?
        }
        Some(Verb::Vault(_)) if given.is_some() => {
            return Err(Failure::input("the demo has a vault of its own, in memory").hint("leave --demo out"));
        }
        Some(Verb::Vault(vault)) => vault::run(&args, vault, report).await?,
        Some(Verb::Render(render)) => render::run(&begin(&args, given).await?, render, report).await?,
        Some(Verb::Plan(plan)) => plan::run(&begin(&args, given).await?, plan, report).await?,
        Some(Verb::Check(check)) => Box::pin(check::run(&begin(&args, given).await?, check, report)).await?,
        Some(Verb::Apply(apply)) => Box::pin(apply::run(&begin(&args, given).await?, apply, report)).await?,
        Some(Verb::Status(several)) => {
            let demo = given.is_some();
            let session = begin(&args, given).await?;
            apply::first(&session, demo).await?;
            status::run(&session, &several.environments, report).await?
        }
        Some(Verb::Watch(watch)) => {
            let demo = given.is_some();
            let session = begin(&args, given).await?;
            apply::first(&session, demo).await?;
            watch::run(&session, watch, report).await?
        }
        Some(Verb::Rotate(rotate)) => {
            let demo = given.is_some();
            let session = begin(&args, given).await?;
            apply::first(&session, demo).await?;
            Box::pin(rotate::run(&session, rotate, demo, report)).await?
        }
        None | Some(Verb::Demo) => 0, // the screen's, not ours
    };
    written()?;
    Ok(code)
}

/// Uses other values in this run.
fn adjust(session: &Session, environment: &str, settings: &Settings) -> Result<()> {
    for setting in &settings.set {
        let (path, value) = setting_of(setting)?;
        session
            .set_value(environment, path, value)
            .map_err(|failure| failure.at(Place::file(format!("--set {setting}"))))?;
    }
    Ok(())
}

/// Path and value of a `--set`.
fn setting_of(setting: &str) -> Result<(&str, &str)> {
    setting.split_once('=').filter(|(path, _)| !path.is_empty()).ok_or_else(|| {
        Failure::input(format!("--set {setting} does not say which value"))
            .hint("write --set PATH=VALUE, as --set port_external=30503")
    })
}
