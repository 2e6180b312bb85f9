//! What landfall has put into an environment: the state record.
