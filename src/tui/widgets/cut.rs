//! Texts made to fit, measured in cells.

use unicode_segmentation::UnicodeSegmentation;

use super::canvas::{is_plain, width};

/// The longest beginning that fits.
fn head(text: &str, room: u16) -> &str {
    if is_plain(text) {
        return &text[..text.len().min(room.into())];
    }
    let mut taken = 0;
    for (at, grapheme) in text.grapheme_indices(true) {
        taken += width(grapheme);
        if taken > room {
            return &text[..at];
        }
    }
    text
}

/// The longest end that fits.
fn tail(text: &str, room: u16) -> &str {
    if is_plain(text) {
        return &text[text.len().saturating_sub(room.into())..];
    }
    let mut taken = 0;
    let mut from = text.len();
    for (at, grapheme) in text.grapheme_indices(true).rev() {
        taken += width(grapheme);
        if taken > room {
            break;
        }
        from = at;
    }
    &text[from..]
}

/// Cut at the end: messages.
pub(crate) fn end(text: &str, room: u16) -> String {
    let line = text.lines().next().unwrap_or_default();
    let more = line.len() < text.trim_end().len();
    if width(line) <= room && !more {
        return line.to_owned();
    }
    if room == 0 {
        return String::new();
    }
    format!("{}…", head(line, room - 1).trim_end())
}

/// Cut in the middle: names, whose both ends tell them apart.
pub(crate) fn middle(text: &str, room: u16) -> String {
    if width(text) <= room {
        return text.to_owned();
    }
    if room <= 1 {
        return "…".repeat(usize::from(room));
    }
    let back = (room - 1) / 2;
    format!("{}…{}", head(text, room - 1 - back), tail(text, back))
}

/// Cut at the beginning: the end of a generated name tells it apart.
pub(crate) fn start(text: &str, room: u16) -> String {
    if width(text) <= room {
        return text.to_owned();
    }
    if room == 0 {
        return String::new();
    }
    format!("…{}", tail(text, room - 1))
}

/// A value of a field: an image keeps its name and tag, everything else is cut at the end.
pub(crate) fn value(text: &str, room: u16) -> String {
    if width(text) <= room {
        return text.to_owned();
    }
    match text.rsplit_once('/') {
        Some((_, name))
            if name.contains(':') && !text.contains("://") && !text.contains(' ') && width(name) + 2 <= room =>
        {
            format!("…/{name}")
        }
        Some(_) | None => end(text, room),
    }
}

/// A clause as a sentence: begins with a capital letter, ends with a full stop.
pub(crate) fn sentence(clause: &str) -> String {
    let clause = clause.trim();
    let mut letters = clause.chars();
    let mut text: String =
        letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect());
    if text.chars().next_back().is_some_and(char::is_alphanumeric) {
        text.push('.');
    }
    text
}

/// Broken into lines between words; a word longer than a line is broken inside.
pub(crate) fn wrap(text: &str, room: u16) -> Vec<String> {
    let room = room.max(1);
    let mut lines = Vec::new();
    for paragraph in text.split('\n') {
        let mut line = String::new();
        for word in paragraph.split(' ') {
            let mut word = word;
            let needed = width(&line) + u16::from(!line.is_empty()) + width(word);
            if needed > room && !line.is_empty() {
                lines.push(std::mem::take(&mut line));
            } else if !line.is_empty() {
                line.push(' ');
            }
            while width(word) > room {
                let first = head(word, room);
                let first = if first.is_empty() { word } else { first };
                lines.push(first.to_owned());
                word = &word[first.len()..];
            }
            line.push_str(word);
        }
        lines.push(line);
    }
    lines
}
