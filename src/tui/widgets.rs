//! The pieces screens are made of. They draw what they are told and know no screen.

pub(crate) mod age;
pub(crate) mod badge;
pub(crate) mod canvas;
pub(crate) mod cut;
pub(crate) mod dialog;
pub(crate) mod diff;
pub(crate) mod field;
pub(crate) mod glyph;
pub(crate) mod keybar;
pub(crate) mod line;
pub(crate) mod list;
pub(crate) mod statusline;
pub(crate) mod stepper;
