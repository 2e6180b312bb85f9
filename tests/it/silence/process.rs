//! The running program, seen by others of the same person while it holds secrets: nothing to attach to, nothing dumped.
#![cfg(target_os = "linux")]

use std::fs;
use std::io::Write;
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, geteuid, kill_process};
use tempfile::TempDir;

use super::ears::{Ears, said};
use crate::program::Place;

/// Nobody's number. Root may look at everything, so as root the program runs as somebody else.
const NOBODY: u32 = 65534;

/// A program as it runs for an ordinary person.
fn as_a_person(program: &Path, arguments: &[&str]) -> Command {
    let mut command = if geteuid().is_root() {
        let mut command = Command::new("setpriv");
        let number = NOBODY.to_string();
        command.args(["--reuid", &number, "--regid", &number, "--clear-groups", "--"]).arg(program);
        command
    } else {
        Command::new(program)
    };
    command.args(arguments);
    command
}

/// The program while it holds the canaries and waits for a cluster that does not answer.
struct Waiting {
    child: Child,
    folder: TempDir,
    place: Place,
    _cluster: (TcpListener, TcpStream),
}

impl Waiting {
    fn starts() -> Self {
        let cluster = TcpListener::bind("127.0.0.1:0").unwrap();
        let place = Place::new(&format!("http://{}", cluster.local_addr().unwrap()), "{token: a-token}");
        for name in ["", "home"] {
            fs::set_permissions(place.path(name), fs::Permissions::from_mode(0o777)).unwrap();
        }
        let folder = tempfile::tempdir().unwrap();
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
        let program = folder.path().join("landfall");
        // A folder of builds may be closed to others.
        let built = env!("CARGO_BIN_EXE_landfall");
        fs::hard_link(built, &program).or_else(|_| fs::copy(built, &program).map(|_| ())).unwrap();
        let known = place.landfall(&[]);
        // With core dumps asked for as loudly as they can be.
        let line = "ulimit -c unlimited 2>/dev/null; exec \"$0\" plan dev --vault stdin";
        let mut command = as_a_person(Path::new("/bin/bash"), &["-c", line, program.to_str().unwrap()]);
        command.env_clear().envs(known.as_std().get_envs().filter_map(|(name, value)| Some((name, value?))));
        command.current_dir(place.path("")).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(said().as_bytes()).unwrap();
        // It asks the cluster once it has read everything.
        cluster.set_nonblocking(true).unwrap();
        let begun = Instant::now();
        let asked = loop {
            if let Ok((stream, _)) = cluster.accept() {
                break stream;
            }
            assert!(begun.elapsed() < Duration::from_secs(20), "the cluster was never asked");
            assert!(child.try_wait().unwrap().is_none(), "it ended");
            std::thread::yield_now();
        };
        Self { child, folder, place, _cluster: (cluster, asked) }
    }

    fn process(&self, name: &str) -> String {
        format!("/proc/{}/{name}", self.child.id())
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Whether a person can read a file.
fn reads(path: &str) -> bool {
    let mut head = as_a_person(Path::new("/usr/bin/head"), &["-c", "1", path]);
    head.stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap().success()
}

#[test]
fn no_other_program_of_the_same_person_can_look_into_it() {
    let waiting = Waiting::starts();
    for name in ["environ", "maps", "auxv"] {
        let path = waiting.process(name);
        assert!(!reads(&path), "{path} can be read");
        assert_eq!(fs::metadata(&path).unwrap().uid(), 0, "{path} is the person's own");
    }
    let limits = fs::read_to_string(waiting.process("limits")).unwrap();
    let core: Vec<&str> = limits.lines().find(|line| line.contains("core")).unwrap().split_whitespace().collect();
    assert_eq!(core[4..6], ["0", "0"], "{limits}");
    let ears = Ears::new();
    ears.silence("the arguments", fs::read(waiting.process("cmdline")).unwrap());
    ears.silence("the environment", fs::read(waiting.process("environ")).unwrap());

    // The same person can look into any other program of theirs.
    let mut sleeping = as_a_person(Path::new("/bin/sleep"), &["60"]).spawn().unwrap();
    let path = format!("/proc/{}/environ", sleeping.id());
    let begun = Instant::now();
    while !reads(&path) {
        assert!(begun.elapsed() < Duration::from_secs(10), "the test sees nothing where there is something");
        std::thread::yield_now();
    }
    sleeping.kill().unwrap();
    sleeping.wait().unwrap();
}

#[test]
fn a_crash_leaves_no_memory_behind() {
    let mut waiting = Waiting::starts();
    let number = i32::try_from(waiting.child.id()).unwrap();
    kill_process(Pid::from_raw(number).unwrap(), Signal::ABORT).unwrap();
    let status = waiting.child.wait().unwrap();
    assert_eq!(status.signal(), Some(6), "{status:?}");
    assert!(!status.core_dumped(), "its memory was written to a file");
    let ears = Ears::new();
    for (name, bytes) in waiting.place.files() {
        assert!(!name.contains("core"), "{name} was left behind");
        ears.silence(&name, bytes);
    }
}

/// Without being root's own, the program still reads what is handed over to it.
#[test]
fn a_passphrase_can_be_handed_over_to_it_all_the_same() {
    let waiting = Waiting::starts();
    let program = waiting.folder.path().join("landfall");
    let line = "exec 3< <(printf none-of-these); exec \"$0\" creds list dev --vault file";
    let mut command = as_a_person(Path::new("/bin/bash"), &["-c", line, program.to_str().unwrap()]);
    let known = waiting.place.landfall(&[]);
    command.env_clear().envs(known.as_std().get_envs().filter_map(|(name, value)| Some((name, value?))));
    command.env("LANDFALL_VAULT_PASSPHRASE_FD", "3").current_dir(waiting.place.path(""));
    let folder = waiting.place.path("home/.local/share/landfall/vault");
    landfall::secret::AgeFile::create(&folder, &landfall::secret::Secret::new("another-one-entirely"), 1).unwrap();
    if geteuid().is_root() {
        let files = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
        for path in files.chain([folder.clone()]) {
            std::os::unix::fs::chown(path, Some(NOBODY), Some(NOBODY)).unwrap();
        }
    }
    for name in ["home/.local", "home/.local/share", "home/.local/share/landfall"] {
        fs::set_permissions(waiting.place.path(name), fs::Permissions::from_mode(0o755)).unwrap();
    }
    let output = command.stdin(Stdio::null()).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(3), "{said}");
    assert!(said.contains("this is not the passphrase"), "it was not read: {said}");
}
