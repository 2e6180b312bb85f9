//! `landfall import`: a project from a terraform.tfvars.

use super::begin::{Beginning, shown};
use crate::cli::args::{Args, Import};
use crate::cli::ask;
use crate::cli::report::{Report, advice};
use crate::cli::setup::Cluster;
use crate::deploy::Draft;
use crate::failure::{Failure, Kind, Place, Result};
use crate::project::strip_secrets;

pub(super) async fn run(args: &Args, asked: &Import, given: Option<Cluster>, report: Report) -> Result<u8> {
    let beginning = Beginning::new(args, &asked.begin, &asked.module, given, report)?;
    let draft = Draft::from_tfvars(&beginning.module, &asked.module, &asked.file, asked.link)?;
    let variable = draft.variable.clone();
    let places: Vec<String> =
        draft.secrets.iter().map(|found| format!("{} {} ({})", found.environment, found.field, found.place)).collect();
    beginning.finish(draft).await?;
    if let Some(variable) = variable {
        report.still_there(&shown(&asked.file), &places);
        strip(asked, &variable, report)?;
    }
    Ok(0)
}

/// Takes the secrets out of the file, after showing what goes.
fn strip(asked: &Import, variable: &str, report: Report) -> Result<()> {
    let name = shown(&asked.file);
    if !asked.strip && !ask::is_there() {
        advice(&format!("take them out with: landfall import {name} --strip, or with an editor"));
        return Ok(());
    }
    let failed = |error: std::io::Error| {
        Failure::new(Kind::Failed, "the secrets cannot be taken out")
            .at(Place::file(name.clone()))
            .because(error.to_string())
    };
    let text = std::fs::read_to_string(&asked.file).map_err(failed)?;
    let strip = strip_secrets(&name, &text, variable)?;
    report.diff(&strip.diff);
    let sure = asked.begin.yes && asked.strip;
    if !sure && !ask::yes("Take them out of the file?")? {
        return Ok(());
    }
    // Written beside and renamed, so that a half-written file never replaces a whole one.
    let beside = asked.file.with_extension("tfvars.landfall");
    std::fs::write(&beside, &strip.text).map_err(failed)?;
    if let Ok(metadata) = std::fs::metadata(&asked.file) {
        std::fs::set_permissions(&beside, metadata.permissions()).map_err(failed)?;
    }
    std::fs::rename(&beside, &asked.file).map_err(failed)?;
    report.done("secrets taken out of", &name, &[]);
    advice("if the file was ever committed or sent, change these passwords");
    Ok(())
}
