//! A command as its user sees it: how long it takes, and how much memory it holds at most.

use std::fs;
use std::process::{Command, Stdio};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::{Duration, Instant};

/// What became of a command.
pub(crate) struct Ran {
    pub(crate) took: Duration,
    pub(crate) ended: Instant,
    /// In MB (10⁶ bytes).
    pub(crate) peak: f64,
    pub(crate) said: String,
}

/// Runs a command to its end, which has to be one of those codes.
pub(crate) fn run(command: &mut Command, codes: &[i32]) -> Ran {
    let (out, err) = (tempfile::NamedTempFile::new().unwrap(), tempfile::NamedTempFile::new().unwrap());
    command.stdin(Stdio::null()).stdout(out.reopen().unwrap()).stderr(err.reopen().unwrap());
    let started = Instant::now();
    let mut child = command.spawn().unwrap();
    let status = format!("/proc/{}/status", child.id());
    let (over, end) = channel::<()>();
    let (code, ended, peak) = std::thread::scope(|scope| {
        let memory = scope.spawn(move || {
            let mut peak = 0.0_f64;
            while end.recv_timeout(Duration::from_millis(2)) == Err(RecvTimeoutError::Timeout) {
                peak = peak.max(high_water(&status).unwrap_or_default());
            }
            peak
        });
        let code = child.wait().unwrap().code();
        let ended = Instant::now();
        drop(over);
        (code, ended, memory.join().unwrap())
    });
    let said = fs::read_to_string(out.path()).unwrap();
    let complaint = fs::read_to_string(err.path()).unwrap();
    assert!(code.is_some_and(|code| codes.contains(&code)), "{command:?} ends with {code:?}: {said}\n{complaint}");
    Ran { took: ended - started, ended, peak, said }
}

fn high_water(status: &str) -> Option<f64> {
    let status = fs::read_to_string(status).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes: f64 = line.split_whitespace().next()?.parse().ok()?;
    Some(kilobytes * 1024.0 / 1e6)
}
