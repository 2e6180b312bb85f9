//! Credentials that nobody has to think of: made, made up, or taken over from a file.

use super::{Entry, Session};
use crate::failure::{Failure, Result};
use crate::secret::{LENGTH, Secret, generate};

impl Session {
    /// Makes values: for the credentials named, else for all that are missing and can be made. Returns their names.
    ///
    /// # Errors
    /// A named one cannot be made or must never change, or the vault does not take it.
    pub async fn generate(&self, environment: &str, names: &[String]) -> Result<Vec<String>> {
        let stored = self.gather(&self.project(), environment).await?;
        let mut entries = Vec::new();
        for name in names {
            let field = self.field(name)?;
            if field.recipe.is_none() {
                return Err(Failure::input(format!("{name} cannot be made up here"))
                    .because("another system has to know it")
                    .hint(format!("enter it: landfall creds set {environment} {name}")));
            }
            if field.keep && stored.contains_key(name) {
                return Err(Failure::input(format!("{name} must never change"))
                    .because("what was written with it could not be read any more"));
            }
        }
        for field in self.fields() {
            let missing = !stored.contains_key(&field.name) && self.reference(environment, &field.name).is_none();
            let wanted = if names.is_empty() { missing } else { names.contains(&field.name) };
            if let Some(recipe) = field.recipe.filter(|_| wanted) {
                entries.push(Entry { field: field.name.clone(), value: generate(recipe.length)? });
            }
        }
        let made = entries.iter().map(|entry| entry.field.clone()).collect();
        self.save(environment, entries).await?;
        Ok(made)
    }

    /// Makes up every credential that is missing, also those another system would have to know: for trying things out.
    ///
    /// # Errors
    /// The vault does not take them.
    pub async fn make_up(&self, environment: &str) -> Result<()> {
        let stored = self.gather(&self.project(), environment).await?;
        let mut entries = Vec::new();
        for field in self.fields().filter(|field| !stored.contains_key(&field.name) && field.default.is_none()) {
            let value = if field.masked {
                generate(field.recipe.map_or(LENGTH, |recipe| recipe.length))?
            } else {
                Secret::new(if field.shared { "demo-bot".to_owned() } else { format!("demo-{environment}") })
            };
            entries.push(Entry { field: field.name.clone(), value });
        }
        self.save(environment, entries).await
    }

    /// Takes the credentials of all environments over from a tfvars file; what is there already stays.
    ///
    /// # Errors
    /// The file cannot be read, or the vault does not take them.
    pub async fn take_leftovers(&self, file: &str, text: &str) -> Result<()> {
        let import = self.inner.module.import(file, text)?;
        for environment in self.environments() {
            let stored = self.gather(&self.project(), &environment).await?;
            let found = import.secrets.iter().filter(|found| found.environment == environment);
            let entries = found
                .filter(|found| !stored.contains_key(&found.field))
                .map(|found| Entry { field: found.field.clone(), value: found.value.clone() });
            self.save(&environment, entries.collect()).await?;
        }
        Ok(())
    }
}
