//! Where credentials rest.

use std::fmt;
use std::fs::File;
use std::str::FromStr;
use std::time::Duration;

use super::{Credentials, Secret};
use crate::failure::{Failure, Result};

/// Which vault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum VaultKind {
    /// The keyring of the operating system.
    Keyring,
    /// A file, encrypted under a passphrase.
    File,
    /// Process environment, read-only: `LANDFALL_CREDENTIAL_<ENV>_<FIELD>`.
    Environ,
    /// One JSON object on standard input, read-only.
    Stdin,
    /// Memory only; gone at exit.
    Memory,
}

impl fmt::Display for VaultKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Keyring => "keyring",
            Self::File => "file",
            Self::Environ => "env",
            Self::Stdin => "stdin",
            Self::Memory => "memory",
        })
    }
}

impl FromStr for VaultKind {
    type Err = Failure;

    fn from_str(word: &str) -> Result<Self> {
        match word {
            "keyring" => Ok(Self::Keyring),
            "file" => Ok(Self::File),
            "env" => Ok(Self::Environ),
            "stdin" => Ok(Self::Stdin),
            "memory" => Ok(Self::Memory),
            _ => Err(Failure::input("there is no vault of this name")
                .because(format!("\"{word}\" is not one of keyring, file, env, stdin and memory"))
                .hint("keyring: the keyring of the operating system, the default")
                .hint("file: one encrypted file, for machines without a keyring; set up with: landfall vault use file")
                .hint("env: LANDFALL_CREDENTIAL_<ENV>_<FIELD> in the process environment, read-only")
                .hint("stdin: one JSON object on standard input, read-only")
                .hint("memory: kept until landfall ends, never stored")),
        }
    }
}

/// Whether a vault can be used now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Health {
    /// Yes.
    Ready,
    /// Not before it is unlocked; how to do that.
    Locked {
        /// What to do.
        cure: String,
    },
    /// No; why, and what to do.
    Unavailable {
        /// Why, as one clause.
        why: String,
        /// What to do.
        cure: String,
    },
}

/// What the status line says of the vault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// Which vault.
    pub kind: VaultKind,
    /// Its short name for the status line: "keyring login", "memory only".
    pub name: String,
    /// Whether it can be used now.
    pub health: Health,
    /// Whether it takes new values.
    pub writable: bool,
}

impl Standing {
    /// The words of the status line, such as "vault: keyring login, unlocked".
    pub fn words(&self) -> String {
        let state = match (&self.health, self.kind) {
            (Health::Ready, VaultKind::Keyring | VaultKind::File) => ", unlocked",
            (Health::Ready, VaultKind::Environ | VaultKind::Stdin | VaultKind::Memory) => "",
            (Health::Locked { .. }, _) => ", locked",
            (Health::Unavailable { .. }, _) => ", not there",
        };
        format!("vault: {}{state}", self.name)
    }
}

/// One item of a vault: the credentials of one environment, or those that all share.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Item {
    /// The project's id.
    pub project: String,
    /// The environment; none for the shared item.
    pub environment: Option<String>,
}

impl Item {
    /// The name of the item inside its vault: `<project id>/<environment>` or `<project id>/shared`.
    pub fn name(&self) -> String {
        format!("{}/{}", self.project, self.environment.as_deref().unwrap_or("shared"))
    }
}

impl Item {
    /// The item of a name, if it is the name of one.
    pub fn named(name: &str) -> Option<Self> {
        let (project, environment) = name.split_once('/')?;
        let whole = !project.is_empty() && !environment.is_empty() && !environment.contains('/');
        whole.then(|| Self {
            project: project.to_owned(),
            environment: (environment != "shared").then(|| environment.to_owned()),
        })
    }
}

/// How a vault is unlocked.
#[derive(Debug, Clone)]
pub struct Unlock {
    /// Its passphrase.
    pub passphrase: Secret,
    /// For how long other programs of the same person find it unlocked too; none: nobody but this one does.
    pub remember: Option<Duration>,
}

/// What may be asked for by name where names cannot be found out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Known {
    /// The environments of the project.
    pub environments: Vec<String>,
    /// The names of all credentials of the module.
    pub fields: Vec<String>,
}

/// A place where credentials rest. Calls may block; the keeper owns the thread and the deadline.
pub trait Vault: Send {
    /// What kind it is and whether it is ready. Must not prompt.
    fn standing(&mut self) -> Standing;

    /// The credentials of an item; empty when there is none.
    fn read(&mut self, item: &Item) -> Result<Credentials>;

    /// Replaces the credentials of an item. Whoever reads, changes and writes holds the vault meanwhile.
    fn write(&mut self, item: &Item, credentials: &Credentials) -> Result<()>;

    /// Removes an item, if there.
    fn remove(&mut self, item: &Item) -> Result<()>;

    /// Keeps other programs from changing the vault until the file is dropped, where they could.
    fn hold(&mut self) -> Result<Option<File>> {
        Ok(None)
    }

    /// The items there are, as far as can be told; those known by name are always told of.
    fn items(&mut self, known: &[Item]) -> Result<Vec<Item>> {
        let mut found = Vec::new();
        for item in known {
            if !self.read(item)?.is_empty() {
                found.push(item.clone());
            }
        }
        Ok(found)
    }

    /// Opens it with a passphrase.
    fn unlock(&mut self, _: Unlock) -> Result<()> {
        Err(no_passphrase("unlock"))
    }

    /// Closes it, also for other programs that find it unlocked.
    fn lock(&mut self) -> Result<()> {
        Err(no_passphrase("lock"))
    }
}

fn no_passphrase(what: &str) -> Failure {
    Failure::input(format!("there is nothing to {what} here")).because("this vault has no passphrase of its own")
}
