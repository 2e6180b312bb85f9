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
    /// Reads a keymap, and lays a user's own keys over it: `matrix: {open: [Enter, Space]}`.
    ///
    /// # Errors
    /// When either cannot be read, a key has no name, or an action is not known in its place.
    pub fn load(text: &str, own: Option<&str>) -> Result<Self> {
        let wrong = |what: &str, error: &dyn std::fmt::Display| Failure::input(what).because(error.to_string());
        let mut keymap: Self =
            serde_saphyr::from_str(text).map(Self).map_err(|error| wrong("this is not a list of keys", &error))?;
        let own: BTreeMap<Mode, BTreeMap<Action, Vec<Chord>>> = own
            .map_or_else(|| Ok(BTreeMap::new()), serde_saphyr::from_str)
            .map_err(|error| wrong("your keys.yaml cannot be used", &error))?;
        for (mode, action, keys) in
            own.into_iter().flat_map(|(mode, all)| all.into_iter().map(move |(a, k)| (mode, a, k)))
        {
            let bindings = keymap.0.get_mut(&mode).into_iter().flatten();
            let Some(binding) = bindings.into_iter().find(|binding| binding.action == action) else {
                return Err(Failure::input(format!("your keys.yaml names {action:?} where it does nothing"))
                    .hint("the actions of each place stand in the help (?) and in the default keys.yaml"));
            };
            binding.keys = keys;
            binding.label = None;
        }
        Ok(keymap)
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
