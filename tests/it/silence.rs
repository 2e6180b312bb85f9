//! Tests of silence.
