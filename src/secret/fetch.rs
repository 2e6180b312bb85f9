//! Reads a value where it rests: what a program prints, a variable, standard input, a file descriptor.
//!
//! It is read at use and never stored. Nothing here waits longer than its deadline, asks anybody, or says a value.

use std::collections::BTreeMap;
use std::io::{IsTerminal, Read};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::{Child, Command};
use tokio::time::timeout;
use zeroize::Zeroizing;

use super::{Secret, is_credential};
use crate::failure::{Failure, Kind, Result};
use crate::object::clean;

/// How long a program may take: somebody may have to touch a key for it.
const PROGRAM: Duration = Duration::from_mins(1);

/// How long whoever writes into standard input or a descriptor may take.
const WRITER: Duration = Duration::from_mins(1);

/// How long what a program printed is good for: one plan asks it once.
const GOOD: Duration = Duration::from_secs(30);

/// The most a value may hold, in bytes.
const LIMIT: usize = 64 << 10;

/// The most that is kept of what a program complains about, in bytes.
const COMPLAINT: usize = 8 << 10;

/// Reads values where they rest, and remembers for one run what can be read only once.
pub struct Fetch {
    patience: Duration,
    once: Mutex<BTreeMap<u32, Secret>>,
    printed: Mutex<BTreeMap<Vec<String>, (Instant, Secret)>>,
}

impl Default for Fetch {
    fn default() -> Self {
        Self::with_patience(PROGRAM)
    }
}

impl Fetch {
    /// One that gives a program so long.
    pub fn with_patience(patience: Duration) -> Self {
        Self { patience, once: Mutex::default(), printed: Mutex::default() }
    }

    /// What a program prints, without its last line break. It is started without a shell, in this folder, with nothing
    /// on standard input and without the credentials that the process environment holds for landfall.
    ///
    /// # Errors
    /// It cannot be started, ends badly, takes longer than a minute (or another patience), or prints no single value.
    pub async fn program(&self, words: &[String], folder: &Path) -> Result<Secret> {
        let known = self.printed.lock().unwrap_or_else(PoisonError::into_inner).get(words).cloned();
        if let Some((_, secret)) = known.filter(|(read, _)| read.elapsed() < GOOD) {
            return Ok(secret);
        }
        let secret = run(words, folder, self.patience).await?;
        let entry = (words.to_vec(), (Instant::now(), secret.clone()));
        self.printed.lock().unwrap_or_else(PoisonError::into_inner).extend([entry]);
        Ok(secret)
    }

    /// A variable of the process environment.
    ///
    /// # Errors
    /// It is not set, or empty.
    pub fn variable(name: &str) -> Result<Secret> {
        match std::env::var(name) {
            Ok(value) if !value.is_empty() => Ok(Secret::new(value)),
            Ok(_) => Err(unread("it is empty")),
            Err(std::env::VarError::NotPresent) => Err(unread("it is not set")),
            Err(std::env::VarError::NotUnicode(_)) => Err(unread("it is not text")),
        }
    }

    /// All of standard input, without its last line break; read once and remembered.
    ///
    /// # Errors
    /// It is a terminal, empty, or does not end within a minute.
    pub async fn input(&self) -> Result<Secret> {
        if std::io::stdin().is_terminal() {
            return Err(unread("nothing is piped in: it is a terminal"));
        }
        self.once(0, || Ok(Box::new(std::io::stdin()))).await
    }

    /// All that a file descriptor gives, without its last line break; read once and remembered.
    ///
    /// # Errors
    /// It was not handed over, is empty, or does not end within a minute.
    pub async fn descriptor(&self, number: u32) -> Result<Secret> {
        self.once(number, move || open(number)).await
    }

    async fn once<F>(&self, number: u32, open: F) -> Result<Secret>
    where
        F: FnOnce() -> Result<Box<dyn Read>> + Send + 'static,
    {
        if let Some(secret) = self.once.lock().unwrap_or_else(PoisonError::into_inner).get(&number) {
            return Ok(secret.clone());
        }
        let secret = aside(move || to_end(open()?)).await?;
        self.once.lock().unwrap_or_else(PoisonError::into_inner).insert(number, secret.clone());
        Ok(secret)
    }
}

/// All that a file descriptor gives, without its last line break, read at once: for a passphrase.
///
/// # Errors
/// It was not handed over, is empty, or does not end within a minute.
pub async fn descriptor(number: u32) -> Result<Secret> {
    aside(move || to_end(open(number)?)).await
}

fn unread(why: &str) -> Failure {
    Failure::new(Kind::Vault, "it cannot be read").because(why)
}

/// The system's name for a descriptor; opening a number directly could not be checked.
fn open(number: u32) -> Result<Box<dyn Read>> {
    let path = PathBuf::from(format!("/dev/fd/{number}"));
    let file = std::fs::File::open(path).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => unread("it was not handed over at the start"),
        _ => unread("the system does not hand it out"),
    })?;
    Ok(Box::new(file))
}

/// Reads on a thread of its own: one that never ends keeps neither a worker nor the end of the program.
async fn aside(read: impl FnOnce() -> Result<Secret> + Send + 'static) -> Result<Secret> {
    let (answer, answered) = tokio::sync::oneshot::channel();
    let reader = std::thread::Builder::new().name("reading".to_owned()).spawn(move || {
        // Nobody waits any more once the time is over.
        let _ = answer.send(read());
    });
    reader.map_err(|_| unread("the system gives no thread"))?;
    match timeout(WRITER, answered).await {
        Ok(Ok(read)) => read,
        Ok(Err(_)) => Err(unread("reading broke down")),
        Err(_) => Err(unread("it has not ended within a minute").hint("close it after writing")),
    }
}

fn to_end(reader: Box<dyn Read>) -> Result<Secret> {
    // Reserved at once: a buffer that grows leaves copies behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(LIMIT + 64));
    let read = reader.take(LIMIT as u64 + 1).read_to_end(&mut bytes);
    read.map_err(|_| unread("the system does not hand it out"))?;
    value(&bytes)
}

/// One value: text of some length, without its last line break.
fn value(bytes: &[u8]) -> Result<Secret> {
    if bytes.len() > LIMIT {
        return Err(unread("it is longer than any credential"));
    }
    let Ok(text) = std::str::from_utf8(bytes) else { return Err(unread("it is not text")) };
    let text = text.strip_suffix('\n').map_or(text, |text| text.strip_suffix('\r').unwrap_or(text));
    if text.is_empty() { Err(unread("it is empty")) } else { Ok(Secret::new(text)) }
}

async fn run(words: &[String], folder: &Path, deadline: Duration) -> Result<Secret> {
    let [program, arguments @ ..] = words else { return Err(unread("no program is named")) };
    let name = program.rsplit('/').next().unwrap_or(program);
    let mut command = Command::new(program);
    command.args(arguments).current_dir(folder).kill_on_drop(true);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    for (variable, _) in std::env::vars_os() {
        if variable.to_str().is_some_and(is_credential) {
            command.env_remove(variable);
        }
    }
    #[cfg(unix)]
    command.process_group(0); // what it starts ends with it
    let mut child = command.spawn().map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => unread(&format!("{name} is not there")).hint(format!("install {name}")),
        std::io::ErrorKind::PermissionDenied => unread(&format!("{name} may not be started")),
        _ => unread(&format!("{name} cannot be started")),
    })?;
    let group = child.id();
    let done = timeout(deadline, finish(&mut child)).await;
    let Ok(done) = done else {
        end(group, &mut child);
        let seconds = deadline.as_secs();
        return Err(unread(&format!("{name} has not ended within {seconds} s"))
            .hint(format!("run it once yourself: it may be waiting for a sign-in ({name} … )")));
    };
    let (printed, complained, status) = done.map_err(|_| unread(&format!("{name} broke down")))?;
    if !status.success() {
        let ended = status.code().map_or_else(|| "was ended".to_owned(), |code| format!("ended with {code}"));
        let said = said(&complained, &printed);
        let said = if said.is_empty() { String::new() } else { format!(" and said: {said}") };
        return Err(unread(&format!("{name} {ended}{said}")).hint("run it once yourself to see what is missing"));
    }
    value(&printed).map_err(|failure| Failure {
        why: failure.why.map(|why| format!("{name} ended well, but what it printed is no value: {why}")),
        ..failure
    })
}

type Done = (Zeroizing<Vec<u8>>, Zeroizing<Vec<u8>>, std::process::ExitStatus);

/// Waits for the end, listening to both streams meanwhile, so that a full one does not hold the program up.
async fn finish(child: &mut Child) -> std::io::Result<Done> {
    let (out, err) = (child.stdout.take(), child.stderr.take());
    let (printed, complained, status) = tokio::join!(listen(out, LIMIT + 1), listen(err, COMPLAINT), child.wait());
    Ok((printed?, complained?, status?))
}

/// The first bytes of a stream; the others are let pass.
async fn listen(stream: Option<impl AsyncRead + Unpin>, most: usize) -> std::io::Result<Zeroizing<Vec<u8>>> {
    let mut kept = Zeroizing::new(Vec::with_capacity(most));
    let Some(mut stream) = stream else { return Ok(kept) };
    let mut piece = Zeroizing::new([0_u8; 4096]);
    loop {
        let length = stream.read(piece.as_mut_slice()).await?;
        if length == 0 {
            return Ok(kept);
        }
        let room = most - kept.len();
        kept.extend_from_slice(&piece[..length.min(room)]);
    }
}

/// The last line of what a program complained about, safe to show and without anything that it also printed.
fn said(complained: &[u8], printed: &[u8]) -> String {
    let mut text = clean(&String::from_utf8_lossy(complained));
    let value = String::from_utf8_lossy(printed);
    let mut secrets: Vec<String> =
        std::iter::once(value.trim()).chain(value.lines().map(str::trim)).map(clean).collect();
    secrets.retain(|secret| !secret.is_empty());
    secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
    for secret in secrets {
        text = text.replace(&secret, "••••••••");
    }
    let line = text.lines().map(str::trim).rfind(|line| !line.is_empty()).unwrap_or_default();
    line.chars().take(200).collect()
}

/// Ends a program and all that it started.
fn end(group: Option<u32>, child: &mut Child) {
    #[cfg(unix)]
    if let Some(group) = group.and_then(|id| i32::try_from(id).ok()).and_then(rustix::process::Pid::from_raw) {
        let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
    }
    #[cfg(not(unix))]
    let _ = group;
    let _ = child.start_kill();
}
