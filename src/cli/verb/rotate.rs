//! `landfall rotate`: new values for credentials that others know too, one question at a time.
//!
//! All of them are changed at their systems first and applied together, so that what reads them restarts once.

use std::fs::OpenOptions;
use std::io::Write;

use super::apply::{Terms, carry_out};
use super::creds::keeps;
use crate::cli::args::Rotate;
use crate::cli::ask;
use crate::cli::report::{Report, Turned, advice};
use crate::deploy::{Ask, Instruction, Proof, Say, Session, Way};
use crate::failure::{Failure, Kind, Result};
use crate::secret::Secret;

pub(super) async fn run(session: &Session, asked: &Rotate, demo: bool, report: Report) -> Result<u8> {
    let environment = &asked.fields.environment;
    session.project().environment(environment)?;
    keeps(session, environment, demo).await?;
    let fields = fields(session, asked).await?;
    if asked.back {
        return back(session, environment, &fields, report).await;
    }
    let way = Way { at: asked.at.clone(), typed: asked.typed };
    let mut run = Run { session, asked, way, report, done: Vec::new() };
    let mut waiting = false;
    for field in &fields {
        waiting |= run.go_on(field, true).await?;
    }
    if waiting {
        let terms = Terms { yes: asked.yes, confirm: asked.confirm.as_deref(), take_over: asked.take_over };
        let later = format!("the previous values are kept; go on with: landfall rotate {environment} --resume");
        let code = carry_out(session, environment, &terms, report).await.map_err(|failure| failure.hint(&later))?;
        if code != 0 {
            advice(&later);
            return Ok(code);
        }
        for field in
            fields.iter().filter(|field| !run.done.iter().any(|(done, _)| done == *field)).cloned().collect::<Vec<_>>()
        {
            if run.go_on(&field, false).await? {
                return Err(Failure::new(Kind::Failed, format!("{field} was not applied"))
                    .because("the plan did not hold its Secret")
                    .hint(format!("look at the plan: landfall plan {environment}, then --resume")));
            }
        }
    }
    session.settle().await?;
    report.rotated(environment, &run.done);
    Ok(0)
}

/// The credentials to rotate: those named, or with `--resume` and `--back` all that are under way.
async fn fields(session: &Session, asked: &Rotate) -> Result<Vec<String>> {
    let environment = &asked.fields.environment;
    let under_way = session.rotations(environment).await?;
    let goes_on = asked.resume || asked.back;
    if asked.fields.fields.is_empty() {
        if goes_on && !under_way.is_empty() {
            return Ok(under_way.into_iter().map(|turn| turn.field).collect());
        }
        let failure = Failure::input(if goes_on {
            format!("no rotation is under way in {environment}")
        } else {
            "which credentials should be rotated?".to_owned()
        });
        return Err(failure.hint(format!("name them: landfall rotate {environment} pgsql.password")));
    }
    for field in &asked.fields.fields {
        let turn = session.rotation(environment, field).await?;
        match (turn.stage, goes_on) {
            (Some(stage), false) => {
                return Err(Failure::new(Kind::Blocked, format!("{field} of {environment} is being rotated already"))
                    .because(stage.to_string())
                    .hint(format!("go on: landfall rotate {environment} {field} --resume"))
                    .hint(format!("or give up: landfall rotate {environment} {field} --back")));
            }
            (None, true) => {
                return Err(Failure::input(format!("no rotation of {field} is under way in {environment}"))
                    .hint(format!("begin one: landfall rotate {environment} {field}")));
            }
            (Some(_), true) | (None, false) => {}
        }
    }
    Ok(asked.fields.fields.clone())
}

async fn back(session: &Session, environment: &str, fields: &[String], report: Report) -> Result<u8> {
    for field in fields {
        if session.rotate_back(environment, field).await? {
            advice(&format!(
                "{field}: the previous value is the value again. Change it back where it is known, then: landfall apply {environment}"
            ));
        }
    }
    session.settle().await?;
    report.done("given up", environment, fields);
    Ok(0)
}

struct Run<'a> {
    session: &'a Session,
    asked: &'a Rotate,
    way: Way,
    report: Report,
    done: Vec<(String, Proof)>,
}

impl Run<'_> {
    /// Takes one as far as it goes; whether it waits for the environment to be applied.
    async fn go_on(&mut self, field: &str, first: bool) -> Result<bool> {
        let environment = &self.asked.fields.environment;
        let mut say = if self.asked.changed && self.asked.resume && first { Say::Changed } else { Say::Go };
        loop {
            let ask = self.session.rotate(environment, field, say, &self.way).await;
            if let Some(stage) = self.session.rotation(environment, field).await?.stage {
                self.report.turned(environment, &Turned { field, stage });
            }
            say = match ask? {
                Ask::Value(instruction) => Say::Value(self.value(&instruction)?),
                Ask::Change(instruction) => {
                    self.wait(&instruction).await?;
                    Say::Changed
                }
                Ask::Apply => return Ok(true),
                Ask::Done(proof) => {
                    self.done.push((field.to_owned(), proof));
                    return Ok(false);
                }
            };
        }
    }

    /// The new value, from the terminal or from standard input.
    fn value(&self, instruction: &Instruction) -> Result<Secret> {
        if !ask::is_there() {
            let value = ask::piped()?;
            if value.is_empty() {
                self.report.instruction(instruction);
                return Err(Failure::new(Kind::Blocked, format!("the new value of {} is needed", instruction.field))
                    .hint("pipe it in, or run this in a terminal"));
            }
            return Ok(value);
        }
        self.report.instruction(instruction);
        let question = format!("The new value of {}", instruction.field);
        ask::secret(&question)?
            .ok_or_else(|| Failure::new(Kind::Stopped, "nothing was rotated").because("no new value was given"))
    }

    /// Waits until somebody made the change at the system.
    async fn wait(&self, instruction: &Instruction) -> Result<()> {
        let (environment, field) = (&self.asked.fields.environment, &instruction.field);
        self.report.instruction(instruction);
        if instruction.needs_value {
            self.hand_over(field).await?;
        }
        if self.asked.changed && !self.asked.resume {
            return Ok(());
        }
        let waits =
            Failure::new(Kind::Blocked, format!("{} has to be told the new value of {field}", instruction.system))
                .hint(format!("then go on: landfall rotate {environment} {field} --resume --changed"));
        if !ask::is_there() {
            return Err(waits);
        }
        let answer = ask::line("Done? Press Enter when it is, or type n to go on later", "yes")?;
        if matches!(answer.as_str(), "yes" | "y") { Ok(()) } else { Err(waits) }
    }

    /// Writes the new value where somebody can take it from: a file descriptor of this process, and nowhere else.
    async fn hand_over(&self, field: &str) -> Result<()> {
        let environment = &self.asked.fields.environment;
        let Some(number) = self.asked.value_fd else {
            advice(&format!(
                "the new value is not shown; take it with --value-fd 3 3>FILE, or in the credentials screen of {environment}"
            ));
            return Ok(());
        };
        let Some(value) = self.session.next_value(environment, field).await? else { return Ok(()) };
        let failed = || {
            Failure::input(format!("the new value cannot be written to file descriptor {number}"))
                .hint("open it in the shell: --value-fd 3 3>FILE")
        };
        let mut file = OpenOptions::new().write(true).open(format!("/dev/fd/{number}")).map_err(|_| failed())?;
        #[expect(clippy::disallowed_methods, reason = "asked for: somebody gives the value to the system behind")]
        value.open(|value| file.write_all(value.as_bytes()).and_then(|()| file.write_all(b"\n"))).map_err(|_| failed())
    }
}
