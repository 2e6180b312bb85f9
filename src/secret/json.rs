//! Reads JSON that holds secrets. The parser's own error texts quote values, so only the place comes out.

use serde::Deserialize;
use serde_json::error::Category;

use crate::failure::{Failure, Kind, Place};

/// Reads JSON; `file` is what the place calls it.
///
/// # Errors
/// The place and a fixed sentence; never a word of the input.
pub(super) fn parse<'t, T: Deserialize<'t>>(bytes: &'t [u8], file: &str, kind: Kind) -> Result<T, Failure> {
    serde_json::from_slice(bytes).map_err(|error| {
        let why = match error.classify() {
            Category::Eof => "it ends too early",
            Category::Syntax => "it is not well-formed JSON there",
            Category::Data | Category::Io => "something else is expected there",
        };
        Failure::new(kind, "the credentials cannot be read")
            .at(Place::new(file, error.line(), error.column()))
            .because(why)
    })
}
