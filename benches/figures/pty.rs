//! A program in a pseudo-terminal: what it writes and when, and the screen it makes of it.

use std::ffi::OsStr;
use std::io::{Read, Write};
use std::num::NonZero;
use std::path::Path;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

/// The longest that anything is waited for.
const PATIENCE: Duration = Duration::from_mins(3);

const ROWS: NonZero<u16> = NonZero::new(30).unwrap();
const COLUMNS: NonZero<u16> = NonZero::new(100).unwrap();

/// Bytes that came out at once.
pub(crate) struct Burst {
    pub(crate) at: Instant,
    pub(crate) bytes: Vec<u8>,
}

/// A running program and its screen.
pub(crate) struct Pty {
    pub(crate) started: Instant,
    child: Box<dyn Child + Send + Sync>,
    writer: Box<dyn Write + Send>,
    bursts: Receiver<Burst>,
    parser: vt100::Parser,
    // Kept so that the terminal stays open.
    _master: Box<dyn MasterPty + Send>,
}

impl Pty {
    /// Starts a program on a screen of 100x30 cells. Its clock begins before the process is made.
    pub(crate) fn start(program: &Path, arguments: &[impl AsRef<OsStr>]) -> Self {
        let mut command = CommandBuilder::new(program);
        command.args(arguments);
        Self::run(command)
    }

    /// As [`Self::start`], with a command that may have its own environment.
    pub(crate) fn run(mut command: CommandBuilder) -> Self {
        let size = PtySize { rows: ROWS.get(), cols: COLUMNS.get(), pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).unwrap();
        command.env("TERM", "xterm-256color");
        command.env("LANG", "C.UTF-8");
        let mut reader = pair.master.try_clone_reader().unwrap();
        let writer = pair.master.take_writer().unwrap();
        let started = Instant::now();
        let child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let (sender, bursts) = channel();
        std::thread::spawn(move || {
            let mut buffer = vec![0; 65_536];
            while let Ok(read @ 1..) = reader.read(&mut buffer) {
                if sender.send(Burst { at: Instant::now(), bytes: buffer[..read].to_vec() }).is_err() {
                    break;
                }
            }
        });
        let parser = vt100::Parser::new(ROWS, COLUMNS, 0);
        Self { started, child, writer, bursts, parser, _master: pair.master }
    }

    /// Waits until the screen is as wanted; gives the moment it became so.
    pub(crate) fn until(&mut self, what: &str, wanted: impl Fn(&vt100::Screen) -> bool) -> Instant {
        let end = Instant::now() + PATIENCE;
        loop {
            let left = end.saturating_duration_since(Instant::now());
            let Ok(burst) = self.bursts.recv_timeout(left) else { break };
            self.parser.process(&burst.bytes);
            if wanted(self.parser.screen()) {
                return burst.at;
            }
        }
        panic!("{what} did not come; the screen:\n{}", self.parser.screen().contents());
    }

    /// As [`Self::until`] a text stands on the alternate screen.
    pub(crate) fn until_shown(&mut self, text: &str) -> Instant {
        self.until(text, |screen| screen.alternate_screen() && screen.contents().contains(text))
    }

    /// All that is written for a while.
    pub(crate) fn listen(&mut self, time: Duration) -> Vec<Burst> {
        let end = Instant::now() + time;
        let mut heard = Vec::new();
        while let Ok(burst) = self.bursts.recv_timeout(end.saturating_duration_since(Instant::now())) {
            self.parser.process(&burst.bytes);
            heard.push(burst);
        }
        heard
    }

    /// Presses keys; gives the moment before they were sent.
    pub(crate) fn press(&mut self, keys: &str) -> Instant {
        let at = Instant::now();
        self.writer.write_all(keys.as_bytes()).unwrap();
        self.writer.flush().unwrap();
        at
    }

    /// The most memory the program ever held, in MB (10⁶ bytes).
    pub(crate) fn peak(&self) -> f64 {
        self.status("VmHWM:") * 1024.0 / 1e6
    }

    /// How many threads it has.
    pub(crate) fn threads(&self) -> f64 {
        self.status("Threads:")
    }

    fn status(&self, name: &str) -> f64 {
        let id = self.child.process_id().unwrap();
        let status = std::fs::read_to_string(format!("/proc/{id}/status")).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
        line.split_whitespace().next().unwrap().parse().unwrap()
    }
}

impl Drop for Pty {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
