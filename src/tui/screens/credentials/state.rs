//! What was typed, what is stored, and where keys go.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use tui_input::Input;

use crate::deploy::{Entry, Form, FormField};
use crate::secret::{Opinion, Secret, Typed};

/// How long a value stays revealed, in seconds.
pub(crate) const REVEALED: i64 = 10;

/// The form of an environment with all that was typed into it.
#[derive(Debug)]
pub struct Credentials {
    /// The groups, in order.
    pub groups: Vec<Group>,
    /// The fields somebody is asked for, in order.
    pub fields: Vec<Field>,
    /// The fields that are made without asking.
    pub unasked: Vec<FormField>,
    /// The field that keys go to.
    pub focus: usize,
    /// The value that is shown for a while.
    pub revealed: Option<Revealed>,
    /// Whether it was said once that something warns.
    pub warned: bool,
    /// Fields that shall have a new value if what is said about theirs warns: it was not said yet.
    pub awaited: BTreeSet<String>,
    /// Whether all is saved as soon as no value is being made any more.
    pub saves: bool,
}

/// Fields that belong together.
#[derive(Debug)]
pub struct Group {
    /// Its title.
    pub title: String,
    /// With whom it is shared.
    pub shared_with: Vec<String>,
}

/// One field.
#[derive(Debug)]
pub struct Field {
    /// The group it belongs to.
    pub group: usize,
    /// What the form says of it.
    pub spec: FormField,
    /// What was entered.
    pub entered: Entered,
    /// What may be said of its value.
    pub opinion: Option<Opinion>,
    /// Why the last thing typed or pasted was not taken.
    pub refusal: Option<String>,
}

/// What was entered into a field.
#[derive(Debug)]
pub enum Entered {
    /// A value that must not be seen.
    Masked(Typed),
    /// A value that may be seen.
    Plain(Input),
}

/// A value that is shown for a while.
#[derive(Debug)]
pub struct Revealed {
    /// Of which field.
    pub field: usize,
    /// The value.
    pub value: Secret,
    /// Until when.
    pub until: Timestamp,
}

impl Field {
    fn new(group: usize, spec: FormField) -> Self {
        let entered = if spec.masked {
            Entered::Masked(Typed::default())
        } else {
            Entered::Plain(Input::new(spec.text.clone().unwrap_or_default()))
        };
        Self { group, spec, entered, opinion: None, refusal: None }
    }

    /// Whether something is entered that is not stored yet.
    pub fn is_new(&self) -> bool {
        if self.spec.from.is_some() {
            return false;
        }
        match &self.entered {
            Entered::Masked(typed) => !typed.is_empty(),
            Entered::Plain(input) => {
                !input.value().is_empty()
                    && (self.spec.stored.is_none() || self.spec.text.as_deref() != Some(input.value()))
            }
        }
    }

    /// Whether there is no value, neither entered nor stored nor read at use.
    pub fn is_empty(&self) -> bool {
        if self.spec.from.is_some() {
            return false;
        }
        match &self.entered {
            Entered::Masked(typed) => typed.is_empty() && self.spec.stored.is_none(),
            Entered::Plain(input) => input.value().is_empty(),
        }
    }

    /// What is entered, as a secret.
    pub fn value(&self) -> Secret {
        match &self.entered {
            Entered::Masked(typed) => typed.to_secret(),
            Entered::Plain(input) => Secret::new(input.value()),
        }
    }

    /// Whether what may be said of it warns or blocks.
    pub fn is_flagged(&self) -> bool {
        self.opinion.as_ref().is_some_and(|opinion| opinion.warns || opinion.blocks)
    }

    /// Whether its value must not be used.
    pub fn blocks(&self) -> bool {
        self.is_empty() || self.opinion.as_ref().is_some_and(|opinion| opinion.blocks)
    }
}

impl Credentials {
    /// A form, with what was typed into its predecessor.
    pub fn new(form: Form, before: Option<Self>) -> Self {
        let mut new = Self {
            groups: Vec::new(),
            fields: Vec::new(),
            unasked: Vec::new(),
            focus: 0,
            revealed: None,
            warned: false,
            awaited: BTreeSet::new(),
            saves: false,
        };
        for group in form.groups {
            let at = new.groups.len();
            let (unasked, asked): (Vec<_>, Vec<_>) = group.fields.into_iter().partition(|field| field.unasked);
            new.unasked.extend(unasked);
            if !asked.is_empty() {
                new.fields.extend(asked.into_iter().map(|spec| Field::new(at, spec)));
                new.groups.push(Group { title: group.title, shared_with: group.shared_with });
            }
        }
        if let Some(before) = before {
            new.keep(before);
        }
        new
    }

    fn keep(&mut self, before: Self) {
        let name = before.fields.get(before.focus).map(|field| field.spec.name.clone());
        for old in before.fields {
            let known = self.fields.iter_mut().find(|field| field.spec.name == old.spec.name);
            if let Some(field) = known
                && old.is_new()
                && old.spec.masked == field.spec.masked
            {
                field.entered = old.entered;
                field.opinion = old.opinion;
            }
        }
        if let Some(name) = name {
            self.focus_on(&name);
        }
    }

    /// Lets keys go to the field of this name.
    pub fn focus_on(&mut self, name: &str) {
        if let Some(at) = self.fields.iter().position(|field| field.spec.name == name) {
            self.focus = at;
        }
    }

    /// The field that keys go to.
    pub fn focused(&self) -> Option<&Field> {
        self.fields.get(self.focus)
    }

    /// The field that keys go to, to change it.
    pub fn focused_mut(&mut self) -> Option<&mut Field> {
        self.fields.get_mut(self.focus)
    }

    /// The field that keys go to, if something can be typed into it: one that is read at use takes nothing.
    pub fn typing_mut(&mut self) -> Option<&mut Field> {
        self.focused_mut().filter(|field| field.spec.from.is_none())
    }

    /// The field of a name.
    pub fn field(&mut self, name: &str) -> Option<&mut Field> {
        self.fields.iter_mut().find(|field| field.spec.name == name)
    }

    /// All that is entered and not stored yet.
    pub fn entries(&self) -> Vec<Entry> {
        self.fields
            .iter()
            .filter(|field| field.is_new())
            .map(|field| Entry { field: field.spec.name.clone(), value: field.value() })
            .collect()
    }

    /// Whether something would be stored: entered values, or such as are made without asking.
    pub fn is_unsaved(&self) -> bool {
        self.fields.iter().any(Field::is_new)
            || self.unasked.iter().any(|field| field.stored.is_none() && field.from.is_none())
    }

    /// Shows a value for ten seconds.
    pub fn reveal(&mut self, field: usize, value: Secret, now: Timestamp) {
        let until = now.checked_add(SignedDuration::from_secs(REVEALED)).unwrap_or(now);
        self.revealed = Some(Revealed { field, value, until });
    }
}
