//! What a system said.

/// What a system said to a login or a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    /// It let us in, or did it.
    Yes,
    /// It does not accept the login.
    Refused,
    /// It answered something else; what, as one clause.
    Other(String),
    /// It cannot be reached from this machine; why, as one clause.
    Silent(String),
}
