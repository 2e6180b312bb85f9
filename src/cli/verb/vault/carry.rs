//! Everything a vault holds, carried to another vault, into a file, or out of one.

use std::fs::OpenOptions;
use std::io::{self, Read, Write};
use std::path::Path;

use super::{names, passphrase};
use crate::cli::args::{Args, Export, Migrate, VaultImport};
use crate::cli::ask;
use crate::cli::choose::{self, Asking, By};
use crate::cli::report::{Report, advice, bytes, is_seen};
use crate::deploy::{compare, holdings, migrate as move_all, take};
use crate::failure::{Failure, Kind, Place, Result};
use crate::secret::{Health, Item, Keeper, Known, Opens, Parcel, Seals, Secret, VaultKind, WORK, Wants};

/// The most a file may hold, in bytes.
const LIMIT: u64 = 16 << 20;

pub(super) async fn migrate(args: &Args, asked: &Migrate, report: Report) -> Result<()> {
    let (from, to): (VaultKind, VaultKind) = (asked.from.parse()?, asked.to.parse()?);
    if from == to || from == VaultKind::Memory || !matches!(to, VaultKind::Keyring | VaultKind::File) {
        return Err(Failure::input(format!("nothing can be moved from {from} to {to}"))
            .hint("from keyring, file, env or stdin, to keyring or file"));
    }
    let chosen = choose::chosen(args)?;
    let (known, items) = names(args);
    let source = ready(from, known.clone()).await?;
    let target = ready(to, known).await?;
    let parcel = full(&source, &items).await?;
    let moves = compare(&parcel, &target).await?;
    report.moves(&format!("from {from} to {to}"), &moves);
    let removes = source.standing().await.writable;
    let question = if removes { "Move this?" } else { "Copy this?" };
    sure(asked.yes, question)?;
    move_all(&parcel, &source, &target, removes).await?;
    report.done("moved", &to.to_string(), &parcel.0.iter().map(|(item, _)| item.name()).collect::<Vec<_>>());
    if !removes {
        advice(&format!("what {from} holds is still there; take it out where it is set"));
    }
    match chosen.by {
        By::Machine | By::Nobody if chosen.kind == from => {
            choose::pin(to)?;
            report.done("chosen", &to.to_string(), &[]);
        }
        By::Machine | By::Nobody | By::Word if chosen.kind != to => {
            advice(&format!("this machine still uses {}; change that with: landfall vault use {to}", chosen.kind));
        }
        By::Machine | By::Nobody | By::Word => {}
    }
    Ok(())
}

pub(super) async fn export(args: &Args, asked: &Export, report: Report) -> Result<()> {
    if asked.plaintext && is_seen() {
        return Err(Failure::new(Kind::Blocked, "nothing was written")
            .because("a terminal and whoever records it would keep every value")
            .hint("pipe it into a program: landfall vault export --plaintext --to-stdout | …"));
    }
    if let Some(path) = asked.file.as_deref().filter(|path| path.symlink_metadata().is_ok()) {
        return Err(taken(path));
    }
    let recipient = asked.recipient.as_deref().map(str::parse).transpose()?;
    let (known, items) = names(args);
    let keeper = ready(choose::chosen(args)?.kind, known).await?;
    let parcel = full(&keeper, &items).await?;
    if asked.plaintext {
        bytes(&parcel.plain()?);
        bytes(b"\n");
        return Ok(());
    }
    let seals = match recipient {
        Some(recipient) => Seals::Recipient(recipient),
        None => Seals::Passphrase(passphrase::new("Passphrase for the saved file")?, WORK),
    };
    let (sealed, parcel) = aside(move || Ok((parcel.sealed(&seals)?, parcel))).await?;
    let Some(path) = &asked.file else {
        bytes(&sealed);
        return Ok(());
    };
    save(path, &sealed)?;
    let names: Vec<_> = parcel.0.iter().map(|(item, _)| item.name()).collect();
    report.done("saved", &path.display().to_string(), &names);
    Ok(())
}

pub(super) async fn import(args: &Args, asked: &VaultImport, report: Report) -> Result<()> {
    let sealed = read(&asked.file)?;
    // Found out before a passphrase is asked for, so that no answer is lost.
    let keeper = ready(choose::chosen(args)?.kind, Known::default()).await?;
    if !keeper.standing().await.writable {
        return Err(Failure::new(Kind::Vault, format!("{} takes no values", keeper.kind()))
            .hint("use a vault that keeps credentials: --vault keyring or file"));
    }
    let opens = match (Wants::of(&sealed), &asked.identity) {
        (Wants::Nothing, _) => {
            advice("this file is not encrypted: take it away once it is imported");
            None
        }
        (Wants::Passphrase, _) => Some(Opens::Passphrase(typed()?)),
        (Wants::Key, Some(identity)) => Some(Opens::Key(key(identity)?)),
        (Wants::Key, None) => {
            return Err(Failure::input("this file wants a key")
                .at(Place::file(asked.file.display().to_string()))
                .hint("name the file with the key: --identity FILE"));
        }
    };
    let parcel = aside(move || Parcel::open(&sealed, opens.as_ref())).await?;
    let moves = compare(&parcel, &keeper).await?;
    report.moves(&format!("into {}", keeper.kind()), &moves);
    if moves.iter().all(|found| found.set.is_empty() && found.changed.is_empty()) {
        advice("everything is there already, nothing was changed");
        return Ok(());
    }
    sure(asked.yes, "Take this over?")?;
    take(&parcel, &keeper).await?;
    report.done("imported", &keeper.kind().to_string(), &moves.into_iter().map(|found| found.item).collect::<Vec<_>>());
    Ok(())
}

/// The keeper of a vault that can be used now.
async fn ready(kind: VaultKind, known: Known) -> Result<Keeper> {
    let keeper = choose::keeper_of(kind, known)?;
    choose::open(&keeper, Asking::Prompt).await?;
    let standing = keeper.standing().await;
    match standing.health {
        Health::Ready => Ok(keeper),
        Health::Locked { .. } | Health::Unavailable { .. } => Err(super::vault_not_ready(&standing)),
    }
}

/// Everything a vault holds; nothing at all is no success.
async fn full(keeper: &Keeper, items: &[Item]) -> Result<Parcel> {
    let parcel = holdings(keeper, items).await?;
    if parcel.0.is_empty() {
        return Err(Failure::input(format!("{} holds nothing", keeper.kind()))
            .because("no project's credentials were found in it")
            .hint("run it in the project's folder where a vault cannot tell what it holds"));
    }
    Ok(parcel)
}

fn sure(yes: bool, question: &str) -> Result<()> {
    if yes {
        return Ok(());
    }
    if !ask::is_there() {
        return Err(Failure::new(Kind::Blocked, "nothing was changed")
            .because("it was not confirmed")
            .hint("without a terminal it needs --yes"));
    }
    if ask::yes(question)? {
        return Ok(());
    }
    Err(Failure::new(Kind::Stopped, "nothing was changed").because("it was not confirmed"))
}

fn typed() -> Result<Secret> {
    ask::secret("Passphrase of the saved file")?
        .ok_or_else(|| Failure::new(Kind::Stopped, "stopped").because("no passphrase was given"))
}

fn read(path: &Path) -> Result<Vec<u8>> {
    let mut text = Vec::new();
    let name = path.display().to_string();
    let read = if path == Path::new("-") {
        io::stdin().lock().take(LIMIT).read_to_end(&mut text)
    } else {
        std::fs::File::open(path).and_then(|file| file.take(LIMIT).read_to_end(&mut text))
    };
    read.map_err(|error| Failure::unreadable(name, &error))?;
    Ok(text)
}

fn key(path: &Path) -> Result<Secret> {
    let name = path.display().to_string();
    std::fs::read_to_string(path).map(Secret::new).map_err(|error| Failure::unreadable(name, &error))
}

/// Never over what is there, and for this person only.
fn save(path: &Path, sealed: &[u8]) -> Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options.open(path).and_then(|mut file| file.write_all(sealed).and_then(|()| file.sync_all()));
    written.map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => taken(path),
        kind => Failure::new(Kind::Failed, "it cannot be written")
            .at(Place::file(path.display().to_string()))
            .because(kind.to_string()),
    })
}

fn taken(path: &Path) -> Failure {
    Failure::new(Kind::Blocked, "it is there already, and it is never overwritten")
        .at(Place::file(path.display().to_string()))
        .hint("name another file")
}

/// Work that takes a second by intention, where it holds nobody up.
async fn aside<R: Send + 'static>(work: impl FnOnce() -> Result<R> + Send + 'static) -> Result<R> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|_| Failure::new(Kind::Failed, "encryption broke down"))?
}
