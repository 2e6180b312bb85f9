//! Credentials from the process environment, read-only: `LANDFALL_CREDENTIAL_<ENV>_<FIELD>`.
//!
//! Names cannot be turned back into environments and fields, so the vault is told which ones there are.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;

use super::{Credential, Credentials, Health, Item, Known, Secret, Standing, Vault, VaultKind};
use crate::failure::{Failure, Kind, Result};

/// Answers the value of a process environment variable.
type Lookup = Box<dyn Fn(&str) -> Option<String> + Send>;

/// The process environment as a vault.
pub struct Environ {
    lookup: Lookup,
    known: Known,
    begun: Timestamp,
}

impl Environ {
    /// A vault over a lookup.
    ///
    /// # Errors
    /// Two credentials would be read from the same variable.
    pub fn new(known: Known, lookup: impl Fn(&str) -> Option<String> + Send + 'static) -> Result<Self> {
        let mut taken: BTreeMap<String, (String, &str)> = BTreeMap::new();
        let places = known.environments.iter().map(|name| Some(name.as_str())).chain([None]);
        for (environment, field) in places.flat_map(|place| known.fields.iter().map(move |field| (place, field))) {
            let owner = (environment.unwrap_or("shared").to_owned(), field.as_str());
            if let Some(other) = taken.insert(variable(environment, field), owner.clone()) {
                return Err(Failure::input("two credentials would be read from the same variable")
                    .because(format!(
                        "{} of {} and {} of {} are both {}",
                        other.1,
                        other.0,
                        owner.1,
                        owner.0,
                        variable(environment, field)
                    ))
                    .hint("use another vault: --vault keyring, stdin or memory"));
            }
        }
        Ok(Self { lookup: Box::new(lookup), known, begun: Timestamp::now() })
    }
}

/// What every variable that holds a credential begins with.
const PREFIX: &str = "LANDFALL_CREDENTIAL_";

/// The variables that a project refers to. As the environment itself they belong to the whole process.
static REFERRED: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

/// Whether a variable of this name holds a credential, so that no program started from here needs to see it.
pub fn is_credential(name: &str) -> bool {
    name.starts_with(PREFIX) || REFERRED.lock().unwrap_or_else(PoisonError::into_inner).contains(name)
}

/// Notes that a variable holds a credential, since a project refers to it.
pub fn note_variable(name: &str) {
    REFERRED.lock().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned());
}

/// The variable that holds a credential; an environment of none means shared.
pub fn variable(environment: Option<&str>, field: &str) -> String {
    let upper = |name: &str| name.replace(['.', '-'], "_").to_uppercase();
    format!("{PREFIX}{}_{}", upper(environment.unwrap_or("shared")), upper(field))
}

impl Vault for Environ {
    fn standing(&mut self) -> Standing {
        Standing {
            kind: VaultKind::Environ,
            name: "process environment".to_owned(),
            health: Health::Ready,
            writable: false,
        }
    }

    fn read(&mut self, item: &Item) -> Result<Credentials> {
        let environment = item.environment.as_deref();
        let found = self.known.fields.iter().filter_map(|field| {
            let value = (self.lookup)(&variable(environment, field)).filter(|value| !value.is_empty())?;
            Some((field.clone(), Credential::new(Secret::new(value), self.begun)))
        });
        Ok(found.collect())
    }

    fn write(&mut self, item: &Item, _: &Credentials) -> Result<()> {
        Err(refusal(item))
    }

    fn remove(&mut self, item: &Item) -> Result<()> {
        Err(refusal(item))
    }
}

fn refusal(item: &Item) -> Failure {
    Failure::new(Kind::Vault, "credentials in the process environment cannot be changed from here")
        .hint(format!(
            "set {} before the start",
            variable(item.environment.as_deref(), "<field>").replace("<FIELD>", "…")
        ))
        .hint("use a vault that takes values: --vault keyring or memory")
}
