//! The buffer behind a masked field.

use landfall::secret::{Refusal, Typed, generate};

use super::clear;

fn typed(text: &str) -> Typed {
    let mut typed = Typed::default();
    text.chars().try_for_each(|character| typed.insert(character)).unwrap();
    typed
}

fn reads(typed: &Typed) -> String {
    clear(&typed.to_secret())
}

#[test]
fn it_is_edited_like_any_line() {
    let mut line = typed("pässwört");
    line.left();
    line.backspace();
    assert_eq!(reads(&line), "pässwöt");
    line.home();
    line.delete();
    line.right();
    line.delete();
    assert_eq!(reads(&line), "äswöt");
    line.home();
    line.left();
    line.backspace();
    line.insert('🔑').unwrap();
    assert_eq!(reads(&line), "🔑äswöt");
    line.end();
    line.right();
    line.delete();
    line.insert('!').unwrap();
    assert_eq!(clear(&line.into_secret()), "🔑äswöt!");
}

#[test]
fn a_word_is_deleted_with_the_blanks_behind_it() {
    let mut line = typed("correct horse  ");
    line.delete_word();
    assert_eq!(reads(&line), "correct ");
    line.delete_word();
    line.delete_word();
    assert!(line.is_empty());
}

#[test]
fn clearing_leaves_room_for_more() {
    let mut line = typed("once");
    line.left();
    line.clear();
    assert!(line.is_empty());
    line.paste("again").unwrap();
    assert_eq!(reads(&line), "again");
}

#[test]
fn a_paste_loses_its_line_end_and_nothing_else() {
    let mut line = typed("ab");
    line.left();
    line.paste("  x y \r\n\n").unwrap();
    assert_eq!(reads(&line), "a  x y b");
}

#[test]
fn what_is_refused_changes_nothing() {
    let mut line = typed("ab");
    assert_eq!(line.paste("one\ntwo"), Err(Refusal::Lines));
    assert_eq!(line.paste("one\rtwo\r"), Err(Refusal::Lines));
    assert_eq!(line.paste("one\ttwo"), Err(Refusal::Control));
    assert_eq!(line.insert('\u{1b}'), Err(Refusal::Control));
    assert_eq!(line.paste(&"x".repeat(1023)), Err(Refusal::Full));
    assert_eq!(reads(&line), "ab");
    line.paste(&"x".repeat(1022)).unwrap();
    assert_eq!(line.insert('x'), Err(Refusal::Full));
    line.backspace();
    assert_eq!(line.insert('ä'), Err(Refusal::Full), "counted in bytes");
    assert_eq!(Refusal::Lines.to_string(), "has several lines; paste one line");
}

#[test]
fn generated_values_use_the_whole_alphabet_evenly_and_never_repeat() {
    let alphabet = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz23456789_-";
    let long = clear(&generate(58_000).unwrap());
    assert_eq!(long.len(), 58_000);
    assert!(long.chars().all(|character| alphabet.contains(character)));
    for character in alphabet.chars() {
        let count = long.matches(character).count();
        // 1,000 each on average; eight standard deviations off would be a bias, not chance
        assert!((750..1250).contains(&count), "{character} came {count} times");
    }
    for length in [1, 12, 32, 64, 65] {
        assert_eq!(clear(&generate(length).unwrap()).len(), length);
    }
    assert_ne!(clear(&generate(32).unwrap()), clear(&generate(32).unwrap()));
}
