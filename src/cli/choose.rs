//! Which vault: the one named for this run, else the one chosen on this machine, else the keyring.
//!
//! The choice is kept in `config.yaml` of the configuration folder. Nothing else ever selects a vault, and none is
//! taken in the place of another. What is unlocked here is unlocked for this run.

use std::fs::{self, File};
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};

use etcetera::AppStrategy;

use super::args::Args;
use super::ask;
use super::setup::strategy;
use crate::document::{Entry, Node, read_one, suggest};
use crate::failure::{Failure, Kind, Place, Result};
use crate::secret::{Health, Keeper, Known, Secret, Unlock, VaultKind, WRONG_PASSPHRASE, descriptor};

/// The file that keeps the choice.
const FILE: &str = "config.yaml";

/// Names the file descriptor that the passphrase of the encrypted file is read from.
pub(super) const PASSPHRASE: &str = "LANDFALL_VAULT_PASSPHRASE_FD";

/// Names the file descriptor that another passphrase for it is read from.
pub(super) const NEW_PASSPHRASE: &str = "LANDFALL_VAULT_NEW_PASSPHRASE_FD";

/// A vault and who chose it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Chosen {
    pub(super) kind: VaultKind,
    pub(super) by: By,
}

/// Who chose a vault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum By {
    /// `--vault` or `LANDFALL_VAULT`, for this run.
    Word,
    /// `config.yaml`, on this machine.
    Machine,
    /// Nobody yet.
    Nobody,
}

/// The vault of this run.
///
/// # Errors
/// When no vault has that name, or the choice cannot be read.
pub(super) fn chosen(args: &Args) -> Result<Chosen> {
    let chosen = match &args.common.vault {
        Some(word) => Chosen { kind: word.parse()?, by: By::Word },
        None => match pinned()? {
            Some(kind) => Chosen { kind, by: By::Machine },
            None => Chosen { kind: VaultKind::Keyring, by: By::Nobody },
        },
    };
    if chosen.kind == VaultKind::Stdin && io::stdin().is_terminal() {
        return Err(Failure::input("nothing is piped into --vault stdin: standard input is a terminal").hint(
            "pipe in one JSON object: {\"dev\": {\"pgsql.password\": \"…\"}, \"shared\": {\"registry.token\": \"…\"}}",
        ));
    }
    Ok(chosen)
}

/// The keeper of the vault of this run. What nobody chose is chosen by the first value that it keeps.
///
/// # Errors
/// As [`chosen`].
pub(super) fn keeper(args: &Args, known: Known) -> Result<Keeper> {
    let Chosen { kind, by } = chosen(args)?;
    let keeper = keeper_of(kind, known)?;
    Ok(match by {
        By::Word | By::Machine => keeper,
        // Where that cannot be written down it is chosen the next time.
        By::Nobody => keeper.once_kept(move || drop(pin(kind))),
    })
}

/// The keeper of a vault of this kind.
///
/// # Errors
/// There is no home folder.
pub(super) fn keeper_of(kind: VaultKind, known: Known) -> Result<Keeper> {
    Ok(Keeper::choose(kind, known, folder()?))
}

/// Where the encrypted file lies.
///
/// # Errors
/// There is no home folder.
pub(super) fn folder() -> Result<PathBuf> {
    Ok(strategy()?.data_dir().join("vault"))
}

/// The file that keeps the choice.
///
/// # Errors
/// There is no home folder.
pub(super) fn file() -> Result<PathBuf> {
    Ok(strategy()?.config_dir().join(FILE))
}

/// The vault chosen on this machine, if one is.
///
/// # Errors
/// What keeps the choice cannot be read, or names none.
pub(super) fn pinned() -> Result<Option<VaultKind>> {
    let Ok(path) = file() else { return Ok(None) };
    let shown = path.display().to_string();
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(Failure::unreadable(shown, &error)),
    };
    let node = read_one(&shown, &text)?;
    let entries = node.entries().ok_or_else(|| strange(&node, &shown))?;
    if let Some(Entry { key, line, column, .. }) = entries.iter().find(|entry| entry.key != "vault") {
        return Err(Failure::input(format!("there is no setting `{key}`"))
            .at(Place::new(&shown, *line, *column))
            .hint(suggest(key, &["vault"])));
    }
    let Some(node) = node.get("vault") else { return Ok(None) };
    let word = node.text().ok_or_else(|| strange(node, &shown))?;
    word.parse().map(Some).map_err(|failure: Failure| failure.at(node.place(&shown)))
}

fn strange(node: &Node, shown: &str) -> Failure {
    Failure::input("this does not say which vault").at(node.place(shown)).hint("choose one: landfall vault use keyring")
}

/// Chooses the vault of this machine; returns the file that keeps it.
///
/// # Errors
/// It cannot be written.
pub(super) fn pin(kind: VaultKind) -> Result<PathBuf> {
    let path = file()?;
    let text = format!("# What landfall keeps of this machine. Written by: landfall vault use VAULT\nvault: {kind}\n");
    write(&path, &text).map_err(|error| {
        Failure::new(Kind::Failed, "the choice of the vault cannot be kept")
            .at(Place::file(path.display().to_string()))
            .because(error.kind().to_string())
    })?;
    Ok(path)
}

/// Writes beside, with mode 0600, and renames.
fn write(path: &Path, text: &str) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let mut beside = tempfile::NamedTempFile::new_in(folder)?;
    beside.write_all(text.as_bytes())?;
    beside.as_file().sync_all()?;
    beside.persist(path)?;
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

/// Whether somebody may be asked for the passphrase.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asking {
    /// At a prompt, if there is a terminal.
    Prompt,
    /// Not here; the screens ask in their own way, and some verbs do without.
    No,
}

/// Opens a locked encrypted file with the passphrase that was handed over, else with one that is asked for. Where
/// neither is possible it stays locked, and whoever needs it says so.
///
/// # Errors
/// It is not the passphrase, or the file cannot be used.
pub(super) async fn open(keeper: &Keeper, asking: Asking) -> Result<()> {
    if keeper.kind() != VaultKind::File || !matches!(keeper.standing().await.health, Health::Locked { .. }) {
        return Ok(());
    }
    if let Some(passphrase) = handed_over(PASSPHRASE).await? {
        return keeper.unlock(Unlock { passphrase, remember: None }).await;
    }
    match asking {
        Asking::Prompt if ask::is_there() => {
            with_passphrase(async |passphrase| keeper.unlock(Unlock { passphrase, remember: None }).await).await
        }
        Asking::Prompt | Asking::No => Ok(()),
    }
}

/// Asks for the passphrase, three times at most, and does something with it.
///
/// # Errors
/// Nobody can answer, it was none, or what is done with it does not work out.
pub(super) async fn with_passphrase<T>(act: impl AsyncFn(Secret) -> Result<T>) -> Result<T> {
    let mut left = 3;
    loop {
        left -= 1;
        let passphrase = ask::secret("Passphrase of the vault")?
            .ok_or_else(|| Failure::new(Kind::Stopped, "stopped").because("the question was left without an answer"))?;
        match act(passphrase).await {
            Err(failure) if failure.what == WRONG_PASSPHRASE && left > 0 => ask::remark(&failure.to_string()),
            done => return done,
        }
    }
}

/// The passphrase that was handed over in a file descriptor, if one was; the variable has its number.
///
/// # Errors
/// It cannot be read.
pub(super) async fn handed_over(variable: &str) -> Result<Option<Secret>> {
    let Ok(number) = std::env::var(variable) else { return Ok(None) };
    let number = number.parse::<u32>().map_err(|_| {
        Failure::input(format!("{variable} is not the number of a file descriptor"))
            .hint(format!("as in: {variable}=3 landfall plan dev 3< <(pass show landfall)"))
    })?;
    let read = descriptor(number).await;
    read.map(Some).map_err(|failure| Failure { what: format!("no passphrase can be read from {variable}"), ..failure })
}
