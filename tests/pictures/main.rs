//! Draws the real screens into pictures: `cargo run --example pictures -- FOLDER`.

#![expect(clippy::unwrap_used, reason = "a picture that cannot be drawn ends the command")]

#[path = "../it/screens/scenes.rs"]
mod scenes;
#[expect(dead_code, reason = "the tests use the rest")]
#[path = "../it/screens/stage.rs"]
mod stage;
#[expect(dead_code, reason = "the tests use the rest")]
#[path = "../it/support.rs"]
mod support;
mod svg;
#[path = "../it/screens/world.rs"]
mod world;

use std::path::PathBuf;

use landfall::tui::{ColorMode, Options};

fn main() {
    let folder = PathBuf::from(std::env::args().nth(1).unwrap_or_else(|| "pictures".to_owned()));
    std::fs::create_dir_all(&folder).unwrap();
    for (name, scene) in scenes::ALL {
        for (size, word) in [(stage::NORMAL, ""), (stage::WIDE, "-wide"), (stage::SMALL, "-small")] {
            let options = || Options { color: ColorMode::Always, ..Options::default() };
            let buffer = scenes::play(scene, options(), size).buffer();
            for (ground, shade) in [(svg::DARK, ""), (svg::LIGHT, "-light")] {
                let file = folder.join(format!("{name}{word}{shade}.svg"));
                std::fs::write(file, svg::draw(&buffer, &ground)).unwrap();
            }
        }
    }
}
