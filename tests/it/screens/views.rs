//! Every scene as text, in every size, and without colour and UTF-8.

use landfall::tui::{ColorMode, Options};
use ratatui::layout::Size;
use ratatui::style::{Color, Modifier};

use super::scenes::{self, play};
use super::stage::{NORMAL, SMALL, Stage, WIDE};

fn look(name: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("snapshots");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, text));
}

fn options() -> Options {
    Options { color: ColorMode::Always, ..Options::default() }
}

#[test]
fn every_scene_looks_as_drawn() {
    for (name, scene) in scenes::ALL {
        for (size, word) in [(NORMAL, "80x24"), (WIDE, "120x40"), (SMALL, "50x15")] {
            look(&format!("{name}-{word}"), &play(scene, options(), size).text());
        }
    }
}

#[test]
fn without_utf8_every_scene_is_ascii() {
    for (name, scene) in scenes::ALL {
        let options = Options { ascii: true, color: ColorMode::Never, ..Options::default() };
        let text = play(scene, options, NORMAL).text();
        assert!(text.is_ascii(), "{name} shows more than ASCII:\n{text}");
        look(&format!("{name}-ascii"), &text);
    }
}

#[test]
fn without_colour_nothing_is_coloured_and_verdicts_still_stand_out() {
    for (name, scene) in scenes::ALL {
        let options = Options { color: ColorMode::Never, ..Options::default() };
        let mut stage = play(scene, options, NORMAL);
        let buffer = stage.buffer();
        let plain = |color| matches!(color, Color::Reset);
        assert!(buffer.content.iter().all(|cell| plain(cell.fg) && plain(cell.bg)), "{name} is coloured");
        // The text is the same: colour was never the only carrier.
        assert_eq!(stage.text(), play(scene, self::options(), NORMAL).text(), "{name} says less without colour");
    }
    let mut failing = play(scenes::failing, Options { color: ColorMode::Never, ..Options::default() }, NORMAL);
    let buffer = failing.buffer();
    let sign = buffer.cell((1, 2)).unwrap();
    assert_eq!(sign.symbol(), "✗");
    assert!(sign.modifier.contains(Modifier::BOLD | Modifier::REVERSED));
}

#[test]
fn any_size_can_be_drawn() {
    for (_, scene) in scenes::ALL {
        let mut stage = play(scene, options(), NORMAL);
        for width in (1..=140).step_by(13) {
            for height in (1..=44).step_by(7) {
                stage.resize(Size { width, height });
                let text = stage.text();
                if width < 40 || height < 10 {
                    assert!(width < 20 || text.contains("40x10"), "no sentence at {width}x{height}:\n{text}");
                }
            }
        }
    }
}

#[test]
fn a_screen_of_20x5_says_what_is_needed() {
    let mut stage = Stage::new(Size { width: 20, height: 5 });
    assert_eq!(stage.text(), "40x10 cells are\nneeded here.\n\n\n\n");
}
