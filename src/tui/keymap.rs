//! The one registry of actions: which key does what in which place, in which words.
//!
//! The key bar and the help are drawn from it and keys are looked up in it, so neither can say what is not so.

mod action;
mod chord;

use std::collections::BTreeMap;

use crossterm::event::KeyEvent;
use serde::Deserialize;

pub use action::{Action, Mode};
pub use chord::Chord;

use crate::failure::{Failure, Result};

/// The default keys, as a commented file.
pub const DEFAULT: &str = include_str!("../../assets/defaults/keys.yaml");

/// What one action is called and which keys do it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Binding {
    /// What it does.
    pub action: Action,
    /// The keys that do it, the one to show first.
    pub keys: Vec<Chord>,
    /// The word in the key bar; none when it stands only in the help.
    #[serde(default)]
    pub bar: Option<String>,
    /// What the key bar shows instead of the first key.
    #[serde(default)]
    pub label: Option<String>,
    /// The sentence in the help.
    pub help: String,
}

impl Binding {
    /// The key as the key bar shows it.
    pub fn label(&self) -> String {
        self.label.clone().or_else(|| self.keys.first().map(ToString::to_string)).unwrap_or_default()
    }
}

/// Which key does what in which place.
#[derive(Debug, Clone)]
pub struct Keymap(BTreeMap<Mode, Vec<Binding>>);

impl Keymap {
    /// Reads a keymap.
    ///
    /// # Errors
    /// When it is not one, or a key has no name.
    pub fn load(text: &str) -> Result<Self> {
        serde_saphyr::from_str(text)
            .map(Self)
            .map_err(|error| Failure::input("this is not a list of keys").because(error.to_string()))
    }

    /// Every binding of a place, its own first.
    pub fn of(&self, mode: Mode) -> impl Iterator<Item = &Binding> {
        let own = self.0.get(&mode).into_iter().flatten();
        own.chain(self.0.get(&Mode::Everywhere).into_iter().flatten())
    }

    /// What a key does in a place; of two actions on one key, the live one.
    pub fn find(&self, mode: Mode, key: &KeyEvent, live: impl Fn(Action) -> bool) -> Option<Action> {
        self.of(mode)
            .filter(|binding| binding.keys.iter().any(|chord| chord.is(key)))
            .map(|binding| binding.action)
            .find(|action| live(*action))
    }
}
