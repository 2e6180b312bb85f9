//! The terminal, taken and always given back: at the end, on a failure, on a panic, on a signal.

use std::io::{self, BufWriter, IsTerminal, Stdout, Write, stdin, stdout};
use std::panic;
use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};

use crossterm::clipboard::CopyToClipboard;
#[cfg(not(windows))]
use crossterm::event::{DisableBracketedPaste, EnableBracketedPaste};
use crossterm::event::{DisableMouseCapture, EnableMouseCapture};
use crossterm::style::Print;
use crossterm::terminal::{EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode};
use crossterm::{cursor, execute};
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;
use tokio::sync::Notify;

use crate::failure::{Failure, Kind, Result};

/// A frame goes out whole: standard output alone would cut it into pieces of 1 KiB.
type Screen = CrosstermBackend<BufWriter<Stdout>>;

/// Room for a frame in which every cell is new.
const FRAME: usize = 64 * 1024;

/// Whether the terminal is ours. It is given back once: twice would put the cursor back over what was said since.
static TAKEN: AtomicBool = AtomicBool::new(false);

/// Rung when any part of the program breaks down.
static BROKEN: Notify = Notify::const_new();

/// A terminal that is given back when this is dropped.
pub(crate) struct Guard {
    terminal: Terminal<Screen>,
    mouse: bool,
}

/// Whether there is a terminal on both ends.
pub(crate) fn is_there() -> bool {
    stdout().is_terminal() && stdin().is_terminal()
}

/// Waits until a part of the program breaks down. The runtime catches panics of its tasks: without this the screen would
/// go on, drawn into a terminal that was given back, and wait for ever for an answer.
pub(crate) async fn broken() -> Failure {
    BROKEN.notified().await;
    Failure::broken()
}

fn failed(error: &io::Error) -> Failure {
    Failure::new(Kind::Failed, "the terminal cannot be used").because(error.to_string())
}

impl Guard {
    /// Takes the terminal.
    ///
    /// # Errors
    /// When there is none, or it does not let itself be taken.
    pub(crate) fn take(mouse: bool) -> Result<Self> {
        static HOOK: Once = Once::new();
        HOOK.call_once(|| {
            let before = panic::take_hook();
            panic::set_hook(Box::new(move |info| {
                let _ = give_back();
                before(info);
                BROKEN.notify_one();
            }));
        });
        let taken =
            enter(mouse).and_then(|()| Terminal::new(CrosstermBackend::new(BufWriter::with_capacity(FRAME, stdout()))));
        match taken {
            Ok(terminal) => Ok(Self { terminal, mouse }),
            Err(error) => {
                let _ = give_back();
                Err(failed(&error))
            }
        }
    }

    /// The terminal to draw on.
    pub(crate) fn terminal(&mut self) -> &mut Terminal<Screen> {
        &mut self.terminal
    }

    /// Draws.
    ///
    /// # Errors
    /// When the terminal is gone.
    pub(crate) fn draw(&mut self, picture: impl FnOnce(&mut ratatui::Frame<'_>)) -> Result<()> {
        if !TAKEN.load(Ordering::SeqCst) {
            return Ok(());
        }
        self.terminal.draw(picture).map(|_| ()).map_err(|error| failed(&error))
    }

    /// Puts a text into the clipboard by OSC 52.
    pub(crate) fn copy(&mut self, text: &str) {
        let _ = execute!(self.terminal.backend_mut(), CopyToClipboard::to_clipboard_from(text));
    }

    /// Forgets what is on the screen, so that everything is drawn anew. `Terminal::clear` would ask the terminal where its
    /// cursor is: one that does not answer would hold the screen up for two seconds and keep what was drawn before.
    pub(crate) fn forget(&mut self) {
        let _ = self.terminal.size().and_then(|size| self.terminal.resize(size.into()));
    }

    /// Gives the terminal to somebody else, with a sentence about who; nothing is drawn until it is taken again.
    pub(crate) fn lend(&mut self, words: &str) {
        let _ = give_back();
        let _ = execute!(self.terminal.backend_mut(), Print(format!("{words}\n")));
    }

    /// Takes the terminal again after it was lent.
    ///
    /// # Errors
    /// When it does not let itself be taken.
    pub(crate) fn take_again(&mut self) -> Result<()> {
        enter(self.mouse).map_err(|error| failed(&error))?;
        self.forget();
        Ok(())
    }

    /// Gives the terminal back, stops this process, and takes the terminal again once it goes on.
    ///
    /// # Errors
    /// When the terminal does not let itself be taken again.
    pub(crate) fn suspend(&mut self) -> Result<()> {
        #[cfg(unix)]
        {
            let _ = give_back();
            // The whole group stops, as the shell expects of a job.
            let _ = rustix::process::kill_current_process_group(rustix::process::Signal::TSTP);
        }
        self.take_again()
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        let _ = give_back();
    }
}

fn enter(mouse: bool) -> io::Result<()> {
    TAKEN.store(true, Ordering::SeqCst);
    enable_raw_mode()?;
    let mut out = stdout();
    execute!(out, EnterAlternateScreen, cursor::Hide)?;
    // Windows answers pastes as key presses.
    #[cfg(not(windows))]
    execute!(out, EnableBracketedPaste)?;
    if mouse {
        execute!(out, EnableMouseCapture)?;
    }
    Ok(())
}

fn give_back() -> io::Result<()> {
    if !TAKEN.swap(false, Ordering::SeqCst) {
        return Ok(());
    }
    let mut out = stdout();
    let _ = execute!(out, DisableMouseCapture);
    #[cfg(not(windows))]
    let _ = execute!(out, DisableBracketedPaste);
    let _ = execute!(out, LeaveAlternateScreen, cursor::Show);
    let raw = disable_raw_mode();
    out.flush()?;
    raw
}
