//! Signs that carry a meaning together with a word and a colour, and what they become without UTF-8.

use jiff::Timestamp;
use ratatui::buffer::Buffer;
use unicode_width::UnicodeWidthStr;

use crate::health::Verdict;
use crate::tui::theme::Role;

/// The four phases of something in motion, one per quarter of a second.
pub(crate) fn spinner(now: Timestamp) -> &'static str {
    match now.as_millisecond().rem_euclid(1_000) / 250 {
        0 => "◐",
        1 => "◓",
        2 => "◑",
        _ => "◒",
    }
}

/// The sign and the role of a verdict.
pub(crate) fn verdict(verdict: Verdict, now: Timestamp) -> (&'static str, Role) {
    match verdict {
        Verdict::Ready => ("✓", Role::Ok),
        Verdict::Progressing => (spinner(now), Role::Busy),
        Verdict::Failed => ("✗", Role::Fail),
        Verdict::Terminating => (spinner(now), Role::Warn),
        Verdict::Unknown => ("?", Role::Warn),
    }
}

/// Puts plain signs where others stand: for terminals that know no UTF-8.
pub(crate) fn to_ascii(buffer: &mut Buffer) {
    for cell in &mut buffer.content {
        let symbol = cell.symbol();
        if !symbol.is_ascii() {
            let plain = plain(symbol);
            cell.set_symbol(plain);
        } else if symbol.width() == 0 {
            cell.set_symbol(" ");
        }
    }
}

fn plain(symbol: &str) -> &'static str {
    match symbol {
        "✓" | "┌" | "┐" | "└" | "┘" => "+",
        "◐" | "◓" | "◑" | "◒" => "o",
        "✗" | "×" => "x",
        "–" | "─" => "-",
        "━" => "=",
        "·" => ".",
        "↻" => "r",
        "●" | "•" | "▪" => "*",
        "│" | "▏" => "|",
        "▸" | "›" | "→" => ">",
        "←" | "‹" => "<",
        "↑" => "^",
        "↓" => "v",
        "…" => "~",
        "±" => "%",
        "“" | "”" | "„" => "\"",
        "‘" | "’" => "'",
        _ => "?",
    }
}
