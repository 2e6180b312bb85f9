//! The key bar and the help say what is so.

use std::collections::BTreeSet;

use landfall::tui::keymap::{Action, DEFAULT, Keymap, Mode};
use landfall::tui::{ColorMode, Options};
use ratatui::layout::Size;

use super::scenes;
use super::stage::{NORMAL, Stage};

#[test]
fn the_default_keys_have_no_two_meanings_for_one_key() {
    let keymap = Keymap::load(DEFAULT, None).unwrap();
    // Two actions on one key are told apart by what is live: on the outcome, `r` tries again or plans again; before a
    // vault that is not ready, Enter unlocks it or asks again.
    let shared = [
        (Mode::Outcome, Action::Again),
        (Mode::Matrix, Action::Open),
        (Mode::Vault, Action::Open),
        (Mode::Preview, Action::Back),
        (Mode::Rollout, Action::Back),
    ];
    for mode in Mode::ALL {
        let mut seen = Vec::new();
        for binding in keymap.of(mode).filter(|binding| !shared.contains(&(mode, binding.action))) {
            for chord in &binding.keys {
                assert!(!seen.contains(chord), "{mode:?}: {chord} has two meanings");
                seen.push(*chord);
            }
        }
    }
}

#[test]
fn where_letters_are_text_no_letter_is_a_command() {
    let keymap = Keymap::load(DEFAULT, None).unwrap();
    for mode in Mode::ALL.into_iter().filter(|mode| mode.takes_text()) {
        for binding in keymap.of(mode) {
            assert!(binding.keys.iter().all(|chord| !chord.is_text()), "{mode:?}: {:?}", binding.action);
        }
    }
}

#[test]
fn every_key_in_the_key_bar_is_bound_and_live() {
    for (name, scene) in scenes::ALL {
        let mut stage = scenes::play(scene, Options { color: ColorMode::Always, ..Options::default() }, NORMAL);
        let bar = stage.text().lines().last().unwrap().to_owned();
        let mode = stage.app.state().mode();
        let words: Vec<String> = stage
            .app
            .keymap()
            .of(mode)
            .filter(|binding| stage.app.answers(binding.action))
            .filter_map(|binding| Some(format!("{} {}", binding.label(), stage.app.word(binding)?)))
            .collect();
        for entry in bar.split("  ").map(str::trim).filter(|entry| !entry.is_empty()) {
            assert!(words.iter().any(|word| word == entry), "{name}: {entry:?} is not a live binding of {words:?}");
        }
    }
}

#[test]
fn the_help_lists_every_live_key() {
    for (name, scene) in scenes::ALL {
        let size = Size { width: 120, height: 60 };
        let mut stage = scenes::play(scene, Options { color: ColorMode::Always, ..Options::default() }, size);
        let mode = stage.app.state().mode();
        if matches!(mode, Mode::Text | Mode::Leave) {
            continue;
        }
        let wanted: BTreeSet<String> = stage
            .app
            .keymap()
            .of(mode)
            .filter(|binding| stage.app.answers(binding.action))
            .map(|binding| binding.help.clone())
            .collect();
        stage.press("F1");
        let text = stage.text();
        for sentence in wanted {
            let start: String = sentence.chars().take(30).collect();
            assert!(text.contains(&start), "{name}: {sentence:?} is not in the help:\n{text}");
        }
    }
}

#[test]
fn a_click_in_the_key_bar_does_what_the_key_does() {
    let mut stage = Stage::new(NORMAL);
    let bar = stage.text().lines().last().unwrap().to_owned();
    let at = bar.chars().position(|c| c == '?').unwrap();
    stage.send(landfall::tui::msg::Msg::Click { x: u16::try_from(at).unwrap(), y: 23 });
    assert_eq!(stage.app.state().mode(), Mode::Text);
}

#[test]
fn every_key_can_be_pressed_anywhere() {
    for (_, scene) in scenes::ALL {
        let mut stage = scenes::play(scene, Options::default(), NORMAL);
        let keymap = Keymap::load(DEFAULT, None).unwrap();
        for round in 0..2 {
            for mode in Mode::ALL {
                for chord in keymap.of(mode).flat_map(|binding| binding.keys.clone()) {
                    stage.key(chord.press());
                    if round == 1 {
                        stage.buffer();
                    }
                }
            }
            stage.wait(300);
        }
    }
}

#[test]
fn own_keys_lie_over_the_defaults_and_nothing_else_changes() {
    let keymap = Keymap::load(DEFAULT, Some("matrix: {open: [Space]}")).unwrap();
    let key = |keymap: &Keymap, action: Action| {
        keymap.of(Mode::Matrix).find(|binding| binding.action == action).map(landfall::tui::keymap::Binding::label)
    };
    assert_eq!(key(&keymap, Action::Open).as_deref(), Some("Space"));
    let defaults = Keymap::load(DEFAULT, None).unwrap();
    assert_eq!(key(&keymap, Action::Watch), key(&defaults, Action::Watch));
    for (own, says) in [
        ("matrix: {fly: [Enter]}", "keys.yaml cannot be used"),
        ("matrix: {open: [Hyper-Q]}", "keys.yaml cannot be used"),
        ("matrix: {reveal: [r]}", "where it does nothing"),
    ] {
        let failure = Keymap::load(DEFAULT, Some(own)).unwrap_err();
        assert!(failure.what.contains(says), "{own}: {failure}");
    }
}
