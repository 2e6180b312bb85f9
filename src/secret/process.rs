//! Closes this process to others of the same person: no debugger, no memory dump.

use crate::failure::Result;

/// Keeps other programs from reading this one's memory, and the system from writing it to a file. The first thing that
/// `main` does; a program started from here does not inherit the first part.
///
/// # Errors
/// The system refuses.
#[cfg(unix)]
pub fn harden() -> Result<()> {
    use crate::failure::{Failure, Kind};
    use rustix::process::{Resource, Rlimit, setrlimit};

    let refused = |error: rustix::io::Errno| {
        Failure::new(Kind::Failed, "this program's memory cannot be closed to others").because(error.to_string())
    };
    #[cfg(target_os = "linux")]
    rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable).map_err(refused)?;
    setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) }).map_err(refused)
}

/// Nothing can be done here.
///
/// # Errors
/// None.
#[cfg(not(unix))]
pub fn harden() -> Result<()> {
    Ok(())
}
