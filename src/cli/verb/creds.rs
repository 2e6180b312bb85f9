//! `landfall creds`: the credentials of an environment. Values come from a prompt or standard input, never from an
//! argument, and are never printed.

use super::begin::vault_not_ready;
use super::sync;
use crate::cli::args::{Creds, Fields};
use crate::cli::ask;
use crate::cli::report::{Listed, Report, advice};
use crate::deploy::{Entry, FormField, Session};
use crate::failure::{Failure, Kind, Result};
use crate::secret::{Health, Secret, VaultKind, variable};

pub(super) async fn run(session: &Session, asked: &Creds, demo: bool, report: Report) -> Result<u8> {
    match asked {
        Creds::List(_) | Creds::Status(_) => {}
        Creds::Pull(pull) => {
            session.project().environment(&pull.fields.environment)?;
            keeps(session, &pull.fields.environment, demo).await?;
        }
        Creds::Set(fields) | Creds::Generate(fields) | Creds::Rm(fields) => {
            session.project().environment(&fields.environment)?;
            keeps(session, &fields.environment, demo).await?;
        }
    }
    match asked {
        Creds::List(several) => {
            let names =
                if several.environments.is_empty() { session.environments() } else { several.environments.clone() };
            let mut forms = Vec::new();
            for name in &names {
                let there = sync::glance(session, name).await?;
                let (form, said) = (session.form(name).await?, opinions(session, name).await?);
                forms.push(Listed { form, said, there });
            }
            report.credentials(&forms);
        }
        Creds::Status(status) => return sync::status(session, status, report).await,
        Creds::Pull(pull) => sync::pull(session, pull, report).await?,
        Creds::Set(fields) => set(session, fields, report).await?,
        Creds::Generate(fields) => {
            let made = session.generate(&fields.environment, &fields.fields).await?;
            if made.is_empty() {
                report.nothing("made", &fields.environment, "everything that can be made is stored already");
            } else {
                report.done("made", &fields.environment, &made);
            }
        }
        Creds::Rm(fields) => {
            if fields.fields.is_empty() {
                return Err(Failure::input("which credentials should be removed?")
                    .hint(format!("name them: landfall creds rm {} pgsql.password", fields.environment)));
            }
            let stored = stored(session, &fields.environment).await?;
            session.forget(&fields.environment, &fields.fields).await?;
            let removed: Vec<_> = fields.fields.iter().filter(|name| stored.contains(name)).cloned().collect();
            if removed.is_empty() {
                report.nothing("removed", &fields.environment, "nothing was removed: these were not stored");
            } else {
                report.done("removed", &fields.environment, &removed);
            }
        }
    }
    session.settle().await?;
    Ok(0)
}

/// Whether the vault keeps what it is given; said before anything is asked or made.
pub(super) async fn keeps(session: &Session, environment: &str, demo: bool) -> Result<()> {
    let standing = session.vault().await;
    if !matches!(standing.health, Health::Ready) {
        return Err(vault_not_ready(&standing));
    }
    let failure = |what: &str| {
        Failure::new(Kind::Vault, what).hint("use a vault that keeps credentials: --vault keyring or file")
    };
    match standing.kind {
        VaultKind::Keyring | VaultKind::File => Ok(()),
        VaultKind::Memory if demo => {
            advice("demo: what is stored is forgotten when this command ends");
            Ok(())
        }
        VaultKind::Memory => Err(failure("memory is wiped when this command ends, so nothing would be kept")),
        VaultKind::Environ => Err(failure("credentials in the process environment cannot be changed from here")
            .hint(format!("or set them before the start: {}", variable(Some(environment), "pgsql.password")))),
        VaultKind::Stdin => {
            Err(failure("credentials from standard input cannot be changed from here")
                .hint("or change what is piped in"))
        }
    }
}

/// The credentials an environment has.
async fn stored(session: &Session, environment: &str) -> Result<Vec<String>> {
    let form = session.form(environment).await?;
    let fields = form.groups.iter().flat_map(|group| &group.fields);
    Ok(fields.filter(|field| field.stored.is_some()).map(|field| field.name.clone()).collect())
}

/// What is said about each stored value, by field.
async fn opinions(session: &Session, environment: &str) -> Result<Vec<(String, String)>> {
    let form = session.form(environment).await?;
    let mut said = Vec::new();
    for field in form.groups.iter().flat_map(|group| &group.fields).filter(|field| field.stored.is_some()) {
        if let Some(value) = session.reveal(environment, &field.name).await?
            && let Some(opinion) = session.judge(environment, &field.name, &value)
        {
            said.push((field.name.clone(), opinion.words));
        }
    }
    Ok(said)
}

async fn set(session: &Session, asked: &Fields, report: Report) -> Result<()> {
    let environment = &asked.environment;
    let form = session.form(environment).await?;
    let fields = || form.groups.iter().flat_map(|group| &group.fields);
    let find = |name: &String| {
        fields().find(|field| field.name == *name).ok_or_else(|| {
            let names: Vec<_> = fields().map(|field| field.name.as_str()).collect();
            Failure::input(format!("the module asks for no credential {name:?}"))
                .hint(format!("it asks for: {}", names.join(", ")))
        })
    };
    let chosen: Vec<&FormField> = if asked.fields.is_empty() {
        fields().filter(|field| !field.unasked && field.stored.is_none() && field.from.is_none()).collect()
    } else {
        asked.fields.iter().map(find).collect::<Result<_>>()?
    };
    if let Some(field) = chosen.iter().find(|field| field.from.is_some()) {
        // Before anything is typed: this says where it comes from instead.
        let entry = Entry { field: field.name.clone(), value: Secret::new("") };
        return session.save(environment, vec![entry]).await;
    }
    if !ask::is_there() {
        let [field] = chosen.as_slice() else {
            return Err(one_at_a_time(environment, &chosen));
        };
        let value = ask::piped()?;
        if value.is_empty() {
            return Err(Failure::input("standard input is empty, nothing was changed")
                .hint(format!("to remove a value: landfall creds rm {environment} {}", field.name)));
        }
        return keep(session, environment, Entry { field: field.name.clone(), value }, report).await;
    }
    let mut kept = false;
    for field in chosen {
        if let Some(value) = prompt(session, environment, field)? {
            // Stored at once, so that nothing typed is lost when somebody stops half-way.
            keep(session, environment, Entry { field: field.name.clone(), value }, report).await?;
            kept = true;
        }
    }
    if !kept {
        report.nothing("set", environment, "nothing was entered, nothing was changed");
    }
    Ok(())
}

async fn keep(session: &Session, environment: &str, entry: Entry, report: Report) -> Result<()> {
    let name = entry.field.clone();
    session.save(environment, vec![entry]).await?;
    session.settle().await?;
    report.done("set", environment, &[name]);
    Ok(())
}

fn one_at_a_time(environment: &str, chosen: &[&FormField]) -> Failure {
    Failure::input("without a terminal one credential at a time is read from standard input").hint(
        match chosen.first() {
            Some(field) => format!("landfall creds set {environment} {} < FILE", field.name),
            None => format!("all are set; name the one to change: landfall creds set {environment} FIELD < FILE"),
        },
    )
}

/// Asks until the value may be used; an empty answer leaves the field as it is.
fn prompt(session: &Session, environment: &str, field: &FormField) -> Result<Option<Secret>> {
    let question = format!("{environment} {} ({})", field.name, field.title);
    loop {
        let value = if field.masked {
            ask::secret(&question)?
        } else {
            let answer = ask::line(&question, field.text.as_deref().unwrap_or_default())?;
            (!answer.is_empty()).then(|| Secret::new(answer))
        };
        let Some(value) = value else { return Ok(None) };
        match session.judge(environment, &field.name, &value) {
            Some(opinion) if opinion.blocks => ask::remark(&opinion.advice),
            Some(opinion) if opinion.warns => {
                ask::remark(&opinion.advice);
                if ask::yes("Use it all the same?")? {
                    return Ok(Some(value));
                }
            }
            Some(_) | None => return Ok(Some(value)),
        }
    }
}
