//! Tests of health.
