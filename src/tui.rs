//! Door two: the screens. State, update, view; it calls `deploy` and contains no use case.
