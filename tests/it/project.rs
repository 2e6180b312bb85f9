//! Tests of project.
