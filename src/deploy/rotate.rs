//! Rotation: a new value for a credential that others know too, one step after the other, with the old one kept until
//! the new one is proved.
//!
//! Where a rotation stands is written beside the values in the vault before and after everything that cannot be undone.
//! Whoever calls asks [`Session::rotate`] again and again, and does what it asks for in between: a run that ended in any
//! way whatever goes on where it was.

use jiff::Timestamp;

use super::Session;
use super::system::{Reached, System};
use crate::failure::{Failure, Kind, Result};
use crate::module::{CredentialField, Rotation, Turning};
use crate::project::{Environment, Project};
use crate::secret::{Credential, Credentials, Judge, Secret, Stage, Turn, generate};

/// What is said to a rotation when it goes on.
#[derive(Debug)]
pub enum Say {
    /// Go on.
    Go,
    /// The new value.
    Value(Secret),
    /// The system knows the new value: somebody made the change there.
    Changed,
}

/// What a rotation needs before it can go on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ask {
    /// The new value, since it cannot be made here.
    Value(Instruction),
    /// Somebody has to make the change at the system.
    Change(Instruction),
    /// The environment has to be applied and become ready.
    Apply,
    /// Nothing: it is over, the previous value is dropped.
    Done(Proof),
}

/// What proved the new value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    /// A login from this machine.
    Login,
    /// What reads it became ready with it.
    Rollout,
    /// Nothing could: the next use will show it.
    Nothing,
}

impl Proof {
    /// One word for programs.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Login => "login",
            Self::Rollout => "rollout",
            Self::Nothing => "none",
        }
    }
}

/// What somebody has to do at a system; it holds no secret value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Instruction {
    /// The credential.
    pub field: String,
    /// The system: "PostgreSQL".
    pub system: String,
    /// Why landfall does not do it itself, as one clause, where it could.
    pub why: Option<String>,
    /// What to do, and where.
    pub say: String,
    /// Statements or commands, as they are.
    pub lines: Vec<String>,
    /// Whether the new value itself has to be given to the system.
    pub needs_value: bool,
}

/// A rotation under way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnderWay {
    /// The credential.
    pub field: String,
    /// How far it is; none when it has not begun.
    pub stage: Option<Stage>,
    /// When it began.
    pub begun: Option<Timestamp>,
}

/// How a rotation reaches systems, and where the new value comes from.
#[derive(Debug, Clone, Default)]
pub struct Way {
    /// Another address of the system, such as a forwarded port: `localhost:5432`.
    pub at: Option<String>,
    /// Whether the new value is given and not made.
    pub typed: bool,
}

/// What is known of the system before it is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Knows {
    /// The value was made just now: it cannot know it.
    Nothing,
    /// An earlier try may have come through.
    Maybe,
    /// Somebody says that it knows it.
    Told,
}

/// A credential in the middle of it.
pub(super) struct Case<'a> {
    pub(super) project: &'a Project,
    pub(super) environment: &'a Environment,
    pub(super) field: &'a CredentialField,
    pub(super) credential: Credential,
    pub(super) all: Credentials,
}

impl Session {
    /// The rotations that are under way in an environment, in the order of the module's schema.
    ///
    /// # Errors
    /// The vault is not ready, or there is no such environment.
    pub async fn rotations(&self, environment: &str) -> Result<Vec<UnderWay>> {
        let project = self.project();
        project.environment(environment)?;
        let stored = self.gather(&project, environment).await?;
        let turning = self.fields().filter_map(|field| {
            let turn = stored.get(&field.name)?.turn.as_ref().filter(|turn| turn.environment == environment)?;
            Some(UnderWay { field: field.name.clone(), stage: Some(turn.stage), begun: Some(turn.begun) })
        });
        Ok(turning.collect())
    }

    /// Where the rotation of a credential stands.
    ///
    /// # Errors
    /// It is none that can be rotated, or the vault is not ready.
    pub async fn rotation(&self, environment: &str, field: &str) -> Result<UnderWay> {
        self.may_rotate(field)?;
        let under_way = self.rotations(environment).await?.into_iter().find(|turn| turn.field == field);
        Ok(under_way.unwrap_or_else(|| UnderWay { field: field.to_owned(), stage: None, begun: None }))
    }

    /// The new value of a rotation, for whoever has to give it to the system behind; none when none is under way.
    ///
    /// # Errors
    /// The vault is not ready, or there is no such environment.
    pub async fn next_value(&self, environment: &str, field: &str) -> Result<Option<Secret>> {
        self.field(field)?;
        let stored = self.gather(&self.project(), environment).await?;
        let Some(credential) = stored.get(field) else { return Ok(None) };
        Ok(credential
            .turn
            .as_ref()
            .map(|turn| if turn.is_changed() { &credential.value } else { &turn.other })
            .cloned())
    }

    /// Takes a rotation as far as it goes without anybody, beginning it if there is none.
    ///
    /// # Errors
    /// It is none that can be rotated, the vault does not take it, or the system refuses: everything stays as it is then
    /// and the previous value is kept.
    pub async fn rotate(&self, environment: &str, field: &str, say: Say, way: &Way) -> Result<Ask> {
        self.may_rotate(field)?;
        let project = self.project();
        let environment = project.environment(environment)?;
        let mut case = self.case(&project, environment, field).await?;
        let mut knows = if matches!(say, Say::Changed) { Knows::Told } else { Knows::Maybe };
        if case.credential.turn.is_none() {
            let system = self.system(&case, &case.credential.value)?;
            let next = match say {
                Say::Value(next) => next,
                Say::Go | Say::Changed => match case.field.recipe.filter(|_| !way.typed) {
                    Some(recipe) => generate(recipe.length)?,
                    None => return Ok(Ask::Value(system.asks_value(&case.field.name))),
                },
            };
            self.begin_turn(&case, next).await?;
            case = self.case(&project, environment, field).await?;
            knows = Knows::Nothing;
        }
        self.step(case, knows, way).await
    }

    /// Gives a rotation up: where the system knew nothing of it yet the new value is dropped, else the previous one
    /// becomes the value again. Returns whether the latter was the case, so that the system has to be changed back.
    ///
    /// # Errors
    /// There is none, or the vault does not take it.
    pub async fn rotate_back(&self, environment: &str, field: &str) -> Result<bool> {
        let project = self.project();
        let environment = project.environment(environment)?;
        let case = self.case(&project, environment, field).await?;
        let turn = case.credential.turn.as_ref();
        let turn = turn.ok_or_else(|| Failure::input(format!("no rotation of {field} is under way")))?;
        let changed = turn.is_changed();
        self.amend_turn(&case, |credential| {
            if let Some(turn) = credential.turn.take()
                && turn.is_changed()
            {
                credential.value = turn.other;
                credential.set = Timestamp::now();
            }
        })
        .await?;
        Ok(changed)
    }

    async fn step(&self, case: Case<'_>, knows: Knows, way: &Way) -> Result<Ask> {
        let Some(turn) = case.credential.turn.clone() else { return Err(gone(&case.field.name)) };
        match turn.stage {
            Stage::Made => {
                let system = self.system(&case, &turn.other)?;
                match system.change(&case, &turn.other, knows, way).await? {
                    Reached::Asks(instruction) => Ok(Ask::Change(instruction)),
                    Reached::Done => {
                        self.amend_turn(&case, |credential| {
                            if let Some(turn) = credential.turn.as_mut().filter(|turn| turn.stage == Stage::Made) {
                                std::mem::swap(&mut credential.value, &mut turn.other);
                                credential.set = Timestamp::now();
                                turn.stage = Stage::Changed;
                            }
                        })
                        .await?;
                        Ok(Ask::Apply)
                    }
                }
            }
            Stage::Changed | Stage::Applied => Ok(Ask::Apply),
            Stage::Restarted => {
                // From here on the value is the new one, and the system is asked whether it takes it.
                let system = self.system(&case, &case.credential.value)?;
                let proof = match system.prove(&case, way).await? {
                    Some(proof) => proof,
                    None if self.is_read(&case)? => Proof::Rollout,
                    None => Proof::Nothing,
                };
                self.amend_turn(&case, |credential| credential.turn = None).await?;
                Ok(Ask::Done(proof))
            }
        }
    }

    fn may_rotate(&self, name: &str) -> Result<()> {
        let field = self.field(name)?;
        let no = |why: &str| Err(Failure::input(format!("{name} cannot be rotated")).because(why));
        if field.keep {
            return no("it must never change: what was written with it could not be read any more");
        }
        if !field.masked {
            return no("it is not secret; enter another one and apply");
        }
        if !self.inner.module.rotates(name) {
            return no("the module does not say how it is changed where it is known");
        }
        Ok(())
    }

    async fn case<'a>(&'a self, project: &'a Project, environment: &'a Environment, field: &str) -> Result<Case<'a>> {
        let field = self.field(field)?;
        if !self.vault().await.writable {
            return Err(Failure::new(Kind::Vault, "a rotation needs a vault that keeps values")
                .because("the old and the new one have to be kept until the new one is proved")
                .hint("use a vault that takes values, such as --vault keyring"));
        }
        let all = self.complete(project, &environment.name).await?;
        let credential = all.get(&field.name).cloned().ok_or_else(|| gone(&field.name))?;
        let elsewhere = credential.turn.as_ref().filter(|turn| turn.environment != environment.name);
        if let Some(turn) = elsewhere {
            let from = &turn.environment;
            return Err(Failure::new(Kind::Blocked, format!("{} is being rotated from {from}", field.name))
                .hint(format!("go on with it there: landfall rotate {from} {} --resume", field.name)));
        }
        Ok(Case { project, environment, field, credential, all })
    }

    async fn begin_turn(&self, case: &Case<'_>, next: Secret) -> Result<()> {
        let name = &case.field.name;
        if let Some(why) = Judge::refuses(&self.rule(case.field), &next) {
            return Err(Failure::input(format!("the new value of {name} cannot be used")).because(why));
        }
        if next.same(&case.credential.value) {
            return Err(Failure::input(format!("the new value of {name} is the one it has already")));
        }
        let from = case.environment.name.clone();
        self.amend_turn(case, move |credential| {
            credential.turn =
                Some(Turn { stage: Stage::Made, begun: Timestamp::now(), environment: from, other: next });
        })
        .await
    }

    /// Changes the credential of a case where it rests.
    async fn amend_turn(&self, case: &Case<'_>, with: impl FnOnce(&mut Credential) + Send + 'static) -> Result<()> {
        let place = (!case.field.shared).then_some(case.environment.name.as_str());
        let name = case.field.name.clone();
        let amend = move |credentials: &mut Credentials| {
            let Some(credential) = credentials.get_mut(&name) else { return false };
            with(credential);
            true
        };
        let all = self.inner.keeper.amend(&Self::item(case.project, place), amend).await?;
        if all.contains_key(&case.field.name) { Ok(()) } else { Err(gone(&case.field.name)) }
    }

    /// The system behind a credential, told with the value it knows and this other one.
    fn system(&self, case: &Case<'_>, next: &Secret) -> Result<System> {
        let module = &self.inner.module;
        let values = module.settle(case.project, &case.environment.name)?;
        let scene = module.scene(case.project, case.environment, &values, &case.all);
        let turning = Turning { current: &case.credential.value, next };
        let rotation: Option<Rotation> = module.rotation(&case.field.name, &scene, turning)?;
        let real = self.inner.source.is_real();
        rotation.map(|rotation| System::new(rotation, real)).ok_or_else(|| gone(&case.field.name))
    }

    /// Whether what is deployed reads the Secret that the credential stands in.
    fn is_read(&self, case: &Case<'_>) -> Result<bool> {
        let places = self.inner.module.places(case.project, case.environment)?;
        let Some(place) = places.into_iter().find(|place| place.field == case.field.name) else { return Ok(false) };
        let loads = self.desired(case.project, case.environment, &case.all, None)?;
        Ok(loads.iter().any(|load| super::desired::reads_secret(&load.object, &place.object.name)))
    }
}

fn gone(name: &str) -> Failure {
    Failure::new(Kind::Blocked, format!("{name} cannot be rotated")).because("the vault does not hold its value")
}
