//! The loop: waits for the terminal, for answers and for time; drains what waits, then draws once if anything changed.

use std::time::Duration;

use crossterm::event::EventStream;
use futures::{FutureExt, StreamExt};
use jiff::Timestamp;
use tokio::sync::mpsc;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep_until};

use super::effect::{Answer, Effect, Question, Wish};
use super::msg::Msg;
use super::perform::Performer;
use super::terminal::{self, Guard};
use super::{App, ColorMode, Options, input};
use crate::deploy::Session;
use crate::failure::{Failure, Kind, Result};

/// How many answers and events may wait.
const WAITING: usize = 1024;
/// Drawn at most this often for what happens elsewhere.
const FRAME: Duration = Duration::from_millis(16);
/// Drawn at most this often for what a person does: at once, unless keys or the wheel pour in.
const ANSWER: Duration = Duration::from_millis(4);
/// How long after the end of a plugin the Ctrl-C that ended it may still arrive.
const MOMENT: Duration = Duration::from_millis(50);
/// How long a credential plugin may take to end after Ctrl-C.
const GRACE: Duration = Duration::from_secs(2);
/// One phase of what moves.
const TICK: Duration = Duration::from_millis(250);

/// Runs the terminal program until somebody leaves it; gives the exit code.
///
/// # Errors
/// When there is no terminal, or it does not let itself be taken.
pub async fn run(session: Session, options: Options) -> Result<u8> {
    if !terminal::is_there() {
        return Err(Failure::input("the screens need a terminal")
            .because("standard input or output is not one")
            .hint("use plan, apply, status or watch: they work without a screen"));
    }
    let options = resolved(options, |name| std::env::var(name).ok());
    let mut guard = Guard::take(options.mouse)?;
    let size = guard.terminal().size().unwrap_or_default();
    let app = App::new(&session, options, size)?;
    let (answers, received) = mpsc::channel(WAITING);
    let performer = Performer::new(session.clone(), answers);
    let mut running = Running { app, guard, performer, session, signing: None, code: None };
    running.go(received).await
}

/// What the environment says of colours and signs.
fn resolved(options: Options, variable: impl Fn(&str) -> Option<String>) -> Options {
    let set = |name: &str| variable(name).filter(|value| !value.is_empty());
    let color = match options.color {
        ColorMode::Auto if set("NO_COLOR").is_some() || set("TERM").as_deref() == Some("dumb") => ColorMode::Never,
        color @ (ColorMode::Auto | ColorMode::Always | ColorMode::Never) => color,
    };
    let locale = set("LC_ALL").or_else(|| set("LC_CTYPE")).or_else(|| set("LANG")).unwrap_or_default().to_lowercase();
    let utf8 = cfg!(windows) || locale.contains("utf-8") || locale.contains("utf8");
    Options { color, ascii: options.ascii || !utf8, ..options }
}

/// The earlier of what is due already and the next moment.
fn sooner(due: Option<Instant>, next: Instant) -> Instant {
    due.map_or(next, |due| due.min(next))
}

struct Running {
    app: App,
    guard: Guard,
    performer: Performer,
    session: Session,
    /// A sign-in that has yet to be made: it wants the terminal for itself.
    signing: Option<(Question, String, String)>,
    code: Option<u8>,
}

impl Running {
    async fn go(&mut self, mut received: mpsc::Receiver<Msg>) -> Result<u8> {
        let mut terminal = EventStream::new();
        let mut ends = Ends::new()?;
        let mut tick = interval(TICK);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        self.handle(Msg::Tick(Timestamp::now()))?;
        let first = self.app.start();
        // A picture before the first question: its answers want the processor, too.
        self.draw()?;
        for effect in first {
            self.effect(effect)?;
        }
        let mut due: Option<Instant> = None;
        let mut drawn = Instant::now();
        let mut second = 0;
        loop {
            tokio::select! {
                event = terminal.next() => match event {
                    Some(Ok(event)) => if self.input(event)? {
                        due = Some(sooner(due, drawn + ANSWER));
                    },
                    // The terminal is gone; so is the person.
                    Some(Err(_)) | None => return Ok(130),
                },
                Some(msg) = received.recv() => {
                    self.handle(Msg::Tick(Timestamp::now()))?;
                    self.handle(msg)?;
                    while let Ok(msg) = received.try_recv() {
                        self.handle(msg)?;
                    }
                    due = Some(sooner(due, drawn + FRAME));
                }
                _ = tick.tick() => {
                    let now = Timestamp::now();
                    self.handle(Msg::Tick(now))?;
                    // Ages move once a second; spinners with every tick, but only while something is in motion.
                    if self.app.state().is_moving() || second != now.as_second() {
                        due = Some(sooner(due, drawn + FRAME));
                    }
                    second = now.as_second();
                }
                () = sleep_until(due.unwrap_or(drawn)), if due.is_some() => {}
                _ = ends.next() => self.handle(Msg::Terminate)?,
                failure = terminal::broken() => return Err(failure),
            }
            if let Some((question, environment, words)) = self.signing.take() {
                // Two readers of one terminal would each get half of what is typed.
                drop(terminal);
                let answer = self.sign_in(&environment, &words, &mut ends).await?;
                terminal = EventStream::new();
                // The end of the stream before wakes the first look of this one, which would then miss a key.
                let early = terminal.next().now_or_never().flatten();
                self.handle(Msg::Tick(Timestamp::now()))?;
                self.handle(Msg::Answer(question, Answer::SignedIn(answer)))?;
                if let Some(Ok(event)) = early {
                    self.input(event)?;
                }
                due = Some(Instant::now());
            }
            if let Some(code) = self.code {
                return Ok(code);
            }
            if due.is_some_and(|due| due <= Instant::now()) {
                self.draw()?;
                drawn = Instant::now();
                due = None;
            }
        }
    }

    /// Lends the terminal to a credential plugin. Ctrl-C reaches the plugin, too; one that goes on all the same is ended.
    async fn sign_in(&mut self, environment: &str, words: &str, ends: &mut Ends) -> Result<Result<()>> {
        self.guard.lend(words);
        let stopped = || Failure::new(Kind::Stopped, "the sign-in was stopped").hint("Enter begins it again");
        let mut asking = Box::pin(self.session.sign_in(environment));
        let answer = tokio::select! {
            // Ctrl-C ends the plugin, too: what it says then is no answer.
            biased;
            end = ends.next() => {
                if matches!(end, End::Interrupt) {
                    drop(tokio::time::timeout(GRACE, asking).await);
                }
                Err(end)
            }
            failure = terminal::broken() => return Err(failure),
            answer = &mut asking => Ok(answer),
        };
        let answer = match answer {
            // That a plugin was ended may be noticed before the Ctrl-C that ended it.
            Ok(Err(failure)) => tokio::time::timeout(MOMENT, ends.next()).await.map_or(Ok(Err(failure)), Err),
            answer => answer,
        };
        let answer = answer.unwrap_or_else(|end| {
            if matches!(end, End::Terminate) {
                self.code = Some(130);
            }
            Err(stopped())
        });
        ends.forget_interrupts()?;
        if self.code.is_none() {
            self.guard.take_again()?;
        }
        Ok(answer)
    }

    fn draw(&mut self) -> Result<()> {
        let app = &mut self.app;
        self.guard.draw(|frame| app.draw(frame))
    }

    fn input(&mut self, event: crossterm::event::Event) -> Result<bool> {
        let Some(msg) = input::message(event) else { return Ok(false) };
        self.handle(Msg::Tick(Timestamp::now()))?;
        self.handle(msg)?;
        Ok(true)
    }

    fn handle(&mut self, msg: Msg) -> Result<()> {
        self.app.handle(msg).into_iter().try_for_each(|effect| self.effect(effect))
    }

    /// What touches the terminal is done here, everything else elsewhere.
    fn effect(&mut self, effect: Effect) -> Result<()> {
        match &effect.wish {
            Wish::Quit(code) => self.code = Some(*code),
            Wish::Copy(text) => self.guard.copy(text),
            Wish::Redraw => self.guard.forget(),
            Wish::Suspend => self.guard.suspend()?,
            Wish::SignIn { environment, words } => {
                self.signing = Some((effect.question, environment.clone(), words.clone()));
            }
            Wish::Vault
            | Wish::Unlock(_)
            | Wish::Glance(_)
            | Wish::Survey(_)
            | Wish::Form(_)
            | Wish::Judge { .. }
            | Wish::Reveal { .. }
            | Wish::Generate { .. }
            | Wish::Compare(_)
            | Wish::Adopt { .. }
            | Wish::Rotation { .. }
            | Wish::Rotate { .. }
            | Wish::RotateBack { .. }
            | Wish::NextValue { .. }
            | Wish::Save { .. }
            | Wish::SetValue { .. }
            | Wish::Checklist(_)
            | Wish::Check { .. }
            | Wish::Mend { .. }
            | Wish::Prepare { .. }
            | Wish::Apply(_)
            | Wish::Watch { .. }
            | Wish::Stop(_)
            | Wish::Follow { .. }
            | Wish::Ways { .. }
            | Wish::Retry(_)
            | Wish::Evidence(_) => self.performer.perform(effect),
        }
        Ok(())
    }
}

/// What a signal asks for.
enum End {
    /// Ctrl-C where it is no key: while the terminal is lent, or when somebody else sends it.
    Interrupt,
    /// The end.
    Terminate,
}

#[cfg(unix)]
fn listen(kind: tokio::signal::unix::SignalKind) -> Result<tokio::signal::unix::Signal> {
    tokio::signal::unix::signal(kind)
        .map_err(|error| Failure::input("signals cannot be listened to").because(error.to_string()))
}

/// The signals that ask to end.
#[cfg(unix)]
struct Ends {
    terminate: tokio::signal::unix::Signal,
    hangup: tokio::signal::unix::Signal,
    interrupt: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Ends {
    fn new() -> Result<Self> {
        use tokio::signal::unix::SignalKind;
        Ok(Self {
            terminate: listen(SignalKind::terminate())?,
            hangup: listen(SignalKind::hangup())?,
            interrupt: listen(SignalKind::interrupt())?,
        })
    }

    /// What was meant for somebody else is no end of ours.
    fn forget_interrupts(&mut self) -> Result<()> {
        self.interrupt = listen(tokio::signal::unix::SignalKind::interrupt())?;
        Ok(())
    }

    async fn next(&mut self) -> End {
        tokio::select! {
            _ = self.terminate.recv() => End::Terminate,
            _ = self.hangup.recv() => End::Terminate,
            _ = self.interrupt.recv() => End::Interrupt,
        }
    }
}

/// Windows ends programs without asking.
#[cfg(not(unix))]
struct Ends;

#[cfg(not(unix))]
impl Ends {
    fn new() -> Result<Self> {
        Ok(Self)
    }

    async fn next(&mut self) -> End {
        std::future::pending().await
    }

    fn forget_interrupts(&mut self) -> Result<()> {
        Ok(())
    }
}
