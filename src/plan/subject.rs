//! What a plan is drawn from: one object as desired, as it is, and as the server says it would be.

use crate::object::Object;

/// One object on its way into a plan.
#[derive(Debug, Clone)]
pub struct Subject {
    /// As desired, masked.
    pub desired: Object,
    /// As it is, masked, with its field managers; none when it is not there.
    pub live: Option<Object>,
    /// What the server says.
    pub rehearsal: Rehearsal,
    /// Other environments that use the same object.
    pub shared_with: Vec<String>,
    /// Whether this environment has yet to be entered among the users of a shared object.
    pub joins: bool,
}

/// What the server says applying would do.
#[derive(Debug, Clone)]
pub enum Rehearsal {
    /// This is how it would be.
    Valid {
        /// The object, masked.
        object: Box<Object>,
        /// What the server warns of.
        warnings: Vec<String>,
    },
    /// The server could not look yet; why.
    Unseen(String),
    /// Others hold fields: the field as the server writes it, and who.
    Held(Vec<(String, String)>),
    /// A field would have to change that cannot.
    Immutable(String),
    /// It exists and may not be changed; that is fine.
    LeftAlone(String),
    /// The server refuses.
    Refused {
        /// In its own words, cleaned.
        words: String,
        /// What forbids it, as a sentence.
        sentence: String,
        /// The next step, as a sentence.
        next: String,
        /// The field it complains about, as a JSON pointer.
        pointer: Option<String>,
    },
}
