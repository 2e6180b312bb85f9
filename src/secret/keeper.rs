//! The one who owns the vault, on a thread of its own.
//!
//! A keyring may open a prompt on a desktop that nobody sees, so no call waits longer than the vault's patience; the
//! thread is then left alone and never keeps the program from ending. Changes are made inside the owner, so none is lost.

use std::fmt;
use std::io;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;

use super::environ::Environ;
use super::file::AgeFile;
use super::keyring::Keyring;
use super::memory::Memory;
use super::stdin::Stdin;
use super::{Credential, Credentials, Health, Item, Known, Secret, Standing, Unlock, Vault, VaultKind};
use crate::failure::{Failure, Kind, Result};

/// How many requests may wait for the owner.
const QUEUE: usize = 32;

/// How long a passphrase may be tried: a small or busy machine takes many seconds.
const UNLOCKING: Duration = Duration::from_mins(2);

/// Asks the owner of the vault. Cheap to clone; all clones ask the same one.
#[derive(Clone)]
pub struct Keeper {
    kind: VaultKind,
    requests: mpsc::Sender<Request>,
    busy: Arc<AtomicBool>,
    kept: Arc<Mutex<Option<Kept>>>,
}

/// What is done once the vault has kept something.
type Kept = Box<dyn FnOnce() + Send>;

impl fmt::Debug for Keeper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keeper").field("kind", &self.kind).finish_non_exhaustive()
    }
}

/// What is done with the vault, on the owner's thread.
type Request = Box<dyn FnOnce(&mut Result<Box<dyn Vault>>) + Send>;

impl Keeper {
    /// The keeper of the vault of this kind. No other is ever taken in its place. The folder is the encrypted file's.
    pub fn choose(kind: VaultKind, known: Known, folder: PathBuf) -> Self {
        Self::open(kind, move || {
            Ok(match kind {
                VaultKind::Keyring => Box::new(Keyring),
                VaultKind::File => Box::new(AgeFile::new(folder)),
                VaultKind::Environ => Box::new(Environ::new(known, |name| std::env::var(name).ok())?),
                VaultKind::Stdin => Box::new(Stdin::read(&known, io::stdin().lock())?),
                VaultKind::Memory => Box::new(Memory::default()),
            })
        })
    }

    /// The keeper of a vault that is made on the owner's thread; where that fails, every request answers why.
    pub fn open(kind: VaultKind, make: impl FnOnce() -> Result<Box<dyn Vault>> + Send + 'static) -> Self {
        let (requests, waiting) = mpsc::channel(QUEUE);
        let busy = Arc::new(AtomicBool::new(false));
        let done = Arc::clone(&busy);
        // Where no thread can be had the channel is closed, and every request says that the vault has stopped.
        let _ = thread::Builder::new().name("vault".to_owned()).spawn(move || own(make, waiting, &done));
        Self { kind, requests, busy, kept: Arc::default() }
    }

    /// The same keeper, which does this once, after the vault has kept something for the first time.
    #[must_use]
    pub fn once_kept(self, then: impl FnOnce() + Send + 'static) -> Self {
        *self.kept.lock().unwrap_or_else(PoisonError::into_inner) = Some(Box::new(then));
        self
    }

    /// Which vault it is.
    pub const fn kind(&self) -> VaultKind {
        self.kind
    }

    /// Whether the vault can be used now. Never prompts.
    pub async fn standing(&self) -> Standing {
        match self.ask(|vault| Ok(vault.standing())).await {
            Ok(standing) => standing,
            Err(failure) => Standing {
                kind: self.kind,
                name: self.kind.to_string(),
                health: Health::Unavailable {
                    why: failure.to_string(),
                    cure: failure.hints.first().cloned().unwrap_or_default(),
                },
                writable: false,
            },
        }
    }

    /// The credentials of an item; empty when there are none.
    ///
    /// # Errors
    /// The vault is not ready, does not answer in time, or holds something that is not credentials.
    pub async fn read(&self, item: &Item) -> Result<Credentials> {
        let item = item.clone();
        self.ask(move |vault| vault.read(&item)).await
    }

    /// What an environment is given: the shared credentials, and its own over them.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub async fn gather(&self, item: &Item) -> Result<Credentials> {
        let item = item.clone();
        self.ask(move |vault| {
            let mut all = vault.read(&Item { environment: None, ..item.clone() })?;
            all.extend(vault.read(&item)?);
            Ok(all)
        })
        .await
    }

    /// Sets (`Some`) and removes (`None`, or an empty value) credentials of an item and leaves its others as they are;
    /// returns all of them. A value that is there already keeps the time at which it was set.
    ///
    /// # Errors
    /// As [`Self::read`]; the vault is read-only or full. After a failure of time the change may still come about.
    pub async fn change(&self, item: &Item, changes: Vec<(String, Option<Secret>)>) -> Result<Credentials> {
        let item = item.clone();
        self.keep(move |vault| change(vault, &item, changes)).await
    }

    /// Changes the vault while no other landfall can; what waits for the first value that is kept follows.
    async fn keep(
        &self,
        with: impl FnOnce(&mut dyn Vault) -> Result<Credentials> + Send + 'static,
    ) -> Result<Credentials> {
        let kept = Arc::clone(&self.kept);
        self.ask(move |vault| {
            let _held = vault.hold()?;
            let credentials = with(vault)?;
            if let Some(then) = kept.lock().unwrap_or_else(PoisonError::into_inner).take() {
                then();
            }
            Ok(credentials)
        })
        .await
    }

    /// Lays whole credentials over those of an item, all that is remembered of them included, and reads the item back.
    ///
    /// # Errors
    /// As [`Self::change`].
    pub async fn merge(&self, item: &Item, credentials: Credentials) -> Result<Credentials> {
        let item = item.clone();
        self.ask(move |vault| {
            let _held = vault.hold()?;
            let mut all = vault.read(&item)?;
            all.extend(credentials);
            vault.write(&item, &all)?;
            vault.read(&item)
        })
        .await
    }

    /// The items there are, as far as can be told; those known by name are always told of.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub async fn items(&self, known: Vec<Item>) -> Result<Vec<Item>> {
        self.ask(move |vault| vault.items(&known)).await
    }

    /// Opens the vault with its passphrase. Takes half a second by intention.
    ///
    /// # Errors
    /// It is another passphrase, or the vault has none.
    pub async fn unlock(&self, how: Unlock) -> Result<()> {
        self.ask_for(UNLOCKING, move |vault| vault.unlock(how)).await
    }

    /// Closes the vault, also for other programs that find it unlocked.
    ///
    /// # Errors
    /// The vault has no passphrase.
    pub async fn lock(&self) -> Result<()> {
        self.ask(|vault| vault.lock()).await
    }

    /// Lets an item be changed where it rests, so that nothing comes between reading and writing. The change says
    /// whether there is anything to write; returns all credentials of the item.
    ///
    /// # Errors
    /// As [`Self::change`].
    pub async fn amend(
        &self,
        item: &Item,
        with: impl FnOnce(&mut Credentials) -> bool + Send + 'static,
    ) -> Result<Credentials> {
        let item = item.clone();
        self.keep(move |vault| amend(vault, &item, with)).await
    }

    /// Removes an item, if there.
    ///
    /// # Errors
    /// As [`Self::change`].
    pub async fn remove(&self, item: &Item) -> Result<()> {
        let item = item.clone();
        self.ask(move |vault| {
            let _held = vault.hold()?;
            vault.remove(&item)
        })
        .await
    }

    /// Waits until everything asked so far is done, so that no change is lost at exit.
    ///
    /// # Errors
    /// The vault does not answer in time.
    pub async fn settle(&self) -> Result<()> {
        // A vault that could not be made has nothing under way either.
        self.post(self.patience(), |_| ()).await
    }

    async fn ask<R, F>(&self, with: F) -> Result<R>
    where
        R: Send + 'static,
        F: FnOnce(&mut dyn Vault) -> Result<R> + Send + 'static,
    {
        self.ask_for(self.patience(), with).await
    }

    async fn ask_for<R, F>(&self, patience: Duration, with: F) -> Result<R>
    where
        R: Send + 'static,
        F: FnOnce(&mut dyn Vault) -> Result<R> + Send + 'static,
    {
        self.post(patience, |vault| match vault {
            Ok(vault) => with(vault.as_mut()),
            Err(failure) => Err(failure.clone()),
        })
        .await?
    }

    async fn post<R: Send + 'static>(
        &self,
        patience: Duration,
        with: impl FnOnce(&mut Result<Box<dyn Vault>>) -> R + Send + 'static,
    ) -> Result<R> {
        if self.busy.load(Ordering::SeqCst) {
            return Err(self.late());
        }
        let (answer, mut answered) = oneshot::channel();
        let request: Request = Box::new(move |vault| {
            // Nobody may be waiting any more; the work is done all the same.
            let _ = answer.send(with(vault));
        });
        let answering = async {
            self.requests.send(request).await.map_err(|_| stopped())?;
            (&mut answered).await.map_err(|_| stopped())
        };
        if let Ok(answer) = timeout(patience, answering).await {
            return answer;
        }
        self.busy.store(true, Ordering::SeqCst);
        // The owner answers first and clears the mark afterwards: an answer that has just come must not leave it set.
        let answer = answered.try_recv().map_err(|_| self.late())?;
        self.busy.store(false, Ordering::SeqCst);
        Ok(answer)
    }

    /// How long one request may take. What is piped in may itself wait for a slow program.
    const fn patience(&self) -> Duration {
        match self.kind {
            VaultKind::Keyring | VaultKind::Environ | VaultKind::Memory => Duration::from_secs(3),
            // A request may wait behind a passphrase that is being tried.
            VaultKind::File => Duration::from_secs(10),
            VaultKind::Stdin => Duration::from_mins(1),
        }
    }

    fn late(&self) -> Failure {
        let failure = Failure::new(Kind::Vault, "the vault is busy");
        match self.kind {
            VaultKind::Stdin => failure
                .because("standard input has not ended")
                .hint("end what is piped in, or press Ctrl-D after typing it"),
            VaultKind::File => failure
                .because("another landfall changes it, or its file system does not answer")
                .hint("try again; if it stays so, look for a landfall that hangs"),
            VaultKind::Keyring | VaultKind::Environ | VaultKind::Memory => failure
                .because("it is waiting for an answer on the desktop")
                .hint("answer the keyring's question on the desktop; it may be behind the lock screen. Then try again")
                .hint(ELSEWHERE)
                .hint("a change that was under way may still be stored once the question is answered"),
        }
    }
}

/// The ways out of a keyring that cannot be used.
pub(super) const ELSEWHERE: &str = "or choose another vault for this run: --vault memory, env or stdin";

/// The way out for good.
pub const INSTEAD: &str =
    "or keep credentials in an encrypted file on this machine from now on: landfall vault use file";

fn stopped() -> Failure {
    Failure::new(Kind::Vault, "the vault has stopped").hint("start landfall again")
}

/// The owner's life: makes the vault and serves requests until all keepers are gone.
fn own(make: impl FnOnce() -> Result<Box<dyn Vault>>, mut waiting: mpsc::Receiver<Request>, busy: &AtomicBool) {
    let mut vault = make();
    while let Some(request) = waiting.blocking_recv() {
        request(&mut vault);
        // Whatever it was waiting for has come, so later requests may pass again.
        busy.store(false, Ordering::SeqCst);
    }
}

fn change(vault: &mut dyn Vault, item: &Item, changes: Vec<(String, Option<Secret>)>) -> Result<Credentials> {
    amend(vault, item, |credentials| {
        let mut differs = false;
        for (name, value) in changes {
            match value.filter(|value| !value.is_empty()) {
                Some(value) if credentials.get(&name).is_some_and(|old| old.value.same(&value)) => {}
                Some(value) => {
                    let new = Credential::new(value, Timestamp::now());
                    // What was applied before is still what was applied last.
                    let (applied, turn) =
                        credentials.remove(&name).map(|old| (old.applied, old.turn)).unwrap_or_default();
                    credentials.insert(name, Credential { applied, turn, ..new });
                    differs = true;
                }
                None => differs |= credentials.remove(&name).is_some(),
            }
        }
        differs
    })
}

/// Reads an item, lets it be changed, and writes it where the change says that it differs.
fn amend(vault: &mut dyn Vault, item: &Item, with: impl FnOnce(&mut Credentials) -> bool) -> Result<Credentials> {
    let mut credentials = vault.read(item)?;
    match (with(&mut credentials), credentials.is_empty()) {
        (false, _) => {}
        (true, false) => vault.write(item, &credentials)?,
        (true, true) => vault.remove(item)?,
    }
    Ok(credentials)
}
