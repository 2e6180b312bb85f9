//! A screen as SVG: every cell in `DejaVu Sans Mono`, colours of a dark or a light terminal.

use std::fmt::Write as _;

use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier};

/// The colours of a terminal.
pub(crate) struct Ground {
    back: &'static str,
    text: &'static str,
    dim: &'static str,
    /// Red, green, yellow, blue, magenta, cyan, and what black and white are.
    palette: [&'static str; 8],
}

pub(crate) const DARK: Ground = Ground {
    back: "#1c1f26",
    text: "#d8dbe2",
    dim: "#7d838f",
    palette: ["#1c1f26", "#ec6a6a", "#7ec87e", "#e0bf70", "#6aa2ec", "#c28ee0", "#5fcfcf", "#f2f3f5"],
};

pub(crate) const LIGHT: Ground = Ground {
    back: "#fbfbf9",
    text: "#24272e",
    dim: "#868b95",
    palette: ["#24272e", "#b3261e", "#2f9344", "#b07d00", "#1f5fb8", "#8a3fae", "#0f7580", "#ffffff"],
};

const WIDE: f32 = 9.63;
const HIGH: f32 = 20.0;

/// Draws a screen.
pub(crate) fn draw(buffer: &Buffer, ground: &Ground) -> String {
    let (columns, rows) = (buffer.area.width, buffer.area.height);
    let (width, height) = (f32::from(columns) * WIDE + 24.0, f32::from(rows) * HIGH + 24.0);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width:.0}\" height=\"{height:.0}\" \
         font-family=\"DejaVu Sans Mono\" font-size=\"16\">\n<rect width=\"100%\" height=\"100%\" fill=\"{}\"/>\n",
        ground.back
    );
    for row in 0..rows {
        let mut column = 0;
        while column < columns {
            let Some(cell) = buffer.cell((column, row)) else { break };
            let mut end = column + 1;
            while end < columns && buffer.cell((end, row)).is_some_and(|next| next.style() == cell.style()) {
                end += 1;
            }
            span(&mut svg, buffer, (column, end, row), ground);
            column = end;
        }
    }
    svg.push_str("</svg>\n");
    svg
}

fn span(svg: &mut String, buffer: &Buffer, (from, end, row): (u16, u16, u16), ground: &Ground) {
    let Some(cell) = buffer.cell((from, row)) else { return };
    let (x, y) = (12.0 + f32::from(from) * WIDE, 12.0 + f32::from(row) * HIGH);
    let (front, back) = colors(cell, ground);
    if let Some(back) = back {
        let width = f32::from(end - from) * WIDE;
        let _ =
            writeln!(svg, "<rect x=\"{x:.2}\" y=\"{y:.2}\" width=\"{width:.2}\" height=\"{HIGH}\" fill=\"{back}\"/>");
    }
    let weight = if cell.modifier.contains(Modifier::BOLD) { " font-weight=\"bold\"" } else { "" };
    for column in from..end {
        let symbol = buffer.cell((column, row)).map_or(" ", Cell::symbol);
        if symbol.trim().is_empty() {
            continue;
        }
        let (x, y) = (12.0 + f32::from(column) * WIDE, y + 15.0);
        let symbol = symbol.replace('&', "&amp;").replace('<', "&lt;");
        let _ = writeln!(svg, "<text x=\"{x:.2}\" y=\"{y:.2}\" fill=\"{front}\"{weight}>{symbol}</text>");
    }
}

fn colors<'g>(cell: &Cell, ground: &'g Ground) -> (&'g str, Option<&'g str>) {
    let front = color(cell.fg, ground).unwrap_or(ground.text);
    let front = if cell.modifier.contains(Modifier::DIM) { ground.dim } else { front };
    let back = color(cell.bg, ground);
    if cell.modifier.contains(Modifier::REVERSED) {
        return (back.unwrap_or(ground.back), Some(front));
    }
    (front, back)
}

fn color(color: Color, ground: &Ground) -> Option<&str> {
    let at = match color {
        Color::Black => 0,
        Color::Red => 1,
        Color::Green => 2,
        Color::Yellow => 3,
        Color::Blue => 4,
        Color::Magenta => 5,
        Color::Cyan => 6,
        Color::White => 7,
        _ => return None,
    };
    Some(ground.palette[at])
}
