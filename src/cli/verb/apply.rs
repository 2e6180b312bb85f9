//! `landfall apply`: plan, confirm, apply, follow.

use tokio::sync::mpsc;

use super::adjust;
use crate::cli::args::Apply;
use crate::cli::ask;
use crate::cli::report::Report;
use crate::deploy::{Event, Payload, Session, Stop, blocked};
use crate::failure::{Failure, Kind, Result};
use crate::plan::{Consent, Plan, Target};

pub(super) async fn run(session: &Session, asked: &Apply, report: Report) -> Result<u8> {
    adjust(session, &asked.environment, &asked.settings)?;
    if asked.check && super::check::before(session, &asked.environment, report).await?.is_none() {
        return Ok(Kind::Stopped.exit_code());
    }
    let terms = Terms { yes: asked.yes, confirm: asked.confirm.as_deref(), take_over: asked.take_over };
    carry_out(session, &asked.environment, &terms, report).await
}

/// On which terms an environment is applied.
pub(super) struct Terms<'a> {
    /// Without asking.
    pub(super) yes: bool,
    /// The name of a protected environment.
    pub(super) confirm: Option<&'a str>,
    /// What others hold is taken.
    pub(super) take_over: bool,
}

/// Plans, confirms, applies and follows until it is well.
pub(super) async fn carry_out(session: &Session, environment: &str, asked: &Terms<'_>, report: Report) -> Result<u8> {
    let plan = session.prepare(environment, asked.take_over).await?;
    report.intention(&plan);
    if let Some(failure) = blocked(&plan) {
        return Err(failure);
    }
    if plan.has_conflicts() {
        return Err(Failure::new(Kind::Blocked, "others hold fields that this would change")
            .hint("take them with --take-over, or drop them from the module's values"));
    }
    let name = plan.target.environment.clone();
    if let Some(typed) = asked.confirm.filter(|typed| *typed != name) {
        return Err(Failure::new(Kind::Blocked, format!("--confirm says {typed:?}, and the environment is {name}"))
            .hint(format!("nothing was applied; to do it: --yes --confirm {name}")));
    }
    let consent = match (asked.confirm, asked.yes) {
        _ if plan.is_empty() => Consent::Named(name.clone()),
        (Some(typed), true) => Consent::Named(typed.to_owned()),
        (None, true) => Consent::Yes,
        (_, false) => consent(&plan)?,
    };
    let protected = plan.target.protected;
    let approved = plan.approve(&consent).map_err(|_| not_confirmed(&name, protected))?;
    let stop = Stop::new();
    let (events, listening) = mpsc::channel(256);
    let work = Box::pin(session.run(approved, events, stop.clone()));
    let Some(outcome) = report.follow(work, listening, stop).await else { return Ok(Kind::Stopped.exit_code()) };
    report.outcome(&outcome);
    Ok(outcome.end.exit_code())
}

/// In a demo `status` and `watch` start with the first environment applied.
pub(super) async fn first(session: &Session, demo: bool) -> Result<()> {
    let Some(environment) = session.environments().into_iter().next().filter(|_| demo) else { return Ok(()) };
    let plan = session.prepare(&environment, false).await?;
    let consent = Consent::Named(environment);
    let Ok(approved) = plan.approve(&consent) else { return Ok(()) };
    let (events, mut listening) = mpsc::channel::<Event>(256);
    let work = session.run(approved, events, Stop::new());
    let (_, ()) = tokio::join!(work, async { while listening.recv().await.is_some() {} });
    Ok(())
}

fn consent(plan: &Plan<Payload>) -> Result<Consent> {
    let Target { environment, context, server, namespace, protected, .. } = &plan.target;
    let place = format!("{environment} in context {context}, server {server}, namespace {namespace}");
    if !ask::is_there() {
        return Err(not_confirmed(environment, *protected));
    }
    if *protected {
        let typed = ask::line(&format!("Apply to {place}? It is protected: type {environment} to apply"), "")?;
        if typed != *environment {
            return Err(
                Failure::new(Kind::Stopped, "nothing was applied").because(format!("{environment} was not typed"))
            );
        }
        return Ok(Consent::Named(typed));
    }
    if ask::yes(&format!("Apply to {place}?"))? {
        Ok(Consent::Yes)
    } else {
        Err(Failure::new(Kind::Stopped, "nothing was applied").because("it was not confirmed"))
    }
}

/// Whether something is done in an environment: said as an option, or asked for.
///
/// # Errors
/// When it was not agreed to, or nobody is there to be asked.
pub(super) fn agreed(
    session: &Session,
    environment: &str,
    question: &str,
    (yes, confirm): (bool, Option<&str>),
) -> Result<Consent> {
    let protected = session.project().environment(environment)?.protected;
    match (confirm, yes) {
        (Some(typed), _) if typed != environment => {
            return Err(Failure::new(
                Kind::Blocked,
                format!("--confirm says {typed:?}, and the environment is {environment}"),
            ));
        }
        (Some(typed), true) => return Ok(Consent::Named(typed.to_owned())),
        (None, true) if !protected => return Ok(Consent::Yes),
        (_, _) => {}
    }
    if !ask::is_there() {
        let how = if protected { format!("--yes --confirm {environment}") } else { "--yes".to_owned() };
        return Err(Failure::new(Kind::Blocked, "it was not confirmed, nothing was done")
            .hint(format!("without a terminal it needs {how}")));
    }
    let nothing = || Failure::new(Kind::Stopped, "nothing was done").because("it was not confirmed");
    if protected {
        let typed = ask::line(&format!("{question}\n{environment} is protected: type its name to do it"), "")?;
        return if typed == environment { Ok(Consent::Named(typed)) } else { Err(nothing()) };
    }
    if ask::yes(question)? { Ok(Consent::Yes) } else { Err(nothing()) }
}

fn not_confirmed(environment: &str, protected: bool) -> Failure {
    let how = if protected { format!("--yes --confirm {environment}") } else { "--yes".to_owned() };
    Failure::new(Kind::Blocked, format!("{environment} was not confirmed, nothing was applied"))
        .hint(format!("without a terminal it needs {how}"))
}
