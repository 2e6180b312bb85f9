//! Tests of walls.
