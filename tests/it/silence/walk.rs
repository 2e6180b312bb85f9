//! The whole program without a terminal, over a real session: every picture it draws is kept.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::Timestamp;
use landfall::deploy::Session;
use landfall::tui::effect::{Effect, Wish};
use landfall::tui::keymap::Chord;
use landfall::tui::msg::Msg;
use landfall::tui::state::Screen;
use landfall::tui::{App, Options, Performer};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::layout::Size;
use tokio::sync::mpsc::{Receiver, channel};
use tokio::time::{Instant, timeout};
use zeroize::Zeroizing;

/// How long to wait for what comes next.
const PATIENCE: Duration = Duration::from_secs(30);

/// Somebody who walks through the screens.
pub(super) struct Walk {
    app: App,
    performer: Performer,
    answers: Receiver<Msg>,
    terminal: Terminal<TestBackend>,
    /// What is on the screen.
    pub(super) now: String,
    /// Every picture so far, and what was put into the clipboard.
    pub(super) seen: BTreeSet<String>,
}

impl Walk {
    pub(super) fn new(session: Session, size: Size) -> Self {
        let app = App::new(&session, Options::default(), size).unwrap();
        let (sender, answers) = channel(1024);
        let performer = Performer::new(session, sender);
        let terminal = Terminal::new(TestBackend::new(size.width, size.height)).unwrap();
        let mut walk = Self { app, performer, answers, terminal, now: String::new(), seen: BTreeSet::new() };
        walk.app.handle(Msg::Tick(Timestamp::now()));
        let effects = walk.app.start();
        walk.act(effects);
        walk.draw();
        walk
    }

    fn act(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect.wish {
                Wish::Copy(text) => drop(self.seen.insert(text)),
                Wish::Quit(_) | Wish::Redraw | Wish::Suspend => {}
                _ => self.performer.perform(effect),
            }
        }
    }

    fn take(&mut self, msg: Msg) {
        let effects = self.app.handle(msg);
        self.act(effects);
        self.draw();
    }

    fn draw(&mut self) {
        self.terminal.draw(|frame| self.app.draw(frame)).unwrap();
        let buffer = self.terminal.backend().buffer();
        let rows = buffer.content.chunks(usize::from(buffer.area.width));
        self.now = rows.map(|row| row.iter().map(ratatui::buffer::Cell::symbol).collect::<String>() + "\n").collect();
        self.seen.insert(self.now.clone());
    }

    /// Lets what happened arrive, for a moment at most.
    async fn pass(&mut self) {
        self.take(Msg::Tick(Timestamp::now()));
        if let Ok(Some(msg)) = timeout(Duration::from_millis(50), self.answers.recv()).await {
            self.take(msg);
        }
    }

    /// Lets time pass until the screen shows a text.
    pub(super) async fn sees(&mut self, text: &str) {
        let end = Instant::now() + PATIENCE;
        while !self.now.contains(text) {
            assert!(Instant::now() < end, "{text:?} did not come:\n{}", self.now);
            self.pass().await;
        }
    }

    /// Lets a little time pass.
    pub(super) async fn rests(&mut self) {
        for _ in 0..4 {
            self.pass().await;
        }
    }

    pub(super) fn screen(&self) -> Screen {
        self.app.state().screen
    }

    /// Whether something lies over the screen.
    pub(super) fn dialog(&self) -> bool {
        !self.app.state().dialogs.is_empty()
    }

    /// Presses keys, named as in the keymap and separated by blanks.
    pub(super) fn press(&mut self, keys: &str) {
        for key in keys.split(' ') {
            self.take(Msg::Key(key.parse::<Chord>().unwrap().press()));
        }
    }

    pub(super) fn types(&mut self, text: &str) {
        for c in text.chars() {
            let chord = Chord { code: crossterm::event::KeyCode::Char(c), ctrl: false };
            self.take(Msg::Key(chord.press()));
        }
    }

    pub(super) fn pastes(&mut self, text: &str) {
        self.take(Msg::Paste(Zeroizing::new(text.to_owned())));
    }

    /// Presses Enter in the confirm dialog until it is taken: it is deaf to a hasty one.
    pub(super) async fn confirms(&mut self) {
        let end = Instant::now() + PATIENCE;
        while self.app.state().screen == Screen::Preview {
            assert!(Instant::now() < end, "it was not applied:\n{}", self.now);
            self.press("Enter");
            self.rests().await;
        }
    }

    /// Lets time pass until nothing runs any more.
    pub(super) async fn ends(&mut self) {
        let end = Instant::now() + PATIENCE;
        while self.app.state().running().is_some() {
            assert!(Instant::now() < end, "it does not end:\n{}", self.now);
            self.pass().await;
        }
    }
}
