//! Door two: the screens. State, update, view; it calls `deploy` and contains no use case.
//!
//! A key press walks from `input` through `update` (pure: state and message in, effects out) to `perform`, which acts
//! and answers with the number of the question; `view` draws the state. Nothing here knows a cluster or a vault.

mod app;
mod edit;
pub mod effect;
mod filter;
mod input;
pub mod keymap;
mod live;
pub mod msg;
mod perform;
mod run;
pub mod screens;
pub mod shown;
pub mod state;
mod terminal;
pub mod theme;
mod update;
mod view;
mod widgets;

pub use app::App;
pub use filter::Filter;
pub use perform::Performer;
pub use run::run;
pub use theme::ColorMode;

/// How the terminal program is to look and where it begins.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Only ASCII signs.
    pub ascii: bool,
    /// Whether colours may be used.
    pub color: ColorMode,
    /// Whether the mouse is listened to.
    pub mouse: bool,
    /// Where it begins.
    pub start: Start,
    /// Keys of the user's own, as the text of a file: place, action, keys. They are laid over the defaults.
    pub keys: Option<String>,
    /// Looks of the user's own, as the text of a file: role, look. They are laid over the defaults.
    pub theme: Option<String>,
}

/// Where the terminal program begins.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Start {
    /// With all environments.
    #[default]
    Matrix,
    /// With the walk of one.
    Environment(String),
    /// With watching one.
    Watch(String),
}
