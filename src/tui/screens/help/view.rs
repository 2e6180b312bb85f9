//! Draws the help and other texts.

use super::Text;
use crate::tui::keymap::{Binding, Keymap, Mode};
use crate::tui::live;
use crate::tui::shown::Pane;
use crate::tui::state::State;
use crate::tui::theme::Role;
use crate::tui::widgets::canvas::{Canvas, cells, width};
use crate::tui::widgets::line::Line;
use crate::tui::widgets::{cut, dialog, list};

/// Draws which keys answer in a place: two columns where there is room.
pub(crate) fn draw_help(canvas: &mut Canvas<'_>, state: &State, keymap: &Keymap, (of, scroll): (Mode, usize)) {
    let bindings: Vec<&Binding> = keymap.of(of).filter(|binding| live::is(state, of, binding.action)).collect();
    let wide = canvas.width() >= 120;
    let columns = if wide { 2 } else { 1 };
    let size = if wide { 116 } else { canvas.width().saturating_sub(4).min(72) };
    let room = (size - 4) / columns;
    let lines: Vec<Line> = bindings.iter().map(|binding| line(binding, room)).collect();
    let rows = lines.len().div_ceil(usize::from(columns));
    let most = usize::from(canvas.height().saturating_sub(2)).max(1);
    let mut inside = dialog::open(canvas, "Keys that answer here", size, rows.min(most));
    inside.pane(Pane::Detail, rows);
    let visible = list::scrolled(rows, scroll, usize::from(inside.height()));
    for (row, y) in visible.zip(0..) {
        for column in 0..columns {
            if let Some(line) = lines.get(row + rows * usize::from(column)) {
                inside.line(column * room, y, line);
            }
        }
    }
}

/// Where sentences begin.
const SENTENCES: u16 = 19;

fn line(binding: &Binding, room: u16) -> Line {
    let keys: Vec<String> = binding.keys.iter().map(ToString::to_string).collect();
    let keys = cut::end(&keys.join(" "), SENTENCES - 2);
    let gap = " ".repeat(usize::from(SENTENCES.saturating_sub(width(&keys))));
    let sentence = cut::end(&binding.help, room.saturating_sub(SENTENCES + 1));
    Line::new(keys, Role::Key).and(gap, Role::Text).and(sentence, Role::Text)
}

/// Draws a text in a dialog.
pub(crate) fn draw_text(canvas: &mut Canvas<'_>, text: &Text) {
    let size = canvas.width().saturating_sub(4).min(100);
    let lines = Line::wrapped(&text.text, size.saturating_sub(4), Role::Text);
    let most = usize::from(canvas.height().saturating_sub(2)).max(1);
    let mut inside = dialog::open(canvas, &text.title, size, lines.len().min(most));
    inside.pane(Pane::Detail, lines.len());
    let visible = list::scrolled(lines.len(), text.scroll, usize::from(inside.height()));
    for (line, y) in lines.get(visible).unwrap_or_default().iter().zip(0..) {
        inside.line(0, y, line);
    }
}

/// Draws the question before leaving.
pub(crate) fn draw_leave(canvas: &mut Canvas<'_>, state: &State) {
    let name = state.running().and_then(|at| state.environments.get(at)).map_or("", |e| e.name.as_str());
    let sentences = [
        format!("{name} is still rolling out."),
        "What was applied stays; what was not is not applied.".to_owned(),
        format!("landfall watch {name} shows it again."),
    ];
    let mut inside = dialog::open(canvas, "Leave", 58, sentences.len() + 2);
    for (sentence, y) in sentences.iter().zip(0..) {
        inside.put(0, y, sentence, Role::Text);
    }
    let y = cells(sentences.len() + 1);
    let x = inside.put(0, y, "Enter", Role::Key);
    inside.put(x, y, " leave", Role::Text);
    let x = inside.put(inside.width().saturating_sub(10), y, "Esc", Role::Key);
    inside.put(x, y, " stay", Role::Text);
}
