//! `landfall import`: a project from a terraform.tfvars, or only its secrets into a project that is there already.

use std::io::Write;
use std::path::Path;

use super::begin::Beginning;
use super::creds::keeps;
use crate::cli::args::{Args, Import as Asked};
use crate::cli::ask;
use crate::cli::report::{Report, advice};
use crate::cli::setup::{self, Cluster};
use crate::deploy::{Draft, Entry, Link, Session};
use crate::failure::{Failure, Kind, Place, Result};
use crate::module::{Import, Imported, Module};
use crate::project::{Project, strip_secrets};

pub(super) async fn run(args: &Args, asked: &Asked, given: Option<Cluster>, report: Report) -> Result<u8> {
    if asked.secrets_only {
        return secrets_only(args, asked, given, report).await;
    }
    let beginning = Beginning::new(args, &asked.begin, &asked.module, given, report)?;
    if asked.strip && !beginning.stores()? {
        return Err(Failure::input("--strip would lose the secrets, since this vault stores nothing")
            .hint("leave --strip out, or use a vault that does: --vault keyring or file"));
    }
    let link = if asked.link { Link::From(&beginning.folder) } else { Link::No };
    let draft = Draft::from_tfvars(&beginning.module, &asked.module, &asked.file, link)?;
    let variable = draft.variable.clone();
    let places = places(&draft.secrets);
    let (session, stored) = beginning.finish(draft).await?;
    if let Some(variable) = variable.filter(|_| !places.is_empty()) {
        report.still_there(&shown(&asked.file), &places);
        if stored {
            strip(asked, &variable, report)?;
        } else {
            advice("they stay there: nothing else holds them yet");
        }
    }
    let first = session.environments().into_iter().next().unwrap_or_default();
    advice(&format!("next: landfall plan {first}, or the screens: landfall"));
    Ok(0)
}

/// Takes the secrets of a file into the vault of a project that is there. What is stored already stays.
async fn secrets_only(args: &Args, asked: &Asked, given: Option<Cluster>, report: Report) -> Result<u8> {
    let demo = given.is_some();
    let session = setup::begin(args, given).await?;
    let project = session.project();
    let import = read(&project, &asked.file)?;
    keeps(&session, import.environments.first().map_or("", |(name, _)| name.as_str()), demo).await?;
    let places = places(&import.secrets);
    let others = store(&session, &project, import.secrets, report).await?;
    session.settle().await?;
    let Some(variable) = import.variable.filter(|_| !places.is_empty()) else { return Ok(0) };
    report.still_there(&shown(&asked.file), &places);
    if others.is_empty() {
        strip(asked, &variable, report)?;
    } else {
        let failure = Failure::new(Kind::Blocked, format!("the vault holds another value for {}", others.join(", ")))
            .because("what is stored stays, and the file is left as it is")
            .hint("to take the file's value: landfall creds rm ENV FIELD, then import again");
        return Err(failure);
    }
    Ok(0)
}

fn read(project: &Project, file: &Path) -> Result<Import> {
    let name = shown(file);
    let text = std::fs::read_to_string(file).map_err(|error| Failure::unreadable(name.as_str(), &error))?;
    let module = Module::load(&project.module, &project.folder)?;
    let import = module.import(&name, &text)?;
    for found in &import.secrets {
        project.environment(&found.environment).map_err(|failure| failure.at(found.place.clone()))?;
    }
    Ok(import)
}

/// Stores what is missing; returns what is stored with another value.
async fn store(session: &Session, project: &Project, secrets: Vec<Imported>, report: Report) -> Result<Vec<String>> {
    let mut others = Vec::new();
    for environment in &project.environments {
        let mut entries = Vec::new();
        for found in secrets.iter().filter(|found| found.environment == environment.name) {
            if let Some(from) = session.reference(&environment.name, &found.field) {
                advice(&format!("{} {} is not stored: it is read from {from}", environment.name, found.field));
                continue;
            }
            match session.reveal(&environment.name, &found.field).await? {
                None => entries.push(Entry { field: found.field.clone(), value: found.value.clone() }),
                Some(stored) if stored.same(&found.value) => {}
                Some(_) => others.push(format!("{} {}", environment.name, found.field)),
            }
        }
        let names: Vec<_> = entries.iter().map(|entry| entry.field.clone()).collect();
        if !names.is_empty() {
            session.save(&environment.name, entries).await?;
            report.done("stored", &environment.name, &names);
        }
    }
    Ok(others)
}

fn places(secrets: &[Imported]) -> Vec<String> {
    secrets.iter().map(|found| format!("{} {} ({})", found.environment, found.field, found.place)).collect()
}

/// Takes the secrets out of the file, after showing what goes.
fn strip(asked: &Asked, variable: &str, report: Report) -> Result<()> {
    let name = shown(&asked.file);
    if !asked.strip && (asked.begin.yes || !ask::is_there()) {
        advice(&format!("take them out with: landfall import {name} --secrets-only --strip"));
        return Ok(());
    }
    let text = std::fs::read_to_string(&asked.file).map_err(|error| Failure::unreadable(name.as_str(), &error))?;
    let strip = strip_secrets(&name, &text, variable)?;
    report.diff(&strip.diff);
    let sure = asked.begin.yes && asked.strip;
    if !sure && !ask::yes("Take them out of the file?")? {
        return Ok(());
    }
    replace(&asked.file, &strip.text).map_err(|error| {
        Failure::new(Kind::Failed, "the secrets cannot be taken out; the file is as it was")
            .at(Place::file(name.as_str()))
            .because(error.kind().to_string())
    })?;
    report.done("secrets taken out of", &name, &[]);
    advice("if the file was ever committed or sent, change these passwords");
    Ok(())
}

/// Writes beside and renames, so that a half-written file never replaces a whole one; nobody else may read meanwhile.
fn replace(file: &Path, text: &str) -> std::io::Result<()> {
    let file = file.canonicalize()?;
    let mut beside = tempfile::NamedTempFile::new_in(file.parent().unwrap_or(Path::new(".")))?;
    beside.write_all(text.as_bytes())?;
    beside.as_file().sync_all()?;
    std::fs::set_permissions(beside.path(), std::fs::metadata(&file)?.permissions())?;
    beside.persist(&file)?;
    Ok(())
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}
