//! The credentials of one environment as a form.

use jiff::Timestamp;

use crate::module::Recipe;
use crate::secret::{Secret, Standing};

/// What an environment's credentials screen asks.
#[derive(Debug, Clone)]
pub struct Form {
    /// The environment.
    pub environment: String,
    /// Groups in the order of the module's schema; groups that are made without asking have only such fields.
    pub groups: Vec<FormGroup>,
    /// The vault they go to.
    pub vault: Standing,
}

/// Fields that belong together.
#[derive(Debug, Clone)]
pub struct FormGroup {
    /// Its title.
    pub title: String,
    /// The other environments that share it; empty when it belongs to this one alone.
    pub shared_with: Vec<String>,
    /// Its fields.
    pub fields: Vec<FormField>,
}

/// One field.
#[derive(Debug, Clone)]
pub struct FormField {
    /// Its name: `pgsql.password`.
    pub name: String,
    /// Its title: "Password".
    pub title: String,
    /// What it is for.
    pub help: String,
    /// Whether it is masked.
    pub masked: bool,
    /// The value of a field that is not masked: what is stored, or the default.
    pub text: Option<String>,
    /// Since when a value is stored; none when none is.
    pub stored: Option<Timestamp>,
    /// Where it is read from at use, if it is not stored: "op read …".
    pub from: Option<String>,
    /// How to make a value, if it can be made.
    pub recipe: Option<Recipe>,
    /// Made without asking.
    pub unasked: bool,
    /// Must never change once applied.
    pub keep: bool,
    /// The fewest characters allowed.
    pub minimum: usize,
    /// Whether the module says how it is changed where it is known.
    pub rotates: bool,
}

/// What somebody entered into a field.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The field's name.
    pub field: String,
    /// The value.
    pub value: Secret,
}
