//! Tests of module.
