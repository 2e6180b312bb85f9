//! Another value for this run: `landfall.yaml` stays as it is.

pub(crate) mod update;
pub(crate) mod view;

use tui_input::Input;

use crate::deploy::Remedy;
use crate::plan::Knob;

/// Which of the two lines takes keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asks {
    /// Which value.
    Path,
    /// What it shall be.
    Text,
}

/// Another value for this run.
#[derive(Debug)]
pub struct Value {
    /// Which one, as a dotted path.
    pub path: Input,
    /// What it is now, where that is known.
    pub current: Option<String>,
    /// What it shall be.
    pub typed: Input,
    /// Which line takes keys.
    pub asks: Asks,
    /// Why it was not taken.
    pub refusal: Option<String>,
}

impl Value {
    /// The value that a way out names; with a suggestion, one Enter takes it.
    pub fn for_remedy(remedy: &Remedy) -> Option<Self> {
        match remedy {
            Remedy::Value { path, current, suggestion, .. } => Some(Self {
                path: Input::new(path.clone()),
                current: Some(current.clone()),
                typed: Input::new(suggestion.clone().unwrap_or_default()),
                asks: Asks::Text,
                refusal: None,
            }),
            Remedy::Credentials { .. } | Remedy::Commands { .. } | Remedy::Retry { .. } => None,
        }
    }

    /// The value behind a field that the server complains about.
    pub fn for_knob(knob: &Knob) -> Self {
        Self {
            path: Input::new(knob.path.clone()),
            current: Some(knob.current.clone()),
            typed: Input::new(knob.suggestion.clone().unwrap_or_default()),
            asks: Asks::Text,
            refusal: None,
        }
    }
}
