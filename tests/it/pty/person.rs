//! Somebody at a terminal of 80x24 cells: presses keys, and waits for what the screen shows.

use std::io::{Read, Write};
use std::num::NonZero;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

/// How long a person waits for something that comes at once.
pub(super) const SOON: Duration = Duration::from_secs(10);
/// How long a person waits for a rollout.
pub(super) const ROLLOUT: Duration = Duration::from_secs(45);

/// Somebody at a terminal in which a program runs.
pub(super) struct Person {
    parser: vt100::Parser,
    raw: Vec<u8>,
    bytes: Receiver<Vec<u8>>,
    keys: Box<dyn Write + Send>,
    master: Box<dyn MasterPty + Send>,
    pub(super) child: Box<dyn Child + Send + Sync>,
}

/// landfall with arguments, in an environment of its own.
pub(super) fn landfall(arguments: &[&str]) -> CommandBuilder {
    command(env!("CARGO_BIN_EXE_landfall"), arguments)
}

/// A program with arguments, in an environment of its own.
pub(super) fn command(program: &str, arguments: &[&str]) -> CommandBuilder {
    let mut command = CommandBuilder::new(program);
    command.env_clear();
    for (name, value) in [("TERM", "xterm-256color"), ("LANG", "C.UTF-8"), ("PATH", "/usr/bin:/bin"), ("USER", "ann")] {
        command.env(name, value);
    }
    command.args(arguments);
    command
}

fn cells(columns: u16, rows: u16) -> PtySize {
    PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 }
}

fn some(cells: u16) -> NonZero<u16> {
    NonZero::new(cells).unwrap()
}

impl Person {
    pub(super) fn starts(command: CommandBuilder) -> Self {
        Self::starts_with(command, 80, 24)
    }

    pub(super) fn starts_with(command: CommandBuilder, columns: u16, rows: u16) -> Self {
        let pair = native_pty_system().openpty(cells(columns, rows)).unwrap();
        let child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let mut reader = pair.master.try_clone_reader().unwrap();
        let (sender, bytes) = channel();
        std::thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(read @ 1..) = reader.read(&mut buffer) {
                if sender.send(buffer[..read].to_vec()).is_err() {
                    return;
                }
            }
        });
        let keys = pair.master.take_writer().unwrap();
        let parser = vt100::Parser::new(some(rows), some(columns), 0);
        Self { parser, raw: Vec::new(), bytes, keys, master: pair.master, child }
    }

    /// Takes in what the program wrote; says whether it can still write.
    fn look(&mut self, patience: Duration) -> bool {
        match self.bytes.recv_timeout(patience) {
            Ok(bytes) => {
                self.parser.process(&bytes);
                self.raw.extend(bytes);
                true
            }
            Err(RecvTimeoutError::Timeout) => true,
            Err(RecvTimeoutError::Disconnected) => false,
        }
    }

    /// Waits until the screen is as wanted.
    pub(super) fn until(&mut self, patience: Duration, what: &str, wanted: impl Fn(&vt100::Screen) -> bool) {
        let end = Instant::now() + patience;
        while !wanted(self.parser.screen()) {
            let left = end.saturating_duration_since(Instant::now());
            let there = self.look(left.min(Duration::from_millis(50)));
            assert!(!left.is_zero() && there, "{what} did not come:\n{}", self.text());
        }
    }

    /// Waits for a text on the screen.
    pub(super) fn sees(&mut self, text: &str) {
        self.sees_within(SOON, text);
    }

    pub(super) fn sees_within(&mut self, patience: Duration, text: &str) {
        self.until(patience, text, |screen| screen.contents().contains(text));
    }

    /// Whether a text comes to the screen within a moment.
    pub(super) fn sees_in_a_moment(&mut self, text: &str) -> bool {
        let end = Instant::now() + Duration::from_millis(250);
        while Instant::now() < end && !self.text().contains(text) {
            self.look(Duration::from_millis(25));
        }
        self.text().contains(text)
    }

    /// Presses keys, given as the bytes a terminal sends.
    pub(super) fn press(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).unwrap();
        self.keys.flush().unwrap();
    }

    /// Answers a question for a secret, once the terminal shows nothing of what is typed.
    pub(super) fn answers(&mut self, question: &str, secret: &str) {
        self.sees_within(ROLLOUT, question);
        let end = Instant::now() + SOON;
        let echo = |master: &dyn MasterPty| {
            let flags = format!("{:?}", master.get_termios().unwrap().local_flags);
            flags.split(['(', ')', ' ', '|']).any(|flag| flag == "ECHO")
        };
        while echo(self.master.as_ref()) {
            assert!(Instant::now() < end, "{question}: what is typed would be shown");
            self.look(Duration::from_millis(5));
        }
        self.press(&format!("{secret}\r"));
    }

    pub(super) fn resizes(&mut self, columns: u16, rows: u16) {
        self.parser.screen_mut().set_size(some(rows), some(columns));
        self.master.resize(cells(columns, rows)).unwrap();
    }

    /// Sends a signal to the program.
    pub(super) fn signals(&self, signal: rustix::process::Signal) {
        let id = self.child.process_id().and_then(|id| i32::try_from(id).ok()).unwrap();
        rustix::process::kill_process(rustix::process::Pid::from_raw(id).unwrap(), signal).unwrap();
    }

    pub(super) fn text(&self) -> String {
        self.parser.screen().contents()
    }

    pub(super) fn raw(&self) -> &[u8] {
        &self.raw
    }

    /// Waits until the program has ended; gives its exit code.
    pub(super) fn ends(&mut self) -> u32 {
        let end = Instant::now() + SOON;
        while self.look(Duration::from_millis(50)) {
            assert!(Instant::now() < end, "it does not end:\n{}", self.text());
        }
        self.child.wait().unwrap().exit_code()
    }

    /// The terminal is as it was found.
    pub(super) fn has_the_terminal_back(&self) {
        let screen = self.parser.screen();
        let raw = String::from_utf8_lossy(&self.raw);
        assert!(raw.contains("\u{1b}[?1049h") && raw.contains("\u{1b}[?2004h"), "it was never taken:\n{}", self.text());
        assert!(!screen.alternate_screen(), "the alternate screen is on");
        assert!(!screen.bracketed_paste(), "bracketed paste is on");
        assert!(!screen.hide_cursor(), "the cursor is hidden");
        assert_eq!(screen.mouse_protocol_mode(), vt100::MouseProtocolMode::None);
    }
}

impl Drop for Person {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
