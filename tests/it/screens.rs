//! Tests of screens.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

#[path = "screens/checking.rs"]
mod checking;
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
#[path = "screens/unlock.rs"]
mod unlock;
#[path = "screens/updates.rs"]
mod updates;
#[path = "screens/views.rs"]
mod views;
#[path = "screens/world.rs"]
mod world;
