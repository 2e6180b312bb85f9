//! Tests of screens.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "screens/keys.rs"]
mod keys;
#[path = "screens/rotation.rs"]
mod rotation;
#[path = "screens/runs.rs"]
mod runs;
#[path = "screens/scenes.rs"]
mod scenes;
#[path = "screens/stage.rs"]
mod stage;
#[path = "screens/updates.rs"]
mod updates;
#[path = "screens/views.rs"]
mod views;
#[path = "screens/world.rs"]
mod world;
