//! The use cases: prepare, run, watch, and what happened on the way.
