//! Questions that are not answered yet.

use jiff::Timestamp;

use crate::tui::effect::Question;

/// What a question is about. A newer question about the same takes the place of the older one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Slot {
    /// The vault.
    Vault,
    /// Opening the vault.
    Unlock,
    /// An environment, without its cluster.
    Glance(String),
    /// An environment's cluster.
    Survey(String),
    /// An environment's form.
    Form(String),
    /// A field's value: what may be said about it.
    Judge(String, String),
    /// A field's value, to show it.
    Reveal(String, String),
    /// A new value for a field.
    Generate(String, String),
    /// An environment's credentials compared with its cluster's.
    Compare(String),
    /// How far a credential's rotation is.
    Stands(String, String),
    /// Going on with a credential's rotation, or giving it up.
    Rotate(String, String),
    /// The new value of a rotation, to show it.
    Next(String, String),
    /// Taking the cluster's values over: of the field that has the keys, and of those made without asking.
    Adopt(String, String),
    /// Storing an environment's credentials.
    Save(String),
    /// Another value for an environment.
    Value(String),
    /// An environment's checklist.
    Checklist(String),
    /// Checks of an environment: which.
    Check(String, String),
    /// What mends a check of an environment.
    Mend(String, String),
    /// An environment's plan.
    Plan(String),
    /// An environment's run or watch.
    Run(String),
    /// The log that is followed.
    Follow(String),
    /// The ways out of what is wrong in an environment.
    Ways(String),
    /// Deleting stuck pods.
    Retry(String),
    /// Saving what is known.
    Evidence(String),
    /// Signing in to an environment's cluster.
    SignIn(String),
    /// The terminal, the clipboard, a stop.
    Aside,
}

impl Slot {
    /// What is being waited for, in words; none where it is not worth a word.
    pub fn words(&self) -> Option<String> {
        match self {
            Self::Vault => Some("asking the vault".into()),
            Self::Unlock => Some("trying the passphrase".into()),
            Self::Survey(environment) => Some(format!("asking the cluster of {environment}")),
            Self::Form(environment) => Some(format!("asking the vault for the credentials of {environment}")),
            Self::Rotate(_, field) => Some(format!("rotating {field}")),
            Self::Adopt(_, field) => Some(format!("taking {field} over from the cluster")),
            Self::Save(environment) => Some(format!("storing the credentials of {environment}")),
            Self::Mend(environment, check) => Some(format!("mending {check} of {environment}")),
            Self::Plan(environment) => Some(format!("asking the cluster what would change in {environment}")),
            Self::Retry(environment) => Some(format!("deleting the stuck pods of {environment}")),
            Self::Evidence(_) => Some("saving the evidence".into()),
            Self::Glance(_)
            | Self::Compare(_)
            | Self::Stands(..)
            | Self::Next(..)
            | Self::Judge(..)
            | Self::Reveal(..)
            | Self::Generate(..)
            | Self::Value(_)
            | Self::Checklist(_)
            | Self::Check(..)
            | Self::Run(_)
            | Self::Follow(_)
            | Self::Ways(_)
            | Self::SignIn(_)
            | Self::Aside => None,
        }
    }
}

/// Questions that are not answered yet, oldest first.
#[derive(Debug, Default)]
pub struct Pending {
    last: u64,
    open: Vec<(Question, Slot, Timestamp)>,
}

impl Pending {
    /// Gives a question its number.
    pub fn open(&mut self, slot: Slot, now: Timestamp) -> Question {
        self.last += 1;
        if slot != Slot::Aside {
            self.open.retain(|(_, known, _)| *known != slot);
            self.open.push((Question(self.last), slot, now));
        }
        Question(self.last)
    }

    /// Takes an answered question out; none when it is not waited for (any more).
    pub fn close(&mut self, question: Question) -> Option<Slot> {
        let at = self.open.iter().position(|(known, _, _)| *known == question)?;
        Some(self.open.remove(at).1)
    }

    /// Stops waiting for what is in a slot.
    pub fn drop_slot(&mut self, slot: &Slot) {
        self.open.retain(|(_, known, _)| known != slot);
    }

    /// Whether something is waited for in a slot, and since when.
    pub fn since(&self, slot: &Slot) -> Option<Timestamp> {
        self.open.iter().find(|(_, known, _)| known == slot).map(|(_, _, since)| *since)
    }

    /// The fields of an environment about whose values nothing was said yet.
    pub fn judged(&self, environment: &str) -> Vec<String> {
        let field = |slot: &Slot| match slot {
            Slot::Judge(name, field) if name == environment => Some(field.clone()),
            _ => None,
        };
        self.open.iter().filter_map(|(_, slot, _)| field(slot)).collect()
    }

    /// Whether a new value for an environment is on its way.
    pub fn makes(&self, environment: &str) -> bool {
        self.open.iter().any(|(_, slot, _)| matches!(slot, Slot::Generate(name, _) if name == environment))
    }

    /// What is waited for and worth a word, and since when.
    pub fn words(&self) -> Option<(String, Timestamp)> {
        self.open.iter().find_map(|(_, slot, since)| Some((slot.words()?, *since)))
    }

    /// Whether nothing worth a word is waited for.
    pub fn is_empty(&self) -> bool {
        self.words().is_none()
    }
}
