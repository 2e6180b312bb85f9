//! Credentials that are read where they rest: at use, and at no other time.

use futures::future::try_join_all;
use jiff::Timestamp;

use super::Session;
use crate::document::suggest;
use crate::failure::{Failure, Kind, Result};
use crate::project::{Project, Reference, References, Source};
use crate::secret::{Credential, Credentials, Fetch, note_variable};

/// Notes which variables of the environment hold credentials: no program that is started sees them.
pub(super) fn note_variables(project: &Project) {
    let references = project.environments.iter().flat_map(|environment| environment.references.values());
    for reference in references {
        match &reference.source {
            Source::Variable(name) => note_variable(name),
            Source::Program(_) | Source::Input | Source::Descriptor(_) => {}
        }
    }
}

impl Session {
    /// The references of an environment.
    ///
    /// # Errors
    /// There is no such environment, or one is for a credential that the module does not ask for.
    pub(super) fn references<'p>(&self, project: &'p Project, environment: &str) -> Result<&'p References> {
        let references = &project.environment(environment)?.references;
        for (name, reference) in references {
            if !self.fields().any(|field| field.name == *name) {
                let names: Vec<&str> = self.fields().map(|field| field.name.as_str()).collect();
                return Err(Failure::input(format!("the module asks for no credential `{name}`"))
                    .at(reference.place.clone())
                    .hint(suggest(name, &names)));
            }
        }
        Ok(references)
    }

    /// Where a credential of an environment is read from, in words, if it is not stored: "op read …".
    pub fn reference(&self, environment: &str, field: &str) -> Option<String> {
        let project = self.project();
        let environment = project.environment(environment).ok()?;
        environment.references.get(field).map(|reference| reference.source.words())
    }

    /// Reads what an environment refers to, all at once; the place of what cannot be read is told.
    ///
    /// # Errors
    /// One of them cannot be read.
    pub(super) async fn fetched(&self, project: &Project, environment: &str) -> Result<Credentials> {
        let references = self.references(project, environment)?;
        let reading = references.iter().map(async |(name, reference)| {
            let credential = self.fetch(project, name, reference).await?;
            Ok::<_, Failure>((name.clone(), credential))
        });
        Ok(try_join_all(reading).await?.into_iter().collect())
    }

    /// Reads one credential where it rests.
    pub(super) async fn fetch(&self, project: &Project, name: &str, reference: &Reference) -> Result<Credential> {
        let fetch = &self.inner.fetch;
        let read = match &reference.source {
            Source::Program(words) => fetch.program(words, &project.folder).await,
            Source::Variable(variable) => Fetch::variable(variable),
            Source::Input => fetch.input().await,
            Source::Descriptor(number) => fetch.descriptor(*number).await,
        };
        let value = read.map_err(|failure| {
            let what = format!("{name} cannot be read from {}", reference.source.words());
            Failure { what, place: Some(reference.place.clone()), ..failure }
        })?;
        let field = self.field(name)?;
        match crate::secret::Judge::refuses(&self.rule(field), &value) {
            Some(why) => Err(Failure::new(Kind::Input, format!("{name} cannot be used"))
                .at(reference.place.clone())
                .because(format!("what {} gives is not of the form asked for: {why}", reference.source.words()))),
            None => Ok(Credential::new(value, Timestamp::now())),
        }
    }
}
