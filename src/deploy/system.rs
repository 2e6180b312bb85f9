//! The system behind a credential: told another value, and asked whether it takes it, as the module describes.

use super::Proof;
use super::rotate::{Case, Instruction, Knows, Way};
use crate::failure::{Failure, Kind, Result};
use crate::module::{Change, Database, Knock, Rotation};
use crate::secret::Secret;
use crate::system::{Reply, Role, Sending, Web, send, statement};

/// The system behind a credential.
pub(super) struct System {
    rotation: Rotation,
    real: bool,
}

/// How far a change came.
pub(super) enum Reached {
    /// The system knows the new value.
    Done,
    /// Somebody has to make it.
    Asks(Instruction),
}

impl System {
    /// The system; where it is not real, only an address that somebody names is ever asked.
    pub(super) fn new(rotation: Rotation, real: bool) -> Self {
        Self { rotation, real }
    }

    /// What to do to get a new value from it.
    pub(super) fn asks_value(&self, field: &str) -> Instruction {
        match &self.rotation.change {
            Change::Manual { say, commands } => self.instruct(field, say, commands.clone()),
            Change::Postgres(_) | Change::Http(_) | Change::Nowhere { .. } => {
                self.instruct(field, "Give the new value.", Vec::new())
            }
        }
    }

    fn instruct(&self, field: &str, say: &str, lines: Vec<String>) -> Instruction {
        Instruction {
            field: field.to_owned(),
            system: self.rotation.system.clone(),
            why: None,
            say: say.to_owned(),
            lines,
            needs_value: false,
        }
    }

    /// Tells the system the new value, or says what somebody has to do. Whatever ended an earlier try, it is first asked
    /// whether it knows the new one already.
    pub(super) async fn change(&self, case: &Case<'_>, next: &Secret, knows: Knows, way: &Way) -> Result<Reached> {
        let field = &case.field.name;
        let fresh = knows == Knows::Nothing;
        if knows == Knows::Told {
            return Ok(Reached::Done);
        }
        match &self.rotation.change {
            Change::Nowhere { .. } => Ok(Reached::Done),
            // A value that came from there is known there.
            Change::Manual { .. } if case.field.recipe.is_none() => Ok(Reached::Done),
            Change::Manual { say, commands } => {
                let instruction = self.instruct(field, say, commands.clone());
                Ok(Reached::Asks(Instruction { needs_value: true, ..instruction }))
            }
            Change::Postgres(database) => {
                let role = role(database, way)?;
                if !fresh && self.login(&role, next, way).await == Reply::Yes {
                    return Ok(Reached::Done);
                }
                let say =
                    "Let a superuser of the database send this statement. It holds a verifier and not the password.";
                let lines = vec![format!("{};", statement(&role.name, next))];
                let asks = |why: String| Instruction { why: Some(why), ..self.instruct(field, say, lines) };
                let changed = match self.silent(way) {
                    Some(silent) => silent,
                    None => role.change(&case.credential.value, next).await,
                };
                match changed {
                    Reply::Yes => Ok(Reached::Done),
                    Reply::Refused => Ok(Reached::Asks(asks(format!(
                        "{} does not accept the current password",
                        self.rotation.system
                    )))),
                    Reply::Other(why) | Reply::Silent(why) => Ok(Reached::Asks(asks(why))),
                }
            }
            Change::Http(knock) => {
                if !fresh && self.knock_proof(way).await? == Some(Reply::Yes) {
                    return Ok(Reached::Done);
                }
                match self.send(knock, way).await? {
                    Reply::Yes => Ok(Reached::Done),
                    Reply::Refused => Err(self.refused_current(case)),
                    Reply::Silent(why) => {
                        let say = format!(
                            "Make it reachable and go on, or change the password in {} yourself: {} {}",
                            self.rotation.system, knock.method, knock.url
                        );
                        let instruction = self.instruct(field, &say, Vec::new());
                        Ok(Reached::Asks(Instruction { why: Some(why), needs_value: true, ..instruction }))
                    }
                    Reply::Other(why) => {
                        Err(Failure::new(Kind::Blocked, format!("{} did not change {field}", self.rotation.system))
                            .because(why)
                            .hint(format!("nothing has changed; go on with: {}", resume(case)))
                            .hint(format!("or give up: landfall rotate {} {field} --back", case.environment.name)))
                    }
                }
            }
        }
    }

    /// Proves a login with the new value; none where nobody can tell from this machine.
    pub(super) async fn prove(&self, case: &Case<'_>, way: &Way) -> Result<Option<Proof>> {
        let reply = match &self.rotation.change {
            Change::Postgres(database) => Some(self.login(&role(database, way)?, &case.credential.value, way).await),
            Change::Http(_) | Change::Manual { .. } | Change::Nowhere { .. } => self.knock_proof(way).await?,
        };
        match reply {
            Some(Reply::Yes) => Ok(Some(Proof::Login)),
            Some(Reply::Silent(_) | Reply::Other(_)) | None => Ok(None),
            Some(Reply::Refused) => {
                let name = &case.environment.name;
                let field = &case.field.name;
                Err(Failure::new(
                    Kind::Failed,
                    format!("{} does not accept the new value of {field}", self.rotation.system),
                )
                .because("a login with it was refused; the previous one is kept")
                .hint(format!("see that the change was made there, then: {}", resume(case)))
                .hint(format!("or go back to the previous one: landfall rotate {name} {field} --back")))
            }
        }
    }

    async fn knock_proof(&self, way: &Way) -> Result<Option<Reply>> {
        let Some(knock) = &self.rotation.proof else { return Ok(None) };
        self.send(knock, way).await.map(Some)
    }

    /// What a system that is not there says.
    fn silent(&self, way: &Way) -> Option<Reply> {
        let there = self.real || way.at.is_some();
        (!there).then(|| Reply::Silent("a demo cluster has no such system behind it".to_owned()))
    }

    async fn login(&self, role: &Role, password: &Secret, way: &Way) -> Reply {
        match self.silent(way) {
            Some(silent) => silent,
            None => role.login(password).await,
        }
    }

    async fn send(&self, knock: &Knock, way: &Way) -> Result<Reply> {
        Ok(match self.silent(way) {
            Some(silent) => silent,
            // Also on a demo cluster: an address that somebody names is one of this machine's network.
            None => send(&Web::real(), &sending(knock, way)?).await,
        })
    }

    fn refused_current(&self, case: &Case<'_>) -> Failure {
        let (name, field) = (&case.environment.name, &case.field.name);
        Failure::new(Kind::Blocked, format!("{} does not accept the current value of {field}", self.rotation.system))
            .because("it knows another one than the vault")
            .hint(format!("give the rotation up: landfall rotate {name} {field} --back"))
            .hint(format!("enter the one it knows: landfall creds set {name} {field}, then rotate"))
    }
}

fn resume(case: &Case<'_>) -> String {
    format!("landfall rotate {} {} --resume", case.environment.name, case.field.name)
}

/// The role, reached at another address if there is one.
fn role(database: &Database, way: &Way) -> Result<Role> {
    let role = Role {
        host: database.host.clone(),
        port: database.port,
        database: database.database.clone(),
        name: database.role.clone(),
        encryption: database.sslmode.parse()?,
    };
    let Some(at) = &way.at else { return Ok(role) };
    let (host, port) = at.rsplit_once(':').ok_or_else(|| no_address(at))?;
    let port = port.parse().map_err(|_| no_address(at))?;
    Ok(Role { host: host.trim_matches(['[', ']']).to_owned(), port, ..role })
}

/// The call, sent to another address if there is one.
fn sending(knock: &Knock, way: &Way) -> Result<Sending> {
    let mut url = knock.url.clone();
    if let Some(at) = &way.at {
        let moved = url.parse::<http::Uri>().ok().and_then(|uri| {
            let mut parts = uri.into_parts();
            parts.authority = Some(at.parse().ok()?);
            http::Uri::from_parts(parts).ok()
        });
        url = moved.ok_or_else(|| no_address(at))?.to_string();
    }
    Ok(Sending { method: knock.method.clone(), url, login: knock.login.clone(), body: knock.body.clone() })
}

fn no_address(at: &str) -> Failure {
    Failure::input(format!("{at:?} is no address")).hint("write it as HOST:PORT, such as localhost:5432")
}
