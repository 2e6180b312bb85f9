//! Asking for credentials and handing them to the vault.

use jiff::Timestamp;

use super::{Entry, Form, FormField, FormGroup, Session};
use crate::failure::{Failure, Kind, Result};
use crate::module::{CredentialField, CredentialGroup};
use crate::project::{Project, Reference};
use crate::secret::{Credential, Credentials, Judge, Opinion, Secret, VaultKind, generate, variable};

impl Session {
    /// The credentials form of an environment. What is stored is noted by the judge, so that equal values are told.
    ///
    /// # Errors
    /// The vault is not ready, or there is no such environment.
    pub async fn form(&self, environment: &str) -> Result<Form> {
        let project = self.project();
        project.environment(environment)?;
        self.note_all(&project).await;
        let stored = self.gather(&project, environment).await?;
        let references = self.references(&project, environment)?;
        let others: Vec<String> =
            project.environments.iter().map(|e| e.name.clone()).filter(|name| name != environment).collect();
        let groups = self.inner.module.groups.iter().map(|group| FormGroup {
            title: group.title.clone(),
            shared_with: if group.shared { others.clone() } else { Vec::new() },
            fields: group
                .fields
                .iter()
                .map(|field| match references.get(&field.name) {
                    Some(reference) => FormField {
                        from: Some(reference.source.words()),
                        text: None,
                        rotates: false,
                        ..self.form_field(field, &stored)
                    },
                    None => self.form_field(field, &stored),
                })
                .collect(),
        });
        Ok(Form { environment: environment.to_owned(), groups: groups.collect(), vault: self.vault().await })
    }

    /// What may be said about a value for a field: quick enough for every key press.
    pub fn judge(&self, environment: &str, field: &str, value: &Secret) -> Option<Opinion> {
        let field = self.field(field).ok()?;
        let place = if field.shared { SHARED } else { environment };
        Some(self.inner.judge.judge(place, &self.rule(field), value))
    }

    /// The value of a field, to reveal it: what is stored, or what is read where it rests.
    ///
    /// # Errors
    /// The vault is not ready, there is no such field, or it cannot be read.
    pub async fn reveal(&self, environment: &str, field: &str) -> Result<Option<Secret>> {
        self.field(field)?;
        let project = self.project();
        if let Some(reference) = self.references(&project, environment)?.get(field) {
            return Ok(Some(self.fetch(&project, field, reference).await?.value));
        }
        let stored = self.gather(&project, environment).await?;
        Ok(stored.get(field).map(|credential| credential.value.clone()))
    }

    /// Stores what was entered, and makes what nobody is asked for. Defaults of fields that are not masked are stored
    /// too, so that what was seen is what is used.
    ///
    /// # Errors
    /// A value breaks the module's rules (nothing is stored then), or the vault does not take it.
    pub async fn save(&self, environment: &str, entries: Vec<Entry>) -> Result<()> {
        let project = self.project();
        project.environment(environment)?;
        let references = self.references(&project, environment)?;
        for entry in &entries {
            let field = self.field(&entry.field)?;
            if let Some(reference) = references.get(&field.name) {
                return Err(refers(environment, &field.name, reference));
            }
            if let Some(why) = Judge::refuses(&self.rule(field), &entry.value)
                && !entry.value.is_empty()
            {
                return Err(Failure::input(format!("{} cannot be used", field.name)).because(why));
            }
        }
        let stored = self.gather(&project, environment).await?;
        let (mut own, mut shared) = (Vec::new(), Vec::new());
        for field in self.fields() {
            let entered = entries.iter().find(|entry| entry.field == field.name).map(|entry| entry.value.clone());
            let value = match entered {
                Some(value) => Some(value),
                None if stored.contains_key(&field.name) || references.contains_key(&field.name) => None,
                None if field.unasked => Some(generate(field.recipe.map_or(crate::secret::LENGTH, |r| r.length))?),
                None => field.default.clone().map(Secret::new),
            };
            if let Some(value) = value {
                let list = if field.shared { &mut shared } else { &mut own };
                list.push((field.name.clone(), Some(value)));
            }
        }
        for (place, changes) in [(None, shared), (Some(environment), own)] {
            if !changes.is_empty() {
                self.inner.keeper.change(&Self::item(&project, place), changes).await?;
            }
        }
        self.note_all(&project).await;
        Ok(())
    }

    /// Removes stored values of an environment; shared ones too if they are named.
    ///
    /// # Errors
    /// The vault is not ready, or there is no such field.
    pub async fn forget(&self, environment: &str, names: &[String]) -> Result<()> {
        let project = self.project();
        project.environment(environment)?;
        let (mut own, mut shared) = (Vec::new(), Vec::new());
        for name in names {
            let field = self.field(name)?;
            let list = if field.shared { &mut shared } else { &mut own };
            list.push((field.name.clone(), None));
        }
        for (place, changes) in [(None, shared), (Some(environment), own)] {
            if !changes.is_empty() {
                self.inner.keeper.change(&Self::item(&project, place), changes).await?;
            }
        }
        Ok(())
    }

    /// The stored credentials of an environment, shared ones included, without those that are read where they rest.
    pub(super) async fn gather(&self, project: &Project, environment: &str) -> Result<Credentials> {
        let references = self.references(project, environment)?;
        let mut stored = self.inner.keeper.gather(&Self::item(project, Some(environment))).await?;
        stored.retain(|name, _| !references.contains_key(name));
        Ok(stored)
    }

    pub(super) fn fields(&self) -> impl Iterator<Item = &CredentialField> {
        self.inner.module.groups.iter().flat_map(|group: &CredentialGroup| &group.fields)
    }

    /// Tells the judge about every stored value, so that it can say where the same one stands.
    pub(super) async fn note_all(&self, project: &Project) {
        for environment in &project.environments {
            // An environment whose values cannot be read now is only not compared.
            let Ok(stored) = self.gather(project, &environment.name).await else { continue };
            for field in self.fields() {
                let place = if field.shared { SHARED } else { environment.name.as_str() };
                match stored.get(&field.name) {
                    Some(credential) => self.inner.judge.note(place, &self.rule(field), &credential.value),
                    None => self.inner.judge.forget(place, &field.name),
                }
            }
        }
    }

    /// The credentials as templates are filled with them: stored ones, and defaults where nothing is stored.
    ///
    /// # Errors
    /// The vault is not ready, or a credential is missing; said before anything is asked of a cluster.
    pub(super) async fn complete(&self, project: &Project, environment: &str) -> Result<Credentials> {
        // What has to be entered is said before a program is asked for anything.
        let stand_ins = self.stand_ins(project, environment).await?;
        let fetched = self.fetched(project, environment).await?;
        Ok(stand_ins.into_iter().chain(fetched).collect())
    }

    /// As [`Self::complete`], with stand-ins for what is read at use: nothing is read for an environment that is only
    /// compared with another.
    ///
    /// # Errors
    /// As [`Self::complete`].
    pub(super) async fn stand_ins(&self, project: &Project, environment: &str) -> Result<Credentials> {
        let mut given = self.gather(project, environment).await?;
        for name in self.references(project, environment)?.keys() {
            given.insert(name.clone(), Credential::new(Secret::new("read at use"), Timestamp::now()));
        }
        for field in self.fields() {
            if let (false, Some(default)) = (given.contains_key(&field.name), &field.default) {
                let credential = Credential::new(Secret::new(default.as_str()), Timestamp::now());
                given.insert(field.name.clone(), credential);
            }
        }
        let missing: Vec<&CredentialField> = self.fields().filter(|field| !given.contains_key(&field.name)).collect();
        if missing.is_empty() {
            return Ok(given);
        }
        let names: Vec<&str> = missing.iter().map(|field| field.name.as_str()).collect();
        let failure = Failure::new(Kind::Blocked, format!("{environment} has no value for {}", names.join(", ")));
        Err(match self.inner.keeper.kind() {
            VaultKind::Keyring | VaultKind::File => failure
                .hint(format!("enter them: landfall creds set {environment}"))
                .hint(format!("or make those nobody needs to know: landfall creds generate {environment}")),
            VaultKind::Environ => {
                let place = |field: &CredentialField| (!field.shared).then_some(environment);
                let variables: Vec<_> = missing.iter().map(|field| variable(place(field), &field.name)).collect();
                failure.hint(format!("set before the start: {}", variables.join(", ")))
            }
            VaultKind::Stdin => failure.hint(format!(
                "say them in the JSON object on standard input: {}",
                missing
                    .iter()
                    .map(|field| format!("{}.{}", if field.shared { SHARED } else { environment }, field.name))
                    .collect::<Vec<_>>()
                    .join(", ")
            )),
            VaultKind::Memory => failure
                .hint("memory is empty at every start: enter them on the screens, landfall --vault memory")
                .hint("or use a vault that is filled already: --vault keyring, file, env or stdin"),
        })
    }
}

fn refers(environment: &str, name: &str, reference: &Reference) -> Failure {
    Failure::input(format!("{name} of {environment} is not stored"))
        .at(reference.place.clone())
        .because(format!("it is read from {} at use", reference.source.words()))
        .hint("change it there, or take the reference out of landfall.yaml first")
}

/// Where the judge keeps what environments share.
const SHARED: &str = "shared";

impl Session {
    #[expect(clippy::disallowed_methods, reason = "a field that is not masked is shown: a user name")]
    fn form_field(&self, field: &CredentialField, stored: &Credentials) -> FormField {
        let found = stored.get(&field.name);
        FormField {
            name: field.name.clone(),
            title: field.title.clone(),
            help: field.help.clone(),
            masked: field.masked,
            text: match found {
                Some(credential) if !field.masked => Some(credential.value.open(str::to_owned)),
                Some(_) => None,
                None => field.default.clone(),
            },
            stored: found.map(|credential| credential.set),
            recipe: field.recipe,
            from: None,
            unasked: field.unasked,
            keep: field.keep,
            minimum: field.minimum,
            rotates: self.inner.module.rotates(&field.name),
        }
    }
}
