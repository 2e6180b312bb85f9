//! `landfall vault`: the vault of this machine as a whole. Passphrases come from a prompt or a file descriptor, never
//! from an argument.

mod carry;
mod passphrase;

use super::begin::vault_not_ready;
use crate::cli::args::{Args, Unlock as Asked, Vault};
use crate::cli::choose::{self, Asking, By, Chosen};
use crate::cli::report::{Report, Status, advice};
use crate::cli::setup::{self, here};
use crate::deploy::holdings;
use crate::failure::{Failure, Kind, Result};
use crate::module::Module;
use crate::project::Project;
use crate::secret::{AgeFile, Health, Item, Keeper, Known, Secret, Unlock, VaultKind, WORK};

pub(super) async fn run(args: &Args, asked: &Vault, report: Report) -> Result<u8> {
    match asked {
        Vault::Status => return status(args, report).await,
        Vault::Use { vault } => choose_it(args, vault.parse()?, report).await?,
        Vault::Lock => lock(args, report).await?,
        Vault::Unlock(unlock) => open(args, unlock, report).await?,
        Vault::Passphrase => change(args, report).await?,
        Vault::Migrate(migrate) => carry::migrate(args, migrate, report).await?,
        Vault::Export(export) => carry::export(args, export, report).await?,
        Vault::Import(import) => carry::import(args, import, report).await?,
    }
    Ok(0)
}

/// What can be asked for by name: the environments and credentials of the project here, if there is one.
fn names(args: &Args) -> (Known, Vec<Item>) {
    let folder = match &args.common.project {
        Some(folder) => Ok(setup::folder_of(folder)),
        None => here().and_then(|here| Project::find(&here)),
    };
    let project = folder.and_then(|folder| Project::load(&folder));
    let both = project.and_then(|project| Ok((Module::load(&project.module, &project.folder)?, project)));
    // A vault is of use without a project, or with one that is broken.
    let Ok((module, project)) = both else { return (Known::default(), Vec::new()) };
    let places = project.environments.iter().map(|environment| Some(environment.name.clone())).chain([None]);
    let items = places.map(|environment| Item { project: project.id.clone(), environment });
    (setup::known(&project, &module), items.collect())
}

/// Not ready ends with 3, so that a script can tell.
async fn status(args: &Args, report: Report) -> Result<u8> {
    let (known, items) = names(args);
    let chosen = choose::chosen(args)?;
    let keeper = choose::keeper_of(chosen.kind, known)?;
    choose::open(&keeper, Asking::No).await?;
    let standing = keeper.standing().await;
    let ready = matches!(standing.health, Health::Ready);
    let held = match (ready, standing.kind) {
        (true, VaultKind::Memory) | (false, _) => None,
        (true, VaultKind::Keyring | VaultKind::File | VaultKind::Environ | VaultKind::Stdin) => {
            let parcel = holdings(&keeper, &items).await?;
            Some(parcel.0.iter().map(|(item, credentials)| (item.name(), credentials.len())).collect())
        }
    };
    let place = match standing.kind {
        VaultKind::File => Some(choose::folder()?.display().to_string()),
        VaultKind::Keyring | VaultKind::Environ | VaultKind::Stdin | VaultKind::Memory => None,
    };
    let by = match chosen.by {
        By::Word => "for this run, by --vault or LANDFALL_VAULT".to_owned(),
        By::Machine => format!("on this machine, in {}", choose::file()?.display()),
        By::Nobody => "by nobody yet; the first value that it keeps chooses it".to_owned(),
    };
    report.vault(&Status { standing: &standing, chosen: matches!(chosen.by, By::Machine), by, place, held });
    Ok(if ready { 0 } else { Kind::Vault.exit_code() })
}

/// Chooses the vault of this machine. The encrypted file is set up first; nothing is chosen that could not be used.
async fn choose_it(args: &Args, kind: VaultKind, report: Report) -> Result<()> {
    let before = choose::pinned()?;
    match kind {
        VaultKind::Keyring => {
            let standing = choose::keeper_of(kind, Known::default())?.standing().await;
            // A locked one is there and can be unlocked later.
            if let Health::Unavailable { .. } = standing.health {
                return Err(Failure { what: "the keyring cannot be chosen".to_owned(), ..vault_not_ready(&standing) });
            }
        }
        VaultKind::File => set_up(report).await?,
        VaultKind::Environ => {}
        VaultKind::Stdin | VaultKind::Memory => {
            return Err(Failure::input(format!("{kind} cannot be the vault of a machine"))
                .because("it has nothing to come back to")
                .hint(format!("name it for one run: --vault {kind}"))
                .hint("choose keyring, file or env"));
        }
    }
    let path = choose::pin(kind)?;
    report.done("chosen", &kind.to_string(), &[]);
    advice(&format!("every landfall here uses it now; the choice stands in {}", path.display()));
    if args.common.vault.is_some() {
        advice("--vault or LANDFALL_VAULT still names another one for single runs");
    }
    if let Some(before) = before.filter(|before| *before != kind && *before != VaultKind::Environ) {
        advice(&format!("what {before} holds stays there; move it with: landfall vault migrate {before} {kind}"));
    }
    Ok(())
}

/// Makes the encrypted file, unless there is one.
async fn set_up(report: Report) -> Result<()> {
    let folder = choose::folder()?;
    if AgeFile::is_there(&folder) {
        let standing = choose::keeper_of(VaultKind::File, Known::default())?.standing().await;
        return match standing.health {
            Health::Ready | Health::Locked { .. } => Ok(()),
            Health::Unavailable { .. } => Err(vault_not_ready(&standing)),
        };
    }
    advice(&format!("The vault will be an encrypted file in {}.", folder.display()));
    advice("Its passphrase opens it; nobody can get it back for you. Debian's age opens the file too.");
    let passphrase = match choose::handed_over(choose::PASSPHRASE).await? {
        Some(passphrase) => passphrase,
        None => passphrase::new("Passphrase for the new vault")?,
    };
    passphrase::check(&passphrase)?;
    let place = folder.clone();
    let made = tokio::task::spawn_blocking(move || AgeFile::create(&place, &passphrase, WORK)).await;
    made.map_err(|_| Failure::new(Kind::Failed, "the vault could not be made"))??;
    report.done("made", &folder.display().to_string(), &[]);
    Ok(())
}

/// The encrypted file, which is the only one that has a passphrase; what is to be done to it, for a refusal.
fn file(args: &Args, done: &str) -> Result<Keeper> {
    let Chosen { kind, .. } = choose::chosen(args)?;
    match kind {
        VaultKind::File => choose::keeper_of(kind, Known::default()),
        VaultKind::Keyring => Err(Failure::input(format!("the keyring is not {done} from here"))
            .because("it belongs to the desktop")
            .hint("do it on the desktop, in Passwords and Keys")
            .hint("for the encrypted file: --vault file")),
        VaultKind::Environ | VaultKind::Stdin | VaultKind::Memory => {
            Err(Failure::input(format!("{kind} is not {done}"))
                .because("it has no passphrase")
                .hint("the encrypted file has a passphrase: --vault file"))
        }
    }
}

async fn lock(args: &Args, report: Report) -> Result<()> {
    file(args, "locked")?.lock().await?;
    report.done("locked", "file", &[]);
    advice("a landfall that runs keeps what it has unlocked until it ends");
    Ok(())
}

async fn open(args: &Args, asked: &Asked, report: Report) -> Result<()> {
    let keeper = file(args, "unlocked")?;
    let standing = keeper.standing().await;
    if let Health::Unavailable { .. } = standing.health {
        return Err(vault_not_ready(&standing));
    }
    let remember = Some(asked.period);
    match choose::handed_over(choose::PASSPHRASE).await? {
        Some(passphrase) => keeper.unlock(Unlock { passphrase, remember }).await?,
        None => {
            choose::with_passphrase(async |passphrase| keeper.unlock(Unlock { passphrase, remember }).await).await?;
        }
    }
    report.done("unlocked", "file", &[]);
    let period = jiff::SignedDuration::try_from(asked.period).unwrap_or_default();
    advice(&format!("every landfall of yours finds it open for {period:#}; close it with: landfall vault lock"));
    Ok(())
}

/// The key of the vault stays, so nothing but its own file is written.
async fn change(args: &Args, report: Report) -> Result<()> {
    let keeper = file(args, "given a passphrase")?;
    let standing = keeper.standing().await;
    if let Health::Unavailable { .. } = standing.health {
        return Err(vault_not_ready(&standing));
    }
    // Nobody thinks of a new one before the current one is known to be right, and nothing is held meanwhile.
    let prove = async |passphrase: Secret| {
        keeper.unlock(Unlock { passphrase: passphrase.clone(), remember: None }).await.map(|()| passphrase)
    };
    let current = match choose::handed_over(choose::PASSPHRASE).await? {
        Some(current) => prove(current).await?,
        None => choose::with_passphrase(prove).await?,
    };
    let next = match choose::handed_over(choose::NEW_PASSPHRASE).await? {
        Some(next) => next,
        None => passphrase::new("New passphrase for the vault")?,
    };
    passphrase::check(&next)?;
    let folder = choose::folder()?;
    let change = move || AgeFile::change_passphrase(&folder, &current, &next, WORK);
    let changed = tokio::task::spawn_blocking(change).await;
    changed.map_err(|_| Failure::new(Kind::Failed, "the passphrase could not be changed"))??;
    report.done("changed", "the passphrase of file", &[]);
    advice("the vault is locked now; what has unlocked it already keeps it open until it ends");
    advice("a copy of identity.age from before still opens with the passphrase from before");
    Ok(())
}
