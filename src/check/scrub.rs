//! A last filter on what comes back from outside: values that were lent to a probe or a call never come home as text.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::secret::Secret;

/// Values that must not come back, in the forms in which they may.
#[derive(Clone, Default)]
pub struct Scrub(Vec<Secret>);

/// A value shorter than this is no secret worth hiding, and would tear words apart.
const SHORTEST: usize = 4;

impl Scrub {
    /// A filter for these values: as they are, in base64, and as URLs say them.
    pub fn new(values: impl IntoIterator<Item = Secret>) -> Self {
        let mut forms = Vec::new();
        for secret in values {
            #[expect(clippy::disallowed_methods, reason = "its other forms are made, to be taken out of texts too")]
            secret.open(|value| {
                if value.len() >= SHORTEST {
                    forms.push(Secret::new(STANDARD.encode(value)));
                    forms.push(Secret::new(form_urlencoded::byte_serialize(value.as_bytes()).collect::<String>()));
                    forms.push(Secret::new(value));
                }
            });
        }
        Self(forms)
    }

    /// The text with every value replaced.
    pub fn text(&self, text: &str) -> String {
        #[expect(clippy::disallowed_methods, reason = "looked for in a text, to take it out of it")]
        self.0.iter().fold(text.to_owned(), |text, form| form.open(|value| text.replace(value, "●")))
    }
}

impl fmt::Debug for Scrub {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Scrub")
    }
}
