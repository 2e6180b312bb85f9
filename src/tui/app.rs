//! The whole terminal program without a terminal: messages in, effects out, and a picture whenever one is wanted.

use jiff::Timestamp;
use ratatui::Frame;
use ratatui::layout::Size;

use super::effect::Effect;
use super::keymap::{self, Keymap};
use super::msg::Msg;
use super::shown::Shown;
use super::state::{Environment, Pending, Screen, State};
use super::theme::{self, Theme};
use super::widgets::canvas::Canvas;
use super::widgets::glyph;
use super::{Options, Start, update, view};
use crate::deploy::Session;
use crate::failure::Result;

/// The terminal program without a terminal.
#[derive(Debug)]
pub struct App {
    state: State,
    keymap: Keymap,
    theme: Theme,
    ascii: bool,
    start: Start,
}

impl App {
    /// A program for a session.
    ///
    /// # Errors
    /// When the keys or the theme cannot be read.
    pub fn new(session: &Session, options: Options, size: Size) -> Result<Self> {
        let mut app = Self::of(session.module(), session.environments(), options, size)?;
        app.state.after = session.checks_after();
        Ok(app)
    }

    /// The same program for a module with checks that come after a deployment.
    #[must_use]
    pub fn asking_after(mut self, checks: Vec<String>) -> Self {
        self.state.after = checks;
        self
    }

    /// A program for a module (name, title) and its environments.
    ///
    /// # Errors
    /// When the keys or the theme cannot be read.
    pub fn of(module: (String, String), environments: Vec<String>, options: Options, size: Size) -> Result<Self> {
        let state = State {
            module,
            after: Vec::new(),
            vault: None,
            environments: environments.into_iter().map(Environment::new).collect(),
            chosen: 0,
            screen: Screen::Matrix,
            story: 0,
            dialogs: Vec::new(),
            now: Timestamp::UNIX_EPOCH,
            size,
            notice: None,
            interrupted: None,
            code: 0,
            pending: Pending::default(),
            shown: Shown::default(),
        };
        Ok(Self {
            state,
            keymap: Keymap::load(keymap::DEFAULT, options.keys.as_deref())?,
            theme: Theme::load(theme::DEFAULT, options.theme.as_deref(), options.color)?,
            ascii: options.ascii,
            start: options.start,
        })
    }

    /// The first things to ask. Comes after the first [`Msg::Tick`].
    pub fn start(&mut self) -> Vec<Effect> {
        update::start(&mut self.state, &self.start)
    }

    /// Lets a message change the state.
    pub fn handle(&mut self, msg: Msg) -> Vec<Effect> {
        update::update(&mut self.state, &self.keymap, msg)
    }

    /// Draws the state, and remembers what can be clicked where.
    pub fn draw(&mut self, frame: &mut Frame<'_>) {
        let buffer = frame.buffer_mut();
        let mut shown = Shown::default();
        view::draw(&mut Canvas::new(buffer, &mut shown, &self.theme), &self.state, &self.keymap);
        if self.ascii {
            glyph::to_ascii(buffer);
        }
        self.state.shown = shown;
    }

    /// All that it knows.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// Which key does what.
    pub fn keymap(&self) -> &Keymap {
        &self.keymap
    }

    /// The word of a key in the key bar, as things stand.
    pub fn word(&self, binding: &keymap::Binding) -> Option<String> {
        super::live::word(&self.state, self.state.mode(), binding)
    }

    /// Whether an action answers now.
    pub fn answers(&self, action: keymap::Action) -> bool {
        super::live::is(&self.state, self.state.mode(), action)
    }
}
