//! Untrusted text made safe, once, where it comes in.
//!
//! Logs, events, conditions and error bodies may hold escape sequences that would move the cursor, retitle the window,
//! write to the clipboard or turn the reading direction. After this they are only text.

use std::fmt::Write as _;

use serde_json::Value;

/// The longest text taken in, in bytes; the rest is cut.
const LONGEST: usize = 8 * 1024;

/// The text without escape sequences, with control and direction characters made visible.
///
/// Newlines stay; tabs become spaces; of a line that overwrites itself (`\r`) the last writing stays.
pub fn clean(text: &str) -> String {
    let cut = text.len() > LONGEST;
    let text = &text[..text.floor_char_boundary(LONGEST)];
    let stripped = anstream::adapter::strip_str(text).to_string();
    let mut out = String::with_capacity(stripped.len());
    for (at, line) in stripped.split('\n').enumerate() {
        if at > 0 {
            out.push('\n');
        }
        let line = line.trim_end_matches('\r');
        let last = line.rsplit('\r').next().unwrap_or(line);
        last.chars().for_each(|c| put(&mut out, c));
    }
    if cut {
        out.push('…');
    }
    out
}

fn put(out: &mut String, c: char) {
    match c {
        '\t' => out.push_str("    "),
        '\u{7f}' => out.push('␡'),
        '\0'..='\u{1f}' => out.extend(char::from_u32(0x2400 + u32::from(c))),
        // C1 controls, zero-width and direction marks, byte-order mark, tags
        '\u{80}'..='\u{9f}'
        | '\u{ad}'
        | '\u{61c}'
        | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{feff}'
        | '\u{fff9}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e007f}' => {
            let _ = write!(out, "⟨U+{:04X}⟩", u32::from(c));
        }
        _ => out.push(c),
    }
}

/// Cleans every text and every key inside a value.
pub fn clean_value(value: &mut Value) {
    match value {
        Value::String(text) => {
            if needs_cleaning(text) {
                *text = clean(text);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(clean_value),
        Value::Object(map) => {
            if map.keys().any(|key| needs_cleaning(key)) {
                *map = std::mem::take(map).into_iter().map(|(key, value)| (clean(&key), value)).collect();
            }
            map.values_mut().for_each(clean_value);
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Makes every control and direction character inside a value visible, one by one. Nothing is cut or lost, so that two
/// values that differ still do: what is compared comes in this way, what is only read by [`clean_value`].
pub fn visible_value(value: &mut Value) {
    let visible = |text: &str| {
        text.chars().fold(String::with_capacity(text.len()), |mut out, c| {
            match c {
                '\n' => out.push('\n'),
                '\t' => out.push('␉'),
                other => put(&mut out, other),
            }
            out
        })
    };
    match value {
        Value::String(text) => {
            if needs_cleaning(text) {
                *text = visible(text);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(visible_value),
        Value::Object(map) => {
            if map.keys().any(|key| needs_cleaning(key)) {
                *map = std::mem::take(map).into_iter().map(|(key, value)| (visible(&key), value)).collect();
            }
            map.values_mut().for_each(visible_value);
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn needs_cleaning(text: &str) -> bool {
    // Nearly all of it is plain.
    let plain = text.bytes().all(|byte| byte == b'\n' || (b' '..=b'~').contains(&byte));
    !plain
        && text
            .chars()
            .any(|c| (c.is_control() && c != '\n') || ('\u{ad}'..='\u{e007f}').contains(&c) && clean_changes(c))
}

fn clean_changes(c: char) -> bool {
    let mut out = String::new();
    put(&mut out, c);
    !out.starts_with(c)
}
