//! The app without a terminal, in front of answers made by hand: the ones of the drawings.

use crossterm::event::KeyEvent;
use jiff::{SignedDuration, Timestamp};
use landfall::check::{Checklist, News, Told};
use landfall::deploy::{Event, Form, What};
use landfall::secret::{Judge, Rule, Standing};
use landfall::tui::effect::{Answer, Effect, Question, Wish};
use landfall::tui::keymap::Chord;
use landfall::tui::msg::Msg;
use landfall::tui::{App, ColorMode, Options};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use ratatui::layout::Size;

use super::world;

/// The app and what it asked for that is not answered by itself.
pub(crate) struct Stage {
    pub(crate) app: App,
    pub(crate) now: Timestamp,
    pub(crate) open: Vec<Effect>,
    pub(crate) size: Size,
    /// How the vault is.
    pub(crate) vault: fn() -> Standing,
    /// Whether the cluster of stg wants somebody to sign in.
    pub(crate) signs_in: bool,
    /// Whether nothing is said of stored values yet.
    pub(crate) undecided: bool,
    /// The form of an environment.
    pub(crate) form: fn(&str) -> Form,
}

pub(crate) const NORMAL: Size = Size { width: 80, height: 24 };
pub(crate) const WIDE: Size = Size { width: 120, height: 40 };
pub(crate) const SMALL: Size = Size { width: 50, height: 15 };

impl Stage {
    pub(crate) fn new(size: Size) -> Self {
        Self::with(Options { color: ColorMode::Always, ..Options::default() }, size)
    }

    pub(crate) fn with(options: Options, size: Size) -> Self {
        let names = ["dev", "stg", "prod"].map(str::to_owned).to_vec();
        let app = App::of(("mlflow".into(), "MLflow".into()), names, options, size).unwrap();
        let app = app.asking_after(vec!["smoke".into()]);
        let (now, vault, form) = (world::now(), world::vault, world::form);
        let mut stage = Self { app, now, open: Vec::new(), size, vault, form, signs_in: false, undecided: false };
        stage.app.handle(Msg::Tick(stage.now));
        let effects = stage.app.start();
        stage.take(effects);
        stage
    }

    /// Lets a message in; what it asks is answered by the hand-made world, or stays open.
    pub(crate) fn send(&mut self, msg: Msg) {
        let effects = self.app.handle(msg);
        self.take(effects);
    }

    fn take(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match self.answer(&effect.wish) {
                Some(answer) => self.send(Msg::Answer(effect.question, answer)),
                None => self.open.push(effect),
            }
        }
    }

    /// The answer of the world as it is now.
    fn answer(&self, wish: &Wish) -> Option<Answer> {
        match wish {
            Wish::Survey(name) if self.signs_in && name == "stg" => {
                Some(Answer::Survey(Box::new(Ok(world::closed(name)))))
            }
            Wish::Judge { value: None, .. } if self.undecided => None,
            _ => answer(wish, (self.vault)(), self.form),
        }
    }

    /// Presses keys, named as in the keymap and separated by blanks; a word in quotes is typed.
    pub(crate) fn press(&mut self, keys: &str) {
        for key in keys.split(' ').filter(|key| !key.is_empty()) {
            match key.strip_prefix('\'') {
                Some(word) => word
                    .chars()
                    .for_each(|c| self.key(Chord { code: crossterm::event::KeyCode::Char(c), ctrl: false }.press())),
                None => self.key(key.parse::<Chord>().unwrap().press()),
            }
        }
    }

    pub(crate) fn key(&mut self, key: KeyEvent) {
        self.send(Msg::Key(key));
    }

    /// Lets time go on.
    pub(crate) fn wait(&mut self, milliseconds: i64) {
        self.now = self.now.checked_add(SignedDuration::from_millis(milliseconds)).unwrap();
        self.send(Msg::Tick(self.now));
    }

    pub(crate) fn resize(&mut self, size: Size) {
        self.size = size;
        self.send(Msg::Resize(size));
    }

    /// What was asked and is not answered, the newest last.
    pub(crate) fn asked(&self, wanted: impl Fn(&Wish) -> bool) -> Option<Question> {
        self.open.iter().rev().find(|effect| wanted(&effect.wish)).map(|effect| effect.question)
    }

    /// Answers the newest plan that was asked for.
    pub(crate) fn plan(&mut self, plan: world::Planned) {
        let question = self.asked(|wish| matches!(wish, Wish::Prepare { .. })).unwrap();
        self.send(Msg::Answer(question, Answer::Prepared(Box::new(plan))));
    }

    /// Something happens to the checks that were asked for last.
    pub(crate) fn news(&mut self, told: Told) {
        let (run, at) = (self.checking(), self.now);
        self.send(Msg::News(run, News { at, told }));
    }

    /// The checks that were asked for last are over.
    pub(crate) fn over(&mut self) {
        let run = self.checking();
        self.send(Msg::Answer(run, Answer::Checked(Ok(()))));
    }

    fn checking(&self) -> Question {
        self.asked(|wish| matches!(wish, Wish::Check { .. })).unwrap()
    }

    /// The number of the newest run or watch.
    pub(crate) fn run(&self) -> Question {
        self.asked(|wish| matches!(wish, Wish::Apply(_) | Wish::Watch { .. })).unwrap()
    }

    /// Something happens in the newest run, so many seconds after now.
    pub(crate) fn happens(&mut self, what: What) {
        let (run, at) = (self.run(), self.now);
        self.send(Msg::Event(run, Event { at, what }));
    }

    pub(crate) fn buffer(&mut self) -> Buffer {
        let mut terminal = Terminal::new(TestBackend::new(self.size.width, self.size.height)).unwrap();
        terminal.draw(|frame| self.app.draw(frame)).unwrap();
        terminal.backend().buffer().clone()
    }

    /// The screen as text, without blanks at the ends of lines.
    pub(crate) fn text(&mut self) -> String {
        let buffer = self.buffer();
        let width = usize::from(buffer.area.width);
        let rows = buffer.content.chunks(width);
        rows.map(|row| row.iter().map(ratatui::buffer::Cell::symbol).collect::<String>().trim_end().to_owned() + "\n")
            .collect()
    }
}

/// The answer of the hand-made world; none where a test has to give it.
fn answer(wish: &Wish, vault: Standing, form: fn(&str) -> Form) -> Option<Answer> {
    Some(match wish {
        Wish::Vault => Answer::Vault(vault),
        Wish::Glance(name) => Answer::Glance(Box::new(Ok(world::glance(name)))),
        Wish::Survey(name) => Answer::Survey(Box::new(Ok(world::survey(name)))),
        Wish::Form(name) => Answer::Form(Box::new(Ok(Form { vault, ..form(name) }))),
        Wish::Judge { field, value, .. } => Answer::Judged(Ok(match value {
            Some(value) => {
                let rule = Rule {
                    name: field.clone(),
                    title: field.clone(),
                    minimum: if field == "mlflow.password" { 12 } else { 0 },
                    pattern: None,
                    leftovers: vec!["your-secure-password".into()],
                    masked: field.ends_with("password") || field.ends_with("key"),
                };
                Some(Judge::default().judge("dev", &rule, value))
            }
            None if field == "pgsql.password" => Some(world::same_as_stg()),
            None => None,
        })),
        Wish::Generate { recipe, .. } => Answer::Generated(landfall::secret::generate(recipe.length)),
        Wish::Adopt { .. } => Answer::Adopted(Ok(())),
        Wish::Save { .. } => Answer::Saved(Ok(())),
        Wish::SetValue { .. } => Answer::ValueSet(Ok(())),
        Wish::Checklist(_) => Answer::Listed(Ok(Checklist { items: world::checklist(), moving: false })),
        Wish::Stop(_) | Wish::Copy(_) | Wish::Redraw | Wish::Suspend => Answer::Done,
        Wish::Unlock(_)
        | Wish::Reveal { .. }
        | Wish::Check { .. }
        | Wish::Mend { .. }
        | Wish::Compare(_)
        | Wish::Rotation { .. }
        | Wish::Rotate { .. }
        | Wish::RotateBack { .. }
        | Wish::NextValue { .. }
        | Wish::Prepare { .. }
        | Wish::Apply(_)
        | Wish::Watch { .. }
        | Wish::Follow { .. }
        | Wish::Ways { .. }
        | Wish::Retry(_)
        | Wish::Evidence(_)
        | Wish::SignIn { .. }
        | Wish::Quit(_) => return None,
    })
}
