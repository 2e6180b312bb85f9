//! What can be said to `landfall vault`.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args as Group, Subcommand};
use jiff::SignedDuration;

/// What to do with the vault.
#[derive(Debug, Subcommand)]
pub enum Vault {
    /// Which vault is chosen, where it is, whether it is ready, and what it holds
    Status,
    /// Choose the vault of this machine, and set it up if it is the encrypted file
    Use {
        /// The vault: keyring, file or env
        vault: String,
    },
    /// Move everything from one vault to another; each item is read back before it is removed
    Migrate(Migrate),
    /// Close the encrypted file for all programs
    Lock,
    /// Open the encrypted file for a while, for every landfall of yours
    Unlock(Unlock),
    /// Give the encrypted file another passphrase
    Passphrase,
    /// Save everything the vault holds, encrypted, to take it elsewhere
    Export(Export),
    /// Take over what `vault export` saved; shows first what would be set and changed
    Import(Import),
}

/// What `vault migrate` is told.
#[derive(Debug, Group)]
pub struct Migrate {
    /// The vault to empty
    pub(in crate::cli) from: String,
    /// The vault to fill
    pub(in crate::cli) to: String,
    /// Do it without asking
    #[arg(short, long)]
    pub(in crate::cli) yes: bool,
}

/// What `vault unlock` is told.
#[derive(Debug, Group)]
pub struct Unlock {
    /// For how long, as 15m or 8h
    #[arg(long = "for", value_name = "TIME", default_value = "15m", value_parser = period)]
    pub(in crate::cli) period: Duration,
}

/// What `vault export` is told.
#[derive(Debug, Group)]
pub struct Export {
    /// The file to write; it must not be there yet
    #[arg(required_unless_present = "to_stdout", conflicts_with = "to_stdout")]
    pub(in crate::cli) file: Option<PathBuf>,
    /// Who can open it (age1…); without one a passphrase is asked
    #[arg(long, value_name = "RECIPIENT")]
    pub(in crate::cli) recipient: Option<String>,
    /// Write to standard output instead of a file
    #[arg(long)]
    pub(in crate::cli) to_stdout: bool,
    /// Without encryption: only with --to-stdout, and never to a terminal
    #[arg(long, requires = "to_stdout", conflicts_with_all = ["recipient", "file"])]
    pub(in crate::cli) plaintext: bool,
}

/// What `vault import` is told.
#[derive(Debug, Group)]
pub struct Import {
    /// The file, or - for standard input
    pub(in crate::cli) file: PathBuf,
    /// A file with the key that opens it, as age-keygen writes it; else its passphrase is asked
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) identity: Option<PathBuf>,
    /// Do it without asking
    #[arg(short, long)]
    pub(in crate::cli) yes: bool,
}

/// The longest a key is remembered: a month; the kernel forgets it with the last session anyway.
const LONGEST: Duration = Duration::from_hours(31 * 24);

fn period(text: &str) -> Result<Duration, String> {
    let period = text.parse::<SignedDuration>().ok().and_then(|period| Duration::try_from(period).ok());
    period
        .filter(|period| period.as_secs() > 0 && *period <= LONGEST)
        .ok_or_else(|| "write it as 15m or 8h, from one second to a month".to_owned())
}
