//! The only wire: everything that talks to an API server, with its own deadlines.
