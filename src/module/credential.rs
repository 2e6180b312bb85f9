//! What credentials a module asks for, read from its credentials schema.

/// Credentials that belong together on the screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CredentialGroup {
    /// Its title: "PostgreSQL".
    pub title: String,
    /// Whether all environments share one value (`x-shared`).
    pub shared: bool,
    /// Its fields in the order of the schema.
    pub fields: Vec<CredentialField>,
}

/// One credential a module asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CredentialField {
    /// Its name: `pgsql.password`.
    pub name: String,
    /// Its title: "Password".
    pub title: String,
    /// What it is for, one or two sentences.
    pub help: String,
    /// Whether it is masked (`writeOnly`); a user name is not.
    pub masked: bool,
    /// Whether all environments share it.
    pub shared: bool,
    /// The value to start from where nothing is stored (`default`), only for fields that are not masked.
    pub default: Option<String>,
    /// The fewest characters allowed; 0 when any will do. Fewer block.
    pub minimum: usize,
    /// A regular expression a value has to match (`pattern`).
    pub pattern: Option<String>,
    /// Values that are known leftovers of examples (`x-leftovers`); they warn.
    pub leftovers: Vec<String>,
    /// How to make a value, if it can be made (`x-generate`).
    pub recipe: Option<Recipe>,
    /// Made without asking, since nobody needs to know it (`x-generate: {ask: false}`).
    pub unasked: bool,
    /// Must never change once applied (`x-keep`).
    pub keep: bool,
}

/// How to make a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recipe {
    /// How many characters.
    pub length: usize,
}
