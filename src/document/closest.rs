//! The word somebody probably meant.

use similar::get_close_matches;

/// The known word that is most like the given one, if any is like it at all.
pub fn closest<'k>(word: &str, known: &[&'k str]) -> Option<&'k str> {
    get_close_matches(word, known, 1, 0.6).first().copied()
}

/// The next step for an unknown word: the one that was probably meant, else all there are.
pub fn suggest(word: &str, known: &[&str]) -> String {
    match closest(word, known) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None if known.is_empty() => format!("take `{word}` out"),
        None => format!("known here: {}", known.join(", ")),
    }
}
