//! The folder of the encrypted file: nobody else may read it, a file is replaced whole or not at all, and of several
//! programs one at a time changes it.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use crate::failure::{Failure, Kind, Place, Result};

/// The most a file may hold, in bytes: far above any vault, so that nothing strange is read into memory whole.
const LIMIT: u64 = 16 << 20;

/// The file that whoever changes something holds locked.
const LOCK: &str = "lock";

/// The folder.
#[derive(Debug, Clone)]
pub(super) struct Disk {
    folder: PathBuf,
}

impl Disk {
    pub(super) const fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Makes the folder, for this person only.
    pub(super) fn make(&self) -> Result<()> {
        let mut builder = fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(&self.folder).map_err(|error| refused(&self.folder, "this folder cannot be made", &error))?;
        self.check()
    }

    /// Whether nobody else may read or change what is here; what is missing is no matter.
    pub(super) fn check(&self) -> Result<()> {
        ours(&self.folder)?;
        for name in [super::IDENTITY, super::BODY] {
            ours(&self.path(name))?;
        }
        Ok(())
    }

    /// A file whole; none where there is none.
    pub(super) fn read(&self, name: &str) -> Result<Option<Vec<u8>>> {
        self.check()?;
        let path = self.path(name);
        let mut bytes = Vec::new();
        let read = File::open(&path).and_then(|file| file.take(LIMIT).read_to_end(&mut bytes));
        match read {
            Ok(_) => Ok(Some(bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(refused(&path, "the vault cannot be read", &error)),
        }
    }

    /// Replaces a file whole: whoever reads meanwhile finds the old one, and so does who looks after a crash.
    pub(super) fn write(&self, name: &str, bytes: &[u8]) -> Result<()> {
        self.check()?;
        let path = self.path(name);
        let put = || -> io::Result<()> {
            // Made with mode 0600 and a name of its own.
            let mut beside = tempfile::Builder::new().prefix(".").suffix(".new").tempfile_in(&self.folder)?;
            beside.write_all(bytes)?;
            beside.as_file().sync_all()?;
            beside.persist(&path)?;
            #[cfg(unix)]
            File::open(&self.folder)?.sync_all()?;
            Ok(())
        };
        put().map_err(|error| {
            refused(&path, "the vault cannot be written", &error).hint("what it held before is still there")
        })
    }

    /// Waits until no other program changes something here; it stays so until the file is dropped.
    pub(super) fn hold(&self) -> Result<File> {
        let path = self.path(LOCK);
        let mut options = OpenOptions::new();
        options.create(true).truncate(false).write(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let held = options.open(&path).and_then(|file| file.lock().map(|()| file));
        held.map_err(|error| refused(&path, "the vault cannot be held for a change", &error))
    }
}

/// Whether a file or folder belongs to this person and to nobody else.
#[cfg(unix)]
fn ours(path: &Path) -> Result<()> {
    use std::os::unix::fs::MetadataExt;

    let found = match fs::metadata(path) {
        Ok(found) => found,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(refused(path, "the vault cannot be looked at", &error)),
    };
    let failure = |why: &str| Failure::new(Kind::Vault, "the vault is open to others").at(place(path)).because(why);
    if found.uid() != rustix::process::geteuid().as_raw() {
        return Err(failure("it belongs to another user").hint("let its owner use it, or move it away"));
    }
    if found.mode() & 0o077 != 0 {
        let mode = if found.is_dir() { "700" } else { "600" };
        let cure = format!("close it with: chmod {mode} {}", path.display());
        return Err(failure("other users may read or change it").hint(cure));
    }
    Ok(())
}

#[cfg(not(unix))]
fn ours(_: &Path) -> Result<()> {
    Ok(()) // a person's own folders are closed to others there
}

fn refused(path: &Path, what: &str, error: &io::Error) -> Failure {
    let why = match error.kind() {
        io::ErrorKind::PermissionDenied => "you may not",
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => "there is no room left",
        io::ErrorKind::ReadOnlyFilesystem => "its file system is read-only",
        io::ErrorKind::NotFound => "its folder is not there",
        io::ErrorKind::NotADirectory => "a part of its path is no folder",
        io::ErrorKind::IsADirectory => "it is a folder",
        _ => "the system refuses",
    };
    Failure::new(Kind::Vault, what).at(place(path)).because(why)
}

fn place(path: &Path) -> Place {
    Place::file(path.display().to_string())
}
